#include "origin/reply.h"

#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "origin/xml.h"

/* Room for any head but its content type and what a query asks for: the parts
 * below add up to less than 900 bytes. */
#define HEAD_ROOM 1024
#define TYPE_MAX 256

/* Where the head is being written to; the room was made before. */
static char *put_n(char *to, const char *text, size_t n)
{
	memcpy(to, text, n);
	return to + n;
}

#define PUT(to, literal) put_n(to, literal, sizeof(literal) - 1)

static char *put(char *to, const char *text)
{
	return put_n(to, text, strlen(text));
}

static char *put_number(char *to, uint64_t value)
{
	char digits[20];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + value % 10);
	while (value /= 10);
	return put_n(to, digits + n, sizeof(digits) - n);
}

static void refresh_date(struct origin *origin)
{
	uint64_t wall = clock_wall_ns();

	origin->date_due_ns =
		loop_now_ns(origin->loop) + NS_PER_S - wall % NS_PER_S;
	origin->date_s = (int64_t)(wall / NS_PER_S);
	date_http(origin->date_s, origin->date);
}

static void make_request_id(struct origin *origin)
{
	static const char digits[] = "0123456789ABCDEF";
	uint64_t id = hash_pair(origin->id_seed, origin->requests++);

	for (size_t i = 0; i < sizeof(origin->request_id); i++, id >>= 4)
		origin->request_id[i] = digits[id & 15];
}

void reply_begin(struct conn *conn, bool close)
{
	struct origin *origin = conn->origin;
	struct reply *reply = &conn->reply;

	reply->source = NULL;
	reply->left = 0;
	reply->close = close;
	reply->linger = false;
	reply->hold = false;
	reply->begun = false;
	reply->range_hash = 0;
	make_request_id(origin);
	str_reset(&origin->text);
	str_reset(&origin->xml);
	if (loop_now_ns(origin->loop) >= origin->date_due_ns)
		refresh_date(origin);
}

static char *put_status(char *to, unsigned status)
{
	if (status == 206)
		return PUT(to, "HTTP/1.1 206 Partial Content\r\n");
	to = PUT(to, "HTTP/1.1 ");
	to = put_number(to, status);
	*to++ = ' ';
	to = put(to, status_reason(status));
	return PUT(to, "\r\n");
}

/* The lines that all answers have. */
static char *put_start(char *to, struct conn *conn, unsigned status)
{
	const struct origin *origin = conn->origin;

	conn->reply.status = status;
	to = put_status(to, status);
	to = PUT(to, "x-amz-id-2: ");
	to = put_n(to, origin->id2, sizeof(origin->id2));
	to = put_n(to, origin->request_id, sizeof(origin->request_id));
	to = PUT(to, "\r\nx-amz-request-id: ");
	to = put_n(to, origin->request_id, sizeof(origin->request_id));
	to = PUT(to, "\r\nDate: ");
	to = put_n(to, origin->date, sizeof(origin->date));
	return PUT(to, "\r\nServer: " REPLY_SERVER "\r\n");
}

static char *put_object(char *to, const struct object *object)
{
	to = PUT(to, "Last-Modified: ");
	date_http(object->modified_s, to);
	to += DATE_HTTP_LEN;
	to = PUT(to, "\r\nETag: ");
	to = put(to, object->etag);
	return PUT(to, "\r\nAccept-Ranges: bytes\r\n");
}

static char *put_length(char *to, const char *type, uint64_t length)
{
	to = PUT(to, "Content-Type: ");
	to = put(to, type);
	to = PUT(to, "\r\nContent-Length: ");
	to = put_number(to, length);
	return PUT(to, "\r\n");
}

/* HTTP/1.0 closes unless told otherwise, HTTP/1.1 the other way round; being
 * told twice hurts nobody, but costs bytes. */
static char *put_end(char *to, const struct conn *conn)
{
	if (conn->reply.close)
		to = PUT(to, "Connection: close\r\n");
	else if (conn->says_keep_alive)
		to = PUT(to, "Connection: keep-alive\r\n");
	return PUT(to, "\r\n");
}

/* The head ends at `end`; the body, if it is ours, is in origin->xml. */
static void finish(struct conn *conn, const char *end)
{
	struct origin *origin = conn->origin;
	struct reply *reply = &conn->reply;

	origin->text.len = (size_t)(end - origin->text.buf);
	origin->text.buf[origin->text.len] = '\0';
	reply->head_left = origin->text.len;
	if (origin->xml.len && !conn->head_method)
		str_add_n(&origin->text, origin->xml.buf, origin->xml.len);
	reply->text = origin->text.buf;
	reply->text_left = origin->text.len;
}

static char *start(struct conn *conn, size_t more)
{
	str_reset(&conn->origin->text);
	str_reserve(&conn->origin->text, HEAD_ROOM + TYPE_MAX + more);
	return conn->origin->text.buf;
}

static const char *type_of(const struct object *object)
{
	const char *type = object->content_type;

	return type && strlen(type) < TYPE_MAX ? type : "binary/octet-stream";
}

static size_t room_for(const struct object_query *query)
{
	size_t room = 0;

	for (int i = 0; query && i < OVERRIDE_COUNT; i++)
		room += query->override[i].len;
	return room;
}

/* What a part belongs to, and the headers that are asked for; the type comes
 * with the length. */
