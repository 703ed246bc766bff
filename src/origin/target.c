#include "origin/target.h"

#include <string.h>

#include "base/utf8.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte of "%41" at text.at[i], or -1. */
static int escaped(struct view text, size_t i)
{
	int high, low;

	if (text.len - i < 3)
		return -1;
	high = hex(text.at[i + 1]);
	low = hex(text.at[i + 2]);
	if (high < 0 || low < 0)
		return -1;
	return high * 16 + low;
}

const char *percent_decode(struct view text, bool plus, struct arena *arena,
			   size_t *len)
{
	char *start = arena->bytes + arena->used, *to = start;

	if (text.len >= sizeof(arena->bytes) - arena->used)
		return NULL;
	for (size_t i = 0; i < text.len; i++) {
		int c = (unsigned char)text.at[i];

		if (c == '%') {
			c = escaped(text, i);
			if (c < 0)
				return NULL;
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (!c)
			return NULL;
		*to++ = (char)c;
	}
	*to = '\0';
	*len = (size_t)(to - start);
	if (!utf8_is(start, *len))
		return NULL;
	arena->used += *len + 1;
	return start;
}

static bool decode_part(struct view *part, struct arena *arena)
{
	if (!part->len || !memchr(part->at, '%', part->len))
		return utf8_is(part->at, part->len);
	part->at = percent_decode(*part, false, arena, &part->len);
	return part->at != NULL;
}

int target_split(struct view path, struct arena *arena, struct target *out)
{
	const char *end = path.at + path.len, *start = path.at + 1;
	const char *slash = memchr(start, '/', (size_t)(end - start));

	out->bucket.at = start;
	out->bucket.len = (size_t)((slash ? slash : end) - start);
	out->key.at = slash ? slash + 1 : end;
	out->key.len = (size_t)(end - out->key.at);
	/* "//key" has a bucket without a name, and "/" has none at all. */
	if (!out->bucket.len && slash)
		return -S3_INVALID_URI;
	if (!decode_part(&out->bucket, arena) || !decode_part(&out->key, arena))
		return -S3_INVALID_URI;
	return 0;
}

int target_key(struct view path, struct arena *arena, struct view *key)
{
	*key = (struct view){ path.at + 1, path.len - 1 };
	return decode_part(key, arena) ? 0 : -S3_INVALID_URI;
}

struct view target_host_bucket(struct view host)
{
	static const char parent[] = ".localhost";
	const char *colon = host.len ? memchr(host.at, ':', host.len) : NULL;
	size_t n = sizeof(parent) - 1;
	struct view end;

	if (colon)
		host.len = (size_t)(colon - host.at);
	if (host.len <= n)
		return (struct view){ host.at, 0 };
	end = (struct view){ host.at + host.len - n, n };
	host.len -= n;
	return view_is(end, parent) ? host : (struct view){ host.at, 0 };
}

/* Takes the first NAME=VALUE off a query, both still encoded. */
static bool split_next(struct view *query, struct view *name,
		       struct view *value)
{
	const char *end, *equals;
	size_t n;

	if (!query->len)
		return false;
	end = memchr(query->at, '&', query->len);
	n = end ? (size_t)(end - query->at) : query->len;
	equals = n ? memchr(query->at, '=', n) : NULL;
	name->at = query->at;
	name->len = equals ? (size_t)(equals - query->at) : n;
	value->at = equals ? equals + 1 : query->at + n;
	value->len = (size_t)(query->at + n - value->at);
	n += end ? 1 : 0;
	query->at += n;
	query->len -= n;
	return true;
}

static bool decode_query(struct view *text, struct arena *arena)
{
	text->at = percent_decode(*text, true, arena, &text->len);
	return text->at != NULL;
}

int query_next(struct view *query, struct arena *arena, struct view *name,
	       struct view *value)
{
	if (!split_next(query, name, value))
		return 0;
	return decode_query(name, arena) && decode_query(value, arena)
		       ? 1
		       : -S3_INVALID_URI;
}
