/* What became of libraries (review/changes.h), for people: docs/compare.md. */
#ifndef REPORT_CHANGES_H
#define REPORT_CHANGES_H

#include <jansson.h>
#include <stdio.h>

/* For a terminal, and in Markdown for a pull request. Errors are those of the
 * FILE. */
void changes_text(FILE *out, const json_t *changes);
void changes_markdown(FILE *out, const json_t *changes);

/* How many libraries have an interval of either figure. 0: nothing was compared, which
 * is no good news. */
size_t changes_told(const json_t *changes);

#endif
