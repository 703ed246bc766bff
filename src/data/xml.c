#include "data/xml.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *start, *at, *end;
	struct xml_path path;
	struct str inside;
	bool root_seen;
	struct err *err;
};

static int wrong(const struct reader *r, const char *what)
{
	return err_set(r->err, ERR_INVALID, "%s at byte %zu of the XML", what,
		       (size_t)(r->at - r->start));
}

static bool starts_with(const struct reader *r, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(r->end - r->at) >= n && !memcmp(r->at, text, n);
}

/* Moves behind the next `text`; false if there is none. */
static bool skip_past(struct reader *r, const char *text)
{
	const char *found = memmem(r->at, (size_t)(r->end - r->at), text,
				   strlen(text));

	if (!found)
		return false;
	r->at = found + strlen(text);
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void add_utf8(struct str *out, uint32_t c)
{
	if (c < 0x80) {
		str_add_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		str_add_char(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			str_add_char(out, (char)(0xe0 | c >> 12));
		} else {
			str_add_char(out, (char)(0xf0 | c >> 18));
			str_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		str_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	str_add_char(out, (char)(0x80 | (c & 0x3f)));
}

/* The character of "#65" or "#x41"; 0 if that is none. */
static uint32_t numbered(const char *name)
{
	bool hex = name[1] == 'x';
	const char *digits = name + 1 + hex;
	char *end;
	unsigned long value;

	if (strspn(digits, "0123456789abcdefABCDEF") != strlen(digits))
		return 0;
	value = strtoul(digits, &end, hex ? 16 : 10);
	if (end == digits || *end || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	return (uint32_t)value;
}

/* At "&". */
static int read_entity(struct reader *r)
{
	static const struct { const char *name; char c; } named[] = {
		{ "amp", '&' }, { "lt", '<' }, { "gt", '>' },
		{ "quot", '"' }, { "apos", '\'' },
	};
	char name[12];
	size_t left = (size_t)(r->end - r->at) - 1;
	const char *stop = memchr(r->at + 1, ';', left < 12 ? left : 12);
	size_t n = stop ? (size_t)(stop - r->at) - 1 : 0;
	uint32_t c = 0;

	if (!n || n >= sizeof(name))
		return wrong(r, "an entity without end");
	memcpy(name, r->at + 1, n);
	name[n] = '\0';
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (!strcmp(name, named[i].name))
			c = (uint32_t)(unsigned char)named[i].c;
	if (name[0] == '#')
		c = numbered(name);
	if (!c)
		return wrong(r, "an unknown entity");
	add_utf8(&r->inside, c);
	r->at = stop + 1;
	return 0;
}

/* Text up to the next "<" or the end. */
static int read_text(struct reader *r)
{
	while (r->at < r->end && *r->at != '<') {
		if (!r->path.depth && !is_space(*r->at))
			return wrong(r, "text outside of the root");
		if (*r->at == '&') {
			int code = read_entity(r);

			if (code < 0)
				return code;
		} else if (!*r->at) {
			return wrong(r, "a zero byte");
		} else {
			str_add_char(&r->inside, *r->at++);
		}
	}
	return 0;
}

/* The name at `at`, into `out`; moves behind it. */
static int read_name(struct reader *r, char out[XML_NAME_BYTES])
{
	size_t n = 0;

	while (r->at < r->end && !is_space(*r->at) && *r->at != '>' &&
	       *r->at != '/' && *r->at != '<') {
		if (!*r->at || n + 1 == XML_NAME_BYTES)
			return wrong(r, "an element's name that is too long");
		out[n++] = *r->at++;
	}
	out[n] = '\0';
	return n ? 0 : wrong(r, "an element without a name");
}

/* Attributes, up to ">" or "/>", which it does not pass. */
static int skip_attributes(struct reader *r)
{
	while (r->at < r->end && *r->at != '>' && !starts_with(r, "/>")) {
		char quote = *r->at++;
		const char *stop;

		if (quote != '"' && quote != '\'')
			continue;
		stop = memchr(r->at, quote, (size_t)(r->end - r->at));
		if (!stop)
			return wrong(r, "an attribute without end");
		r->at = stop + 1;
	}
	return r->at < r->end ? 0 : wrong(r, "an element without end");
}

typedef int (*ended_fn)(void *context, const struct xml_path *path,
			const struct str *inside, struct err *err);

static int end_element(struct reader *r, ended_fn ended, void *context)
{
	int code = ended(context, &r->path, &r->inside, r->err);

	str_reset(&r->inside);
	r->path.depth--;
	return code;
}

/* At "<name". */
static int read_start(struct reader *r, ended_fn ended, void *context)
{
	int code;

	if (r->path.depth == XML_DEPTH_MAX)
		return wrong(r, "too many nested elements");
	if (!r->path.depth && r->root_seen)
		return wrong(r, "a second root");
	r->root_seen = true;
	r->at++;
	code = read_name(r, r->path.name[r->path.depth++]);
	if (code == 0)
		code = skip_attributes(r);
	if (code < 0)
		return code;
	str_reset(&r->inside);
	if (*r->at == '/') {
		r->at += 2;
		return end_element(r, ended, context);
	}
	r->at++;
	return 0;
}

/* At "</name". */
static int read_end(struct reader *r, ended_fn ended, void *context)
{
	char name[XML_NAME_BYTES];
	int code;

	r->at += 2;
	code = read_name(r, name);
	if (code < 0)
		return code;
	while (r->at < r->end && is_space(*r->at))
		r->at++;
	if (r->at == r->end || *r->at != '>' || !r->path.depth ||
	    strcmp(name, r->path.name[r->path.depth - 1]))
		return wrong(r, "an end that does not fit its start");
	r->at++;
	return end_element(r, ended, context);
}

/* At "<![CDATA[": text in which no other markup counts. */
static int read_cdata(struct reader *r)
{
	const char *start = r->at + strlen("<![CDATA[");
	size_t n;

	if (!r->path.depth)
		return wrong(r, "text outside of the root");
	r->at = start;
	if (!skip_past(r, "]]>"))
		return wrong(r, "a CDATA section without end");
	n = (size_t)(r->at - start) - strlen("]]>");
	if (memchr(start, '\0', n))
		return wrong(r, "a zero byte");
	str_add_n(&r->inside, start, n);
	return 0;
}

static int read_markup(struct reader *r, ended_fn ended, void *context)
{
	if (starts_with(r, "</"))
		return read_end(r, ended, context);
	if (starts_with(r, "<?"))
		return skip_past(r, "?>") ? 0 : wrong(r, "a \"<?\" without end");
	if (starts_with(r, "<!--"))
		return skip_past(r, "-->") ? 0 : wrong(r, "an open comment");
	if (starts_with(r, "<![CDATA["))
		return read_cdata(r);
	if (starts_with(r, "<!"))
		return wrong(r, "a declaration that is not understood");
	return read_start(r, ended, context);
}

int xml_read(const char *text, size_t n, ended_fn ended, void *context,
	     struct err *err)
{
	struct reader r = { .start = text, .at = text, .end = text + n,
			    .inside = STR_INIT, .err = err };
	int code = 0;

	if (starts_with(&r, "\xef\xbb\xbf"))
		r.at += 3;
	while (code == 0 && r.at < r.end) {
		code = read_text(&r);
		if (code == 0 && r.at < r.end)
			code = read_markup(&r, ended, context);
	}
	if (code == 0 && (r.path.depth || !r.root_seen))
		code = wrong(&r, "an early end");
	str_release(&r.inside);
	return code;
}
