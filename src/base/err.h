/*
 * Errors: a negative code for the program, a sentence for the person.
 *
 * A function that can fail returns 0 or one of the codes below. It puts the
 * sentence into the caller's `struct err`. That needs no initialiser and no
 * release: it is only read after a failure. Rooms never print; the command line
 * prints `err.text` once, behind "benchmark: ".
 *
 *	#include "base/file.h"
 *	struct str text = STR_INIT;
 *	struct err err;
 *	int code = file_read("plan.json", 1 << 20, &text, &err);
 *
 *	if (code < 0)
 *		return err_wrap(&err, code, "the plan");
 *
 * A good sentence names the thing and the remedy: "port 9000 is in use: give
 * another with --listen ADDRESS:PORT".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_code {
	ERR_USAGE = -1,       /* the command line or a configuration is wrong */
	ERR_SYSTEM = -2,      /* the kernel refused a call */
	ERR_NOT_FOUND = -3,   /* no such thing */
	ERR_INVALID = -4,     /* data that does not have its promised form */
	ERR_TIMEOUT = -5,     /* something did not happen in time */
	ERR_CONFLICT = -6,    /* in use, or of a newer version */
	ERR_INTERRUPTED = -7, /* the person asked to stop */
	ERR_FAILED = -8,      /* the thing measured, or a peer, failed */
};

struct err {
	char text[1024]; /* one sentence, cleaned (base/text.h), always
			  * terminated */
};

/* Sets the sentence and returns `code`, so that a caller can return it. `err`
 * may be NULL: then only the code is returned. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set() with ERR_SYSTEM, followed by ": " and strerror(errno). */
int err_sys(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "format: " in front of the sentence that is there; returns `code`. */
int err_wrap(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether this process has a limit on the size of its files. Then `out` gets
 * "`ulimit -f` allows …: raise it". err_sys() adds that by itself for EFBIG. */
#define ERR_LIMIT_BYTES 96
bool err_file_limit(char out[ERR_LIMIT_BYTES]);

#endif
