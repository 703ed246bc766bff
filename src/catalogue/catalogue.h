/*
 * What can be run: the libraries (folders with a library.toml) and their tests
 * (files beside it), found anew each time, so that a new file is a new test.
 *
 * A test is LIBRARY/TEST.py or LIBRARY/TEST.c; files and folders whose names
 * start with `_` or `.` are none. A library whose library.toml names the `verbs`
 * of its LIBRARY/_verbs.py (or _verbs.c) has a test for each workload that needs
 * no others; where there is a file of that name, the file runs. A library in a
 * later folder (see layout.h) with the name of an earlier one adds its tests to
 * it. What breaks the rule for names (name.h), or cannot be understood, is left
 * out and stands in `skipped`; the others work.
 *
 * A library in another version (variant.h) is there once it was asked for:
 * vary.h.
 */
#ifndef CATALOGUE_CATALOGUE_H
#define CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "catalogue/layout.h"
#include "record/plan.h"

struct variant;

enum library_kind {
	LIBRARY_MEASURED, /* "library": stands in the ranking */
	LIBRARY_BASELINE, /* "baseline": reference, null */
	LIBRARY_CHECK,    /* "check": only for the harness's own checks */
};

struct test {
	char *name; /* "fetch_range" */
	char *path; /* of its source */
	const char *workload; /* what it does: borrowed, its name */
	bool of_verbs; /* its source is _verbs.py or _verbs.c */
	bool hidden;   /* runs only where it is named */
};

struct library {
	char *name;
	char *folder;
	char *language;  /* "python", "c" */
	char *home_page; /* or NULL */
	char *package;   /* that it is named for: "obstore"; NULL: none */
	char *version;   /* pinned, of that package; or NULL */
	char **packages; /* of library.toml, NULL-terminated; NULL: none */
	enum library_kind kind;
	unsigned protocol;  /* of workers: 1 or 2 */
	unsigned verbs;     /* PLAN_VERB_BIT()s */
	char *workload;     /* of tests whose name starts as none; or NULL */
	struct test *tests; /* sorted by name */
	size_t test_count, test_capacity;
	bool packaged;      /* library.toml names packages */
	bool lock_older;    /* than library.toml: it lacks one of them */
	char *environment;  /* folder of its Python environment, or NULL where it
			     * needs none */
	bool ready;         /* can be started now */
	bool unlocked;      /* not ready for want of a lock of its packages */
	char *remedy;       /* what to do when it is not; NULL when it is */
	struct variant *variant; /* owned; NULL: as its lock says */
	char build[17];     /* of a variant that was built: a digest of what was
			     * installed; "": the version says it all */
	int in_use_fd;      /* a variant's environment is not removed while it
			     * is open; -1 */
};

/* A folder or file that looks like a library or test and is none. */
struct skipped {
	char *path;    /* as a person may see it */
	char *library; /* names as in the file system */
	char *test;    /* NULL: the whole library */
	char *why;
	int code;      /* for who names it */
};

/* Workload `i`, counted from 0; NULL after the last. */
typedef const struct workload_about *workload_lister(size_t i);

struct catalogue {
	struct layout layout;
	workload_lister *workload;
	char *python; /* interpreter of libraries without packages, or NULL */
	struct library *libraries; /* sorted by name */
	size_t count, capacity;
	struct library **variants; /* in the order in which they were added */
	size_t variant_count, variant_capacity;
	struct skipped *skipped; /* in the order in which they were found */
	size_t skipped_count, skipped_capacity;
};

/* What tests do is named by `workload`. A test does that whose name starts its
 * own, the longest of them. Release also after a failure. */
int catalogue_load(struct catalogue *catalogue, workload_lister *workload,
		   struct err *err);
void catalogue_release(struct catalogue *catalogue);

/* The library and test of these names; ERR_USAGE with the nearest name, or why
 * it was skipped. A variant must have been added. `test` may be NULL. Borrowed. */
int catalogue_find(const struct catalogue *catalogue, const char *library_name,
		   const char *test_name, const struct library **library,
		   const struct test **test, struct err *err);

/* ERR_USAGE with the nearest name where no library at all has this test. */
int catalogue_has_test(const struct catalogue *catalogue, const char *test_name,
		       struct err *err);

/* What tests of this name do, by the name alone; NULL, with a sentence that
 * names the nearest: there is no such workload. */
const struct workload_about *catalogue_workload(
	const struct catalogue *catalogue, const char *test_name,
	struct err *err);

/* The command line that starts a replica: NULL-terminated, to be released with
 * catalogue_free_words(). The library must be ready. */
char **catalogue_command(const struct catalogue *catalogue,
			 const struct library *library,
			 const struct test *test);

/* Makes the clean environment of a replica, freed the same way. The caller adds
 * HOME and TMPDIR. */
char **catalogue_environment(const struct catalogue *catalogue);

/* Lists the files and folders that a replica has to read besides those of the
 * system, as absolute paths. The program, the first word of its command line,
 * comes first. `more` is another path, or NULL. Freed the same way. */
char **catalogue_reads(const struct catalogue *catalogue,
		       const struct library *library, const struct test *test,
		       const char *program, const char *more);

void catalogue_free_words(char **words);

#define CATALOGUE_DIGEST_BYTES 17

/* Files that are no part of a library, though they may lie in its folder: they are
 * not opened. */
struct catalogue_apart {
	bool (*has)(const void *context, const char *path);
	const void *context;
};

/* What the library is made of now: 16 hexadecimal digits of a SHA-256. It is over
 * names and bytes of all files of its folder and those below it, of its tests in
 * other folders, and of its programs in C. What same_tests.h leaves out is not in
 * it, nor are packages, which the lock names, nor what is `apart` (NULL: nothing).
 * Empty: OpenSSL refuses. */
void catalogue_digest(const struct catalogue *catalogue,
		      const struct library *library,
		      const struct catalogue_apart *apart,
		      char out[CATALOGUE_DIGEST_BYTES]);

#endif
