#include "cli/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/mem.h"

#define BYTES_MOST (1U << 20)
#define NESTED_MOST 32
#define BRACKETS_MOST 10000

static const struct option_spec *const allowed[] = { options_select,
						     options_trial,
						     options_limits,
						     options_outside, NULL };

/* Of the whole run. */
static const struct option_spec *const beside[] = { options_isolation,
						    options_comparison,
						    options_monitor,
						    options_database,
						    options_json,
						    options_common, NULL };

/* One key of the file: an option and the node of its values. */
struct axis {
	const struct option_spec *spec;
	const yaml_node_t *values;
};

struct reader {
	yaml_document_t *document;
	const char *path;
	struct err *err;
	struct sweep *sweep;
	const struct options *base;
	struct axis axes[64]; /* of the mapping that is read */
	size_t axis_count;
};

static int refuse(const struct reader *r, const yaml_node_t *node,
		  const char *what, const char *word)
{
	return err_set(r->err, ERR_USAGE, "%s, line %zu: %s%s%s%s", r->path,
		       node->start_mark.line + 1, what, word ? " '" : "",
		       word ? word : "", word ? "'" : "");
}

static const char *text_of(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

/* A scalar without a tag of its own: `!!python/…` and the like are no words,
 * and neither is what a zero byte would cut short. */
static bool is_word(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
	       strlen(text_of(node)) == node->data.scalar.length &&
	       !strcmp((const char *)node->tag, YAML_STR_TAG);
}

/* How many values a node has; 0: neither a word nor a list of words, or one with
 * a tag of its own. */
static size_t value_count(const struct reader *r, const yaml_node_t *node)
{
	const yaml_node_item_t *item;

	if (is_word(node))
		return 1;
	if (node->type != YAML_SEQUENCE_NODE ||
	    strcmp((const char *)node->tag, YAML_SEQ_TAG) != 0)
		return 0;
	for (item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++) {
		const yaml_node_t *value =
			yaml_document_get_node(r->document, *item);

		if (!value || !is_word(value))
			return 0;
	}
	return (size_t)(node->data.sequence.items.top -
			node->data.sequence.items.start);
}

static const yaml_node_t *value_at(const struct reader *r,
				   const yaml_node_t *node, size_t i)
{
	if (node->type == YAML_SCALAR_NODE)
		return node;
	return yaml_document_get_node(r->document,
				      node->data.sequence.items.start[i]);
}

/* NULL: there is no such option. "no_slices" is --no-slices. */
static const struct option_spec *find_beside(const char *name, const char **no)
{
	const struct option_spec *spec = option_find(beside, name, strlen(name));

	*no = spec && option_is_negatable(spec) ? "[no-]" : "";
	if (spec || (strncmp(name, "no_", 3) != 0 && strncmp(name, "no-", 3) != 0))
		return spec;
	*no = "no-";
	spec = option_find(beside, name + 3, strlen(name + 3));
	return spec && option_is_negatable(spec) ? spec : NULL;
}

static int unknown_key(const struct reader *r, const yaml_node_t *key)
{
	const char *near = option_near(allowed, text_of(key)), *no;
	const struct option_spec *spec = find_beside(text_of(key), &no);
	char what[250];

	if (spec)
		return err_set(r->err, ERR_USAGE,
			       "%s, line %zu: '%.60s' is of the whole run, and no "
			       "option of a trial: give --%s%s on the command "
			       "line instead", r->path,
			       key->start_mark.line + 1, text_of(key), no,
			       spec->name);
	if (near)
		snprintf(what, sizeof(what), "did you mean '%s'?", near);
	else
		snprintf(what, sizeof(what), "%s",
			 "`benchmark run-parameterized-test --help` lists those "
			 "there are");
	return err_set(r->err, ERR_USAGE,
		       "%s, line %zu: no option of a trial has the name "
		       "'%.60s': %s", r->path, key->start_mark.line + 1,
		       text_of(key), what);
}

static int add_axis(struct reader *r, const yaml_node_t *key,
		    const yaml_node_t *values)
{
	const struct option_spec *spec;

	if (!is_word(key))
		return refuse(r, key, "a key must be a word", NULL);
	spec = option_find(allowed, text_of(key), strlen(text_of(key)));
	if (!spec)
		return unknown_key(r, key);
	for (size_t i = 0; i < r->axis_count; i++) {
		if (r->axes[i].spec == spec)
			return refuse(r, key, "a second value for",
				      text_of(key));
	}
	if (!value_count(r, values))
		return refuse(r, values,
			      "a value must be a word or a list of words at",
			      text_of(key));
	if (r->axis_count == sizeof(r->axes) / sizeof(*r->axes))
		return refuse(r, key, "too many keys", NULL);
	r->axes[r->axis_count++] = (struct axis){ spec, values };
	return 0;
}

static const yaml_node_t *node_at(const struct reader *r, int index)
{
	return yaml_document_get_node(r->document, index);
}

static bool is_key(const yaml_node_t *node, const char *word)
{
	return node->type == YAML_SCALAR_NODE && !strcmp(text_of(node), word);
}

typedef int (*pair_fn)(struct reader *r, const yaml_node_t *key,
		       const yaml_node_t *value);

static int each_pair(struct reader *r, const yaml_node_t *mapping,
		     const char *what, pair_fn take)
{
	const yaml_node_pair_t *pair;
	int code = 0;

	if (mapping->type != YAML_MAPPING_NODE ||
	    strcmp((const char *)mapping->tag, YAML_MAP_TAG) != 0)
		return refuse(r, mapping, what, NULL);
	for (pair = mapping->data.mapping.pairs.start;
	     code == 0 && pair < mapping->data.mapping.pairs.top; pair++)
		code = take(r, node_at(r, pair->key), node_at(r, pair->value));
	return code;
}

/* Sets value `i` of an axis in one job. */
static int apply(const struct reader *r, const struct axis *axis, size_t i,
		 struct options *job)
{
	const yaml_node_t *value = value_at(r, axis->values, i);
	struct sweep_lines *lines = &r->sweep->lines[r->sweep->count - 1];
	size_t line = value->start_mark.line + 1;
	char where[400];

	if (axis->spec->offset == offsetof(struct options, library))
		lines->library = line;
	if (axis->spec->offset == offsetof(struct options, test))
		lines->test = line;
	snprintf(where, sizeof(where), "%.300s, line %zu: %s", r->path, line,
		 axis->spec->name);
	return option_set(job, axis->spec, text_of(value), where, r->err);
}

/* Job number n: the digits of n in the mixed radix of the axes' lengths. */
static int make_job(const struct reader *r, size_t n, struct options *job)
{
	for (size_t a = r->axis_count; a-- > 0;) {
		size_t count = value_count(r, r->axes[a].values);
		int code = apply(r, &r->axes[a], n % count, job);

		if (code < 0)
			return code;
		n /= count;
	}
	return 0;
}

static int add_job(struct reader *r, const yaml_node_t *mapping, size_t n)
{
	struct sweep *sweep = r->sweep;
	struct options *job;

	MEM_ROOM(sweep->jobs, sweep->count, sweep->capacity);
	MEM_ROOM(sweep->lines, sweep->count, sweep->line_capacity);
	sweep->lines[sweep->count] = (struct sweep_lines){
		.mapping = mapping->start_mark.line + 1
	};
	job = &sweep->jobs[sweep->count++];
	*job = *r->base;
	return make_job(r, n, job);
}

static bool has_axis(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->axis_count; i++)
		if (!strcmp(r->axes[i].spec->name, name))
			return true;
	return false;
}

