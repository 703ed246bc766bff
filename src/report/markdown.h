/* Inside of report/: text of others in Markdown. */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include <stdio.h>

/* What would be markup is none; the end of a line is a blank. */
void markdown_text(FILE *out, const char *text);

#endif
