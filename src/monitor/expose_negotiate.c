/* The Accept header, RFC 9110, sections 5.6, 12.4.2 and 12.5.1. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "monitor/expose.h"

static const struct offer {
	const char *type, *subtype, *version;
	const char *content_type;
} offers[] = {
	[EXPOSE_PROMETHEUS] = { "text", "plain", "0.0.4",
				"text/plain; version=0.0.4; charset=utf-8" },
	[EXPOSE_OPENMETRICS] = { "application", "openmetrics-text", "1.0.0",
				 "application/openmetrics-text; version=1.0.0; "
				 "charset=utf-8" },
};
#define OFFERS (sizeof(offers) / sizeof(offers[0]))

/* A part of the header; not ended by 0. */
struct part {
	const char *at;
	size_t n;
};

/* A media range: text/plain; version=0.0.4; q=0.5 */
struct range {
	struct part type, subtype, version;
	unsigned q; /* thousandths */
};

/* How well an offer is wanted, by the most specific range that names it. */
struct wish {
	unsigned specific; /* 0: none names it; 1: any; 2: its type; 3: itself;
			    * 4: in its version */
	unsigned q;
};

const char *expose_content_type(enum expose_format format)
{
	return offers[format].content_type;
}

static bool part_is(struct part part, const char *word)
{
	return part.n == strlen(word) && !strncasecmp(part.at, word, part.n);
}

static struct part trimmed(struct part part)
{
	while (part.n && isspace((unsigned char)part.at[0])) {
		part.at++;
		part.n--;
	}
	while (part.n && isspace((unsigned char)part.at[part.n - 1]))
		part.n--;
	return part;
}

/* Takes what stands before the first `separator` outside of quotes off `*rest`;
 * without one, all of it. */
static struct part take(struct part *rest, char separator)
{
	struct part out = { rest->at, 0 };
	bool quoted = false;

	while (out.n < rest->n && (quoted || out.at[out.n] != separator)) {
		if (quoted && out.at[out.n] == '\\' && out.n + 1 < rest->n)
			out.n++;
		else if (out.at[out.n] == '"')
			quoted = !quoted;
		out.n++;
	}
	rest->at += out.n;
	rest->n -= out.n;
	if (rest->n) {
		rest->at++;
		rest->n--;
	}
	return trimmed(out);
}

static struct part unquoted(struct part part)
{
	if (part.n >= 2 && part.at[0] == '"' && part.at[part.n - 1] == '"')
		return (struct part){ part.at + 1, part.n - 2 };
	return part;
}

/* "0.75" -> 750. What is no weight wants nothing. */
static unsigned parse_q(struct part text)
{
	unsigned q, unit = 100;

	if (!text.n || (text.at[0] != '0' && text.at[0] != '1') ||
	    (text.n > 1 && text.at[1] != '.') || text.n > 5)
		return 0;
	q = text.at[0] == '1' ? 1000 : 0;
	for (size_t i = 2; i < text.n; i++, unit /= 10) {
		if (!isdigit((unsigned char)text.at[i]))
			return 0;
		q += (unsigned)(text.at[i] - '0') * unit;
	}
	return q < 1000 ? q : 1000;
}

static struct range parse_range(struct part text)
{
	struct range range = { .q = 1000 };
	struct part names = take(&text, ';');

	range.type = take(&names, '/');
	range.subtype = trimmed(names);
	while (text.n) {
		struct part value = take(&text, ';');
		struct part name = take(&value, '=');

		value = unquoted(trimmed(value));
		if (part_is(name, "q"))
			range.q = parse_q(value);
		else if (part_is(name, "version"))
			range.version = value;
	}
	return range;
}

static unsigned specificity(const struct range *range,
			    const struct offer *offer)
{
	if (part_is(range->type, "*") && part_is(range->subtype, "*"))
		return 1;
	if (!part_is(range->type, offer->type))
		return 0;
	if (part_is(range->subtype, "*"))
		return 2;
	if (!part_is(range->subtype, offer->subtype))
		return 0;
	if (!range->version.at)
		return 3;
	return part_is(range->version, offer->version) ? 4 : 0;
}

static void consider(struct wish *wish, const struct range *range,
		     const struct offer *offer)
{
	unsigned specific = specificity(range, offer);

	if (specific && specific >= wish->specific)
		*wish = (struct wish){ specific, range->q };
}

enum expose_format expose_negotiate(const char *accept)
{
	struct part rest = { accept, accept ? strlen(accept) : 0 };
	struct wish wish[OFFERS] = { { 0, 0 } };
	const struct wish *text = &wish[EXPOSE_PROMETHEUS];
	const struct wish *open = &wish[EXPOSE_OPENMETRICS];

	while (rest.n) {
		struct range range = parse_range(take(&rest, ','));

		for (size_t i = 0; i < OFFERS; i++)
			consider(&wish[i], &range, &offers[i]);
	}
	if (open->q > text->q ||
	    (open->q && open->q == text->q && open->specific > text->specific))
		return EXPOSE_OPENMETRICS;
	return EXPOSE_PROMETHEUS;
}
