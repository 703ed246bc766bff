/*
 * What docs/metrics.md says of each figure, built into the program by
 * tools/definitions: a report has the definition beside the figure.
 */
#ifndef REPORT_DEFINITIONS_H
#define REPORT_DEFINITIONS_H

struct definition {
	/* Of a column or a member, or "finding NAME"; NULL at the end. */
	const char *name;
	const char *unit;    /* "": none */
	const char *meaning; /* plain text, with `names` in back quotes */
};

/* In the order of the page. A name of several tables is there for each. */
extern const struct definition definitions[];

/* Of a column of the results; a part of a distribution has that of the whole.
 * NULL: there is none. */
const struct definition *definition_of(const char *column);

#endif
