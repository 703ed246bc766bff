#include "worker/operations.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "worker/line.h"
#include "worker/verb.h"

void operations_init(struct operations *ops, unsigned verbs)
{
	memset(ops, 0, sizeof(*ops));
	ops->verbs = verbs;
	ops->widest = 1;
}

void operations_release(struct operations *ops)
{
	for (size_t i = 0; i < ops->key_count; i++) {
		free(ops->keys[i].url);
		free(ops->keys[i].text);
	}
	for (size_t i = 0; i < ops->rare_count; i++)
		free(ops->rares[i].more);
	for (size_t i = 0; i < ops->more_count; i++)
		free(ops->mores[i]);
	free(ops->mores);
	free(ops->list);
	free(ops->keys);
	free(ops->key_table);
	free(ops->rares);
	free(ops->requests);
	free(ops->ranges);
	free(ops->layouts);
	operations_init(ops, 0);
}

/* ENDPOINT/BUCKET/KEY, or a list's ENDPOINT/BUCKET?list-type=2&prefix=PREFIX,
 * its query as a signature wants it. */
static char *make_url(const struct operations *ops, const char *key,
		      bool is_prefix)
{
	struct str url = STR_INIT;

	str_addf(&url, "%s/%s%s", ops->endpoint, ops->bucket,
		 is_prefix ? "?list-type=2&prefix=" : "/");
	text_encode(&url, key, !is_prefix);
	return str_detach(&url);
}

static bool is_key(const struct operation_key *there, const char *key,
		   bool is_prefix)
{
	return there->is_prefix == is_prefix && strcmp(there->text, key) == 0;
}

/* Where the key is in the table, or the empty place where it would be. */
static size_t place_of(const struct operations *ops, const char *key,
		       bool is_prefix)
{
	size_t at = (size_t)hash_bytes(key, strlen(key)) + is_prefix;

	for (;; at++) {
		uint32_t found = ops->key_table[at & (ops->table_size - 1)];

		if (!found || is_key(&ops->keys[found - 1], key, is_prefix))
			return at & (ops->table_size - 1);
	}
}

static void grow_table(struct operations *ops)
{
	if (ops->key_count * 2 < ops->table_size)
		return;
	ops->table_size = ops->table_size ? ops->table_size * 2 : 64;
	free(ops->key_table);
	ops->key_table = mem_array(ops->table_size, sizeof(*ops->key_table));
	for (size_t i = 0; i < ops->key_count; i++) {
		const struct operation_key *key = &ops->keys[i];

		ops->key_table[place_of(ops, key->text, key->is_prefix)] =
			(uint32_t)i + 1;
	}
}

uint32_t operations_key(struct operations *ops, const char *key, bool is_prefix)
{
	size_t place;

	grow_table(ops);
	place = place_of(ops, key, is_prefix);
	if (!ops->key_table[place]) {
		MEM_ROOM(ops->keys, ops->key_count, ops->key_capacity);
		ops->keys[ops->key_count++] = (struct operation_key){
			.url = make_url(ops, key, is_prefix),
			.text = mem_dup(key),
			.is_prefix = is_prefix,
		};
		ops->key_table[place] = (uint32_t)ops->key_count;
	}
	return ops->key_table[place] - 1;
}

/* The endpoint may have a path of its own. */
static size_t path_of(const char *endpoint)
{
	const char *host = strstr(endpoint, "://");

	host = host ? host + 3 : endpoint;
	return (size_t)(host - endpoint) + strcspn(host, "/");
}

static int fail_open(const char *path, struct err *err)
{
	if (errno == ENOENT && !strncmp(path, "/proc/self/fd/", 14))
		return err_set(err, ERR_INVALID,
			       "%s of the packet 'setup' is not open here: was "
			       "the test started by another program? It must "
			       "pass on all descriptors", path);
	return err_sys(err, "the operations %s cannot be read", path);
}

int operations_load(struct operations *ops, const char *path,
		    const char *endpoint, const char *bucket,
		    const struct operations_part *part, struct err *err)
{
	FILE *file = fopen(path, "re");
	char *text = NULL, *what;
	size_t room = 0;
	ssize_t n;
	int code = 0;

	ops->endpoint = endpoint;
	ops->bucket = bucket;
	ops->path_at = path_of(endpoint);
	if (!file)
		return fail_open(path, err);
	for (uint64_t i = 0; code == 0 && ops->count < part->most; i++) {
		n = getline(&text, &room, file);
		if (n < 0)
			break;
		if (i % part->step != part->first)
			continue;
		what = mem_printf("%s, line %" PRIu64, path, i + 1);
		code = line_read(ops, text, (size_t)n, what, err);
		free(what);
	}
	if (code == 0 && ferror(file))
		code = err_sys(err, "the operations %s cannot be read", path);
	free(text);
	fclose(file);
	return code;
}

static const struct rare *rare_of(const struct operations *ops, size_t i)
{
	uint32_t rare = ops->list[i].rare;

	return rare ? &ops->rares[rare - 1] : NULL;
}

static void set_key(const struct operations *ops, uint32_t at,
		    struct benchmark_operation *out)
{
	const struct operation_key *key = &ops->keys[at];

	out->key = key->text;
	out->url = key->url;
	out->path = key->url + ops->path_at;
}

void operations_get(const struct operations *ops, size_t i,
		    struct benchmark_operation *out)
{
	const struct operation *op = &ops->list[i];
	const struct rare *rare = rare_of(ops, i);

	set_key(ops, op->key, out);
	out->number = op->number;
	out->start = op->start;
	out->length = op->length;
	out->more = rare ? rare->more : NULL;
	out->verb = BENCHMARK_GET_RANGE;
	out->range_count = 0;
	out->ranges = NULL;
}

void operations_get_request(const struct operations *ops, size_t i,
			    const struct request *request,
			    struct benchmark_operation *out)
{
	const struct rare *rare = rare_of(ops, i);

	set_key(ops, request->key, out);
	out->number = ops->list[i].number;
	out->start = request->start;
	out->length = request->length;
	out->more = request->has_more ? ops->mores[request->range] :
		    rare	      ? rare->more :
					NULL;
	out->verb = request->verb;
	out->range_count = request->range_count;
	out->ranges = request->range_count ? &ops->ranges[request->range] :
					     NULL;
}

const struct request *operations_requests(const struct operations *ops,
					  size_t i, unsigned *count)
{
	const struct rare *rare = rare_of(ops, i);

	*count = rare ? rare->request_count : 0;
	return *count ? &ops->requests[rare->request] : NULL;
}

uint64_t operations_body_bytes(const struct operations *ops, size_t i)
{
	unsigned count;
	const struct request *request = operations_requests(ops, i, &count);
	uint64_t bytes = 0;

	if (!count)
		return ops->list[i].length;
	for (; count; count--, request++)
		bytes += verb_has_body(request->verb) ? request->length : 0;
	return bytes;
}

const uint32_t *operations_crc32(const struct operations *ops, size_t i)
{
	const struct rare *rare = rare_of(ops, i);

	return rare && rare->has_crc32 ? &ops->list[i].crc32 : NULL;
}

const struct tiff_layout *operations_expect(const struct operations *ops,
					    size_t i)
{
	const struct rare *rare = rare_of(ops, i);

	return rare && rare->expect ? &ops->layouts[rare->expect - 1] : NULL;
}