/* The product of the axes that were read from a mapping. */
static int add_jobs(struct reader *r, const yaml_node_t *mapping)
{
	size_t total = 1;
	int code = 0;

	if (!has_axis(r, "library") || !has_axis(r, "test"))
		return refuse(r, mapping, "the keys library and test are "
					  "needed here", NULL);
	for (size_t a = 0; a < r->axis_count; a++) {
		total *= value_count(r, r->axes[a].values);
		if (total + r->sweep->count > SWEEP_JOBS_MAX)
			return err_set(r->err, ERR_USAGE,
				       "%s asks for more than %d trials: split "
				       "it into several files",
				       r->path, SWEEP_JOBS_MAX);
	}
	for (size_t n = 0; code == 0 && n < total; n++)
		code = add_job(r, mapping, n);
	return code;
}

/* params.NAME of pyasyncio-benchmark: {value: 16384}. */
static int take_param(struct reader *r, const yaml_node_t *name,
		      const yaml_node_t *value)
{
	const yaml_node_pair_t *pair;

	if (value->type != YAML_MAPPING_NODE)
		return add_axis(r, name, value);
	pair = value->data.mapping.pairs.start;
	if (value->data.mapping.pairs.top - pair == 1 &&
	    is_key(node_at(r, pair->key), "value"))
		return add_axis(r, name, node_at(r, pair->value));
	if (pair < value->data.mapping.pairs.top &&
	    is_key(node_at(r, pair->key), "expression"))
		return refuse(r, node_at(r, pair->key),
			      "an expression is not evaluated: write its values "
			      "as a list, value: [16384, 32768], instead of",
			      "expression");
	return refuse(r, value, "a parameter is `value: WORD`, or `value: "
				"[WORD, WORD]`", NULL);
}

static int take_debug(struct reader *r, const yaml_node_t *value)
{
	int truth = is_word(value) ? option_truth(text_of(value)) : -1;

	if (truth < 0)
		return refuse(r, value, "debug is true or false", NULL);
	r->sweep->debug |= truth;
	return 0;
}

static int take_of_test(struct reader *r, const yaml_node_t *key,
			const yaml_node_t *value)
{
	if (is_key(key, "client_config"))
		return each_pair(r, value, "client_config must be a mapping",
				 add_axis);
	if (is_key(key, "params"))
		return each_pair(r, value, "params must be a mapping",
				 take_param);
	if (is_key(key, "debug"))
		return take_debug(r, value);
	return add_axis(r, key, value);
}

