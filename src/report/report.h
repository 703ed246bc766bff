/*
 * From result rows to what people and programs read. The room writes into a
 * FILE of the caller's; it opens none.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "record/comparison.h"
#include "record/result.h"

struct trial_rounds; /* record/rounds.h */

enum report_table {
	REPORT_TRIALS,
	REPORT_REPLICAS,
	/* The same rows in the form of the two files of pyasyncio-benchmark:
	 * its columns in its order, then those that only we have. */
	REPORT_AGGREGATED,
	REPORT_CONTAINERS,
};

static inline bool report_is_per_replica(enum report_table table)
{
	return table == REPORT_REPLICAS || table == REPORT_CONTAINERS;
}

/* CSV as RFC 4180 with "\n". Numbers have as few digits as give the same double
 * again. Unknown is an empty field. Flags are True and False. Errors are those
 * of the FILE. */
void report_csv_header(FILE *out, enum report_table table);
void report_csv_row(FILE *out, const struct result_row *row,
		    enum report_table table);

/* The CSV of rounds: a line for each slice of a trial, or one for a trial without
 * any. Returns how many. */
void report_rounds_header(FILE *out);
size_t report_rounds(FILE *out, const struct trial_rounds *trial);

/* Returns an object with the column names of the CSV. Unknown is null. The
 * caller frees it. */
json_t *report_json(const struct result_row *row, bool per_replica);

/* One of its members. */
json_t *report_json_value(const struct column *column,
			  const struct result_row *row);

/* An object that is kept as text, as struct environment has one in more_json, or
 * null where it is unknown. The caller frees it. */
json_t *report_json_object(const char *text);

/* Writes it as jansson does, on one line or indented by two. Its numbers have
 * the digits of the CSV: 0.1, not 0.10000000000000001. */
void report_json_write(FILE *out, const json_t *value, bool indent);

struct report_row {
	const struct result_row *row;
	bool baseline; /* reference, null: shown beneath, not ranked */
	bool other_worker; /* than worker.py */
};

/* What worker.py itself costs is a part of its figures, and can be taken off: it is
 * no part of other workers, and all of `null`. */
static inline bool report_has_worker(const struct report_row *row)
{
	return !row->baseline && !row->other_worker;
}

/* What one table is made of. All is borrowed. */
struct report_group {
	/* NULL, or one block without slices: each row is a line, and rows that
	 * may be compared make a table of their own. Otherwise they are one
	 * table, with a line a library. */
	const struct comparison *comparison;
	/* One a trial: of a comparison so many a library as it has blocks, in
	 * the order of these. They are joined with the comparison's rows by the
	 * library's name. */
	const struct report_row *rows;
	size_t count;
};

/* An object of a group that has a comparison. Unknown is null. The caller frees
 * it. */
json_t *report_json_comparison(const struct report_group *group);

struct report_style {
	unsigned width; /* columns of the terminal; 0: 100 */
	bool colour;    /* ANSI bold and dim */
	bool no_turns;  /* separate trials were asked for (--no-slices) */
	/* Of a run that was cut: its id, for --resume, and how many blocks of a
	 * comparison it has then. NULL: nothing of it is left to make. */
	const char *resume;
	unsigned resume_blocks;
};

/*
 * The tables for a terminal, for each test, parameters and settings. Libraries
 * come first, the best by requests a second on top; then baselines, then failed
 * trials. Numbered notes follow: doubts, differences, what is not comparable.
 *
 *	struct report_row rows[24] = { 0 };
 *	struct comparison comparison = { 0 };
 *	struct report_group group = { &comparison, rows, 24 };
 *	struct report_style style = { .width = 100 };
 *
 *	report_table(stdout, &group, 1, &style);
 *
 * A table of a comparison has ranks, of which libraries that are not told apart
 * share one. It has medians over blocks with the farther end of their
 * intervals. Beneath stand the verdicts in words, what could not be told apart
 * and which difference could have been seen, or how many blocks a verdict would
 * take.
 *
 * What a comparison does not know is merged over the trials of a library, as its
 * column says (enum column_merge): what was counted is added up, of what was
 * measured it is the median over blocks. Blocks that failed add nothing but
 * failures and findings. Bytes a second go with requests a second, and latencies
 * are quantiles of all operations of all blocks that did not fail. A finding of
 * several blocks is one note, "in 3 of 12 blocks: …", with the range of each
 * number in it; other words are another note, up to three. An answer that was
 * wrong in any block makes the library fail.
 */
void report_table(FILE *out, const struct report_group *groups, size_t count,
		  const struct report_style *style);

/* What a table of one group says in words: above its rows, who is better than whom,
 * and what else stands beneath them. Each sentence is a line, which may begin with
 * blanks. The caller releases. */
struct report_words {
	char *heading, *verdicts, *notes;
	char *rows; /* "obstore\t^ [1][3]": the marks of a row, and which of the
		     * notes are of it, in the order of the table */
};

void report_words(const struct report_group *group, struct report_words *out);
void report_words_release(struct report_words *words);

#endif
