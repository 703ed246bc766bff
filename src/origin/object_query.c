#include "origin/object_query.h"

#include <string.h>

static const struct {
	const char *parameter, *header;
} names[OVERRIDE_COUNT] = {
	[OVERRIDE_CACHE_CONTROL] = { "response-cache-control",
				     "Cache-Control" },
	[OVERRIDE_DISPOSITION] = { "response-content-disposition",
				   "Content-Disposition" },
	[OVERRIDE_ENCODING] = { "response-content-encoding",
				"Content-Encoding" },
	[OVERRIDE_LANGUAGE] = { "response-content-language",
				"Content-Language" },
	[OVERRIDE_TYPE] = { "response-content-type", "Content-Type" },
	[OVERRIDE_EXPIRES] = { "response-expires", "Expires" },
};

const char *object_query_header(enum object_override which)
{
	return names[which].header;
}

static bool is(struct view name, const char *text)
{
	return name.len == strlen(text) &&
	       memcmp(name.at, text, name.len) == 0;
}

static int refuse(struct object_query *out, const char *argument)
{
	out->argument = argument;
	return -S3_INVALID_ARGUMENT;
}

static int read_part(struct view value, struct object_query *out)
{
	unsigned part = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return refuse(out, "partNumber");
		if (part <= OBJECT_PART_MAX)
			part = part * 10 + (unsigned)(value.at[i] - '0');
	}
	if (!part || part > OBJECT_PART_MAX)
		return refuse(out, "partNumber");
	out->part = part;
	return 0;
}

/* A line end would let the client write a header or a body of its own. */
static bool fits_header(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
			return false;
	return true;
}

static int read_override(enum object_override which, struct view value,
			 struct object_query *out)
{
	if (!fits_header(value.at, value.len))
		return refuse(out, names[which].parameter);
	out->override[which] = value;
	return 0;
}

static int read_parameter(struct view name, struct view value,
			  struct object_query *out)
{
	if (is(name, "partNumber"))
		return read_part(value, out);
	/* An object that was never versioned has one version, "null". */
	if (is(name, "versionId"))
		return is(value, "null") ? 0 : refuse(out, "versionId");
	if (!out->sub)
		out->sub = subresource_of_object(name);
	for (int i = 0; i < OVERRIDE_COUNT; i++)
		if (is(name, names[i].parameter))
			return read_override((enum object_override)i, value,
					     out);
	return 0;
}

int object_query_parse(struct view query, struct arena *arena,
		       struct object_query *out)
{
	struct view name, value;
	int code;

	memset(out, 0, sizeof(*out));
	while ((code = query_next(&query, arena, &name, &value)) > 0) {
		code = read_parameter(name, value, out);
		if (code < 0)
			break;
	}
	return code;
}
