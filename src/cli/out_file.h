/*
 * A file of results, written whole or not at all: an old one stays until the new
 * one is whole. Devices, pipes and links are written to, not replaced.
 *
 *	struct out_file out;
 *	struct err err;
 *	int code = out_file_open(&out, "results.csv", &err);
 *
 *	if (code == 0) {
 *		fputs("a,b\n", out.file);
 *		code = out_file_close(&out, 0, &err);
 *	}
 */
#ifndef CLI_OUT_FILE_H
#define CLI_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/file.h"

struct out_file {
	FILE *file;    /* for the lines */
	char *path;    /* NULL: standard output */
	bool replaces; /* `new` is what is written */
	struct file_new new;
};

/* "-" is the standard output. */
int out_file_open(struct out_file *out, const char *path, struct err *err);

/* Whether two of these are one file, or are both the standard output. */
bool out_file_is_same(const char *a, const char *b);

/* Where to say what was written to these files: the standard output, unless one
 * of them is it. NULL: there is no such file. */
FILE *out_file_teller(const char *a, const char *b);

/* `code` is how the writing went: after a failure the old file stays as it was.
 * Returns `code`, or what went wrong now. */
int out_file_close(struct out_file *out, int code, struct err *err);

#endif
