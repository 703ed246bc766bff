#include "origin/respond.h"

#include <string.h>

#include "base/log.h"
#include "origin/condition.h"
#include "origin/list.h"
#include "origin/reply.h"
#include "origin/tally.h"

static struct fact fact_of(const char *name, struct view view)
{
	return (struct fact){ name, view.at, view.len };
}

static struct fact fact_text(const char *name, const char *text)
{
	return (struct fact){ name, text, strlen(text) };
}

static struct object_source *find_bucket(const struct origin *origin,
					 struct view name)
{
	for (unsigned i = 0; i < origin->source_count; i++) {
		struct object_source *source = origin->sources[i];

		if (strlen(source->bucket) == name.len &&
		    memcmp(source->bucket, name.at, name.len) == 0)
			return source;
	}
	return NULL;
}

static void fail(struct conn *conn, const struct err *err)
{
	LOG(ORIGIN, "a source failed: %s", err->text);
	reply_error(conn, S3_INTERNAL, NULL, 0);
}

/* Which bytes a request asks for. */
static enum range_kind range_of(const struct head *head, uint64_t size,
				const struct object *object,
				struct range *range)
{
	struct view text = head->range;

	if (!text.at || head->several_ranges ||
	    (object && !condition_range_holds(head, object)))
		text.len = 0;
	return range_parse(text.at, text.len, size, range);
}

/* Where the size is not known, the range counts as it was asked for. */
static void tally_unknown(struct conn *conn, const struct head *head,
			  struct object_source *source, struct view key)
{
	struct range range;

	if (conn->head_method)
		return;
	range_of(head, UINT64_MAX, NULL, &range);
	tally_range(conn, source, key, range.start,
		    range.start + range.length - 1);
}

static void send_object(struct conn *conn, const struct head *head,
			struct view key)
{
	struct reply *reply = &conn->reply;
	struct fact facts[] = { fact_of("Key", key) };
	struct range range;
	enum range_kind kind = range_of(head, reply->object.size,
					&reply->object, &range);

	if (kind == RANGE_UNSATISFIABLE) {
		reply_bad_range(conn, head->range, reply->object.size, facts,
				1);
		return;
	}
	if (!conn->head_method)
		tally_range(conn, reply->source, key, range.start,
			    range.start + range.length - 1);
	reply_object(conn, kind == RANGE_PART ? 206 : 200, &range);
}

static void answer_object(struct conn *conn, const struct head *head,
			  struct view key)
{
	const char *which = NULL;
	struct fact condition;

	switch (condition_check(head, &conn->reply.object, &which)) {
	case CONDITION_NOT_MODIFIED:
		reply_not_modified(conn);
		return;
	case CONDITION_FAILED:
		condition = fact_text("Condition", which);
		reply_error(conn, S3_PRECONDITION_FAILED, &condition, 1);
		return;
	case CONDITION_HOLDS:
		send_object(conn, head, key);
		return;
	}
}

/* Queries that make it another operation than reading the object. */
static bool is_other_operation(struct conn *conn, struct view query)
{
	static const char *const names[] = { "acl",     "attributes",
					     "legal-hold", "partNumber",
					     "retention", "tagging",
					     "torrent", "uploadId",
					     "uploads" };
	struct view name, value;

	while (query_next(&query, &name, &value))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (name.len == strlen(names[i]) &&
			    memcmp(name.at, names[i], name.len) == 0) {
				reply_error(conn, S3_NOT_IMPLEMENTED, NULL, 0);
				return true;
			}
	return false;
}

/* A key of a burst, without its prefix; the answer waits for the others. */
static struct view drop_hold(struct conn *conn, struct view key)
{
	size_t n = sizeof(LEDGER_HOLD_PREFIX) - 1;

	if (key.len <= n || memcmp(key.at, LEDGER_HOLD_PREFIX, n) != 0 ||
	    !tally_get(&conn->row->ledger->hold_target))
		return key;
	conn->reply.hold = true;
	return (struct view){ key.at + n, key.len - n };
}

static void respond_object(struct conn *conn, const struct head *head,
			   struct object_source *source, struct view key)
{
	struct reply *reply = &conn->reply;
	struct fact fact;
	struct err err;
	int code;

