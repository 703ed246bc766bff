/* A store outside as a source. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/data.h"
#include "data/remote_error.h"
#include "data/remote_http.h"
#include "data/remote_list.h"

#define LIST_LIMIT (8U << 20)   /* of a listing's answer, bytes */
#define ERROR_LIMIT (1U << 20)  /* of an error's, bytes */
#define WINDOW_BYTES (8U << 20) /* most that one GET fetches */

/* An object that find() opened; its address is the object's id. */
struct handle {
	char *key;
	char content_type[128];
};

struct remote {
	struct object_source source;
	struct http *http;
	char *prefix;

	/* The last page: the keys with `page_prefix` after `page_after`. */
	struct list_page page;
	char *page_prefix, *page_after;

	/* What was fetched last, because slices() hands out less at once. */
	uint64_t window_id, window_start;
	struct str window;
};

static struct remote *of(struct object_source *source)
{
	return (struct remote *)source;
}

static struct handle *handle_of(uint64_t id)
{
	return (struct handle *)(uintptr_t)id;
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static void fill_object(const struct answer *answer, struct object *out)
{
	memset(out, 0, sizeof(*out));
	out->size = (uint64_t)answer->length;
	out->modified_s = answer->modified_s < 0 ? 0 : answer->modified_s;
	strcpy(out->etag, answer->etag);
	out->fd = -1;
}

static bool looks_encoded(const char *key)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	while ((key = strchr(key, '%')))
		if (*++key && strchr(hex, *key) && key[1] &&
		    strchr(hex, key[1]))
			return true;
	return false;
}

/* Some stores encode the keys of listings and do not say so. */
static int absent(const struct remote *remote, const char *key,
		  struct err *err)
{
	bool encoded = remote->page_prefix && !remote->page.encoded &&
		       looks_encoded(key);

	return err_set(err, ERR_NOT_FOUND, "%s/%s has no object %s%s",
		       http_endpoint(remote->http), http_bucket(remote->http),
		       key, encoded ? ", though its listing has: that encodes "
				      "keys, it seems, without the element "
				      "EncodingType that tells"
				    : "");
}

static int head(struct remote *remote, const char *key, struct object *out,
		struct err *err)
{
	struct answer answer = { .body = STR_INIT, .limit = ERROR_LIMIT };
	int code = http_request(remote->http, true, key, NULL, NULL, &answer,
				err);

	if (code == 0 && answer.status == 404)
		code = absent(remote, key, err);
	else if (code == 0 && answer.status != 200)
		code = http_refused(remote->http, key, NULL, &answer, err);
	else if (code == 0 && answer.length < 0)
		code = err_set(err, ERR_FAILED,
			       "%s does not tell the size of %s",
			       http_endpoint(remote->http), key);
	if (code == 0) {
		struct handle *handle = mem_new(sizeof(*handle));

		fill_object(&answer, out);
		handle->key = mem_dup(key);
		strcpy(handle->content_type, *answer.content_type
					     ? answer.content_type
					     : "binary/octet-stream");
		out->id = (uintptr_t)handle;
		out->content_type = handle->content_type;
	}
	str_release(&answer.body);
	return code;
}

static int remote_find(struct object_source *source, const char *key,
		       size_t key_len, struct object *out, struct err *err)
{
	struct remote *remote = of(source);
	char name[OBJECT_KEY_MAX + 1];

	if (!key_len || key_len > OBJECT_KEY_MAX || memchr(key, 0, key_len))
		return err_set(err, ERR_NOT_FOUND, "no object has such a key");
	memcpy(name, key, key_len);
	name[key_len] = '\0';
	if (!starts_with(name, remote->prefix))
		return err_set(err, ERR_NOT_FOUND,
			       "%s does not start with the prefix %s", name,
			       remote->prefix);
	return head(remote, name, out, err);
}

static void remote_close(struct object_source *source, struct object *object)
{
	struct remote *remote = of(source);
	struct handle *handle = handle_of(object->id);

	if (!handle)
		return;
	if (remote->window_id == object->id)
		remote->window_id = 0;
	free(handle->key);
	free(handle);
	object->id = 0;
}

