#include "worker/verb.h"

#include <string.h>

#include "base/near.h"
#include "record/plan.h"

/* Those of a plan, each with the number that tests in C know it by. */
static const char *const names[VERB_COUNT] = {
#define X(name, text) [BENCHMARK_##name] = text,
	PLAN_VERBS(X)
#undef X
};

const char *verb_name(enum benchmark_verb verb)
{
	return names[verb];
}

void verb_add_names(struct str *to, unsigned verbs)
{
	const char *between = "";

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		if (!(verbs & BENCHMARK_DOES(i)))
			continue;
		str_addf(to, "%s%s", between, names[i]);
		between = ", ";
	}
}

/* The name is of a file: only one that is near a verb is repeated. */
static int unknown(const char *name, const char *what, struct err *err)
{
	const char *near = near_name(name, names, VERB_COUNT);
	struct str all = STR_INIT;

	if (near)
		return err_set(err, ERR_INVALID,
			       "%s: member 'verb' is no verb; did you mean "
			       "'%s'?", what, near);
	verb_add_names(&all, (1U << VERB_COUNT) - 1);
	err_set(err, ERR_INVALID,
		"%s: member 'verb' is no verb; there are %s", what, all.buf);
	str_release(&all);
	return ERR_INVALID;
}

int verb_find(const char *name, enum benchmark_verb *out, const char *what,
	      struct err *err)
{
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		*out = (enum benchmark_verb)i;
		return 0;
	}
	return unknown(name, what, err);
}
