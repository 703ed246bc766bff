#include "origin/head.h"

#include <string.h>
#include <strings.h>

/* What a byte may be part of. */
#define TOKEN 1U  /* RFC 9110, 5.6.2: method, names of headers */
#define TARGET 2U /* visible ASCII but "#", which starts a fragment */
#define VALUE 4U  /* of a header: visible, space, tab, and bytes over 127 */
#define HOST 8U   /* RFC 3986: name, address in brackets, port */

#define ALNUM (TOKEN | TARGET | VALUE | HOST)
#define BOTH (TARGET | VALUE)

static const unsigned char class[256] = {
	['0' ... '9'] = ALNUM,
	['A' ... 'Z'] = ALNUM,
	['a' ... 'z'] = ALNUM,
	['\t'] = VALUE,
	[' '] = VALUE,
	[0x80 ... 0xff] = VALUE,
	['#'] = TOKEN | VALUE,
	['!'] = ALNUM,
	['$'] = ALNUM,
	['%'] = ALNUM,
	['&'] = ALNUM,
	['\''] = ALNUM,
	['*'] = ALNUM,
	['+'] = ALNUM,
	['-'] = ALNUM,
	['.'] = ALNUM,
	['_'] = ALNUM,
	['~'] = ALNUM,
	['^'] = TOKEN | BOTH,
	['`'] = TOKEN | BOTH,
	['|'] = TOKEN | BOTH,
	['('] = BOTH | HOST,
	[')'] = BOTH | HOST,
	[','] = BOTH | HOST,
	[';'] = BOTH | HOST,
	['='] = BOTH | HOST,
	[':'] = BOTH | HOST,
	['['] = BOTH | HOST,
	[']'] = BOTH | HOST,
	['"'] = BOTH,
	['/'] = BOTH,
	['<'] = BOTH,
	['>'] = BOTH,
	['?'] = BOTH,
	['@'] = BOTH,
	['\\'] = BOTH,
	['{'] = BOTH,
	['}'] = BOTH,
};

static bool is(char c, unsigned what)
{
	return class[(unsigned char)c] & what;
}

static bool all_are(struct view view, unsigned what)
{
	for (size_t i = 0; i < view.len; i++)
		if (!is(view.at[i], what))
			return false;
	return true;
}

bool view_is(struct view view, const char *text)
{
	return view.len == strlen(text) &&
	       strncasecmp(view.at, text, view.len) == 0;
}

/* Where the parser is. `at` never passes `end`. */
struct cursor {
	const char *at, *end;
};

/* Results of the steps below, beside the negative errors. */
#define STEP_MORE 0
#define STEP_DONE 1

/* The longest run of bytes of a class; *out ends where the cursor then is. */
static struct view take(struct cursor *c, unsigned what)
{
	struct view view = { c->at, 0 };

	while (c->at < c->end && is(*c->at, what))
		c->at++;
	view.len = (size_t)(c->at - view.at);
	return view;
}

/* CR LF, nothing else: a CR or an LF alone is refused. */
static int take_line_end(struct cursor *c)
{
	if (c->at == c->end)
		return STEP_MORE;
	if (*c->at != '\r')
		return -S3_BAD_REQUEST;
	if (c->at + 1 == c->end)
		return STEP_MORE;
	if (c->at[1] != '\n')
		return -S3_BAD_REQUEST;
	c->at += 2;
	return STEP_DONE;
}

/* A run that must not be empty and must be followed by `after`. */
static int take_until(struct cursor *c, unsigned what, char after,
		      struct view *out)
{
	*out = take(c, what);
	if (c->at == c->end)
		return STEP_MORE;
	if (!out->len || *c->at != after)
		return -S3_BAD_REQUEST;
	c->at++;
	return STEP_DONE;
}