/* Whether the answer is these bytes and no others. */
static int check_range(const struct remote *remote, const struct answer *answer,
		       const char *key, const char *range, uint64_t offset,
		       uint64_t length, struct err *err)
{
	char expected[96];

	if (answer->status != 206)
		return http_refused(remote->http, key, range, answer, err);
	snprintf(expected, sizeof(expected), "bytes %s/", range);
	if (!starts_with(answer->content_range, expected) ||
	    answer->body.len != length)
		return err_set(err, ERR_FAILED,
			       "the store sends %zu bytes of range \"%s\" for "
			       "%s at byte %" PRIu64 " of %s/%s, and was asked "
			       "for %s: it cannot be measured",
			       answer->body.len, answer->content_range, key,
			       offset, http_endpoint(remote->http),
			       http_bucket(remote->http), range);
	return 0;
}

static int fetch(struct remote *remote, const struct object *object,
		 uint64_t offset, uint64_t length, struct err *err)
{
	struct answer answer = { .body = remote->window,
				 .limit = length > ERROR_LIMIT ? length
							       : ERROR_LIMIT };
	const char *key = handle_of(object->id)->key;
	char range[48];
	int code;

	str_reset(&answer.body);
	remote->window_id = 0;
	snprintf(range, sizeof(range), "%" PRIu64 "-%" PRIu64, offset,
		 offset + length - 1);
	code = http_request(remote->http, false, key, NULL, range, &answer,
			    err);
	if (code == 0)
		code = check_range(remote, &answer, key, range, offset,
				   length, err);
	remote->window = answer.body;
	if (code < 0)
		return code;
	remote->window_id = object->id;
	remote->window_start = offset;
	return 0;
}

static bool in_window(const struct remote *remote, const struct object *object,
		      uint64_t offset)
{
	return remote->window_id == object->id &&
	       offset >= remote->window_start &&
	       offset - remote->window_start < remote->window.len;
}

static int64_t remote_slices(struct object_source *source,
			     const struct object *object, uint64_t offset,
			     uint64_t length, struct object_slices *out,
			     struct err *err)
{
	struct remote *remote = of(source);
	size_t at, n;
	int code;

	if (!object->id)
		return err_set(err, ERR_INVALID, "an entry of a listing has no "
						 "bytes: find() it first");
	if (!in_window(remote, object, offset)) {
		uint64_t want = length < WINDOW_BYTES ? length : WINDOW_BYTES;

		code = fetch(remote, object, offset, want, err);
		if (code < 0)
			return code;
	}
	at = (size_t)(offset - remote->window_start);
	n = remote->window.len - at;
	n = n < OBJECT_SCRATCH ? n : OBJECT_SCRATCH;
	n = n < length ? n : (size_t)length;
	memcpy(out->scratch, remote->window.buf + at, n);
	out->at[0].iov_base = out->scratch;
	out->at[0].iov_len = n;
	out->count = 1;
	return (int64_t)n;
}

/* Parameters in the order of their names: signatures need it. */
static char *list_query(const char *prefix, const char *after)
{
	struct str query = STR_INIT;

	str_add(&query, "encoding-type=url&list-type=2&max-keys=1000");
	if (*prefix) {
		str_add(&query, "&prefix=");
		text_encode(&query, prefix, false);
	}
	if (*after) {
		str_add(&query, "&start-after=");
		text_encode(&query, after, false);
	}
	return str_detach(&query);
}

static void forget_page(struct remote *remote)
{
	list_page_clear(&remote->page);
	free(remote->page_prefix);
	free(remote->page_after);
	remote->page_prefix = remote->page_after = NULL;
}

/* A 200 whose body is no listing, or is a wrong one, of which *err tells. */
static int refuse_page(struct remote *remote, const struct answer *answer,
		       struct err *err)
{
	struct store_error error;
	char *said = mem_dup(err ? err->text : "");

	store_error_read(answer->body.buf, answer->body.len, &error);
	if (*error.code || *error.message || *error.other || *answer->encoding)
		http_refused(remote->http, NULL, NULL, answer, err);
	else /* its words come from the store: name it */
		err_set(err, ERR_FAILED,
			"listing %s of %s: %s: check that it lists as S3 does, "
			"by ListObjectsV2", http_bucket(remote->http),
			http_endpoint(remote->http), said);
	free(said);
	return ERR_FAILED;
}

