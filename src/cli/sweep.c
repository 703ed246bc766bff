#include "cli/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"

static const struct option_spec *const allowed[] = { options_select,
						     options_trial,
						     options_limits, NULL };

/* One key of the file: an option and the node of its values. */
struct axis {
	const struct option_spec *spec;
	const yaml_node_t *values;
};

struct reader {
	yaml_document_t *document;
	const char *path;
	struct err *err;
	struct axis axes[64];
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

/* A scalar without a tag of its own: `!!python/…` and the like are no words. */
static bool is_word(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
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

static int unknown_key(const struct reader *r, const yaml_node_t *key)
{
	const char *near = option_near(allowed, text_of(key));
	char what[200];

	if (!near)
		return refuse(r, key, "no option of a trial has the name",
			      text_of(key));
	snprintf(what, sizeof(what),
		 "no option of a trial has the name '%.60s': did you mean",
		 text_of(key));
	return refuse(r, key, what, near);
}

static int add_axis(struct reader *r, const yaml_node_t *key,
		    const yaml_node_t *values)
{
	const struct option_spec *spec;

	if (key->type != YAML_SCALAR_NODE)
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
	r->axes[r->axis_count++] = (struct axis){ spec, values };
	return 0;
}

static int read_axes(struct reader *r)
{
	const yaml_node_t *root = yaml_document_get_root_node(r->document);
	const yaml_node_pair_t *pair;
	int code = 0;

	if (!root)
		return err_set(r->err, ERR_USAGE,
			       "%s is empty: it needs at least library and test",
			       r->path);
	if (root->type != YAML_MAPPING_NODE)
		return refuse(r, root, "the file must be one mapping, `key: "
				       "value` lines", NULL);
	for (pair = root->data.mapping.pairs.start;
	     code == 0 && pair < root->data.mapping.pairs.top; pair++) {
		if (r->axis_count == sizeof(r->axes) / sizeof(*r->axes))
			return refuse(r, root, "too many keys", NULL);
		code = add_axis(r,
				yaml_document_get_node(r->document, pair->key),
				yaml_document_get_node(r->document,
						       pair->value));
	}
	return code;
}

/* Sets value `i` of an axis in one job. */
static int apply(const struct reader *r, const struct axis *axis, size_t i,
		 struct options *job)
{
	const yaml_node_t *value = value_at(r, axis->values, i);
	char where[400];

	snprintf(where, sizeof(where), "%.300s, line %zu: %s", r->path,
		 value->start_mark.line + 1, axis->spec->name);
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

static int make_jobs(struct reader *r, struct sweep *sweep,
		     const struct options *base)
{
	size_t total = 1;

	for (size_t a = 0; a < r->axis_count; a++) {
		total *= value_count(r, r->axes[a].values);
		if (total > SWEEP_JOBS_MAX)
			return err_set(r->err, ERR_USAGE,
				       "%s asks for more than %d trials: split "
				       "it into several files",
				       r->path, SWEEP_JOBS_MAX);
	}
	sweep->jobs = mem_array(total, sizeof(*sweep->jobs));
	for (; sweep->count < total; sweep->count++) {
		struct options *job = &sweep->jobs[sweep->count];
		int code;

		*job = *base;
		code = make_job(r, sweep->count, job);
		if (code < 0)
			return code;
		if (job->library.count != 1 || job->test.count != 1)
			return err_set(r->err, ERR_USAGE,
				       "%s needs the keys library and test",
				       r->path);
	}
	return 0;
}

/* Whether nothing follows the first document. */
static bool at_end(yaml_parser_t *parser)
{
	yaml_document_t second;
	bool empty;

	if (!yaml_parser_load(parser, &second))
		return false;
	empty = !yaml_document_get_root_node(&second);
	yaml_document_delete(&second);
	return empty;
}

static int parse_file(const char *path, yaml_document_t *document,
		      struct err *err)
{
	FILE *file = fopen(path, "re");
	yaml_parser_t parser;
	int code = 0;

	if (!file) {
		err_sys(err, "cannot open %s", path);
		return ERR_USAGE;
	}
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, document)) {
		code = err_set(err, ERR_USAGE, "%s, line %zu: not YAML: %s",
			       path, parser.problem_mark.line + 1,
			       parser.problem ? parser.problem : "unreadable");
	} else if (!at_end(&parser)) {
		yaml_document_delete(document);
		code = err_set(err, ERR_USAGE,
			       "%s holds more than one document: give each a "
			       "file of its own",
			       path);
	}
	yaml_parser_delete(&parser);
	fclose(file);
	return code;
}

int sweep_read(struct sweep *sweep, const char *path,
	       const struct options *base, struct err *err)
{
	struct reader r = { .path = path, .err = err };
	int code;

	memset(sweep, 0, sizeof(*sweep));
	r.document = mem_new(sizeof(*r.document));
	code = parse_file(path, r.document, err);
	if (code < 0) {
		free(r.document);
		return code;
	}
	sweep->document = r.document;
	code = read_axes(&r);
	return code < 0 ? code : make_jobs(&r, sweep, base);
}

void sweep_release(struct sweep *sweep)
{
	if (sweep->document)
		yaml_document_delete(sweep->document);
	free(sweep->document);
	free(sweep->jobs);
	memset(sweep, 0, sizeof(*sweep));
}
