/*
 * A string that grows. `buf` is always terminated and never NULL, so it can be
 * passed to anything that takes a C string; `len` excludes the terminator.
 *
 *	struct str s = STR_INIT;
 *	str_addf(&s, "%s/%s", "folder", "name");
 *	puts(s.buf);
 *	str_release(&s);
 *
 * str_detach() hands the memory to the caller (free() it) and leaves an empty
 * string. str_release() may be called twice.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stddef.h>

struct str {
	char *buf;
	size_t len;
	size_t capacity; /* 0: buf is the shared empty string, not ours */
};

extern char str_empty[1];
#define STR_INIT { str_empty, 0, 0 }

void str_init(struct str *s);
void str_release(struct str *s);
void str_reset(struct str *s); /* length 0, keeps the memory */
char *str_detach(struct str *s);
void str_reserve(struct str *s, size_t more);
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *bytes, size_t n);
void str_add_char(struct str *s, char c);
void str_add_item(struct str *s, const char *item); /* of a list: "a, b" */
void str_addf(struct str *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