static int take_version(struct cursor *c, struct head *out)
{
	static const char start[] = "HTTP/";
	size_t left = (size_t)(c->end - c->at);
	size_t n = sizeof(start) - 1;

	if (memcmp(c->at, start, left < n ? left : n) != 0)
		return -S3_BAD_REQUEST;
	if (left < n + 3)
		return STEP_MORE;
	c->at += n;
	if (c->at[1] != '.' || c->at[0] < '0' || c->at[0] > '9' ||
	    c->at[2] < '0' || c->at[2] > '9')
		return -S3_BAD_REQUEST;
	if (c->at[0] != '1' || c->at[2] > '1')
		return -S3_VERSION;
	out->minor = (unsigned)(c->at[2] - '0');
	out->keep_alive = out->minor == 1;
	c->at += 3;
	return take_line_end(c);
}

/* Drops http://HOST of an absolute target; what is left starts with "/". */
static bool drop_authority(struct view *target)
{
	size_t n = 7;
	const char *slash;

	if (target->len > 7 && strncasecmp(target->at, "https://", 8) == 0)
		n = 8;
	else if (target->len < 7 || strncasecmp(target->at, "http://", 7) != 0)
		return false;
	slash = memchr(target->at + n, '/', target->len - n);
	if (!slash ||
	    !all_are((struct view){ target->at + n,
				    (size_t)(slash - target->at) - n }, HOST))
		return false;
	target->len -= (size_t)(slash - target->at);
	target->at = slash;
	return true;
}

static bool split_target(struct view target, struct head *out)
{
	const char *mark;

	if (target.at[0] != '/' && !drop_authority(&target))
		return false;
	mark = memchr(target.at, '?', target.len);
	out->path = target;
	if (mark) {
		out->path.len = (size_t)(mark - target.at);
		out->query.at = mark + 1;
		out->query.len = target.len - out->path.len - 1;
	}
	return true;
}

static enum head_method method_of(struct view name)
{
	if (name.len == 3 && memcmp(name.at, "GET", 3) == 0)
		return METHOD_GET;
	if (name.len == 4 && memcmp(name.at, "HEAD", 4) == 0)
		return METHOD_HEAD;
	if (name.len == 7 && memcmp(name.at, "OPTIONS", 7) == 0)
		return METHOD_OPTIONS;
	return METHOD_OTHER;
}

static int take_request_line(struct cursor *c, struct head *out)
{
	struct view target;
	int step = take_until(c, TOKEN, ' ', &out->method_name);

	if (step != STEP_DONE)
		return step;
	out->method = method_of(out->method_name);
	step = take_until(c, TARGET, ' ', &target);
	if (step != STEP_DONE)
		return step;
	step = take_version(c, out);
	if (step != STEP_DONE)
		return step;
	return split_target(target, out) ? STEP_DONE : -S3_INVALID_URI;
}

static int read_length(struct view value, struct head *out)
{
	uint64_t length = 0;

	if (!value.len)
		return -S3_BAD_REQUEST;
	for (size_t i = 0; i < value.len; i++) {
		unsigned digit = (unsigned)(unsigned char)value.at[i] - '0';

		if (digit > 9 || length > (UINT64_MAX - digit) / 10)
			return -S3_BAD_REQUEST;
		length = length * 10 + digit;
	}
	if (out->has_content_length && length != out->content_length)
		return -S3_BAD_REQUEST;
	out->has_content_length = true;
	out->content_length = length;
	return STEP_DONE;
}

static struct view trim(struct view view)
{
	while (view.len && (*view.at == ' ' || *view.at == '\t')) {
		view.at++;
		view.len--;
	}
	while (view.len && (view.at[view.len - 1] == ' ' ||
			    view.at[view.len - 1] == '\t'))
		view.len--;
	return view;
}

static int read_connection(struct view value, struct head *out)
{
	while (value.len) {
		const char *comma = memchr(value.at, ',', value.len);
		size_t n = comma ? (size_t)(comma - value.at) : value.len;
		struct view item = trim((struct view){ value.at, n });

		if (!all_are(item, TOKEN))
			return -S3_BAD_REQUEST;
		if (view_is(item, "close"))
			out->says_close = true;
		else if (view_is(item, "keep-alive"))
			out->says_keep_alive = true;
		n += comma ? 1 : 0;
		value.at += n;
		value.len -= n;
	}
	return STEP_DONE;
}

