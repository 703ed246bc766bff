#include "prices/words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/text.h"
#include "base/utf8.h"

#define WORD_BYTES_MOST 500

int reader_refuse(const struct reader *r, size_t line, const char *format, ...)
{
	char what[800];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return err_set(r->err, ERR_USAGE, "%.300s, line %zu: %s", r->path, line,
		       what);
}

static size_t line_at(const struct reader *r, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < r->n; i++)
		line += r->text[i] == '\n';
	return line;
}

static int not_yaml(const struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	size_t line = p->error == YAML_READER_ERROR
			      ? line_at(r, p->problem_offset)
			      : p->problem_mark.line + 1;

	return reader_refuse(r, line, "not YAML: %s",
			     p->problem ? p->problem : "unreadable");
}

/* What libyaml would refuse in words of its own, or let pass. */
static int check_bytes(const struct reader *r)
{
	for (size_t i = 0, length; i < r->n; i += length) {
		unsigned char c = (unsigned char)r->text[i];

		length = utf8_length((const unsigned char *)r->text + i,
				     r->n - i);
		if (!length)
			return reader_refuse(r, line_at(r, i), "this is not "
					     "UTF-8: save the file as UTF-8");
		if (c == '\t')
			return reader_refuse(r, line_at(r, i), "there is a "
					     "tab: write blanks instead");
		if ((c < ' ' && c != '\n' && c != '\r') || c == 0x7f)
			return reader_refuse(r, line_at(r, i), "there is a "
					     "control character: take it out");
	}
	return 0;
}

int reader_begin(struct reader *r)
{
	yaml_parser_initialize(&r->parser);
	yaml_parser_set_input_string(&r->parser,
				     (const unsigned char *)r->text, r->n);
	memset(&r->event, 0, sizeof(r->event));
	return check_bytes(r);
}

void reader_end(struct reader *r)
{
	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
}

int reader_step(struct reader *r)
{
	yaml_event_delete(&r->event);
	memset(&r->event, 0, sizeof(r->event));
	return yaml_parser_parse(&r->parser, &r->event) ? 0 : not_yaml(r);
}

size_t reader_line(const struct reader *r)
{
	return r->event.start_mark.line + 1;
}

static const char *anchor_of(const yaml_event_t *e)
{
	if (e->type == YAML_SCALAR_EVENT)
		return (const char *)e->data.scalar.anchor;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		return (const char *)e->data.sequence_start.anchor;
	if (e->type == YAML_MAPPING_START_EVENT)
		return (const char *)e->data.mapping_start.anchor;
	return NULL;
}

static const char *tag_of(const yaml_event_t *e)
{
	if (e->type == YAML_SCALAR_EVENT)
		return (const char *)e->data.scalar.tag;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		return (const char *)e->data.sequence_start.tag;
	if (e->type == YAML_MAPPING_START_EVENT)
		return (const char *)e->data.mapping_start.tag;
	return NULL;
}

int reader_check_plain(const struct reader *r)
{
	const yaml_event_t *e = &r->event;
	size_t line = reader_line(r);

	if (e->type == YAML_ALIAS_EVENT)
		return reader_refuse(r, line, "'*%.60s' is an alias: write out "
				     "what it stands for",
				     (const char *)e->data.alias.anchor);
	if (anchor_of(e))
		return reader_refuse(r, line, "'&%.60s' is an anchor, and "
				     "there are no aliases here: take it out",
				     anchor_of(e));
	if (tag_of(e))
		return reader_refuse(r, line, "'%.60s' is a tag: take it out",
				     tag_of(e));
	return 0;
}

/* Not cut short by a zero byte, and without what nobody sees. */
static bool is_seen(const yaml_event_t *scalar)
{
	const char *text = (const char *)scalar->data.scalar.value;
	char *clean = mem_dup(text);
	bool same;

	text_clean_line(clean);
	same = !strcmp(clean, text) &&
	       strlen(text) == scalar->data.scalar.length;
	free(clean);
	return same;
}

/* Which of the keys the event is, or a negative code. */
static int find_key(const struct reader *r, const struct words *words)
{
	const char *key = (const char *)r->event.data.scalar.value;
	struct str near = STR_INIT;
	int code = reader_check_plain(r);

	if (code < 0)
		return code;
	if (r->event.type != YAML_SCALAR_EVENT || !is_seen(&r->event))
		return reader_refuse(r, reader_line(r), "a key of %s must be a "
				     "word", words->what);
	for (size_t i = 0; i < words->count; i++)
		if (!strcmp(words->keys[i], key))
			return (int)i;
	near_add(key, words->keys, words->count, "there are ", &near);
	code = reader_refuse(r, reader_line(r), "'%.60s' is no key of %s: %s",
			     key, words->what, near.buf);
	str_release(&near);
	return code;
}

/* Why the event is no word for a value; 0: it is one. */
static int check_word(const struct reader *r, const char *key)
{
	const yaml_event_t *e = &r->event;
	int code = reader_check_plain(r);

	if (code < 0)
		return code;
	if (e->type != YAML_SCALAR_EVENT)
		return reader_refuse(r, reader_line(r), "%s must be one word, "
				     "and is a %s", key,
				     e->type == YAML_SEQUENCE_START_EVENT
					     ? "list" : "mapping");
	if (!e->data.scalar.length)
		return reader_refuse(r, reader_line(r), "%s is empty: give it "
				     "a value, or take out all of what is "
				     "unknown", key);
	if (e->data.scalar.length > WORD_BYTES_MOST)
		return reader_refuse(r, reader_line(r), "%s has more than %d "
				     "bytes: make it shorter", key,
				     WORD_BYTES_MOST);
	if (!is_seen(e))
		return reader_refuse(r, reader_line(r), "%s has characters "
				     "that are not seen: take them out", key);
	return 0;
}

static int take_word(const struct reader *r, const char *key, struct word *out)
{
	const yaml_event_t *e = &r->event;
	int code = check_word(r, key);

	if (code == 0)
		*out = (struct word){
			mem_dup((const char *)e->data.scalar.value),
			reader_line(r),
			e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE
		};
	return code;
}

int words_read(struct words *words, struct reader *r,
	       int (*take)(void *context, struct reader *r, size_t list),
	       void *context)
{
	size_t first = words->count - words->lists;
	bool seen[WORDS_KEYS_MOST] = { false };

	words->line = reader_line(r);
	for (;;) {
		int code = reader_step(r), i;

		if (code < 0 || r->event.type == YAML_MAPPING_END_EVENT)
			return code;
		i = find_key(r, words);
		if (i < 0)
			return i;
		if (seen[i])
			return reader_refuse(r, reader_line(r), "a second %s "
					     "of %s: leave one out",
					     words->keys[i], words->what);
		seen[i] = true;
		code = reader_step(r);
		if (code == 0 && (size_t)i >= first)
			code = take(context, r, (size_t)i - first);
		else if (code == 0)
			code = take_word(r, words->keys[i], &words->at[i]);
		if (code < 0)
			return code;
	}
}

void words_release(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->at[i].text);
}

char *word_take(struct word *word)
{
	char *text = word->text;

	word->text = NULL;
	return text;
}
