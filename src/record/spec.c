#include "record/spec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

/* How a field begins, and the word of that if it is a text. */
#define BEGIN_COUNT(value) value
#define BEGIN_RATE(value) value
#define BEGIN_NUMBER(value) value
#define BEGIN_FLAG(value) value
#define BEGIN_TEXT(value) NULL
#define WORD_COUNT(value) NULL
#define WORD_RATE(value) NULL
#define WORD_NUMBER(value) NULL
#define WORD_FLAG(value) NULL
#define WORD_TEXT(value) value

const struct spec_field spec_fields[] = {
#define X(member, name, kind, part, column, least, most, unset, value, option, \
	  unit, choices, words, help)                                          \
	{ #name, option, SPEC_##kind, SPEC_##part,                             \
	  offsetof(struct trial_spec, member), least, most, words, unit,       \
	  WORD_##kind(value) },
	SPEC_FIELDS(X)
#undef X
	{ NULL, NULL, SPEC_FLAG, SPEC_NONE, 0, 0, 0, NULL, NULL, NULL },
};

void spec_init(struct trial_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
#define X(member, name, kind, part, column, least, most, unset, value, ...)    \
	spec->member = BEGIN_##kind(value);
	SPEC_FIELDS(X)
#undef X
}

static void *value_at(struct trial_spec *spec, const struct spec_field *field)
{
	return (char *)spec + field->offset;
}

static char **text_at(struct trial_spec *spec, const struct spec_field *field)
{
	return value_at(spec, field);
}

static void unset(struct trial_spec *spec, const struct spec_field *field)
{
	switch (field->kind) {
	case SPEC_COUNT:
	case SPEC_RATE:
		*(uint64_t *)value_at(spec, field) = COUNT_UNKNOWN;
		break;
	case SPEC_NUMBER:
		*(double *)value_at(spec, field) = NAN;
		break;
	case SPEC_FLAG:
		*(bool *)value_at(spec, field) = false;
		break;
	case SPEC_TEXT:
		*text_at(spec, field) = NULL;
	}
}

void spec_init_unknown(struct trial_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	for (const struct spec_field *f = spec_fields; f->name; f++)
		unset(spec, f);
}

void spec_forget_words(struct trial_spec *spec)
{
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (f->word && spec_is_set(spec, f) &&
		    !strcmp(*text_at(spec, f), f->word))
			*text_at(spec, f) = NULL;
}

void spec_copy(struct trial_spec *to, const struct trial_spec *from)
{
	*to = *from;
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (f->kind == SPEC_TEXT)
			*text_at(to, f) = mem_dup(*text_at(to, f));
}

void spec_release(struct trial_spec *spec)
{
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		if (f->kind == SPEC_TEXT) {
			free(*text_at(spec, f));
			*text_at(spec, f) = NULL;
		}
	}
}

static uint64_t count_of(const struct trial_spec *spec,
			 const struct spec_field *field)
{
	return *(const uint64_t *)spec_value(spec, field);
}

static double number_of(const struct trial_spec *spec,
			const struct spec_field *field)
{
	return *(const double *)spec_value(spec, field);
}

static bool flag_of(const struct trial_spec *spec,
		    const struct spec_field *field)
{
	return *(const bool *)spec_value(spec, field);
}

static const char *text_of(const struct trial_spec *spec,
			   const struct spec_field *field)
{
	return *(const char *const *)spec_value(spec, field);
}

bool spec_is_set(const struct trial_spec *spec, const struct spec_field *field)
{
	switch (field->kind) {
	case SPEC_COUNT:
	case SPEC_RATE:
		return count_of(spec, field) != COUNT_UNKNOWN;
	case SPEC_NUMBER:
		return !isnan(number_of(spec, field));
	case SPEC_TEXT:
		return text_of(spec, field) != NULL;
	case SPEC_FLAG:
		break;
	}
	return true;
}

