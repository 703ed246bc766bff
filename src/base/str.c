#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char str_empty[1];

void str_init(struct str *s)
{
	s->buf = str_empty;
	s->len = 0;
	s->capacity = 0;
}

void str_release(struct str *s)
{
	if (s->capacity)
		free(s->buf);
	str_init(s);
}

void str_reset(struct str *s)
{
	s->len = 0;
	if (s->capacity)
		s->buf[0] = '\0';
}

char *str_detach(struct str *s)
{
	char *text = s->capacity ? s->buf : mem_dup("");

	str_init(s);
	return text;
}

void str_reserve(struct str *s, size_t more)
{
	size_t need = s->len + more + 1;
	size_t capacity = s->capacity ? s->capacity : 64;

	if (need <= s->capacity)
		return;
	while (capacity < need)
		capacity *= 2;
	s->buf = mem_grow(s->capacity ? s->buf : NULL, capacity, 1);
	s->capacity = capacity;
	s->buf[s->len] = '\0';
}

void str_add_n(struct str *s, const char *bytes, size_t n)
{
	str_reserve(s, n);
	if (n)
		memcpy(s->buf + s->len, bytes, n);
	s->len += n;
	s->buf[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_n(s, &c, 1);
}

void str_add_item(struct str *s, const char *item)
{
	str_add(s, s->len ? ", " : "");
	str_add(s, item);
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list args;
	int n;

	str_reserve(s, 128);
	va_start(args, format);
	n = vsnprintf(s->buf + s->len, s->capacity - s->len, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= s->capacity - s->len) {
		str_reserve(s, (size_t)n);
		va_start(args, format);
		vsnprintf(s->buf + s->len, s->capacity - s->len, format, args);
		va_end(args);
	}
	s->len += (size_t)n;
}
