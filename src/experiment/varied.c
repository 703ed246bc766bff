#include "experiment/varied.h"

#include "base/number.h"

static bool varies(const struct job *jobs, size_t count,
		   const struct option_spec *spec)
{
	for (size_t i = 1; i < count; i++)
		if (!option_is_same(&jobs[0].options, &jobs[i].options, spec))
			return true;
	return false;
}

/* As a sweep file has it. */
static void add_name(const char *name, struct str *out)
{
	for (; *name; name++)
		str_addf(out, "%c", *name == '-' ? '_' : *name);
}

static void add_value(const struct options *options,
		      const struct option_spec *spec, struct str *out)
{
	const void *at = option_field(options, spec);
	char number[NUMBER_TEXT_BYTES];
	const char *text;

	switch (spec->kind) {
	case OPTION_FLAG:
		str_add(out, *(const bool *)at ? "true" : "false");
		return;
	case OPTION_COUNT:
	case OPTION_RATE:
		str_addf(out, "%llu", (unsigned long long)*(const uint64_t *)at);
		return;
	case OPTION_NUMBER:
	case OPTION_LIMIT:
		str_add(out, number_text(*(const double *)at, number));
		return;
	case OPTION_LIST:
	case OPTION_TEXT:
	case OPTION_ADDRESS:
	case OPTION_AREAS:
		break;
	}
	text = spec->kind == OPTION_LIST ? NULL : *(const char *const *)at;
	str_add(out, text ? text : "-");
}

void varied_add(const struct job *jobs, size_t count, const struct job *job,
		struct str *out)
{
	const struct option_spec *const groups[] = { options_trial,
						     options_limits };

	for (size_t i = 0; i < 2; i++) {
		for (const struct option_spec *o = groups[i]; o->name; o++) {
			if (!varies(jobs, count, o))
				continue;
			str_add(out, " ");
			add_name(o->name, out);
			str_add(out, "=");
			add_value(&job->options, o, out);
		}
	}
}
