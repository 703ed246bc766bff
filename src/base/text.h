/*
 * Makes texts of others fit for a terminal, a database and JSON: a store's XML,
 * a key, a replica's message, another user's board. No terminal obeys an escape
 * sequence in them, and none of them forges a line.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>

#include "base/str.h"

/* Each changes the text in place. '?' replaces bytes that are not UTF-8,
 * control characters but newline and tab, characters that are not seen, and
 * those that change the direction of writing (U+202E). The length stays.
 * text_clean_line() also turns newlines and tabs into blanks, and takes blanks
 * off the end. text_clean_part() is for a part of a finding: semicolons, which
 * stand between findings, become commas. */
void text_clean(char *text);
void text_clean_line(char *text);
void text_clean_part(char *text);

/* Appends a name so that it fits into a line: the bytes that text_clean()
 * replaces, newlines and tabs become \xNN. */
void text_show(struct str *out, const char *text);

/* Appends `text` percent-encoded. Plain stay A-Z a-z 0-9 - _ . ~ and, with
 * `path`, slashes. */
void text_encode(struct str *out, const char *text, bool path);

/* Appends `length` bytes, broken between words into lines of at most `width`
 * columns. The first line begins at `column`, the others behind `indent`
 * blanks. There is no newline at the end. */
void text_wrap(struct str *out, const char *text, size_t length, unsigned width,
	       unsigned column, unsigned indent);

/* Takes the user and password of each URL out, in place: "http://@host". */
void text_hide_user(char *text);

/* text_hide_user() and text_clean_line(). Every sentence and line goes through
 * it before a person sees it. */
void text_clean_sentence(char *text);

#endif
