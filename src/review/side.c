#include "review/side.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/report.h"
#include "review/groups.h"

static const struct result_row *first_row(const struct review_group *group,
					  const char *library)
{
	for (size_t i = 0; i < group->count; i++)
		if (!strcmp(group->rows[i].row->library_name, library))
			return group->rows[i].row;
	return group->rows[0].row;
}

/* As the pair is stored, or turned round. */
static void fill_between(const struct comparison *c, const char *library,
			 struct side_library *out)
{
	bool turned;
	const struct compared_pair *pair = comparison_pair(c, library,
							   "reference", &turned);

	for (int by = 0; by < COMPARED_BY; by++) {
		struct between_run *run = &out->run[by];

		*run = (struct between_run){ (double)NAN, (double)NAN, 0 };
		if (!pair)
			continue;
		run->centre_ln = log(pair->by[by].ratio.value);
		run->centre_ln *= turned ? -1 : 1;
		run->sd_ln = pair->by[by].sd_ln;
		run->blocks = pair->by[by].count;
	}
}

/* Of what counted. What a trial that failed counted is in it. */
static double failed_share(const struct review_group *group,
			   const char *library)
{
	double failures = 0, all = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct result_row *row = group->rows[i].row;

		if (strcmp(row->library_name, library))
			continue;
		failures += (double)count_or(row->number_failures, 0);
		all += (double)count_or(row->number_requests, 0);
	}
	return all > 0 ? failures / all : (double)NAN;
}

static void fill_library(const struct review_group *group,
			 const struct compared *row, struct side_library *out)
{
	const char *version = first_row(group, row->library)->library_version;

	out->name = mem_dup(row->library);
	out->version = mem_dup(version);
	out->has_figures = row->blocks > 0;
	out->failed_share = failed_share(group, row->library);
	out->apart = group->comparison->sliced && row->blocks && !row->rounds;
	out->rounds = row->rounds;
	out->marked = row->marked;
	for (int by = 0; by < COMPARED_BY; by++)
		out->figure[by] = row->figure[by].value;
	fill_between(group->comparison, row->library, out);
}

/* `rows` has what `libraries` were made of. */
static void fill_pairs(const struct comparison *c, const size_t *at,
		       struct side_entry *out)
{
	out->pairs = mem_array(c->pair_count, sizeof(*out->pairs));
	for (size_t i = 0; i < c->pair_count; i++) {
		const struct compared_pair *pair = &c->pairs[i];
		struct side_pair *one = &out->pairs[out->pair_count];

		if (c->rows[pair->a].baseline || c->rows[pair->b].baseline)
			continue;
		out->pair_count++;
		one->to = at[pair->a];
		one->from = at[pair->b];
		for (int by = 0; by < COMPARED_BY; by++) {
			one->ratio[by] = pair->by[by].ratio;
			one->verdict[by] = pair->by[by].verdict;
			one->seen[by] = pair->by[by].seen;
		}
	}
}

static void fill_libraries(const struct review_group *group,
			   struct side_entry *out)
{
	const struct comparison *c = group->comparison;
	size_t *at = mem_array(c->row_count, sizeof(*at));

	out->libraries = mem_array(c->row_count, sizeof(*out->libraries));
	for (size_t i = 0; i < c->row_count; i++) {
		if (c->rows[i].baseline)
			continue;
		at[i] = out->library_count++;
		fill_library(group, &c->rows[i], &out->libraries[at[i]]);
	}
	fill_pairs(c, at, out);
	free(at);
}

/* CPUs over the windows, in the mean of the trials that say it. */
static double mean_cpus(const struct review_group *group, const char *column)
{
	const struct column *c = result_column(column);
	double sum = 0, seconds = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct result_row *row = group->rows[i].row;
		double value = *(const double *)result_value(row, c);

		if (!isfinite(value) || !(row->duration_seconds > 0))
			continue;
		sum += value;
		seconds += row->duration_seconds;
	}
	return seconds > 0 ? sum / seconds : (double)NAN;
}

