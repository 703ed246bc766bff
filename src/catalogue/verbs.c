/* What a library can do beside its files: protocol, verbs, workloads. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/near.h"
#include "catalogue/scan.h"

#define PROTOCOL_MOST 2

static const struct workload_about *find(const struct catalogue *catalogue,
					 const char *test)
{
	const struct workload_about *best = NULL, *w;

	for (size_t i = 0; (w = catalogue->workload(i)); i++) {
		size_t n = strlen(w->name);

		if (!strncmp(test, w->name, n) &&
		    (!best || n > strlen(best->name)))
			best = w;
	}
	return best;
}

/* The names of all that are no matter of the harness's own checks. */
static const char **workload_names(const struct catalogue *catalogue,
				   size_t *count)
{
	const char **names = NULL;
	const struct workload_about *w;
	size_t capacity = 0;

	*count = 0;
	for (size_t i = 0; (w = catalogue->workload(i)); i++) {
		MEM_ROOM(names, *count, capacity);
		if (!w->hidden)
			names[(*count)++] = w->name;
	}
	return names;
}

/* `advice`: what else to do than to take the nearest name; or NULL. */
static int none(const struct catalogue *catalogue, const char *test,
		const char *advice, struct err *err)
{
	size_t count;
	const char **names = workload_names(catalogue, &count);
	const char *near = near_name(test, names, count);
	struct str all = STR_INIT;

	str_addf(&all, "the test '%s' has no workload, as its name begins with "
		 "none of ", test);
	for (size_t i = 0; i < count; i++)
		str_addf(&all, "%s%s", i ? ", " : "", names[i]);
	if (near)
		str_addf(&all, ": did you mean '%s'?", near);
	if (advice)
		str_addf(&all, "%s%s", near ? " or " : ": ", advice);
	err_set(err, ERR_USAGE, "%s", all.buf);
	str_release(&all);
	free(names);
	return ERR_USAGE;
}

int verbs_find_workload(const struct catalogue *catalogue,
			const struct library *library, const char *test,
			const struct workload_about **out, struct err *err)
{
	*out = find(catalogue, test);
	if (!*out && library->workload)
		*out = find(catalogue, library->workload);
	return *out ? 0
		    : none(catalogue, test, "begin its name with one of them, "
			   "or write workload = \"NAME\" into library.toml", err);
}

const struct workload_about *catalogue_workload(
	const struct catalogue *catalogue, const char *test, struct err *err)
{
	const struct workload_about *found = find(catalogue, test);

	if (!found)
		none(catalogue, test, NULL, err);
	return found;
}

static int read_protocol(struct library *library, const struct toml *toml,
			 const char *path, struct err *err)
{
	const char *text = toml_text(toml, "protocol");

	library->protocol = 1;
	if (!toml_find(toml, "protocol"))
		return 0;
	if (text && strlen(text) == 1 && *text >= '1' &&
	    *text <= '0' + PROTOCOL_MOST) {
		library->protocol = (unsigned)(*text - '0');
		return 0;
	}
	return err_set(err, ERR_INVALID,
		       "%s: protocol is the worker protocol's version, from 1 "
		       "to %d", path, PROTOCOL_MOST);
}

static int add_verb(struct library *library, const char *name, const char *path,
		    struct err *err)
{
	const char *near;
	unsigned verb = plan_verb_number(name);

	if (verb < PLAN_VERB_COUNT) {
		if (library->verbs & PLAN_VERB_BIT(verb))
			return err_set(err, ERR_INVALID,
				       "%s: verbs names %s twice", path, name);
		library->verbs |= PLAN_VERB_BIT(verb);
		return 0;
	}
	near = plan_verb_near(name);
	return err_set(err, ERR_INVALID, "%s: there is no verb '%.60s': %s%s%s",
		       path, name, near ? "did you mean '" : "see \"The plan\" "
		       "of docs/worker-protocol.md", near ? near : "",
		       near ? "'?" : "");
}

static int read_verbs(struct library *library, const struct toml *toml,
		      const char *path, struct err *err)
{
	const struct toml_entry *verbs = toml_find(toml, "verbs");
	int code = 0;

	for (size_t i = 0; code == 0 && verbs && i < verbs->count; i++)
		code = add_verb(library, verbs->values[i], path, err);
	if (code < 0 || !library->verbs)
		return code;
	if (!(library->verbs & PLAN_VERB_BIT(PLAN_GET_RANGE)))
		return err_set(err, ERR_INVALID,
			       "%s: verbs lacks get_range, of which the burst "
			       "before GO is made", path);
	if (library->protocol < 2)
		return err_set(err, ERR_INVALID,
			       "%s: verbs need protocol = 2", path);
	return 0;
}

/* `workload` of library.toml is a whole name, that of a test only begins so. */
static int check_workload(const struct catalogue *catalogue, const char *name,
			  const char *path, struct err *err)
{
	const struct workload_about *w;
	struct str near = STR_INIT;
	const char **names;
	size_t count;

	for (size_t i = 0; (w = catalogue->workload(i)); i++)
		if (!strcmp(w->name, name))
			return 0;
	names = workload_names(catalogue, &count);
	near_add(name, names, count, "write one of ", &near);
	err_set(err, ERR_INVALID,
		"%s: workload is '%.60s', and there is no such workload: %s",
		path, name, near.buf);
	str_release(&near);
	free(names);
	return ERR_INVALID;
}

int verbs_read(const struct catalogue *catalogue, struct library *library,
	       const struct toml *toml, const char *path, struct err *err)
{
	const char *name = toml_text(toml, "workload");
	int code = read_protocol(library, toml, path, err);

	if (code == 0)
		code = read_verbs(library, toml, path, err);
	if (code < 0 || !name)
		return code;
	library->workload = mem_dup(name);
	return check_workload(catalogue, name, path, err);
}

static void add_test(struct library *library, const char *path,
		     const struct workload_about *w)
{
	MEM_ROOM(library->tests, library->test_count, library->test_capacity);
	library->tests[library->test_count++] = (struct test){
		.name = mem_dup(w->name),
		.path = mem_dup(path),
		.workload = w->name,
		.of_verbs = true,
		.hidden = w->hidden,
	};
}

static int by_test_name(const void *a, const void *b)
{
	return strcmp(((const struct test *)a)->name,
		      ((const struct test *)b)->name);
}

void verbs_add_tests(struct catalogue *catalogue, struct library *library)
{
	const struct workload_about *w;
	char *path = mem_printf("%s/_verbs.%s", library->folder,
				strcmp(library->language, "c") ? "py" : "c");

	if (!library->verbs && file_is_regular(path))
		catalogue_skip(catalogue, path, library->name, "_verbs",
			       ERR_INVALID, "library.toml names no verbs, so "
			       "no test is made of it: write protocol = 2 and "
			       "verbs = [\"get_range\", ...] into it");
	else if (library->verbs && !file_is_regular(path))
		catalogue_skip(catalogue, path, library->name, "_verbs",
			       ERR_INVALID, "library.toml names verbs, and "
			       "there is no such file to do them");
	else if (library->verbs)
		for (size_t i = 0; (w = catalogue->workload(i)); i++)
			if (!(w->verbs & ~library->verbs) &&
			    !library_has_test(library, w->name))
				add_test(library, path, w);
	free(path);
	if (library->test_count)
		qsort(library->tests, library->test_count,
		      sizeof(*library->tests), by_test_name);
}
