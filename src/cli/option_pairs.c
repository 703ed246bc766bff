/* Options that mean something only with another one, or only without it. */
#include <string.h>

#include "cli/option.h"

#define TRIALS "which makes trials of --timeout each"
#define TABLE "whose table has that price"

static const struct pair {
	const char *option, *other;
	const char *value; /* that the other must have; NULL: any */
	const char *without; /* why not with the other; NULL: only with it */
	const char *said; /* the other's name; NULL: `other` */
} pairs[] = {
	{ "bucket", "endpoint", NULL, NULL, NULL },
	{ "region", "endpoint", NULL, NULL, NULL },
	{ "prefix", "endpoint", NULL, NULL, NULL },
	{ "anonymous", "endpoint", NULL, NULL, NULL },
	{ "ca-file", "endpoint", NULL, NULL, NULL },
	{ "dataset", "endpoint", NULL, "whose bucket is what is read", NULL },
	{ "congestion", "endpoint", NULL, "whose sockets are not ours", NULL },
	{ "image", "isolation", "docker", NULL, NULL },
	{ "budget", "slices", NULL, TRIALS, "no-slices" },
	{ "blocks", "slices", NULL, TRIALS, "no-slices" },
	{ "until-precise", "slices", NULL, TRIALS, "no-slices" },
	{ "resume", "slices", NULL, TRIALS, "no-slices" },
	{ "repeats", "slices", NULL, NULL, "no-slices" },
	{ "linger", "monitor", NULL, NULL, NULL },
	{ "timeout", "from", "prometheus", NULL, NULL },
	{ "price-per-hour", "prices", NULL, TABLE, NULL },
	{ "price-per-million-requests", "prices", NULL, TABLE, NULL },
	{ "region", "prices", NULL, NULL, NULL },
	{ "instance", "prices", NULL, NULL, NULL },
	{ "egress", "prices", NULL, NULL, NULL },
	{ "bucket", "root", NULL, NULL, NULL },
	{ "dataset", "root", NULL, "which is all that is served", NULL },
	{ "keys", "root", NULL, "which is all that is served", NULL },
};

static bool is_wanted(const struct options *options,
		      const struct option_spec *other, const char *value)
{
	return option_is_given(options, other) &&
	       (!value ||
		!strcmp(*(const char *const *)option_field(options, other),
			value));
}

static int refuse(const struct pair *pair, const struct option_spec *other,
		  struct err *err)
{
	const char *said = pair->said ? pair->said : pair->other;

	if (pair->without)
		return err_set(err, ERR_USAGE,
			       "--%s means nothing with --%s, %s: leave one of "
			       "the two out", pair->option, said,
			       pair->without);
	return err_set(err, ERR_USAGE,
		       "--%s means nothing without --%s%s%s: give that too, or "
		       "leave --%s out", pair->option, said,
		       pair->said ? "" : " ",
		       pair->said ? ""
		       : pair->value ? pair->value : other->value,
		       pair->option);
}

int options_check_pairs(const struct options *options,
			const struct option_spec *const *groups,
			struct err *err)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct pair *pair = &pairs[i];
		const struct option_spec *spec = option_find(
			groups, pair->option, strlen(pair->option));
		const struct option_spec *other = option_find(
			groups, pair->other, strlen(pair->other));

		if (spec && other && option_is_given(options, spec) &&
		    is_wanted(options, other, pair->value) ==
			    (pair->without != NULL))
			return refuse(pair, other, err);
	}
	return 0;
}
