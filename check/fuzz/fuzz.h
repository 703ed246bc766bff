/* What fuzzers share: a promise that is broken is a crash. */
#ifndef CHECK_FUZZ_FUZZ_H
#define CHECK_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static inline void must_fail(const char *file, int line, const char *promise)
{
	fprintf(stderr, "ERROR: %s:%d: broken: %s\n", file, line, promise);
	abort();
}

#define must(promise)                                                          \
	((promise) ? (void)0 : must_fail(__FILE__, __LINE__, #promise))

/* 0, or a failure with one sentence in one line. */
static inline void must_tell(int code, const struct err *err)
{
	must(code <= 0);
	if (code == 0)
		return;
	must(err->text[0] && strlen(err->text) < sizeof(err->text));
	for (const char *p = err->text; *p; p++)
		must((unsigned char)*p >= ' ');
}

/* What became of the last input, for those that compare readers. */
static inline bool *fuzz_accepted(void)
{
	static bool accepted;

	return &accepted;
}

/* For readers that take a path: one with these bytes, until the next call. */
static inline const char *fuzz_file(const void *bytes, size_t n)
{
	static char path[40];
	static int fd = -1;

	if (fd >= 0)
		close(fd);
	fd = memfd_create("fuzz", 0);
	must(fd >= 0 && pwrite(fd, bytes, n, 0) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

#endif