static char *put_query(char *to, const struct object *object,
		       const struct object_query *query)
{
	uint64_t parts = subresource_parts(object);

	if (query->part && parts) {
		to = PUT(to, "x-amz-mp-parts-count: ");
		to = put_number(to, parts);
		to = PUT(to, "\r\n");
	}
	for (int i = 0; i < OVERRIDE_COUNT; i++) {
		const struct view *value = &query->override[i];

		if (!value->at || i == OVERRIDE_TYPE)
			continue;
		to = put(to, object_query_header((enum object_override)i));
		to = PUT(to, ": ");
		to = put_n(to, value->at, value->len);
		to = PUT(to, "\r\n");
	}
	return to;
}

void reply_object(struct conn *conn, unsigned status, const struct range *range,
		  const struct object_query *query)
{
	struct reply *reply = &conn->reply;
	char *to = put_start(start(conn, room_for(query)), conn, status);
	const char *type = query ? query->override[OVERRIDE_TYPE].at : NULL;

	to = put_object(to, &reply->object);
	if (query)
		to = put_query(to, &reply->object, query);
	if (status == 206) {
		to = PUT(to, "Content-Range: bytes ");
		to = put_number(to, range->start);
		*to++ = '-';
		to = put_number(to, range->start + range->length - 1);
		*to++ = '/';
		to = put_number(to, reply->object.size);
		to = PUT(to, "\r\n");
	}
	to = put_length(to, type ? type : type_of(&reply->object),
			range->length);
	finish(conn, put_end(to, conn));
	reply->offset = range->start;
	reply->left = conn->head_method ? 0 : range->length;
}

void reply_not_modified(struct conn *conn)
{
	char *to = put_start(start(conn, 0), conn, 304);

	to = put_object(to, &conn->reply.object);
	finish(conn, put_end(to, conn));
}

void reply_xml(struct conn *conn)
{
	char *to = put_start(start(conn, 0), conn, 200);

	to = put_length(to, "application/xml", conn->origin->xml.len);
	finish(conn, put_end(to, conn));
}

void reply_bucket(struct conn *conn)
{
	char *to = put_start(start(conn, 0), conn, 200);

	to = PUT(to, "x-amz-bucket-region: " REPLY_REGION "\r\n");
	to = put_length(to, "application/xml", 0);
	finish(conn, put_end(to, conn));
}

static void write_error(struct conn *conn, enum s3_error error,
			const struct fact *facts, unsigned count)
{
	const struct s3_error_text *text = s3_error_text(error);
	struct origin *origin = conn->origin;
	struct str *xml = &origin->xml;

	str_reset(xml);
	str_addf(xml,
		 XML_DECLARATION
		 "<Error><Code>%s</Code><Message>%s</Message>",
		 text->code, text->message);
	for (unsigned i = 0; i < count; i++)
		xml_add(xml, facts[i].name, facts[i].text, facts[i].len);
	str_addf(xml,
		 "<RequestId>%.16s</RequestId><HostId>%.48s%.16s</HostId>"
		 "</Error>",
		 origin->request_id, origin->id2, origin->request_id);
}

static char *start_error(struct conn *conn, enum s3_error error,
			 const struct fact *facts, unsigned count)
{
	conn->reply.left = 0;
	write_error(conn, error, facts, count);
	return put_start(start(conn, 0), conn, s3_error_text(error)->status);
}

static void finish_error(struct conn *conn, char *to)
{
	to = put_length(to, "application/xml", conn->origin->xml.len);
	finish(conn, put_end(to, conn));
}

void reply_error(struct conn *conn, enum s3_error error,
		 const struct fact *facts, unsigned count)
{
	finish_error(conn, start_error(conn, error, facts, count));
}

void reply_bad_method(struct conn *conn, struct view method, const char *type,
		      const char *allow)
{
	struct fact facts[] = { { "Method", method.at, method.len },
				{ "ResourceType", type, strlen(type) } };
	char *to = start_error(conn, S3_METHOD_NOT_ALLOWED, facts, 2);

	to = PUT(to, "Allow: ");
	to = put(to, allow);
	finish_error(conn, PUT(to, "\r\n"));
}

void reply_subresource(struct conn *conn, const struct subresource *which,
		       const char *bucket)
{
	struct fact fact = { "BucketName", bucket, strlen(bucket) };

	if (which->error) {
		reply_error(conn, which->error, &fact, 1);
		return;
	}
	subresource_write(which, bucket, &conn->origin->xml);
	reply_xml(conn);
}

void reply_fault(struct conn *conn, const struct err *err)
{
	LOG(ORIGIN, "a source failed: %s", err->text);
	reply_error(conn, S3_INTERNAL, NULL, 0);
}

void reply_bad_range(struct conn *conn, struct view range, uint64_t size,
		     const struct fact *facts, unsigned count)
{
	struct fact all[4];
	char digits[20], *to;
	unsigned n = count < 2 ? count : 2;

	if (n)
		memcpy(all, facts, n * sizeof(*facts));
	to = put_number(digits, size);
	all[n++] = (struct fact){ "RangeRequested", range.at, range.len };
	all[n++] = (struct fact){ "ActualObjectSize", digits,
				  (size_t)(to - digits) };
	to = start_error(conn, S3_INVALID_RANGE, all, n);
	to = PUT(to, "Content-Range: bytes */");
	to = put_number(to, size);
	finish_error(conn, PUT(to, "\r\n"));
}
