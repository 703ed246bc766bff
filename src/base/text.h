/*
 * Texts of others (a store's XML, a key, a replica's message, another user's
 * board) become texts that may go to a terminal, a database and JSON: no escape
 * sequence in them is obeyed, no line forged.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/str.h"

/* In place: whatever is not valid UTF-8, control characters but newline and tab,
 * and characters that are not seen or turn the direction of writing (U+202E)
 * become '?'. The length stays. text_clean_line() also turns newlines and
 * tabs into blanks and takes blanks off the end. text_clean_part() is for a part
 * of a finding: semicolons, which stand between findings, become commas. */
void text_clean(char *text);
void text_clean_line(char *text);
void text_clean_part(char *text);

/* A name for a line: the same bytes, and newline and tab, become \xNN. */
void text_show(struct str *out, const char *text);

/* Appends `length` bytes, broken between words into lines of at most `width`
 * columns. The text begins at `column`, further lines behind `indent` blanks.
 * Without a newline at the end. */
void text_wrap(struct str *out, const char *text, size_t length, unsigned width,
	       unsigned column, unsigned indent);

/* In place: what stands before the @ of a URL, a user and perhaps a password, is
 * taken out: "http://@host". */
void text_hide_user(char *text);

/* Both: what every sentence and line goes through before a person sees it. */
void text_clean_sentence(char *text);

#endif
