#include "origin/respond_object.h"

#include <string.h>

#include "origin/condition.h"
#include "origin/reply.h"
#include "origin/tally.h"

/* Which bytes a request asks for. */
static enum range_kind range_of(const struct head *head, uint64_t size,
				const struct object *object, int64_t now,
				struct range *range)
{
	struct view text = head->range;

	if (!text.at || head->several_ranges ||
	    (object && !condition_range_holds(head, object, now)))
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
	range_of(head, UINT64_MAX, NULL, 0, &range);
	tally_range(conn, source, key, range.start,
		    range.start + range.length - 1);
}

/* What a request asks of an object that was found. */
struct asked {
	const struct head *head;
	const struct object_query *query; /* NULL: none */
	struct view key;
};

static void send_range(struct conn *conn, const struct asked *asked,
		       unsigned status, const struct range *range)
{
	if (!conn->head_method)
		tally_range(conn, conn->reply.source, asked->key, range->start,
			    range->start + range->length - 1);
	reply_object(conn, status, range, asked->query);
}

/* An object that was not uploaded in parts has one, and that is all of it. */
static void send_part(struct conn *conn, const struct asked *asked)
{
	const struct object *object = &conn->reply.object;
	uint64_t parts = subresource_parts(object);
	uint64_t bytes = parts > 1 ? object->part_bytes : object->size;
	unsigned part = asked->query->part;
	struct range range = { (part - 1) * bytes, bytes };

	if (asked->head->range.at) {
		reply_error(conn, S3_RANGE_OF_PART, NULL, 0);
		return;
	}
	if (part > (parts ? parts : 1)) {
		reply_error(conn, S3_INVALID_PART, NULL, 0);
		return;
	}
	if (range.length > object->size - range.start)
		range.length = object->size - range.start;
	send_range(conn, asked, range.length ? 206 : 200, &range);
}

static void send_object(struct conn *conn, const struct asked *asked)
{
	const struct head *head = asked->head;
	uint64_t size = conn->reply.object.size;
	struct fact facts[] = { { "Key", asked->key.at, asked->key.len } };
	struct range range;
	enum range_kind kind = range_of(head, size, &conn->reply.object,
					conn->origin->date_s, &range);

	if (kind == RANGE_UNSATISFIABLE)
		reply_bad_range(conn, head->range, size, facts, 1);
	else
		send_range(conn, asked, kind == RANGE_PART ? 206 : 200, &range);
}

static void answer_object(struct conn *conn, const struct asked *asked)
{
	const char *which = NULL;
	struct fact condition;

	switch (condition_check(asked->head, &conn->reply.object,
				conn->origin->date_s, &which)) {
	case CONDITION_NOT_MODIFIED:
		reply_not_modified(conn);
		return;
	case CONDITION_FAILED:
		condition = (struct fact){ "Condition", which, strlen(which) };
		reply_error(conn, S3_PRECONDITION_FAILED, &condition, 1);
		return;
	case CONDITION_HOLDS:
		if (asked->query && asked->query->part)
			send_part(conn, asked);
		else
			send_object(conn, asked);
		return;
	}
}

static void answer_attributes(struct conn *conn, const struct head *head)
{
	static const char name[] = "x-amz-object-attributes";
	struct fact fact = { "ArgumentName", name, sizeof(name) - 1 };

	if (subresource_attributes(head->object_attributes,
				   &conn->reply.object, &conn->origin->xml) < 0)
		reply_error(conn, S3_INVALID_ARGUMENT, &fact, 1);
	else
		reply_xml(conn);
}

/* S3 only lets it be written (a GET of an object's ?uploads). */
static bool is_write_only(const struct subresource *sub)
{
	return sub && sub->error == S3_METHOD_NOT_ALLOWED;
}

static void answer(struct conn *conn, const struct asked *asked)
{
	const struct subresource *sub = asked->query ? asked->query->sub : NULL;

	if (!sub)
		answer_object(conn, asked);
	else if (is_write_only(sub))
		reply_bad_method(conn, asked->head->method_name, "OBJECT", "");
	else if (sub->error || sub->document)
		reply_subresource(conn, sub, conn->reply.source->bucket);
	else
		answer_attributes(conn, asked->head);
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

/* Whether the query can be answered; an answer is made if not. */
static bool read_query(struct conn *conn, struct view text,
		       struct object_query *query)
{
	int code = object_query_parse(text, &conn->origin->arena, query);
	struct fact fact = { "ArgumentName", query->argument, 0 };

	if (code == 0)
		return true;
	if (fact.text)
		fact.len = strlen(fact.text);
	reply_error(conn, (enum s3_error)-code, &fact, fact.text ? 1 : 0);
	return false;
}

/* Whether there is the object; an answer is made if not. */
static bool find_object(struct conn *conn, const struct head *head,
			struct object_source *source, struct view key)
{
	struct reply *reply = &conn->reply;
	struct fact fact = { "Key", key.at, key.len };
	struct err err;
	int code = source->ops->find(source, key.at, key.len, &reply->object,
				     &err);

	if (code == ERR_NOT_FOUND) {
		reply_error(conn, S3_NO_SUCH_KEY, &fact, 1);
		return false;
	}
	if (code < 0) {
		tally_unknown(conn, head, source, key);
		reply_fault(conn, &err);
		return false;
	}
	reply->source = source;
	reply->has_object = true;
	return true;
}

void respond_object(struct conn *conn, const struct head *head,
		    struct object_source *source, struct view key)
{
	struct object_query query;
	struct asked asked = { head, NULL, drop_hold(conn, key) };

	if (!conn->head_method)
		tally_add(&conn->row->ledger->requests_get, 1);
	if (asked.key.len > OBJECT_KEY_MAX) {
		reply_error(conn, S3_KEY_TOO_LONG, NULL, 0);
		return;
	}
	if (head->query.len) {
		asked.query = &query;
		if (!read_query(conn, head->query, &query))
			return;
	}
	if (find_object(conn, head, source, asked.key))
		answer(conn, &asked);
}

void refuse_object_method(struct conn *conn, const struct head *head)
{
	struct object_query query;
	int code = object_query_parse(head->query, &conn->origin->arena,
				      &query);

	reply_bad_method(conn, head->method_name, "OBJECT",
			 code == 0 && is_write_only(query.sub) ? ""
							       : "GET, HEAD");
}
