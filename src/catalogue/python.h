/*
 * Python interpreters and environments. tools/setup-envs makes an environment
 * for each library with a requirements.lock:
 *
 *	ENVS/LIBRARY-<first 12 hex digits of SHA-256 of the lock>/
 *
 * so a changed lock is another folder, and `.ready` in it, written last, says
 * that it is complete.
 */
#ifndef CATALOGUE_PYTHON_H
#define CATALOGUE_PYTHON_H

#include <stdbool.h>

#include "base/err.h"

/* An interpreter of 3.11 or later: BENCHMARK_PYTHON, else one of /usr/bin; NULL
 * where there is none. The caller frees. */
char *python_find(void);

/* The folder of a library's environment; the caller frees *out. */
int python_environment(const char *envs, const char *library, const char *lock,
		       char **out, struct err *err);

/* Whether it is complete and its interpreter still there. */
bool python_ready(const char *environment);

#endif
