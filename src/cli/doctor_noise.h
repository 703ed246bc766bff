/* A probe of the doctor's: what makes this machine noisy, watched for a second. */
#ifndef CLI_DOCTOR_NOISE_H
#define CLI_DOCTOR_NOISE_H

#include <stdint.h>

#include "cli/doctor.h"

struct doctor_noise {
	double seconds;   /* that it was watched */
	double steal_s, others_s; /* CPU, of all CPUs together; NAN: unknown */
	double seen_s;    /* of others, by processes that are seen */
	bool apart;       /* interrupts are charged to nobody */
	char names[192];  /* of who used it, or "" */
	char governor[32], turbo[8], inside[32]; /* "": unknown */
};

void doctor_noise_watch(uint64_t length_ns, struct doctor_noise *out);

/* Pure. */
void doctor_noise_judge(const struct doctor_noise *noise,
			struct diagnosis *finding);

void probe_noise(const struct doctor *doctor, struct diagnosis *finding);

#endif