static char *heading_of(const struct review_group *group)
{
	const struct report_group table = { group->comparison, group->rows,
					    group->count };
	struct report_words words;
	char *line;

	report_words(&table, &words);
	line = mem_dup_n(words.heading, strcspn(words.heading, "\n"));
	report_words_release(&words);
	return line;
}

static int add_group(void *context, const struct review_group *group)
{
	struct side *side = context;
	const struct compared *reference;
	struct side_entry *entry;

	if (!group->comparison) {
		side->singles++;
		return 0;
	}
	MEM_ROOM(side->entries, side->count, side->capacity);
	entry = &side->entries[side->count++];
	memset(entry, 0, sizeof(*entry));
	entry->heading = heading_of(group);
	result_row_copy(&entry->about, group->rows[0].row);
	entry->level = group->comparison->level;
	reference = comparison_row(group->comparison, "reference");
	entry->has_reference = reference && reference->blocks;
	entry->reference_cpu = reference ? reference->figure[BY_CPU].value
					 : (double)NAN;
	entry->others_cpus = mean_cpus(group, "others_cpu_seconds");
	entry->steal_cpus = mean_cpus(group, "steal_seconds");
	fill_libraries(group, entry);
	return 0;
}

int side_read(struct side *side, struct store *store, const char *run_id,
	      struct err *err)
{
	return review_each_group(store, run_id, add_group, side, NULL, err);
}

void side_release(struct side *side)
{
	for (size_t i = 0; i < side->count; i++) {
		struct side_entry *entry = &side->entries[i];

		for (size_t k = 0; k < entry->library_count; k++) {
			free(entry->libraries[k].name);
			free(entry->libraries[k].version);
		}
		free(entry->libraries);
		free(entry->pairs);
		free(entry->heading);
		result_row_release(&entry->about);
	}
	free(side->entries);
	memset(side, 0, sizeof(*side));
}

const struct side_library *side_library(const struct side_entry *entry,
					const char *name)
{
	for (size_t i = 0; i < entry->library_count; i++)
		if (!strcmp(entry->libraries[i].name, name))
			return &entry->libraries[i];
	return NULL;
}

bool side_same_work(const struct side_entry *a, const struct side_entry *b)
{
	return !result_compare(&a->about, &b->about,
			       result_column("test_name")) &&
	       !result_compare(&a->about, &b->about,
			       result_column("config_hash"));
}

const struct column *side_differs(const struct side_entry *a,
				  const struct side_entry *b)
{
	static const char *const columns[] = {
		"cpu_model", "cpus", "instance_type", "isolation", "cgroup",
		"network", "pinning", "cpus_limit", "memory_limit_bytes",
		"pids_limit", "link_bits_per_second"
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		const struct column *column = result_column(columns[i]);

		if (result_compare(&a->about, &b->about, column))
			return column;
	}
	return NULL;
}

struct side_matches side_find(const struct side *side,
			      const struct side_entry *like)
{
	struct side_matches m = {
		.list = mem_array(side->count, sizeof(*m.list))
	};

	for (size_t i = 0; i < side->count; i++)
		if (side_same_work(&side->entries[i], like))
			m.list[m.count++] = &side->entries[i];
	return m;
}

void side_keep(struct side_matches *m, const struct side_entry *like)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++)
		kept += m->list[i]->has_reference &&
			!side_differs(m->list[i], like);
	if (!kept)
		return;
	m->left_out = m->count - kept;
	kept = 0;
	for (size_t i = 0; i < m->count; i++) {
		const struct column *differs = side_differs(m->list[i], like);

		if (m->list[i]->has_reference && !differs)
			m->list[kept++] = m->list[i];
		else if (differs)
			m->differs = differs;
	}
	m->count = kept;
}

const struct side_library *side_newest(const struct side_matches *m,
				       const char *name)
{
	const struct side_library *found = NULL;

	for (size_t i = 0; i < m->count; i++) {
		const struct side_library *one = side_library(m->list[i], name);

		if (one && (!found || (one->has_figures && !found->has_figures)))
			found = one;
	}
	return found;
}