/* `tests:`, which then is the only key. */
static int take_tests(struct reader *r, const yaml_node_t *key,
		      const yaml_node_t *tests)
{
	const yaml_node_item_t *item;
	int code = 0;

	if (!is_key(key, "tests"))
		return refuse(r, key, "beside `tests` there can be no key",
			      key->type == YAML_SCALAR_NODE ? text_of(key)
							    : "");
	if (tests->type != YAML_SEQUENCE_NODE ||
	    tests->data.sequence.items.start == tests->data.sequence.items.top)
		return refuse(r, tests, "tests must be a list of mappings",
			      NULL);
	for (item = tests->data.sequence.items.start;
	     code == 0 && item < tests->data.sequence.items.top; item++) {
		r->axis_count = 0;
		code = each_pair(r, node_at(r, *item),
				 "a test must be a mapping", take_of_test);
		if (code == 0)
			code = add_jobs(r, node_at(r, *item));
	}
	return code;
}

static bool has_key(const struct reader *r, const yaml_node_t *mapping,
		    const char *word)
{
	const yaml_node_pair_t *pair;

	if (mapping->type != YAML_MAPPING_NODE)
		return false;
	for (pair = mapping->data.mapping.pairs.start;
	     pair < mapping->data.mapping.pairs.top; pair++)
		if (is_key(node_at(r, pair->key), word))
			return true;
	return false;
}

static int read_root(struct reader *r)
{
	static const char what[] = "the file must be one mapping, `key: value` "
				   "lines";
	const yaml_node_t *root = yaml_document_get_root_node(r->document);
	int code;

	if (!root)
		return err_set(r->err, ERR_USAGE,
			       "%s is empty: it needs at least library and test",
			       r->path);
	if (has_key(r, root, "tests"))
		return each_pair(r, root, what, take_tests);
	code = each_pair(r, root, what, add_axis);
	return code < 0 ? code : add_jobs(r, root);
}

static int not_yaml(const yaml_parser_t *parser, const char *path,
		    struct err *err)
{
	return err_set(err, ERR_USAGE, "%s, line %zu: not YAML: %s", path,
		       parser->problem_mark.line + 1,
		       parser->problem ? parser->problem : "unreadable");
}

/* Refuses what follows the first document. */
static int check_end(yaml_parser_t *parser, const char *path, struct err *err)
{
	yaml_document_t second;
	bool empty;

	if (!yaml_parser_load(parser, &second))
		return not_yaml(parser, path, err);
	empty = !yaml_document_get_root_node(&second);
	yaml_document_delete(&second);
	if (empty)
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s holds more than one document: give each a file of "
		       "its own", path);
}

/* libyaml takes time by the square of what is open. Brackets in words and
 * comments count too; nobody writes so many. */
static int check_depth(const char *text, size_t n, const char *path,
		       struct err *err)
{
	unsigned depth = 0, all = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '[' || text[i] == '{') {
			depth++;
			all++;
		} else if (depth && (text[i] == ']' || text[i] == '}')) {
			depth--;
		}
		if (depth > NESTED_MOST || all > BRACKETS_MOST)
			return err_set(err, ERR_USAGE,
				       "%s: more than %u %s[ or {: a value is "
				       "a word or a list of words", path,
				       depth > NESTED_MOST ? NESTED_MOST
							   : BRACKETS_MOST,
				       depth > NESTED_MOST ? "open " : "");
	}
	return 0;
}

static int load(const char *text, size_t n, const char *path,
		yaml_document_t *document, struct err *err)
{
	yaml_parser_t parser;
	int code = check_depth(text, n, path, err);

	if (code < 0)
		return code;
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
	if (!yaml_parser_load(&parser, document)) {
		code = not_yaml(&parser, path, err);
	} else {
		code = check_end(&parser, path, err);
		if (code < 0)
			yaml_document_delete(document);
	}
	yaml_parser_delete(&parser);
	return code;
}

int sweep_parse(struct sweep *sweep, const char *text, size_t n,
		const char *path, const struct options *base, struct err *err)
{
	struct reader r = { .path = path, .err = err, .sweep = sweep,
			    .base = base };
	int code;

	memset(sweep, 0, sizeof(*sweep));
	r.document = mem_new(sizeof(*r.document));
	code = load(text, n, path, r.document, err);
	if (code < 0) {
		free(r.document);
		return code;
	}
	sweep->document = r.document;
	return read_root(&r);
}

int sweep_read(struct sweep *sweep, const char *path,
	       const struct options *base, struct err *err)
{
	struct str text = STR_INIT;
	int code = file_read(path, BYTES_MOST, &text, err);

	memset(sweep, 0, sizeof(*sweep));
	if (code == 0)
		code = sweep_parse(sweep, text.buf, text.len, path, base, err);
	else
		code = ERR_USAGE;
	str_release(&text);
	return code;
}

void sweep_release(struct sweep *sweep)
{
	if (sweep->document)
		yaml_document_delete(sweep->document);
	free(sweep->document);
	free(sweep->jobs);
	free(sweep->lines);
	memset(sweep, 0, sizeof(*sweep));
}
