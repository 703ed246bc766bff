/*
 * Where things are: in the checkout that the program was built in, or below the
 * prefix that it was installed to. Found from the program's own path, so that
 * neither a path nor a variable has to be configured.
 *
 *	checkout    ROOT/build/benchmark           ROOT/benchmark/tests
 *	installed   PREFIX/bin/benchmark           PREFIX/share/geoio-benchmark/…
 *
 * Environment: GEOIO_TESTS adds folders of libraries, colon-separated, each
 * like benchmark/tests, and each must be there; GEOIO_ENVS is where Python
 * environments are (default: XDG_DATA_HOME or ~/.local/share, then
 * geoio-benchmark/envs).
 */
#ifndef CATALOGUE_LAYOUT_H
#define CATALOGUE_LAYOUT_H

#include <stddef.h>

#include "base/err.h"

#define LAYOUT_TESTS_MAX 16

struct layout {
	char *python_root;            /* its child `benchmark` is the package */
	char *tests[LAYOUT_TESTS_MAX]; /* folders of libraries, ours first */
	size_t test_count;
	char *programs; /* tests in C: PROGRAMS/LIBRARY/TEST */
	char *include;  /* folder of benchmark/worker.h, for tests elsewhere */
	char *worker_library; /* and what they are linked with */
	char *formats;  /* parsers in C, for tests in Python */
	char *envs;     /* Python environments */
	char *cache;    /* made data (COGs): XDG_CACHE_HOME/geoio-benchmark */
	char *make_cog; /* program */
	char *enter;      /* program that starts in containers */
	char *setup_envs; /* program */
};

int layout_find(struct layout *layout, struct err *err);
void layout_release(struct layout *layout);

/* The checkout of this project in which the person stands: the current folder
 * or its parent. NULL if its tests are those that are used, or the same in each
 * byte, or if there is none. NULL also where GEOIO_TESTS is set: the person knows
 * then. The caller frees. */
char *layout_other_checkout(const struct layout *layout);

#endif
