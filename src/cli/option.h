/*
 * Options: one table feeds the parser, the help texts, the sweep files, the
 * completion of shells and the manual page. Those of a trial are lines of
 * record/spec_fields.h.
 *
 * A command lists groups of options (option_groups.c); all values live in one
 * `struct options`, so that what a command does not offer simply keeps its
 * default. `--name value`, `--name=value`, `--flag`, `--no-flag`, `--flag false`.
 * Some have the names of pyasyncio-benchmark too, which the help leaves out.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "record/spec.h"

#define OPTION_LIST_MAX 64
#define ARGUMENTS_MOST 64

struct text_list {
	const char *at[OPTION_LIST_MAX];
	unsigned count;
};

struct options {
	/* Of a trial; these can stand in a sweep file. */
	struct text_list library, test;
	struct trial_spec spec; /* without its library and test */

	/* Of a run. */
	const char *isolation, *image;
	const char *monitor; /* "": at the default address; NULL: off */
	const char *textfile;
	double linger;
	double budget, until_precise; /* seconds, per cent; NAN: not given */
	uint64_t blocks, repeats;
	bool slices;
	const char *resume;

	/* Of single commands. */
	bool per_replica, json, help, tty;
	double price_per_hour, price_per_million_requests, sampling_interval;
	const char *prices, *price_region, *instance, *egress; /* or NULL */
	const char *listen, *root, *db, *debug;
	const char *from; /* get-results: NULL, "database", "prometheus" */
	const char *per_round; /* get-results: a path, or NULL */
	const char *format; /* report: a word of report/formats.h, or NULL */
	const char *run;    /* report: a run's id, or NULL: all */
	struct text_list runs; /* compare: none, one or two ids */
	bool all_runs;      /* compare: all runs of each side */
	double fail_above;  /* compare: per cent; NAN: not given */
	uint64_t limit;

	/* All as typed, the command's name first; borrowed from main(). */
	char *const *words;
	int word_count;
	const char *arguments[ARGUMENTS_MOST]; /* without the command's name */
	unsigned argument_count;
	/* The last option that stood alone though it may have a value, and the
	 * word behind it, which was taken for none; NULL: none did. */
	const struct option_spec *alone;
	const char *after_alone;
};

enum option_kind {
	OPTION_FLAG,   /* bool; --name, and --no-name */
	OPTION_COUNT,  /* uint64_t; of BYTES with KiB … TiB, as all numbers are
			* written (base/number.h) */
	OPTION_RATE,   /* uint64_t, bits a second; suffixes kbit, Mbit, Gbit */
	OPTION_NUMBER, /* double; of SECONDS with ms, s, min, h; of PERCENT with
			* % */
	OPTION_TEXT,   /* const char * */
	OPTION_ADDRESS, /* const char *; ADDRESS:PORT, or nothing: "" */
	OPTION_AREAS,  /* const char *; areas of base/log.h, or nothing: "all" */
	OPTION_LIST,   /* struct text_list; can be given several times, and on the
			* command line with commas */
};

struct option_spec {
	const char *name; /* without --; NULL ends a group */
	enum option_kind kind;
	size_t offset;    /* in struct options */
	double min, max;  /* inclusive; of counts and numbers */
	double unset;     /* what stands for "not set": COUNT_UNKNOWN, NAN are
			   * kept of it; NAN: nothing does */
	const char *value; /* its name in the help: "SECONDS" */
	const char *choices; /* all values, a blank between; NULL: too many */
	const char *help;
	bool shows_default; /* behind the help, where it is a figure or a flag */
};

/* The groups, each ended by a NULL name. */
extern const struct option_spec options_select[];  /* --library --test */
extern const struct option_spec options_trial[];   /* --replicas … */
extern const struct option_spec options_limits[];  /* --cpus … */
extern const struct option_spec options_isolation[];
extern const struct option_spec options_comparison[]; /* --budget … */
extern const struct option_spec options_monitor[]; /* --monitor … */
extern const struct option_spec options_page[];   /* of `monitor` */
extern const struct option_spec options_outside[]; /* --endpoint … */
extern const struct option_spec options_work[];    /* of a trial: its plan */
extern const struct option_spec options_database[];
extern const struct option_spec options_results[];
extern const struct option_spec options_report[];
extern const struct option_spec options_compare[];
extern const struct option_spec options_prices[];  /* --prices … */
extern const struct option_spec options_origin[];
extern const struct option_spec options_data[];
extern const struct option_spec options_json[];
extern const struct option_spec options_common[];  /* --debug --help */

void options_init(struct options *options);

/* Sets one option from text, with its range checked; `where` begins the
 * sentence: "--timeout" or "sweep.yaml, line 3: timeout". */
int option_set(struct options *options, const struct option_spec *spec,
	       const char *text, const char *where, struct err *err);

/* 1 for true, yes, on and 1, 0 for their opposites, in any case; -1: neither. */
int option_truth(const char *word);

/* By name among NULL-terminated groups; `name` may have _ for -. NULL: none. */
const struct option_spec *option_find(const struct option_spec *const *groups,
				      const char *name, size_t length);

/* The nearest name, for "did you mean"; NULL: none is near. */
const char *option_near(const struct option_spec *const *groups,
			const char *name);

/* argv without the program's and the command's names. */
int options_parse(struct options *options,
		  const struct option_spec *const *groups, int argc,
		  char *const *argv, struct err *err);

/* Where an option's value is. */
const void *option_field(const struct options *options,
			 const struct option_spec *spec);

/* Whether there is a --no-NAME of it. */
bool option_is_negatable(const struct option_spec *spec);

/* Whether two have the same value of it; of names in any order. */
bool option_is_same(const struct options *a, const struct options *b,
		    const struct option_spec *spec);

/* Whether it was given, and not with its default. */
bool option_is_given(const struct options *options,
		     const struct option_spec *spec);

/* ERR_USAGE: one of these groups was given that means nothing without another, or
 * beside it; the sentence names both. */
int options_check_pairs(const struct options *options,
			const struct option_spec *const *groups,
			struct err *err);

/* Appends its help and, where it shows that, its default: " (50)". */
void option_add_help(const struct option_spec *spec, struct str *out);

void options_print_help(const struct option_spec *const *groups, FILE *out);

#endif