	key = drop_hold(conn, key);
	fact = fact_of("Key", key);
	if (!conn->head_method)
		tally_add(&conn->row->ledger->requests_get, 1);
	if (key.len > OBJECT_KEY_MAX) {
		reply_error(conn, S3_KEY_TOO_LONG, NULL, 0);
		return;
	}
	if (is_other_operation(conn, head->query))
		return;
	code = source->ops->find(source, key.at, key.len, &reply->object, &err);
	if (code == ERR_NOT_FOUND) {
		reply_error(conn, S3_NO_SUCH_KEY, &fact, 1);
		return;
	}
	if (code < 0) {
		tally_unknown(conn, head, source, key);
		fail(conn, &err);
		return;
	}
	reply->source = source;
	reply->has_object = true;
	answer_object(conn, head, key);
}

static void respond_list(struct conn *conn, const struct head *head,
			 struct object_source *source)
{
	struct origin *origin = conn->origin;
	struct list_request request;
	struct fact fact;
	struct err err;
	int code = list_parse(head->query, &origin->arena, &request);

	if (!request.location)
		tally_add(&conn->row->ledger->requests_list, 1);
	if (code < 0) {
		fact = fact_text("ArgumentName",
				 request.argument ? request.argument : "");
		reply_error(conn, (enum s3_error)-code, &fact,
			    request.argument ? 1 : 0);
		return;
	}
	if (request.location)
		list_write_location(&origin->xml);
	else
		code = list_write(source, &request, &origin->xml, &err);
	if (code < 0)
		fail(conn, &err);
	else
		reply_xml(conn);
}

static void respond_bucket(struct conn *conn, const struct head *head,
			   const struct target *target)
{
	struct object_source *source =
		find_bucket(conn->origin, target->bucket);
	struct fact fact = fact_of("BucketName", target->bucket);

	if (!source)
		reply_error(conn, S3_NO_SUCH_BUCKET, &fact, 1);
	else if (target->key.len)
		respond_object(conn, head, source, target->key);
	else if (conn->head_method)
		reply_bucket(conn);
	else
		respond_list(conn, head, source);
}

static void refuse_method(struct conn *conn, const struct head *head)
{
	struct fact facts[] = { fact_of("Method", head->method_name),
				fact_text("ResourceType", "OBJECT") };

	reply_error(conn, S3_METHOD_NOT_ALLOWED, facts, 2);
}

static void respond_root(struct conn *conn, const struct head *head)
{
	struct origin *origin = conn->origin;

	if (conn->head_method) {
		refuse_method(conn, head);
		return;
	}
	list_write_buckets(origin->sources, origin->source_count,
			   &origin->xml);
	reply_xml(conn);
}

/* Refused before it is looked at; what it may send still is not read, so the
 * connection ends. */
static bool refuse_writing(struct conn *conn, const struct head *head)
{
	if (head->method != METHOD_OTHER && !head->content_length)
		return false;
	conn->reply.close = true;
	conn->reply.linger = true;
	if (head->method == METHOD_OTHER)
		refuse_method(conn, head);
	else
		reply_error(conn, S3_INVALID_REQUEST, NULL, 0);
	return true;
}

void respond(struct conn *conn, const struct head *head)
{
	struct target target;
	int code;

	conn->head_method = head->method == METHOD_HEAD;
	conn->says_keep_alive = head->says_keep_alive;
	tally_request(conn);
	reply_begin(conn, !head->keep_alive);
	if (conn->head_method)
		tally_add(&conn->row->ledger->requests_head, 1);
	if (refuse_writing(conn, head))
		return;
	conn->origin->arena.used = 0;
	code = target_split(head->path, &conn->origin->arena, &target);
	if (code < 0)
		reply_error(conn, (enum s3_error)-code, NULL, 0);
	else if (!target.bucket.len)
		respond_root(conn, head);
	else
		respond_bucket(conn, head, &target);
}

void respond_refusal(struct conn *conn, enum s3_error error)
{
	conn->head_method = false;
	conn->says_keep_alive = false;
	tally_request(conn);
	tally_add(&conn->row->ledger->bad_heads, 1);
	reply_begin(conn, true);
	conn->reply.linger = true;
	reply_error(conn, error, NULL, 0);
}

void respond_failure(struct conn *conn)
{
	str_release(&conn->reply.own);
	reply_error(conn, S3_INTERNAL, NULL, 0);
}
