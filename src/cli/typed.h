/* The command line as it was typed, for the database and for the monitor. */
#ifndef CLI_TYPED_H
#define CLI_TYPED_H

/* "run-test aiohttp fetch_range --replicas 2". Quotes words where a shell needs
 * it. Leaves out what stands before the @ of a URL. The caller frees. */
char *typed_line(int count, char *const *words);

/* The words of such a line again, NULL behind the last: typed_free_words(). */
char **typed_words(const char *line, int *count);
void typed_free_words(char **words);

#endif
