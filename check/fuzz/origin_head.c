/*
 * What the origin reads from strangers: the request head, and behind it the
 * path, the bucket in the Host, the queries of a listing and of an object, the
 * Range header and the conditions.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#include "base/utf8.h"
#include "origin/condition.h"
#include "origin/date.h"
#include "origin/head.h"
#include "origin/list.h"
#include "origin/object_query.h"
#include "origin/range.h"
#include "origin/target.h"
#include "origin/xml.h"

static void check_view(struct view view, const char *bytes, size_t n)
{
	must(!view.at || (view.at >= bytes && view.at + view.len <= bytes + n));
}

static void check_range(struct view text, uint64_t size)
{
	struct range range;
	enum range_kind kind = range_parse(text.at, text.len, size, &range);

	switch (kind) {
	case RANGE_NONE:
		must(range.start == 0 && range.length == size);
		break;
	case RANGE_PART:
		must(range.length > 0 && range.start < size &&
		     range.length <= size - range.start);
		break;
	case RANGE_UNSATISFIABLE:
		must(range.length == 0);
		break;
	}
}

static void check_ranges(struct view text)
{
	check_range(text, 0);
	check_range(text, 1);
	check_range(text, 1000);
	check_range(text, UINT64_MAX);
}

static void check_list(struct view query)
{
	static struct arena arena;
	struct list_request request;
	int code;

	arena.used = 0;
	code = list_parse(query, &arena, &request);
	must(code <= 0 && -code < S3_ERROR_COUNT);
	must(arena.used <= sizeof(arena.bytes));
	if (code == 0)
		must(request.max_keys <= LIST_MAX &&
		     strlen(request.after) < sizeof(request.after) &&
		     strlen(request.prefix.at) == request.prefix.len);
}

static void check_object_query(struct view query)
{
	static struct arena arena;
	struct object_query out;
	int code;

	arena.used = 0;
	code = object_query_parse(query, &arena, &out);
	must(code <= 0 && -code < S3_ERROR_COUNT);
	must(arena.used <= sizeof(arena.bytes));
	must(out.part <= OBJECT_PART_MAX);
	for (int i = 0; code == 0 && i < OVERRIDE_COUNT; i++)
		for (size_t k = 0; k < out.override[i].len; k++)
			must((unsigned char)out.override[i].at[k] >= ' ' &&
			     out.override[i].at[k] != '\x7f');
}

static void check_attributes(struct view list)
{
	struct object object = { .size = 100, .part_bytes = 7,
				 .etag = "\"0123456789abcdef-15\"" };
	struct str out = STR_INIT;
	int code = subresource_attributes(list, &object, &out);

	must(code == -S3_INVALID_ARGUMENT || (code == 0 && out.len));
	str_release(&out);
}

static void check_host(struct view host)
{
	struct view bucket = target_host_bucket(host);

	must(bucket.len == 0 ||
	     (bucket.at == host.at && bucket.len < host.len));
}

static void check_path(struct view path)
{
	static struct arena arena;
	struct target target;
	struct str out = STR_INIT;

	arena.used = 0;
	if (target_split(path, &arena, &target) < 0)
		return;
	must(!memchr(target.bucket.at, '\0', target.bucket.len));
	must(!memchr(target.key.at, '\0', target.key.len));
	must(target.bucket.len + target.key.len <= path.len);
	must(utf8_is(target.bucket.at, target.bucket.len));
	must(utf8_is(target.key.at, target.key.len));
	xml_add(&out, "Key", target.key.at, target.key.len);
	xml_add_url(&out, "Key", target.key.at, target.key.len);
	str_release(&out);
}

static void check_conditions(const struct head *head)
{
	struct object object = { .size = 100,
				 .modified_s = 1700000000,
				 .etag = "\"0123456789abcdef-2\"" };
	const char *which = NULL;

	if (condition_check(head, &object, 1700000000, &which) == CONDITION_FAILED)
		must(which != NULL);
	condition_range_holds(head, &object, 1700000000);
}

/* A head that is whole is not whole one byte earlier, and a part of it is never
 * refused. */
static void check_prefixes(const char *bytes, size_t used)
{
	struct head head;

	for (size_t n = used - 1; n; n = n * 3 / 4)
		must(head_parse(bytes, n, &head) == 0);
}

static void check_head(const char *bytes, size_t n)
{
	struct head head;
	int used = head_parse(bytes, n, &head);

	must(used > -S3_ERROR_COUNT && used <= (int)(n < HEAD_LIMIT
							     ? n
							     : HEAD_LIMIT));
	must(used != 0 || n < HEAD_LIMIT);
	if (used <= 0)
		return;
	check_view(head.path, bytes, (size_t)used);
	check_view(head.query, bytes, (size_t)used);
	check_view(head.range, bytes, (size_t)used);
	check_view(head.host, bytes, (size_t)used);
	check_view(head.method_name, bytes, (size_t)used);
	must(head.path.len && head.path.at[0] == '/');
	must(!memchr(bytes, '\0', (size_t)used));
	check_prefixes(bytes, (size_t)used);
	check_path(head.path);
	check_host(head.host);
	check_list(head.query);
	check_object_query(head.query);
	check_attributes(head.object_attributes);
	check_ranges(head.range);
	check_conditions(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *text = (const char *)bytes;
	struct view all = { text, n < 4096 ? n : 4096 };
	int64_t seconds;

	check_head(text, n);
	/* The same bytes as what a head would hand on. */
	check_ranges(all);
	check_list(all);
	check_object_query(all);
	check_attributes(all);
	check_host(all);
	/* A head has no zero bytes, and target_split() relies on that. */
	if (n && text[0] == '/' && !memchr(text, '\0', all.len))
		check_path(all);
	date_parse(text, n < 40 ? n : 40, 1700000000, &seconds);
	return 0;
}

#include "replay.h"
