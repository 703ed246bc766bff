#include "experiment/rivals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/compare.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "cell/cell.h"
#include "experiment/block.h"
#include "experiment/compared.h"
#include "experiment/jobs.h"
#include "experiment/resolve.h"
#include "experiment/resume.h"
#include "experiment/williams.h"

/* Of its share, a first block that takes longer is spoken of. */
#define OVERRUN 1.3

/* -------------------------------------------------------------- grouping --- */

/* What makes jobs comparable: the test and all of the configuration. */
static bool do_the_same(const struct job *a, const char *key_a,
			const struct job *b, const char *key_b)
{
	return !strcmp(key_a, key_b) && !strcmp(a->test->name, b->test->name);
}

static struct rivals *find(struct rivals *list, size_t count,
			   const struct job *job,
			   const char key[SPEC_HASH_BYTES])
{
	for (size_t i = 0; i < count; i++)
		if (do_the_same(list[i].list[0].job, list[i].key, job, key))
			return &list[i];
	return NULL;
}

/* One trial of one library is compared with nothing. */
static bool is_alone(const struct experiment *experiment,
		     const struct rivals *r)
{
	const struct experiment_settings *settings = experiment->settings;

	return r->count == 1 && (settings->slices || settings->repeats == 1);
}

static int resume(struct experiment *experiment, struct rivals *list,
		  size_t count, struct err *err)
{
	int code = 0;

	if (!experiment->settings->resume)
		return 0;
	for (size_t i = 0; code == 0 && i < count; i++)
		code = resume_rivals(experiment, &list[i], err);
	return code;
}

static bool has_library(const struct rivals *r, const struct job *job)
{
	for (unsigned i = 0; r && i < r->count; i++)
		if (r->list[i].job->library == job->library)
			return true;
	return false;
}

/* Twice in a comparison, a library would count as two: points of a sweep may
 * come to the same configuration. */
static void tell_twice(const struct experiment *experiment,
		       const struct job *job)
{
	struct str name = STR_INIT;

	job_name(experiment, job, true, &name);
	experiment_say(experiment,
		       "%s: the same configuration as another point has: it is "
		       "measured once", name.buf);
	str_release(&name);
}

/* Adds the job to its rivals, who may be new. */
static void add_job(const struct experiment *experiment, struct rivals **list,
		    size_t *count, size_t *capacity, struct job *job)
{
	char key[SPEC_HASH_BYTES];
	struct rivals *r;

	resolve_hash(job, NULL, key);
	r = find(*list, *count, job, key);
	if (has_library(r, job)) {
		tell_twice(experiment, job);
		return;
	}
	if (!r) {
		MEM_ROOM(*list, *count, *capacity);
		r = &(*list)[(*count)++];
		memset(r, 0, sizeof(*r));
		memcpy(r->key, key, sizeof(r->key));
		uuid_make(job->comparison);
	} else {
		memcpy(job->comparison, r->list[0].job->comparison,
		       sizeof(job->comparison));
	}
	MEM_ROOM(r->list, r->count, r->capacity);
	r->list[r->count++] = (struct rival){ .job = job };
}

int rivals_collect(struct experiment *experiment, struct rivals **out,
		   size_t *count, struct err *err)
{
	size_t capacity = 0;

	*out = NULL;
	*count = 0;
	for (size_t i = 0; i < experiment->job_count; i++)
		add_job(experiment, out, count, &capacity,
			&experiment->jobs[i]);
	for (size_t i = 0; i < *count; i++)
		if (is_alone(experiment, &(*out)[i]))
			(*out)[i].list[0].job->comparison[0] = '\0';
	return resume(experiment, *out, *count, err);
}

void rivals_release(struct rivals *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].list);
	free(list);
}

/* A rate says when each operation starts: a pause would break it. */
bool rivals_take_turns(const struct experiment *experiment,
		       const struct rivals *rivals)
{
	return experiment->settings->slices && rivals->count > 1 &&
	       !(rivals->list[0].job->spec.rate > 0);
}

/* There are few jobs, or the first two are a pair. */
static bool any_take_turns(const struct experiment *experiment)
{
	size_t count = experiment->job_count;
	char (*key)[SPEC_HASH_BYTES] = mem_array(count, sizeof(*key));
	bool found = false;

	for (size_t i = 0; i < count; i++)
		resolve_hash(&experiment->jobs[i], NULL, key[i]);
	for (size_t i = 0; i < count && !found; i++)
		for (size_t k = 0; k < i && !found; k++) {
			const struct job *a = &experiment->jobs[i];
			const struct job *b = &experiment->jobs[k];

			found = a->library != b->library &&
				do_the_same(a, key[i], b, key[k]) &&
				!(a->spec.rate > 0);
		}
	free(key);
	return found;
}

static bool any_rate(const struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->job_count; i++)
		if (experiment->jobs[i].spec.rate > 0)
			return true;
	return false;
}

