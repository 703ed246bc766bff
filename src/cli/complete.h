/*
 * What a half typed command line may go on with, from the tables of commands and
 * options and from the folders of libraries: one word a line, then a tabulator and
 * what it means. The shells' scripts ask for it at each TAB (cmd_completion.c).
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <stdio.h>

/* `words` without "benchmark"; the last, which may be empty, is to be completed.
 * Nothing is written where only the person knows: a file, a number. */
void complete_words(const char *const *words, unsigned count, FILE *out);

#endif
