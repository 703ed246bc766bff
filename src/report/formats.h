/* A report's document in the formats that people and programs read. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "report/document.h"

/* X(NAME, "word", "what it is"): the word ends names of files. */
#define REPORT_FORMATS(X)                                                      \
	X(HTML, "html", "a page")                                              \
	X(JSON, "json", "a document")                                          \
	X(MD, "md", "tables")                                                  \
	X(CSV, "csv", "lines")

enum report_format {
#define X(name, word, words) REPORT_##name,
	REPORT_FORMATS(X)
#undef X
};

/* false: no format has this word. */
bool report_format_parse(const char *word, enum report_format *out);
const char *report_format_words(enum report_format format);

/* Errors of writing are those of the FILE; ERR_FAILED: the document could not be
 * compressed. */
int report_write(FILE *out, const struct document *document,
		 enum report_format format, struct err *err);

/* Each of them. */
void report_markdown(FILE *out, const struct document *document);
void report_libraries_csv(FILE *out, const struct document *document);
int report_page(FILE *out, const struct document *document, struct err *err);

#endif
