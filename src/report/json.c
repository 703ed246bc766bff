/* Documents as jansson writes them, with fewer digits. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static void put_json(FILE *out, const json_t *value, int depth);

/* Writes what stands before a member of an object or an array, and before its
 * end. */
static void put_break(FILE *out, int depth, const char *otherwise)
{
	if (depth < 0)
		fputs(otherwise, out);
	else
		fprintf(out, "\n%*s", 2 * depth, "");
}

static void put_key(FILE *out, const char *key)
{
	json_t *text = json_string(key);

	json_dumpf(text, out, JSON_ENCODE_ANY);
	json_decref(text);
	fputs(": ", out);
}

/* Has a point or an exponent: a whole number would be read as another type. */
static void put_real(FILE *out, double value)
{
	char text[NUMBER_TEXT_BYTES];

	number_exact(value, text);
	fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void put_object(FILE *out, const json_t *object, int depth)
{
	int inner = depth < 0 ? depth : depth + 1;
	const char *comma = "", *between = "";
	/* jansson iterates over no constant object, and changes none. */
	json_t *members = (json_t *)(uintptr_t)object;
	const char *key;
	json_t *value;

	fputc('{', out);
	json_object_foreach(members, key, value) {
		fputs(comma, out);
		put_break(out, inner, between);
		put_key(out, key);
		put_json(out, value, inner);
		comma = ",";
		between = " ";
	}
	if (json_object_size(object))
		put_break(out, depth, "");
	fputc('}', out);
}

static void put_array(FILE *out, const json_t *array, int depth)
{
	int inner = depth < 0 ? depth : depth + 1;

	fputc('[', out);
	for (size_t i = 0; i < json_array_size(array); i++) {
		fputs(i ? "," : "", out);
		put_break(out, inner, i ? " " : "");
		put_json(out, json_array_get(array, i), inner);
	}
	if (json_array_size(array))
		put_break(out, depth, "");
	fputc(']', out);
}

static void put_json(FILE *out, const json_t *value, int depth)
{
	if (json_is_object(value))
		put_object(out, value, depth);
	else if (json_is_array(value))
		put_array(out, value, depth);
	else if (json_is_real(value))
		put_real(out, json_real_value(value));
	else
		json_dumpf(value, out, JSON_ENCODE_ANY);
}

json_t *report_json_object(const char *text)
{
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;

	if (json_is_object(object))
		return object;
	json_decref(object);
	return json_null();
}

void report_json_write(FILE *out, const json_t *value, bool indent)
{
	put_json(out, value, indent ? 0 : -1);
}
