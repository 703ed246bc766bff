/*
 * A part of the sampler: the noise of the machine while something is measured,
 * as differences of two readings.
 *
 *	struct machine_meter machine;
 *	struct noise noise;
 *	struct noise_reading before, after;
 *	struct noise_between between;
 *	uint64_t cells_ns = 0; // of the replicas and the origin, between them
 *
 *	machine_open(&machine);
 *	noise_open(&noise, &machine, 0);
 *	noise_read(&noise, &before);
 *	noise_read(&noise, &after);
 *	noise_between(&before, &after, cells_ns, &between);
 *
 * What others used is the busy time of the machine, less that of what is ours:
 * the replicas, the origin, this program, its monitor, and ksoftirqd (the
 * network input of all of these). Where the kernel charges no program with
 * interrupts (measure/machine.h, `apart`), these are left out, all of them, and
 * ksoftirqd with them. The machine counts ticks, the rest is exact:
 * docs/metrics.md, "Noise", says how far the difference may be off.
 *
 * A reading takes 9 us on a quiet machine of two CPUs, 7 of them for
 * /proc/stat. It opens and allocates nothing.
 */
#ifndef EXPERIMENT_SAMPLER_NOISE_H
#define EXPERIMENT_SAMPLER_NOISE_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "cell/cgroup.h"
#include "measure/machine.h"

struct sampler;

struct noise {
	const struct machine_meter *machine; /* borrowed */
	const struct cgroup_quota *quota; /* of ours; NULL: not asked */
	clockid_t monitor; /* 0: there is none */
	struct noise_reading {
		uint64_t busy_ns, steal_ns; /* COUNT_UNKNOWN */
		uint64_t harness_ns; /* this program and its monitor */
		uint64_t nobody_ns;  /* of busy_ns, charged to no program:
				      * ksoftirqd, or all interrupts;
				      * COUNT_UNKNOWN */
		uint64_t waited_ns;  /* for the quota */
	} at_go;
};

struct noise_between {
	/* Of all CPUs together; COUNT_UNKNOWN. */
	uint64_t busy_ns, steal_ns; /* of each: or it went back */
	uint64_t others_ns; /* of programs that are not ours, without steal; 0
			     * where ticks say less than our own clocks. With
			     * what is charged to nobody, where that is
			     * unknown */
	uint64_t ours_ns;   /* what of busy_ns is ours, or nobody's */
	uint64_t waited_ns; /* for our quota */
};

/* `monitor`: its process; 0: none. */
void noise_open(struct noise *noise, const struct machine_meter *machine,
		pid_t monitor);

void noise_read(const struct noise *noise, struct noise_reading *out);

/* `cells_ns`: CPU of all replicas that may run, and of the origin, between the
 * two readings. Pure. */
void noise_between(const struct noise_reading *from,
		   const struct noise_reading *to, uint64_t cells_ns,
		   struct noise_between *out);

/* At GO and at the end of the window, behind the reading of all cells. The
 * latter fills busy_ns, steal_ns, others_cpu_ns and others_text of the trial. */
void noise_begin(struct sampler *sampler);
void noise_end(struct sampler *sampler);

/* After the run: tells of a quota for which it waited in the window(s). */
void noise_tell_quota(struct sampler *sampler);

/* When a block is over: fills others_text, with what each used from `ready` until
 * now. others_seen_ns becomes what its windows had of that, if it was even. */
void noise_name_others(struct sampler *sampler);

#endif