static int keep(struct view *slot, struct view value)
{
	if (slot->at)
		return -S3_BAD_REQUEST;
	*slot = value;
	return STEP_DONE;
}

static int keep_range(struct view value, struct head *out)
{
	if (out->range.at)
		out->several_ranges = true;
	out->range = value;
	return STEP_DONE;
}

static int keep_host(struct view value, struct head *out)
{
	if (!all_are(value, HOST))
		return -S3_BAD_REQUEST;
	return keep(&out->host, value);
}

/* By length first: most headers of a request mean nothing to us. */
static int read_header(struct view name, struct view value, struct head *out)
{
	switch (name.len) {
	case 4:
		if (view_is(name, "host"))
			return keep_host(value, out);
		break;
	case 5:
		if (view_is(name, "range"))
			return keep_range(value, out);
		break;
	case 6:
		if (view_is(name, "origin"))
			return keep(&out->page_origin, value);
		break;
	case 8:
		if (view_is(name, "if-match"))
			return keep(&out->if_match, value);
		if (view_is(name, "if-range"))
			return keep(&out->if_range, value);
		break;
	case 10:
		if (view_is(name, "connection"))
			return read_connection(value, out);
		break;
	case 13:
		if (view_is(name, "if-none-match"))
			return keep(&out->if_none_match, value);
		break;
	case 14:
		if (view_is(name, "content-length"))
			return read_length(value, out);
		break;
	case 17:
		if (view_is(name, "transfer-encoding"))
			return -S3_NOT_IMPLEMENTED;
		if (view_is(name, "if-modified-since"))
			return keep(&out->if_modified_since, value);
		break;
	case 19:
		if (view_is(name, "if-unmodified-since"))
			return keep(&out->if_unmodified_since, value);
		break;
	case 23:
		if (view_is(name, "x-amz-object-attributes"))
			return keep(&out->object_attributes, value);
		break;
	case 29:
		if (view_is(name, "access-control-request-method"))
			return keep(&out->page_method, value);
		break;
	}
	return STEP_DONE;
}

/* A line that starts with a space (a folded one) has no name, so it is refused
 * as well. */
static int take_header(struct cursor *c, struct head *out)
{
	struct view name, value;
	int step = take_until(c, TOKEN, ':', &name);

	if (step != STEP_DONE)
		return step;
	value = take(c, VALUE);
	step = take_line_end(c);
	if (step != STEP_DONE)
		return step;
	return read_header(name, trim(value), out);
}

static int finish(struct head *out)
{
	if (out->minor == 1 && !out->host.at)
		return -S3_BAD_REQUEST;
	if (out->minor == 0)
		out->keep_alive = out->says_keep_alive;
	if (out->says_close)
		out->keep_alive = false;
	return STEP_DONE;
}

static int take_head(struct cursor *c, struct head *out)
{
	int step;

	/* One empty line before the request is ignored (RFC 9112, 2.2). */
	if (c->at < c->end && *c->at == '\r') {
		step = take_line_end(c);
		if (step != STEP_DONE)
			return step;
	}
	step = take_request_line(c, out);
	while (step == STEP_DONE) {
		if (c->at < c->end && *c->at == '\r') {
			step = take_line_end(c);
			return step == STEP_DONE ? finish(out) : step;
		}
		step = take_header(c, out);
	}
	return step;
}

int head_parse(const char *bytes, size_t len, struct head *out)
{
	struct cursor c = { bytes,
			    bytes + (len < HEAD_LIMIT ? len : HEAD_LIMIT) };
	int step;

	memset(out, 0, sizeof(*out));
	step = take_head(&c, out);
	if (step == STEP_MORE && len >= HEAD_LIMIT)
		return -S3_HEAD_TOO_LARGE;
	return step == STEP_DONE ? (int)(c.at - bytes) : step;
}
