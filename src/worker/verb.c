#include "worker/verb.h"

#include "record/plan.h"

/* Tests in C know the verbs of a plan by the same numbers. */
#define X(name, text)                                                          \
	_Static_assert((int)BENCHMARK_##name == (int)PLAN_##name, text);
PLAN_VERBS(X)
#undef X

void verb_add_names(struct str *to, unsigned verbs)
{
	const char *between = "";

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		if (!(verbs & BENCHMARK_DOES(i)))
			continue;
		str_addf(to, "%s%s", between, plan_verb_name(i));
		between = ", ";
	}
}

/* The name is of a file: only one that is near a verb is repeated. */
static int unknown(const char *name, const char *what, struct err *err)
{
	const char *near = plan_verb_near(name);
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
	unsigned verb = plan_verb_number(name);

	if (verb == PLAN_VERB_COUNT)
		return unknown(name, what, err);
	*out = (enum benchmark_verb)verb;
	return 0;
}
