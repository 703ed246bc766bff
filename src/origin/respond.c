#include "origin/respond.h"

#include <string.h>

#include "origin/list.h"
#include "origin/reply.h"
#include "origin/respond_object.h"
#include "origin/tally.h"

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

/* Capitals mean nothing in the name of a host. */
static struct object_source *find_host(const struct origin *origin,
				       struct view name)
{
	for (unsigned i = 0; i < origin->source_count; i++)
		if (view_is(name, origin->sources[i]->bucket))
			return origin->sources[i];
	return NULL;
}

static void refuse_list(struct conn *conn, const struct list_request *request,
			int code)
{
	struct fact fact = { "ArgumentName", request->argument, 0 };

	if (request->argument)
		fact.len = strlen(fact.text);
	reply_error(conn, (enum s3_error)-code, &fact, fact.text ? 1 : 0);
}

static void respond_list(struct conn *conn, const struct head *head,
			 struct object_source *source)
{
	struct origin *origin = conn->origin;
	struct list_request request;
	struct err err;
	int code = list_parse(head->query, &origin->arena, &request);

	if (!request.sub)
		tally_add(&conn->row->ledger->requests_list, 1);
	if (code < 0) {
		refuse_list(conn, &request, code);
		return;
	}
	if (request.sub) {
		reply_subresource(conn, request.sub, source->bucket);
		return;
	}
	code = list_write(source, &request, &origin->xml, &err);
	if (code < 0)
		reply_fault(conn, &err);
	else
		reply_xml(conn);
}

/* A browser asks whether a page of another origin may read. As S3 does of a
 * bucket without rules for that, this refuses. */
static void respond_options(struct conn *conn, const struct head *head,
			    bool is_object)
{
	struct fact facts[] = {
		{ "Method", head->page_method.at, head->page_method.len },
		fact_text("ResourceType", is_object ? "OBJECT" : "BUCKET"),
	};

	if (!head->page_origin.len)
		reply_error(conn, S3_NO_PAGE_ORIGIN, NULL, 0);
	else if (!head->page_method.len)
		reply_error(conn, S3_NO_PAGE_METHOD, NULL, 0);
	else
		reply_error(conn, S3_NO_CORS, facts, 2);
}

/* To a method that writes. */
static void refuse_method(struct conn *conn, const struct head *head,
			  bool is_object)
{
	if (is_object)
		refuse_object_method(conn, head);
	else
		reply_bad_method(conn, head->method_name, "BUCKET",
				 "GET, HEAD");
}

static void respond_bucket(struct conn *conn, const struct head *head,
			   struct object_source *source, struct view key)
{
	if (head->method == METHOD_OTHER)
		refuse_method(conn, head, key.len > 0);
	else if (head->method == METHOD_OPTIONS)
		respond_options(conn, head, key.len > 0);
	else if (key.len)
		respond_object(conn, head, source, key);
	else if (conn->head_method)
		reply_bucket(conn);
	else
		respond_list(conn, head, source);
}

/* No bucket of that name, which may be in the Host or in the path. */
static void refuse_bucket(struct conn *conn, const struct head *head,
			  struct view name, bool is_object)
{
	struct fact fact = { "BucketName", name.at, name.len };

	if (head->method == METHOD_OTHER)
		refuse_method(conn, head, is_object);
	else
		reply_error(conn, S3_NO_SUCH_BUCKET, &fact, 1);
}

/* S3 has no HEAD of it either. */
static void respond_root(struct conn *conn, const struct head *head)
{
	struct origin *origin = conn->origin;

	if (head->method != METHOD_GET) {
		reply_bad_method(conn, head->method_name, "SERVICE", "GET");
		return;
	}
	list_write_buckets(origin->sources, origin->source_count,
			   &origin->xml);
	reply_xml(conn);
}

/* /BUCKET/KEY. `host`: what the Host says, which is no bucket of ours. */
static void respond_path(struct conn *conn, const struct head *head,
			 struct view host)
{
	struct origin *origin = conn->origin;
	struct object_source *source;
	struct target target;
	int code = target_split(head->path, &origin->arena, &target);

	if (code < 0) {
		reply_error(conn, (enum s3_error)-code, NULL, 0);
		return;
	}
	source = find_bucket(origin, target.bucket);
	if (source)
		respond_bucket(conn, head, source, target.key);
	else if (host.len)
		refuse_bucket(conn, head, host, head->path.len > 1);
	else if (target.bucket.len)
		refuse_bucket(conn, head, target.bucket,
			      target.key.len > 0);
	else
		respond_root(conn, head);
}

static void respond_host(struct conn *conn, const struct head *head,
			 struct object_source *source)
{
	struct view key;
	int code = target_key(head->path, &conn->origin->arena, &key);

	if (code < 0)
		reply_error(conn, (enum s3_error)-code, NULL, 0);
	else
		respond_bucket(conn, head, source, key);
}

void respond(struct conn *conn, const struct head *head)
{
	struct view host = target_host_bucket(head->host);
	struct object_source *source;

	conn->head_method = head->method == METHOD_HEAD;
	conn->says_keep_alive = head->says_keep_alive;
	tally_request(conn);
	reply_begin(conn, !head->keep_alive);
	if (conn->head_method)
		tally_add(&conn->row->ledger->requests_head, 1);
	/* A body that the client may still send is not read. */
	if (head->method == METHOD_OTHER || head->content_length) {
		conn->reply.close = true;
		conn->reply.linger = true;
	}
	if (head->method != METHOD_OTHER && head->content_length) {
		reply_error(conn, S3_INVALID_REQUEST, NULL, 0);
		return;
	}
	conn->origin->arena.used = 0;
	source = host.len ? find_host(conn->origin, host) : NULL;
	if (source)
		respond_host(conn, head, source);
	else
		respond_path(conn, head, host);
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
