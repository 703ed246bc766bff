/* The command line as it was typed, for the database and for the monitor. */
#ifndef CLI_TYPED_H
#define CLI_TYPED_H

/* "run-test aiohttp fetch_range --replicas 2", words quoted where a shell needs
 * it; what stands before the @ of a URL is left out. The caller frees. */
char *typed_line(int count, char *const *words);

#endif
