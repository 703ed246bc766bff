/*
 * Sweep files: YAML, one mapping. Its keys are the options of a trial (with _ or
 * -), `library` and `test`; a value is one word or a list of words. The product
 * of all lists is run:
 *
 *	library: [aiohttp, obstore]
 *	test: fetch_range
 *	request_size: [16KiB, 1MiB]
 *	concurrency: [10, 50]
 *
 * The file is parsed (libyaml) and never evaluated: tags, nested mappings and
 * keys that mean nothing are refused with their line.
 */
#ifndef CLI_SWEEP_H
#define CLI_SWEEP_H

#include "cli/option.h"

#define SWEEP_JOBS_MAX 10000

struct sweep {
	struct options *jobs; /* each with one library and one test */
	size_t count;
	void *document; /* holds the texts */
};

/* `base` gives what the file leaves open. Release also after a failure. */
int sweep_read(struct sweep *sweep, const char *path,
	       const struct options *base, struct err *err);
void sweep_release(struct sweep *sweep);

#endif
