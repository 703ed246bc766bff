/* Inside of report/: what the words and signs of the tables mean, once behind all
 * of them, as far as they stand there. */
#ifndef REPORT_TABLE_LEGEND_H
#define REPORT_TABLE_LEGEND_H

#include "report/table_notes.h"

#define LEGEND_COLUMNS_MOST 32

struct legend {
	const struct table_column *left_out[LEGEND_COLUMNS_MOST];
	size_t left_out_count;
	unsigned judged;    /* tables with verdicts */
	unsigned ranges;    /* in each of these; 0: they differ */
	bool intervals;     /* beside figures */
	bool apart;         /* a row has a star */
	bool reference;     /* there is a column with its share */
};

/* A column that did not fit; each is said once. */
void legend_leave_out(struct legend *legend, const struct table_column *column);

/* Takes what a table of a comparison has. */
void legend_add(struct legend *legend, const struct group *g);

void legend_put(FILE *out, const struct legend *legend, unsigned width);

#endif