int rivals_check(const struct experiment *experiment, struct err *err)
{
	const char *option = experiment->settings->for_turns;

	if (!option || any_take_turns(experiment))
		return 0;
	return any_rate(experiment)
		       ? err_set(err, ERR_USAGE,
				 "%s means nothing with a rate, with which "
				 "libraries take no turns: leave it out, and "
				 "for verdicts give --no-slices --repeats 12",
				 option)
		       : err_set(err, ERR_USAGE,
				 "%s means nothing here, as no two libraries do "
				 "the same and would take turns: give another "
				 "--library too, reference for instance, or "
				 "leave it out (--timeout is the time of one "
				 "alone)", option);
}

struct budget rivals_budget(const struct experiment_settings *settings)
{
	bool adds = settings->until_precise > 0;

	return (struct budget){
		.blocks_s = settings->budget_s,
		.blocks = settings->blocks,
		.limit_s = adds ? settings->limit_s : 0,
		.most_s = EXPERIMENT_BUDGET_S,
	};
}

/* ---------------------------------------------------------------- blocks --- */

/* Each block has the same share of the budget that is left: one that took longer
 * takes from all others alike, and does not leave the next a single round. What is
 * added until the intervals are narrow takes as long as a share of all of it. */
static uint64_t deadline_of(const struct experiment *experiment,
			    const struct rivals *r)
{
	const struct experiment_settings *settings = experiment->settings;
	double share_s = settings->budget_s / settings->blocks;
	unsigned made = r->before + r->made;
	uint64_t now_ns = clock_now_ns(), end_ns;

	if (made >= settings->blocks)
		return now_ns + clock_ns(share_s);
	end_ns = r->begin_ns +
		 clock_ns(share_s * (settings->blocks - r->before));
	return now_ns + count_since(end_ns, now_ns) /
				(settings->blocks - made);
}

/* The more blocks are asked for, the longer; --budget is the limit then. */
static bool wants_more(const struct experiment *experiment,
		       const struct rivals *r)
{
	const struct experiment_settings *settings = experiment->settings;
	uint64_t limit_ns = r->begin_ns + clock_ns(settings->limit_s);
	uint64_t block_ns = clock_ns(settings->budget_s / settings->blocks);
	double worst;

	if (r->before + r->made < settings->blocks)
		return true;
	if (!(settings->until_precise > 0) ||
	    clock_now_ns() + block_ns > limit_ns)
		return false;
	return compared_precision(experiment, r->list[0].job->comparison,
				  &worst) &&
	       !(worst <= settings->until_precise);
}

static bool has_libraries(const struct rivals *r)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->list[i].job->library->kind != LIBRARY_BASELINE)
			return true;
	return false;
}

static int make_block(struct experiment *experiment, struct rivals *r,
		      struct err *err)
{
	unsigned number = r->first + r->made;
	int code;

	if (experiment_is_interrupted(experiment))
		return ERR_INTERRUPTED;
	code = block_run(experiment, r, number,
			 deadline_of(experiment, r), err);
	if (code < 0)
		return code;
	r->made++;
	r->barren = compared_has_figures(experiment,
					 r->list[0].job->comparison, number,
					 !has_libraries(r))
			    ? 0
			    : r->barren + 1;
	return 0;
}

/* A block that cannot be made at all fails for each of them, and ends the
 * comparison. The next may be made all the same. */
static void fail(struct experiment *experiment, const struct rivals *r,
		 int code, const struct err *why)
{
	for (unsigned i = 0; i < r->count; i++) {
		struct trial trial = { 0 };

		experiment->refused += code == ERR_USAGE;
		job_end_failed(experiment, r->list[i].job, &trial, why);
		trial_release(&trial);
	}
}

static unsigned count_libraries(const struct rivals *r, bool *reference)
{
	unsigned libraries = 0;

	*reference = false;
	for (unsigned i = 0; i < r->count; i++) {
		const struct library *library = r->list[i].job->library;

		if (!library->ready)
			continue; /* not installed: it makes no row */
		libraries += library->kind != LIBRARY_BASELINE;
		*reference |= !strcmp(library->name, "reference");
	}
	return libraries;
}

unsigned rivals_blocks_needed(const struct rivals *r)
{
	bool reference;
	unsigned libraries = count_libraries(r, &reference);

	return analyse_blocks_needed(libraries, reference);
}

/* However close its intervals were: said before any time is spent on it. */
static void tell_blocks(const struct experiment *experiment,
			const struct rivals *r, unsigned blocks,
			const char *option)
{
	bool reference;
	unsigned libraries = count_libraries(r, &reference);
	unsigned needed = analyse_blocks_needed(libraries, reference);

	if (blocks < needed)
		experiment_say(experiment,
			       "%s: no verdicts will come of %u block%s: "
			       "%u librar%s%s need%s %u (%s %u)",
			       r->list[0].job->test->name, blocks,
			       blocks == 1 ? "" : "s", libraries,
			       libraries == 1 ? "y" : "ies",
			       reference ? " with reference" : "",
			       libraries == 1 ? "s" : "", needed, option,
			       needed);
}

/* What keeps all of them from being measured, a full disk for instance, may not
 * go away by itself. */