static int parse_page(struct remote *remote, const struct answer *answer,
		      const char *after, struct err *err)
{
	int code;

	if (answer->status != 200)
		return http_refused(remote->http, NULL, NULL, answer, err);
	code = list_page_parse(answer->body.buf, answer->body.len,
			       &remote->page, err);
	if (code == 0 && remote->page.count &&
	    strcmp(remote->page.keys[0].key, after) <= 0)
		code = err_set(err, ERR_INVALID,
			       "the listing does not honour start-after");
	if (code == 0 && remote->page.truncated && !remote->page.count)
		code = err_set(err, ERR_INVALID,
			       "the listing has no keys and yet does not end");
	return code < 0 ? refuse_page(remote, answer, err) : 0;
}

static int load_page(struct remote *remote, const char *prefix,
		     const char *after, struct err *err)
{
	struct answer answer = { .body = STR_INIT, .limit = LIST_LIMIT };
	char *query = list_query(prefix, after);
	int code;

	forget_page(remote);
	code = http_request(remote->http, false, NULL, query, NULL, &answer,
			    err);
	if (code == 0)
		code = parse_page(remote, &answer, after, err);
	if (code == 0) {
		remote->page_prefix = mem_dup(prefix);
		remote->page_after = mem_dup(after);
	} else {
		forget_page(remote);
	}
	str_release(&answer.body);
	free(query);
	return code;
}

/* Whether the page tells what comes after `after`. */
static bool page_covers(const struct remote *remote, const char *prefix,
			const char *after)
{
	const struct list_page *page = &remote->page;

	return remote->page_prefix && !strcmp(remote->page_prefix, prefix) &&
	       strcmp(remote->page_after, after) <= 0 &&
	       (!page->truncated ||
		strcmp(page->keys[page->count - 1].key, after) > 0);
}

/* The first key of the page that is greater; NULL if none. */
static const struct list_key *first_after(const struct list_page *page,
					  const char *after)
{
	size_t low = 0, high = page->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(page->keys[middle].key, after) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low < page->count ? &page->keys[low] : NULL;
}

static int remote_next(struct object_source *source, const char *prefix,
		       const char *after, struct object_entry *out,
		       struct err *err)
{
	struct remote *remote = of(source);
	const struct list_key *found;
	int code;

	/* The narrower of the two prefixes, if one is within the other. */
	if (starts_with(remote->prefix, prefix))
		prefix = remote->prefix;
	else if (!starts_with(prefix, remote->prefix))
		return err_set(err, ERR_NOT_FOUND, "no key has both prefixes");
	if (!page_covers(remote, prefix, after)) {
		code = load_page(remote, prefix, after, err);
		if (code < 0)
			return code;
	}
	found = first_after(&remote->page, after);
	if (!found || !starts_with(found->key, prefix))
		return err_set(err, ERR_NOT_FOUND, "%s has no further key",
			       http_bucket(remote->http));
	strcpy(out->key, found->key);
	memset(&out->object, 0, sizeof(out->object));
	out->object.size = found->size;
	strcpy(out->object.etag, found->etag);
	out->object.content_type = "binary/octet-stream";
	out->object.fd = -1;
	return 0;
}

static void remote_free(struct object_source *source)
{
	struct remote *remote = of(source);

	forget_page(remote);
	str_release(&remote->window);
	http_free(remote->http);
	free(remote->prefix);
	free(remote);
}

static const struct object_source_ops remote_ops = {
	.find = remote_find,
	.close = remote_close,
	.next = remote_next,
	.slices = remote_slices,
	.free = remote_free,
};

int data_remote_new(struct object_source **out,
		    const struct data_remote *settings, struct err *err)
{
	struct http *http;
	struct remote *remote;
	int code = http_new(&http, settings, err);

	if (code < 0)
		return code;
	remote = mem_new(sizeof(*remote));
	remote->source.ops = &remote_ops;
	snprintf(remote->source.bucket, sizeof(remote->source.bucket), "%s",
		 settings->bucket);
	snprintf(remote->source.name, sizeof(remote->source.name), "%s",
		 settings->bucket);
	remote->source.outside = true;
	remote->http = http;
	remote->prefix = mem_dup(settings->prefix ? settings->prefix : "");
	str_init(&remote->window);
	*out = &remote->source;
	return 0;
}
