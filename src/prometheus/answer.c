#include "prometheus/answer.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define QUOTED_MOST 300 /* bytes of a text of theirs in a sentence of ours */
#define REPLICA_MOST 1000000
#define SECONDS_MOST 1e11 /* the year 5138 */

struct reader {
	const char *who;
	struct scraped_matrix *out;
	struct err *err;
};

/* Their words, cut between characters and without line ends. */
static char *quote(const char *text)
{
	size_t n = strnlen(text, QUOTED_MOST);
	char *copy;

	while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	copy = mem_dup_n(text, n);
	for (char *at = copy; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
	return copy;
}

static int not_one(const struct reader *reader, const char *what)
{
	return err_set(reader->err, ERR_INVALID,
		       "%s does not answer as a Prometheus does (%s): give the "
		       "address of one", reader->who, what);
}

static int refused(const struct reader *reader, const json_t *root)
{
	const char *text = json_string_value(json_object_get(root, "error"));
	char *quoted = quote(text && *text ? text : "it does not say why");

	err_set(reader->err, ERR_FAILED,
		"%s answers with an error (%s): mend it there, then ask again",
		reader->who, quoted);
	free(quoted);
	return ERR_FAILED;
}

static int partial(const struct reader *reader, const json_t *warnings)
{
	const char *text = json_string_value(json_array_get(warnings, 0));
	char *quoted = quote(text ? text : "it does not say why");

	err_set(reader->err, ERR_INVALID,
		"%s gives only a part of the data and warns (%s): ask again "
		"when it has all of it", reader->who, quoted);
	free(quoted);
	return ERR_INVALID;
}

static int32_t read_replica(const json_t *metric)
{
	const char *text = json_string_value(
		json_object_get(metric, "container_label_replica"));
	char *end;
	long number;

	if (!text || *text < '0' || *text > '9')
		return -1;
	number = strtol(text, &end, 10);
	return *end || number > REPLICA_MOST ? -1 : (int32_t)number;
}

static char *read_label(const json_t *metric, const char *name)
{
	const char *text = json_string_value(json_object_get(metric, name));

	return mem_dup(text ? text : "");
}

/* Prometheus writes values as texts, so that they can be "NaN" and "+Inf". */
static int read_value(const struct reader *reader, const json_t *json,
		      double *out)
{
	const char *text = json_string_value(json);
	char *end;

	if (!text || !*text)
		return not_one(reader, "a value is no text");
	*out = strtod(text, &end);
	if (*end)
		return not_one(reader, "a value is no number");
	if (isfinite(*out))
		return 0;
	return err_set(reader->err, ERR_INVALID,
		       "%s has values that are not numbers (%.8s): look at "
		       "what it scrapes, or leave --from out",
		       reader->who, text);
}

static int read_point(const struct reader *reader, const json_t *pair,
		      struct scraped_series *series)
{
	const json_t *time = json_array_get(pair, 0);
	struct scraped_point point;
	double seconds = json_number_value(time);
	int code;

	if (json_array_size(pair) != 2 || !json_is_number(time) ||
	    !(fabs(seconds) < SECONDS_MOST))
		return not_one(reader, "a point is no pair of time and value");
	code = read_value(reader, json_array_get(pair, 1), &point.value);
	if (code < 0)
		return code;
	point.at_ms = llround(seconds * 1000);
	if (series->count &&
	    point.at_ms <= series->point[series->count - 1].at_ms)
		return not_one(reader, "its points do not ascend in time");
	MEM_ROOM(series->point, series->count, series->capacity);
	series->point[series->count++] = point;
	return 0;
}

static int read_series(const struct reader *reader, const json_t *json)
{
	const json_t *metric = json_object_get(json, "metric");
	const json_t *values = json_object_get(json, "values"), *pair;
	struct scraped_matrix *out = reader->out;
	struct scraped_series *series;
	size_t i;
	int code = 0;

	if (!json_is_object(metric) || !json_is_array(values))
		return not_one(reader, "a series lacks its labels or values");
	MEM_ROOM(out->series, out->count, out->capacity);
	series = &out->series[out->count++];
	*series = (struct scraped_series){
		.replica = read_replica(metric),
		.job = read_label(metric, "job"),
		.instance = read_label(metric, "instance"),
	};
	json_array_foreach(values, i, pair)
		if ((code = read_point(reader, pair, series)) < 0)
			break;
	return code;
}

static int read_matrix(const struct reader *reader, const json_t *root)
{
	const json_t *data = json_object_get(root, "data");
	const json_t *result = json_object_get(data, "result"), *series;
	const char *type =
		json_string_value(json_object_get(data, "resultType"));
	size_t i;
	int code = 0;

	if (!type || strcmp(type, "matrix") || !json_is_array(result))
		return not_one(reader, "there is no matrix in it");
	json_array_foreach(result, i, series)
		if ((code = read_series(reader, series)) < 0)
			break;
	return code;
}

static int read_root(const struct reader *reader, const json_t *root)
{
	const char *status =
		json_string_value(json_object_get(root, "status"));
	const json_t *warnings = json_object_get(root, "warnings");

	if (!status)
		return not_one(reader, "there is no status in it");
	if (!strcmp(status, "error"))
		return refused(reader, root);
	if (strcmp(status, "success"))
		return not_one(reader, "its status is none that we know");
	if (json_array_size(warnings))
		return partial(reader, warnings);
	return read_matrix(reader, root);
}

int answer_parse(const char *bytes, size_t n, const char *who,
		 struct scraped_matrix *out, struct err *err)
{
	struct reader reader = { who, out, err };
	json_t *root = json_loadb(bytes, n, 0, NULL);
	int code;

	memset(out, 0, sizeof(*out));
	code = root ? read_root(&reader, root)
		    : not_one(&reader, "it is no JSON");
	if (code < 0)
		scraped_matrix_release(out);
	json_decref(root);
	return code;
}
