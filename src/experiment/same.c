#include "experiment/same.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cell/cell.h"
#include "experiment/cell_place.h"

/* NULL and "" are what is not known. */
static int hold(const char *what, const char *then, const char *now,
		const char *run_id, struct err *err)
{
	then = then && *then ? then : "unknown";
	now = now && *now ? now : "unknown";
	return !strcmp(then, now)
		       ? 0
		       : err_set(err, ERR_USAGE,
				 "--resume %s: the run began with %s '%s' and "
				 "would go on with '%s', which cannot be "
				 "compared: begin a new run, without --resume",
				 run_id, what, then, now);
}

/* A pair of texts that must be the same. */
struct held {
	const char *what, *then, *now;
};

static int hold_all(const struct held *list, size_t count, const char *run_id,
		    struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < count; i++)
		code = hold(list[i].what, list[i].then, list[i].now, run_id,
			    err);
	return code;
}

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* ----------------------------------------------------------- the machine --- */

static json_t *more_of(const struct environment *environment)
{
	return environment->more_json
		       ? json_loads(environment->more_json, 0, NULL)
		       : NULL;
}

static const char *text_of(const json_t *more, const char *name)
{
	return json_string_value(json_object_get(more, name));
}

int same_environment(const struct environment *then,
		     const struct environment *now, const char *run_id,
		     struct err *err)
{
	json_t *more_then = more_of(then), *more_now = more_of(now);
	char cpus_then[16], cpus_now[16];
	const struct held list[] = {
		{ "harness version", then->harness_version,
		  now->harness_version },
		{ "harness commit", text_of(more_then, "harness_commit"),
		  text_of(more_now, "harness_commit") },
		{ "CPU model", then->cpu_model, now->cpu_model },
		{ "number of CPUs", cpus_then, cpus_now },
		{ "CPU quota", text_of(more_then, ENVIRONMENT_CPU_QUOTA),
		  text_of(more_now, ENVIRONMENT_CPU_QUOTA) },
		{ "kernel", then->kernel, now->kernel },
		{ "isolation", then->isolation, now->isolation },
	};
	int code;

	snprintf(cpus_then, sizeof(cpus_then), "%u", then->cpus);
	snprintf(cpus_now, sizeof(cpus_now), "%u", now->cpus);
	code = hold_all(list, COUNT(list), run_id, err);
	json_decref(more_then);
	json_decref(more_now);
	return code;
}

int same_jobs(const struct environment *then, const struct environment *now,
	      const char *run_id, struct err *err)
{
	json_t *more_then = more_of(then), *more_now = more_of(now);
	const char *had = text_of(more_then, SAME_JOBS);
	const char *has = text_of(more_now, SAME_JOBS);
	bool same = !had || !has || !strcmp(had, has);

	json_decref(more_then);
	json_decref(more_now);
	return same ? 0
		    : err_set(err, ERR_USAGE,
			      "--resume %s: the same command means other "
			      "libraries, tests or configurations now than when "
			      "the run began: undo what was changed in the "
			      "sweep's file or the folders of libraries, or "
			      "begin a new run, without --resume", run_id);
}

/* ------------------------------------------------------------- the place --- */

static bool has_place(const struct trial *trial)
{
	return *trial->placement.user;
}

int same_place(const struct cells *cells, const struct trial *trial,
	       const char *run_id, struct err *err)
{
	const struct placement *then = &trial->placement;
	struct placement now;
	struct cell_need need;
	int code;

	if (!has_place(trial))
		return 0;
	cell_place_need(&trial->spec, NULL, &need);
	code = cells_foresee(cells, &need, &now, err);
	if (code < 0)
		return code;
	return hold_all((const struct held[]){
				{ "isolation", isolation_name(then->isolation),
				  isolation_name(now.isolation) },
				{ "control groups", then->cgroup, now.cgroup },
				{ "network", then->network, now.network },
				{ "pinning", then->pinning, now.pinning },
			}, 4, run_id, err);
}

/* -------------------------------------------------------------- versions --- */

/* "library" is its own: then it goes by its name alone. */
static int hold_version(const char *library, const char *package,
			const json_t *then, const json_t *now,
			const char *run_id, struct err *err)
{
	const char *of = strcmp(package, "library") ? package : NULL;
	char *what = mem_printf("%s%s%s", library, of ? "'s " : "",
				of ? of : "");
	int code = hold(what,
			json_string_value(json_object_get(then, package)),
			json_string_value(json_object_get(now, package)),
			run_id, err);

	free(what);
	return code;
}

static int hold_versions(const char *library, json_t *then, json_t *now,
			 const char *run_id, struct err *err)
{
	int code = hold_version(library, "library", then, now, run_id, err);
	json_t *either = json_copy(then), *ignored;
	const char *package;

	json_object_update_missing(either, now);
	json_object_foreach(either, package, ignored)
		if (code == 0)
			code = hold_version(library, package, then, now,
					    run_id, err);
	json_decref(either);
	return code;
}

static struct version_of *find(const struct versions *versions,
			       const char *library)
{
	for (size_t i = 0; i < versions->count; i++)
		if (!strcmp(versions->list[i].library, library))
			return &versions->list[i];
	return NULL;
}

static void note(struct versions *versions, const char *library, json_t *now)
{
	MEM_ROOM(versions->list, versions->count, versions->capacity);
	versions->list[versions->count++] = (struct version_of){
		.library = mem_dup(library), .said = json_incref(now)
	};
}

static int hold_or_note(struct versions *versions, const char *library,
			json_t *now, const char *run_id, struct err *err)
{
	const struct version_of *then = find(versions, library);

	if (then)
		return hold_versions(library, then->said, now, run_id, err);
	note(versions, library, now);
	return 0;
}

/* One that did not get ready has said nothing. */
static json_t *said_by(const struct replica *replica)
{
	return replica->versions_json
		       ? json_loads(replica->versions_json, 0, NULL)
		       : NULL;
}

int same_versions(struct versions *versions, const struct trial *trial,
		  const char *run_id, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		json_t *said = said_by(&trial->replica[i]);

		if (said)
			code = hold_or_note(versions, trial->spec.library, said,
					    run_id, err);
		json_decref(said);
	}
	return code;
}

static bool same_text(const json_t *then, const json_t *now, const char *name)
{
	const char *a = json_string_value(json_object_get(then, name));
	const char *b = json_string_value(json_object_get(now, name));

	return !a || !b || !strcmp(a, b);
}

bool versions_note(struct versions *versions, const struct trial *trial)
{
	const char *library = trial->spec.library;
	bool edited = false;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		json_t *said = said_by(&trial->replica[i]);
		struct version_of *then = find(versions, library);

		if (said && !then)
			note(versions, library, said);
		else if (said && !then->edited &&
			 !same_text(then->said, said, "tests"))
			edited = then->edited = true;
		json_decref(said);
	}
	return !edited;
}

json_t *versions_json(const struct versions *versions)
{
	json_t *object = json_object();

	for (size_t i = 0; i < versions->count; i++)
		json_object_set(object, versions->list[i].library,
				versions->list[i].said);
	return object;
}

void versions_release(struct versions *versions)
{
	for (size_t i = 0; i < versions->count; i++) {
		free(versions->list[i].library);
		json_decref(versions->list[i].said);
	}
	free(versions->list);
	memset(versions, 0, sizeof(*versions));
}
