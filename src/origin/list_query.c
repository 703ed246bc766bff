/* Reading the query of a listing. */
#include <string.h>

#include "origin/list.h"

static int refuse(struct list_request *out, const char *argument)
{
	out->argument = argument;
	return -S3_INVALID_ARGUMENT;
}

static int read_max_keys(const char *text, struct list_request *out)
{
	unsigned value = 0;

	if (!*text)
		return 0; /* as if it were absent */
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return refuse(out, "max-keys");
		if (value <= LIST_MAX)
			value = value * 10 + (unsigned)(*text - '0');
	}
	out->max_keys = value < LIST_MAX ? value : LIST_MAX;
	return 0;
}

static int read_encoding(const struct list_text *value,
			 struct list_request *out)
{
	if (value->len && strcmp(value->at, "url") != 0)
		return refuse(out, "encoding-type");
	out->url = value->len > 0;
	return 0;
}

static int read_type(const struct list_text *value, struct list_request *out)
{
	if (strcmp(value->at, "2") != 0)
		return refuse(out, "list-type");
	out->v2 = true;
	return 0;
}

/* Markers of the other version mean nothing, so both kinds are kept until the
 * whole query is read. */
struct starts {
	struct list_text marker, start_after, key_marker;
	bool id; /* of one of several configurations */
};

static int read_parameter(const char *name, const struct list_text *value,
			  struct starts *starts, struct list_request *out)
{
	if (strcmp(name, "list-type") == 0)
		return read_type(value, out);
	if (strcmp(name, "max-keys") == 0)
		return read_max_keys(value->at, out);
	if (strcmp(name, "encoding-type") == 0)
		return read_encoding(value, out);
	if (strcmp(name, "prefix") == 0)
		out->prefix = *value;
	else if (strcmp(name, "delimiter") == 0)
		out->delimiter = *value;
	else if (strcmp(name, "marker") == 0)
		starts->marker = *value;
	else if (strcmp(name, "start-after") == 0)
		starts->start_after = *value;
	else if (strcmp(name, "continuation-token") == 0)
		out->token = *value;
	else if (strcmp(name, "fetch-owner") == 0)
		out->fetch_owner = strcmp(value->at, "true") == 0;
	else if (strcmp(name, "versions") == 0)
		out->versions = true;
	else if (strcmp(name, "key-marker") == 0)
		starts->key_marker = *value;
	else if (strcmp(name, "id") == 0)
		starts->id = true;
	else if (!out->sub)
		out->sub = subresource_of_bucket(
			(struct view){ name, strlen(name) });
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A token is "1" and the text that the listing goes on behind, in hex. */
static bool read_token(const struct list_text *token, char *after)
{
	size_t n = token->len / 2;

	if (token->len % 2 == 0 || token->at[0] != '1' ||
	    n > OBJECT_KEY_MAX + 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex(token->at[1 + 2 * i]);
		int low = hex(token->at[2 + 2 * i]);

		if (high < 0 || low < 0 || high + low == 0)
			return false;
		after[i] = (char)(high * 16 + low);
	}
	after[n] = '\0';
	return true;
}

static int find_start(const struct starts *starts, struct list_request *out)
{
	size_t n;

	out->start = out->versions ? starts->key_marker
		     : out->v2	   ? starts->start_after
				   : starts->marker;
	if (out->v2 && out->token.given)
		return read_token(&out->token, out->after)
			       ? 0
			       : refuse(out, "continuation-token");
	/* A key that is greater than a longer text is also greater than the
	 * first OBJECT_KEY_MAX bytes of it. */
	n = out->start.len < OBJECT_KEY_MAX ? out->start.len : OBJECT_KEY_MAX;
	memcpy(out->after, out->start.at, n);
	out->after[n] = '\0';
	return 0;
}

int list_parse(struct view query, struct arena *arena, struct list_request *out)
{
	static const struct list_text none = { "", 0, false };
	struct starts starts = { none, none, none, false };
	struct view name, value;
	int code;

	*out = (struct list_request){ .max_keys = LIST_MAX,
				      .prefix = none,
				      .delimiter = none,
				      .start = none,
				      .token = none };
	while ((code = query_next(&query, arena, &name, &value)) > 0) {
		struct list_text text = { value.at, value.len, true };

		code = read_parameter(name.at, &text, &starts, out);
		if (code < 0)
			break;
	}
	if (code < 0)
		return code;
	if (out->sub && starts.id)
		return -S3_NO_CONFIGURATION;
	if (out->versions)
		out->v2 = false;
	return find_start(&starts, out);
}
