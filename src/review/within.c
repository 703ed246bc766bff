/* Two versions of a library within one run: docs/two-versions.md. */
#include "review/changes_parts.h"
#include "review/versions.h"

#include <math.h>
#include <string.h>

static bool is_wanted(const struct side_entry *entry,
		      const struct side_pair *pair,
		      const struct changes_wish *wish, bool *turned)
{
	const char *from = entry->libraries[pair->from].name;
	const char *to = entry->libraries[pair->to].name;

	if (!wish->from_library) {
		*turned = versions_is_newer(&entry->libraries[pair->from],
					    &entry->libraries[pair->to]);
		return versions_of_one(from, to);
	}
	*turned = !strcmp(wish->from_library, to) &&
		  !strcmp(wish->to_library, from);
	return *turned || (!strcmp(wish->from_library, from) &&
			   !strcmp(wish->to_library, to));
}

static enum verdict turned_verdict(enum verdict verdict)
{
	return verdict == VERDICT_BETTER  ? VERDICT_WORSE
	       : verdict == VERDICT_WORSE ? VERDICT_BETTER
					  : verdict;
}

static json_t *pair_json(struct making *m, const struct side_entry *entry,
			 const struct side_pair *pair, bool turned)
{
	const struct side_library *from =
		&entry->libraries[turned ? pair->to : pair->from];
	const struct side_library *to =
		&entry->libraries[turned ? pair->from : pair->to];
	json_t *out = changes_library(m, from, to);

	for (int by = 0; by < COMPARED_BY; by++) {
		struct figure f = { from->figure[by], to->figure[by],
				    pair->seen[by], (double)NAN, (double)NAN,
				    pair->ratio[by], pair->verdict[by], true };

		if (turned) {
			f.ratio = estimate_turned(&f.ratio);
			f.verdict = turned_verdict(f.verdict);
		}
		json_object_set_new(out, changes_by[by],
				    changes_figure(m, &f, (enum compared_by)by));
	}
	json_object_set_new(out, "between_runs_measured", json_false());
	return out;
}

/* Of more slices that were disturbed the reader is told. */
#define MARKED_PART 0.25

/* What the interval does not cover, or a reader should know of it. */
static void doubt_pair(json_t *doubts, const struct side_library *a,
		       const struct side_library *b)
{
	unsigned rounds = a->rounds + b->rounds, marked = a->marked + b->marked;
	const struct side_library *apart = a->apart ? a : b;

	if (a->apart != b->apart)
		json_array_append_new(doubts, json_sprintf(
			"%s was measured in separate trials, and %s in turn: the "
			"CPU a request of the first is 5 to 9%% less than it "
			"would be in turn, which the interval does not cover",
			apart->name, (apart == a ? b : a)->name));
	if (marked > MARKED_PART * rounds)
		json_array_append_new(doubts, json_sprintf(
			"other programs or the hypervisor disturbed %.0f%% of the "
			"%u slices of %s and %s: requests/s say less than CPU a "
			"request", 100.0 * marked / rounds, rounds, a->name,
			b->name));
}

static json_t *pairs_json(struct making *m, const struct side_entry *entry,
			  json_t *doubts)
{
	json_t *out = json_array();

	for (size_t i = 0; i < entry->pair_count; i++) {
		const struct side_pair *pair = &entry->pairs[i];
		bool turned;

		if (!is_wanted(entry, pair, m->wish, &turned))
			continue;
		json_array_append_new(out, pair_json(m, entry, pair, turned));
		doubt_pair(doubts, &entry->libraries[pair->from],
			   &entry->libraries[pair->to]);
	}
	return out;
}

bool changes_has_versions(const struct side *side)
{
	for (size_t i = 0; i < side->count; i++)
		for (size_t k = 0; k < side->entries[i].pair_count; k++) {
			const struct side_entry *entry = &side->entries[i];
			const struct side_pair *pair = &entry->pairs[k];

			if (versions_of_one(entry->libraries[pair->from].name,
					 entry->libraries[pair->to].name))
				return true;
		}
	return false;
}

json_t *changes_within(const struct side *side, const struct changes_wish *wish)
{
	struct making m = { wish, json_array(), (double)NAN, false };
	json_t *out;

	for (size_t i = 0; i < side->count; i++) {
		const struct side_entry *entry = &side->entries[i];
		const struct side_entry *only[] = { entry };
		const struct side_matches here = { .list = only, .count = 1 };
		json_t *doubts = json_array();
		json_t *pairs = pairs_json(&m, entry, doubts);
		json_t *one;

		if (!json_array_size(pairs)) {
			json_decref(pairs);
			json_decref(doubts);
			continue;
		}
		one = changes_about(entry);
		json_object_set_new(one, "within_run", json_true());
		json_object_set_new(one, "level", json_real(entry->level));
		json_object_set_new(one, "from_runs", changes_runs(&here));
		json_object_set_new(one, "to_runs", changes_runs(&here));
		json_object_set_new(one, "why_not", json_null());
		json_object_set_new(one, "libraries", pairs);
		json_object_set_new(one, "only_in_first", json_array());
		json_object_set_new(one, "only_in_second", json_array());
		json_object_set_new(one, "doubts", doubts);
		json_array_append_new(m.list, one);
	}
	out = changes_document(&m, json_array_size(m.list)
				      ? NULL
				      : "no comparison of the run has both");
	json_object_set_new(out, "only_in_first", json_array());
	json_object_set_new(out, "only_in_second", json_array());
	json_decref(m.list);
	return out;
}
