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
 * A file of pyasyncio-benchmark's is understood too: `tests:`, a list of such
 * mappings, each a product of its own, with its settings of the client in
 * `client_config` and its parameters in `params`:
 *
 *	tests:
 *	  - library_name: obstore
 *	    test_name: fetch_range
 *	    client_config: {pool_size_per_host: 100}
 *	    params:
 *	      request_size: {value: 16384}
 *
 * The file is parsed (libyaml) and never evaluated: tags, other nested mappings,
 * expressions and keys that mean nothing are refused with their line.
 */
#ifndef CLI_SWEEP_H
#define CLI_SWEEP_H

#include "cli/option.h"
#include "monitor/board.h"

/* So many tests has a run (monitor/board.h). */
#define SWEEP_JOBS_MAX BOARD_TESTS_MOST

/* Where in the file what a job asks for stands. */
struct sweep_lines {
	size_t mapping, library, test;
};

struct sweep {
	struct options *jobs; /* each with one library and one test */
	size_t count, capacity;
	struct sweep_lines *lines; /* of each job */
	size_t line_capacity;
	bool debug;     /* one of `tests` asks for it */
	void *document; /* holds the texts */
};

/* `base` gives what the file leaves open. Release also after a failure. */
int sweep_parse(struct sweep *sweep, const char *text, size_t n,
		const char *path, const struct options *base, struct err *err);
int sweep_read(struct sweep *sweep, const char *path,
	       const struct options *base, struct err *err);
void sweep_release(struct sweep *sweep);

#endif
