/*
 * The lower half of reading a price table: libyaml's events, and mappings whose
 * values are words. Of this room alone; all sentences begin with file and line.
 */
#ifndef PRICES_WORDS_H
#define PRICES_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/err.h"

#define WORDS_KEYS_MOST 8

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the newest; YAML_NO_EVENT: none */
	const char *text;   /* all of it */
	size_t n;
	const char *path;
	struct err *err;
};

/* Both are needed, begin also after a failure. ERR_USAGE: a byte that no table
 * has: not UTF-8, a tab, a control character. */
int reader_begin(struct reader *r);
void reader_end(struct reader *r);

/* Goes to the next event. */
int reader_step(struct reader *r);

/* Of the event, from 1 on. */
size_t reader_line(const struct reader *r);

/* ERR_USAGE with "FILE, line N: …". */
int reader_refuse(const struct reader *r, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The event as it stands there: no alias, no anchor, no tag, which would make
 * it something else than what is read. */
int reader_check_plain(const struct reader *r);

struct word {
	char *text; /* owned; NULL: the key is not there */
	size_t line;
	bool quoted;
};

/* A mapping. The last `lists` keys have lists as their values, the others
 * words. */
struct words {
	const char *keys[WORDS_KEYS_MOST];
	struct word at[WORDS_KEYS_MOST];
	size_t count, lists;
	size_t line;      /* where it begins */
	const char *what; /* "a price" */
};

/* Reads all of a mapping that has begun: keys that it does not know, a key
 * twice, values that are no words are refused. A list, which the event begins,
 * goes to `take` with its number among the lists. Release also after a failure.
 * */
int words_read(struct words *words, struct reader *r,
	       int (*take)(void *context, struct reader *r, size_t list),
	       void *context);
void words_release(struct words *words);

/* Hands the text to the caller; NULL: the key is not there. */
char *word_take(struct word *word);

#endif
