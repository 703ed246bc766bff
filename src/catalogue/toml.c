#include "catalogue/toml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Some editors begin a file with it, which TOML has not. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct reader {
	const char *at;
	unsigned line;
	const char *name;
	struct err *err;
};

static int refuse(const struct reader *r, const char *what)
{
	return err_set(r->err, ERR_INVALID, "%s, line %u: %s", r->name, r->line,
		       what);
}

/* Over blanks and comments; over line ends too where `lines`. */
static void skip(struct reader *r, int lines)
{
	for (;;) {
		if (*r->at == '#')
			r->at += strcspn(r->at, "\n");
		if (*r->at == '\n' && lines)
			r->line++;
		else if (*r->at != ' ' && *r->at != '\t' && *r->at != '\r')
			return;
		r->at++;
	}
}

static int read_string(struct reader *r, char **out)
{
	struct str s = STR_INIT;

	for (r->at++; *r->at && *r->at != '"' && *r->at != '\n'; r->at++) {
		if (*r->at == '\\' && r->at[1] && strchr("\"\\nt", r->at[1])) {
			r->at++;
			str_add_char(&s, *r->at == 'n'   ? '\n'
					 : *r->at == 't' ? '\t'
							 : *r->at);
		} else if (*r->at == '\\') {
			break;
		} else {
			str_add_char(&s, *r->at);
		}
	}
	if (*r->at != '"') {
		str_release(&s);
		return refuse(r, "a string does not end, or has an escape "
				 "other than \\\" \\\\ \\n \\t");
	}
	r->at++;
	*out = str_detach(&s);
	return 0;
}

static void add_value(struct toml_entry *entry, char *value)
{
	entry->values = mem_grow(entry->values, entry->count + 1,
				 sizeof(*entry->values));
	entry->values[entry->count++] = value;
}

static int read_list(struct reader *r, struct toml_entry *entry)
{
	char *value;
	int code;

	for (r->at++;;) {
		skip(r, 1);
		if (*r->at == ']') {
			r->at++;
			return 0;
		}
		if (*r->at != '"')
			return refuse(r, "a list holds strings, then ]");
		code = read_string(r, &value);
		if (code < 0)
			return code;
		add_value(entry, value);
		skip(r, 1);
		if (*r->at == ',')
			r->at++;
		else if (*r->at != ']')
			return refuse(r, "expected , or ] in a list");
	}
}

static int read_value(struct reader *r, struct toml_entry *entry)
{
	char *value;
	int code;

	if (*r->at == '[') {
		entry->type = TOML_LIST;
		return read_list(r, entry);
	}
	if (*r->at == '"') {
		entry->type = TOML_TEXT;
		code = read_string(r, &value);
		if (code == 0)
			add_value(entry, value);
		return code;
	}
	for (const char *const *word = (const char *const[]){ "true", "false",
							      NULL };
	     *word; word++) {
		size_t n = strlen(*word);

		if (!strncmp(r->at, *word, n) &&
		    !isalnum((unsigned char)r->at[n])) {
			r->at += n;
			entry->type = TOML_FLAG;
			add_value(entry, mem_dup(*word));
			return 0;
		}
	}
	if (isdigit((unsigned char)*r->at)) {
		size_t n = strspn(r->at, "0123456789");

		entry->type = TOML_NUMBER;
		add_value(entry, mem_dup_n(r->at, n));
		r->at += n;
		return 0;
	}
	return refuse(r, "a value is \"text\", a whole number, true, false "
			 "or a list of strings");
}

static size_t key_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) ||
	       (text[n] && strchr("_-", text[n])))
		n++;
	return n;
}

static int refuse_twice(const struct reader *r, const char *key)
{
	char *what = mem_printf("the key '%.60s' stands there twice", key);
	int code = refuse(r, what);

	free(what);
	return code;
}

static int read_entry(struct reader *r, struct toml *toml)
{
	size_t n = key_length(r->at);
	struct toml_entry *entry;
	int code;

	if (!n)
		return refuse(r, "expected `key = value`");
	MEM_ROOM(toml->entries, toml->count, toml->capacity);
	entry = &toml->entries[toml->count];
	memset(entry, 0, sizeof(*entry));
	entry->key = mem_dup_n(r->at, n);
	entry->line = r->line;
	if (toml_find(toml, entry->key)) {
		code = refuse_twice(r, entry->key);
		free(entry->key);
		return code;
	}
	toml->count++;
	r->at += n;
	skip(r, 0);
	if (*r->at != '=')
		return refuse(r, "expected = after the key");
	r->at++;
	skip(r, 0);
	code = read_value(r, entry);
	if (code < 0)
		return code;
	skip(r, 0);
	if (*r->at && *r->at != '\n')
		return refuse(r, "something follows the value");
	return 0;
}

int toml_parse(struct toml *toml, const char *text, const char *name,
	       struct err *err)
{
	struct reader r = { text, 1, name, err };

	memset(toml, 0, sizeof(*toml));
	if (!strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		return refuse(&r, "it begins with a byte order mark: save it "
			      "as UTF-8 without one");
	for (;;) {
		int code;

		skip(&r, 1);
		if (!*r.at)
			return 0;
		code = read_entry(&r, toml);
		if (code < 0)
			return code;
	}
}

void toml_release(struct toml *toml)
{
	for (size_t i = 0; i < toml->count; i++) {
		struct toml_entry *entry = &toml->entries[i];

		for (size_t j = 0; j < entry->count; j++)
			free(entry->values[j]);
		free(entry->values);
		free(entry->key);
	}
	free(toml->entries);
	memset(toml, 0, sizeof(*toml));
}

const struct toml_entry *toml_find(const struct toml *toml, const char *key)
{
	for (size_t i = 0; i < toml->count; i++) {
		if (!strcmp(toml->entries[i].key, key))
			return &toml->entries[i];
	}
	return NULL;
}

const char *toml_text(const struct toml *toml, const char *key)
{
	const struct toml_entry *entry = toml_find(toml, key);

	return entry && entry->count == 1 ? entry->values[0] : NULL;
}
