/*
 * What this machine can and cannot do: a table of probes, each tried by doing.
 * A new probe is a function and a line in the table of doctor_probes.c.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "catalogue/catalogue.h"
#include "cli/option.h"

enum verdict {
	VERDICT_OK,
	VERDICT_DOUBT,  /* runs work, but figures suffer */
	VERDICT_CANNOT, /* something does not work */
};

struct diagnosis {
	enum verdict verdict;
	char text[400];
	char remedy[500]; /* "", or what would make it better */
};

struct doctor {
	const struct catalogue *catalogue;
	const struct options *options;
};

struct probe {
	const char *name;
	void (*run)(const struct doctor *doctor, struct diagnosis *finding);
};

/* `name` is NULL at the end. */
extern const struct probe doctor_probes[];

/* For the libraries, which are no fixed list: one finding each. */
void doctor_library(const struct library *library, struct diagnosis *finding);

#endif
