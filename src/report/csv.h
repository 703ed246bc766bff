/* Inside of report/: fields of CSV. */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include <jansson.h>
#include <stdio.h>

/* In quotes where it needs them. */
void csv_put_text(FILE *out, const char *text);

/* A value of a document as the CSV of results has it: null (or NULL) is nothing,
 * flags are True and False, and findings their sentences, with `; ` between. */
void csv_put_json(FILE *out, const json_t *value);

#endif
