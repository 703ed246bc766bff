#include "data/remote_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/xml.h"
#include "objects/objects.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes encoding-type=url in place; false if it is none. */
static bool decode(char *text)
{
	char *to = text;

	for (char *at = text; *at; at++) {
		char c = *at;

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = hex_digit(at[1]);
			int low = high < 0 ? -1 : hex_digit(at[2]);

			if (low < 0 || high + low == 0)
				return false;
			c = (char)(high << 4 | low);
			at += 2;
		}
		*to++ = c;
	}
	*to = '\0';
	return true;
}

static bool path_is(const struct xml_path *path, unsigned depth,
		    const char *parent, const char *name)
{
	return path->depth == depth &&
	       !strcmp(path->name[0], "ListBucketResult") &&
	       (depth < 3 || !strcmp(path->name[1], parent)) &&
	       !strcmp(path->name[depth - 1], name);
}

/* The entry that is being read: the one behind the last complete one. */
static struct list_key *current(struct list_page *page)
{
	if (page->count == page->capacity) {
		size_t old = page->capacity;

		MEM_ROOM(page->keys, page->count, page->capacity);
		memset(page->keys + old, 0,
		       (page->capacity - old) * sizeof(*page->keys));
	}
	return &page->keys[page->count];
}

static int read_size(const char *text, uint64_t *out, struct err *err)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *out > INT64_MAX)
		return err_set(err, ERR_INVALID,
			       "\"%.40s\" is not the size of an object", text);
	return 0;
}

static int read_member(struct list_page *page, const struct xml_path *path,
		       const struct str *inside, struct err *err)
{
	struct list_key *key = current(page);

	if (path_is(path, 3, "Contents", "Key")) {
		free(key->key);
		key->key = mem_dup(inside->buf);
	} else if (path_is(path, 3, "Contents", "Size")) {
		key->has_size = true;
		return read_size(inside->buf, &key->size, err);
	} else if (path_is(path, 3, "Contents", "ETag")) {
		snprintf(key->etag, sizeof(key->etag), "%s", inside->buf);
	}
	return 0;
}

static int ended(void *context, const struct xml_path *path,
		 const struct str *inside, struct err *err)
{
	struct list_page *page = context;

	if (path->depth == 1 && strcmp(path->name[0], "ListBucketResult"))
		return err_set(err, ERR_INVALID,
			       "the answer is a %s and no ListBucketResult",
			       path->name[0]);
	if (path_is(path, 2, NULL, "IsTruncated"))
		page->truncated = !strcmp(inside->buf, "true");
	if (path_is(path, 2, NULL, "EncodingType"))
		page->encoded = !strcmp(inside->buf, "url");
	if (path_is(path, 2, NULL, "Contents")) {
		const struct list_key *key = current(page);

		if (!key->key || !key->has_size)
			return err_set(err, ERR_INVALID,
				       "an entry of the listing has no %s",
				       key->key ? "Size" : "Key");
		page->count++;
	}
	return read_member(page, path, inside, err);
}

int list_page_parse(const char *text, size_t n, struct list_page *page,
		    struct err *err)
{
	int code = xml_read(text, n, ended, page, err);

	/* Only now, because EncodingType may come after the keys. */
	for (size_t i = 0; code == 0 && i < page->count; i++) {
		char *key = page->keys[i].key;

		if ((page->encoded && !decode(key)) || !*key ||
		    strlen(key) > OBJECT_KEY_MAX)
			return err_set(err, ERR_INVALID,
				       "the listing has a key that is no key");
		if (i && strcmp(page->keys[i - 1].key, key) >= 0)
			return err_set(err, ERR_INVALID,
				       "the listing is not in the order of the "
				       "keys' bytes: %s comes late", key);
	}
	return code;
}

void list_page_clear(struct list_page *page)
{
	for (size_t i = 0; i < page->capacity; i++)
		free(page->keys[i].key);
	free(page->keys);
	memset(page, 0, sizeof(*page));
}