bool spec_is_same(const struct trial_spec *a, const struct trial_spec *b,
		  const struct spec_field *field)
{
	bool set = spec_is_set(a, field);

	if (!set || !spec_is_set(b, field))
		return set == spec_is_set(b, field);
	switch (field->kind) {
	case SPEC_COUNT:
	case SPEC_RATE:
		return count_of(a, field) == count_of(b, field);
	case SPEC_NUMBER:
		return number_of(a, field) == number_of(b, field);
	case SPEC_FLAG:
		return flag_of(a, field) == flag_of(b, field);
	case SPEC_TEXT:
		break;
	}
	return !strcmp(text_of(a, field), text_of(b, field));
}

void spec_add_value(const struct trial_spec *spec,
		    const struct spec_field *field, struct str *out)
{
	char number[NUMBER_TEXT_BYTES];

	if (!spec_is_set(spec, field)) {
		str_add(out, "-");
		return;
	}
	switch (field->kind) {
	case SPEC_COUNT:
	case SPEC_RATE:
		str_addf(out, "%llu",
			 (unsigned long long)count_of(spec, field));
		break;
	case SPEC_NUMBER:
		str_add(out, number_exact(number_of(spec, field), number));
		break;
	case SPEC_FLAG:
		str_add(out, flag_of(spec, field) ? "true" : "false");
		break;
	case SPEC_TEXT:
		str_add(out, text_of(spec, field));
	}
}

void spec_add_line(const struct trial_spec *spec,
		   const struct spec_field *field, struct str *out)
{
	str_addf(out, "%s=", field->name);
	spec_add_value(spec, field, out);
	str_add_char(out, '\n');
}

static json_t *text_json(const char *text)
{
	json_t *value = json_string(text);
	char *clean;

	if (value)
		return value;
	clean = mem_dup(text);
	text_clean_line(clean);
	value = json_string(clean);
	free(clean);
	return value;
}

json_t *spec_value_json(const struct trial_spec *spec,
			const struct spec_field *field)
{
	if (!spec_is_set(spec, field))
		return json_null();
	switch (field->kind) {
	case SPEC_COUNT:
	case SPEC_RATE:
		return json_integer((json_int_t)count_of(spec, field));
	case SPEC_NUMBER:
		return json_double(number_of(spec, field));
	case SPEC_FLAG:
		return json_boolean(flag_of(spec, field));
	case SPEC_TEXT:
		break;
	}
	return text_json(text_of(spec, field));
}

json_t *spec_json(const struct trial_spec *spec)
{
	json_t *object = json_object();

	for (const struct spec_field *f = spec_fields; f->name; f++)
		json_object_set_new(object, f->name, spec_value_json(spec, f));
	return object;
}

static bool is_in_range(const struct spec_field *field, double value)
{
	return value >= field->least && value <= field->most;
}

static void take_text(char **to, const char *text)
{
	free(*to);
	*to = mem_dup(text);
	text_clean_line(*to);
}

static void take_null(struct trial_spec *spec, const struct spec_field *field)
{
	if (field->kind == SPEC_TEXT)
		free(*text_at(spec, field));
	if (field->kind != SPEC_FLAG)
		unset(spec, field);
}

static void take_value(struct trial_spec *spec, const struct spec_field *field,
		       const json_t *value)
{
	void *at = value_at(spec, field);
	double number = json_number_value(value);

	switch (field->kind) {
	case SPEC_COUNT:
	case SPEC_RATE:
		if (json_is_integer(value) && is_in_range(field, number))
			*(uint64_t *)at = (uint64_t)json_integer_value(value);
		break;
	case SPEC_NUMBER:
		if (json_is_number(value) && is_in_range(field, number))
			*(double *)at = number;
		break;
	case SPEC_FLAG:
		if (json_is_boolean(value))
			*(bool *)at = json_is_true(value);
		break;
	case SPEC_TEXT:
		if (json_is_string(value))
			take_text(at, json_string_value(value));
	}
}

void spec_from_json(struct trial_spec *spec, const json_t *object)
{
	struct trial_spec defaults;

	spec_init(&defaults);
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		json_t *value = json_incref(json_object_get(object, f->name));

		if (!value)
			value = spec_value_json(&defaults, f);
		if (json_is_null(value))
			take_null(spec, f);
		else
			take_value(spec, f, value);
		json_decref(value);
	}
}