static void tell_barren(const struct experiment *experiment,
			const struct rivals *r)
{
	if (r->barren >= RIVALS_BARREN &&
	    r->before + r->made < experiment->settings->blocks)
		experiment_say(experiment,
			       "%s: %s had figures in %u blocks running, so no "
			       "more are made, after %u: its rows say why",
			       r->list[0].job->test->name,
			       has_libraries(r) ? "no library" : "nobody",
			       r->barren,
			       r->before + r->made);
}

static bool tell_late(const struct experiment *experiment,
		      const struct rivals *r, double took_s)
{
	struct str names = STR_INIT;
	bool any;

	for (unsigned i = 0; i < r->count; i++)
		if (r->list[i].unready && r->list[i].was_late)
			str_add_item(&names, r->list[i].job->library->name);
	any = names.len > 0;
	if (any)
		experiment_say(experiment,
			       "%s: a block took %.0f s, as all waited for %s, "
			       "which was not ready in time: who fails so in %d "
			       "blocks running is not started again",
			       r->list[0].job->test->name, took_s, names.buf,
			       RIVAL_UNREADY);
	str_release(&names);
	return any;
}

/* Starts, and a round at least, may take longer than the share of a block. Fewer
 * blocks than a verdict takes are no remedy. */
static void tell_time(const struct experiment *experiment,
		      const struct rivals *r)
{
	const struct experiment_settings *settings = experiment->settings;
	double took_s = clock_seconds(clock_now_ns() - r->begin_ns);
	struct budget budget = rivals_budget(settings);
	unsigned all = settings->blocks - r->before;
	struct str name = STR_INIT;
	double all_s;

	if (r->made != 1 || r->before + 1 >= settings->blocks ||
	    took_s < OVERRUN * budget.blocks_s / budget.blocks ||
	    tell_late(experiment, r, took_s))
		return;
	all_s = budget_all_s(&budget, all, took_s, clock_seconds(r->once_ns));
	budget_name(&budget, &name);
	experiment_say(experiment,
		       "%s: a block took %.0f s, more than its share of %s: "
		       "all %u will take about %.0f s; fewer --library%s take "
		       "less", r->list[0].job->test->name, took_s, name.buf,
		       all, all_s,
		       settings->blocks > rivals_blocks_needed(r)
			       ? " or --blocks" : "");
	str_release(&name);
}

static void tell_precision(const struct experiment *experiment,
			   const struct rivals *r)
{
	double wanted = experiment->settings->until_precise;
	const char *name = r->list[0].job->test->name;
	double worst;

	if (!(wanted > 0))
		return;
	if (!compared_precision(experiment, r->list[0].job->comparison,
				&worst)) {
		experiment_say(experiment, "%s: --until-precise had nothing to "
			       "wait for: no two libraries have figures", name);
		return;
	}
	experiment_say(experiment,
		       worst <= wanted
			       ? "%s: each difference of %s%% could be seen, "
				 "after %u blocks"
			       : "%s: a difference of %s%% could not yet be "
				 "seen everywhere, after %u blocks: begin again "
				 "with a longer --budget",
		       name, number_short(100 * wanted, 3).text, r->before + r->made);
}

/* An engine keeps containers running. */
static void take_no_turns(struct rivals *r)
{
	for (unsigned i = 0; i < r->count; i++) {
		r->list[i].separate = true;
		snprintf(r->list[i].why, sizeof(r->list[i].why), "%s",
			 "containers are not paused");
	}
}

int rivals_run(struct experiment *experiment, struct rivals *r,
	       struct err *err)
{
	const struct experiment_settings *settings = experiment->settings;
	int code = 0;

	if (experiment->cells->isolation == ISOLATION_DOCKER)
		take_no_turns(r);
	if (!(settings->until_precise > 0))
		tell_blocks(experiment, r, settings->blocks, "--blocks");
	r->begin_ns = clock_now_ns();
	while (code == 0 && r->barren < RIVALS_BARREN &&
	       wants_more(experiment, r)) {
		code = make_block(experiment, r, err);
		if (code == 0)
			tell_time(experiment, r);
	}
	if (code == 0)
		tell_barren(experiment, r);
	if (code == 0 && r->barren < RIVALS_BARREN)
		tell_precision(experiment, r);
	if (code == 0 || code == ERR_INTERRUPTED)
		return code;
	fail(experiment, r, code, err);
	return 0;
}

/* -------------------------------------------------------------- repeats --- */

int rivals_repeat(struct experiment *experiment, struct rivals *r,
		  unsigned number, struct err *err)
{
	unsigned *order = mem_array(r->count, sizeof(*order));
	unsigned repeats = experiment->settings->repeats;
	int code = 0;

	if (!number && repeats > 1)
		tell_blocks(experiment, r, repeats, "--repeats");
	williams_order(order, r->count, number, experiment->settings->seed);
	for (unsigned i = 0; code == 0 && i < r->count; i++) {
		struct job *job = r->list[order[i]].job;

		job->block = number;
		if (experiment_is_interrupted(experiment))
			code = ERR_INTERRUPTED;
		else
			code = job_run(experiment, job, true, err);
	}
	free(order);
	return code;
}
