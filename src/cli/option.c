#include "cli/option.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/number.h"
#include "base/text.h"

#define RANGE_SHOWN_MOST 1e9 /* in the help: a wider range tells nothing */
#define LEAST_RATE 1e-6

static void *field(struct options *options, const struct option_spec *spec)
{
	return (char *)options + spec->offset;
}

const void *option_field(const struct options *options,
			 const struct option_spec *spec)
{
	return (const char *)options + spec->offset;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool has_all(const struct text_list *a, const struct text_list *b)
{
	bool found = true;

	for (size_t i = 0; found && i < b->count; i++) {
		found = false;
		for (size_t j = 0; !found && j < a->count; j++)
			found = !strcmp(a->at[j], b->at[i]);
	}
	return found;
}

static bool same_list(const struct text_list *a, const struct text_list *b)
{
	return has_all(a, b) && has_all(b, a);
}

bool option_is_same(const struct options *a, const struct options *b,
		    const struct option_spec *spec)
{
	const void *x = option_field(a, spec), *y = option_field(b, spec);

	switch (spec->kind) {
	case OPTION_FLAG:
		return *(const bool *)x == *(const bool *)y;
	case OPTION_COUNT:
	case OPTION_RATE:
		return *(const uint64_t *)x == *(const uint64_t *)y;
	case OPTION_NUMBER:
		return memcmp(x, y, sizeof(double)) == 0;
	case OPTION_LIST:
		return same_list(x, y);
	case OPTION_TEXT:
	case OPTION_ADDRESS:
	case OPTION_AREAS:
		break;
	}
	return same_text(*(const char *const *)x, *(const char *const *)y);
}

/* Whoever gives the number that is the default anyway loses nothing; a text has no
 * default here. */
bool option_is_given(const struct options *options,
		     const struct option_spec *spec)
{
	struct options defaults;

	options_init(&defaults);
	return !option_is_same(options, &defaults, spec);
}

int option_truth(const char *word)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };

	for (size_t i = 0; i < 4; i++) {
		if (!strcasecmp(word, yes[i]) || !strcasecmp(word, no[i]))
			return !strcasecmp(word, yes[i]);
	}
	return -1;
}

static int set_flag(struct options *options, const struct option_spec *spec,
		    const char *text, const char *where, struct err *err)
{
	int truth = option_truth(text);

	if (truth >= 0) {
		*(bool *)field(options, spec) = truth;
		return 0;
	}
	return err_set(err, ERR_USAGE, "%s is '%s': it is true or false", where,
		       text);
}

static int out_of_range(const struct option_spec *spec, const char *text,
			const char *where, struct err *err)
{
	char least[NUMBER_TEXT_BYTES], most[NUMBER_TEXT_BYTES];

	return err_set(err, ERR_USAGE, "%s is '%s': it goes from %s to %s",
		       where, text, number_text(spec->min, least),
		       number_text(spec->max, most));
}

static bool is_of(const struct option_spec *spec, const char *value)
{
	return spec->value && !strcmp(spec->value, value);
}

static int set_number(struct options *options, const struct option_spec *spec,
		      const char *text, const char *where, struct err *err)
{
	bool seconds = is_of(spec, "SECONDS"), percent = is_of(spec, "PERCENT");
	double value;

	if (!number_parse(text, seconds ? number_seconds
				: percent ? number_percent : number_plain,
			  &value))
		return err_set(err, ERR_USAGE, "%s is '%s': give a number%s",
			       where, text, seconds
			       ? " of seconds, or one with ms, s, min, h"
			       : percent ? " of per cent, as 2%" : "");
	if (value == spec->unset) {
		*(double *)field(options, spec) = NAN;
		return 0;
	}
	if (value < spec->min || value > spec->max)
		return out_of_range(spec, text, where, err);
	/* Next to nothing would be times beyond any clock. */
	if (is_of(spec, "PER_SECOND") && value > 0 && value < LEAST_RATE)
		return err_set(err, ERR_USAGE, "%s is '%s': the least is %g a "
					       "second", where, text,
			       LEAST_RATE);
	*(double *)field(options, spec) = value;
	return 0;
}

static int set_count(struct options *options, const struct option_spec *spec,
		     const char *text, const char *where, struct err *err)
{
	bool bytes = is_of(spec, "BYTES");
	const struct number_unit *units = bytes ? number_bytes : number_plain;
	double rough;
	uint64_t value;

	if (!number_parse_whole(text, units, &value)) {
		/* Too large for any integer, or below none, is out of range
		 * like all that is. */
		if (number_parse(text, units, &rough) &&
		    (rough > spec->max || rough <= -1))
			return out_of_range(spec, text, where, err);
		return err_set(err, ERR_USAGE,
			       "%s is '%s': give a whole number%s", where, text,
			       bytes ? ", or one with KiB, MiB, GiB, TiB" : "");
	}
	rough = (double)value;
	if (rough < spec->min || rough > spec->max)
		return out_of_range(spec, text, where, err);
	*(uint64_t *)field(options, spec) =
		rough == spec->unset ? COUNT_UNKNOWN : value;
	return 0;
}

static int set_rate(struct options *options, const struct option_spec *spec,
		    const char *text, const char *where, struct err *err)
{
	double value;

	if (!number_parse(text, number_bits, &value))
		return err_set(err, ERR_USAGE,
			       "%s is '%s': it is bits a second, as 100Mbit or "
			       "1Gbit", where, text);
	if (value < spec->min || value > spec->max)
		return err_set(err, ERR_USAGE,
			       "%s is '%s': it goes from %gkbit to %gGbit a "
			       "second", where, text, spec->min / 1e3,
			       spec->max / 1e9);
	*(uint64_t *)field(options, spec) = (uint64_t)value;
	return 0;
}

static int add_text(struct options *options, const struct option_spec *spec,
		    const char *text, const char *where, struct err *err)
{
	struct text_list *list = field(options, spec);

	if (list->count == OPTION_LIST_MAX)
		return err_set(err, ERR_USAGE, "%s is given more than %d times",
			       where, OPTION_LIST_MAX);
	list->at[list->count++] = text;
	return 0;
}

/* A part of what was typed, which lives as long as that. */
static const char *keep_part(const char *text, size_t n)
{
	static char **parts;
	static size_t count, capacity;

	MEM_ROOM(parts, count, capacity);
	parts[count] = mem_dup_n(text, n);
	return parts[count++];
}

/* "a,b" is a and b. */
static int add_texts(struct options *options, const struct option_spec *spec,
		     const char *text, const char *where, struct err *err)
{
	const char *all = text;
	int code = 0;

	for (const char *comma; code == 0 && (comma = strchr(text, ','));
	     text = comma + 1) {
		if (comma == text || !comma[1])
			return err_set(err, ERR_USAGE,
				       "%s is '%s': a name is missing beside a "
				       "comma", where, all);
		code = add_text(options, spec,
				keep_part(text, (size_t)(comma - text)), where,
				err);
	}
	return code < 0 ? code : add_text(options, spec, text, where, err);
}

int option_set(struct options *options, const struct option_spec *spec,
	       const char *text, const char *where, struct err *err)
{
	if (!*text)
		return err_set(err, ERR_USAGE, "%s is empty", where);
	switch (spec->kind) {
	case OPTION_FLAG:
		return set_flag(options, spec, text, where, err);
	case OPTION_COUNT:
		return set_count(options, spec, text, where, err);
	case OPTION_RATE:
		return set_rate(options, spec, text, where, err);
	case OPTION_NUMBER:
		return set_number(options, spec, text, where, err);
	case OPTION_LIST:
		return add_text(options, spec, text, where, err);
	case OPTION_TEXT:
	case OPTION_ADDRESS:
	case OPTION_AREAS:
		*(const char **)field(options, spec) = text;
	}
	return 0;
}

static bool same_name(const char *option, const char *name, size_t length)
{
	if (strlen(option) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = name[i] == '_' ? '-' : name[i];

		if (option[i] != c)
			return false;
	}
	return true;
}

static const struct option_spec *find(const struct option_spec *const *groups,
				      const char *name, size_t length)
{
	for (; *groups; groups++) {
		for (const struct option_spec *s = *groups; s->name; s++) {
			if (same_name(s->name, name, length))
				return s;
		}
	}
	return NULL;
}

/* What pyasyncio-benchmark calls them, on its command line and in its files. */
static const struct {
	const char *theirs, *ours;
} synonyms[] = {
	{ "library-name", "library" },
	{ "test-name", "test" },
	{ "pool-size-per-host", "pool-size" },
	{ "keep-alive-timeout-seconds", "keep-alive-timeout" },
};

const struct option_spec *option_find(const struct option_spec *const *groups,
				      const char *name, size_t length)
{
	const struct option_spec *spec = find(groups, name, length);

	for (size_t i = 0; !spec && i < sizeof(synonyms) / sizeof(*synonyms);
	     i++)
		if (same_name(synonyms[i].theirs, name, length))
			spec = find(groups, synonyms[i].ours,
				    strlen(synonyms[i].ours));
	return spec;
}

const char *option_near(const struct option_spec *const *groups,
			const char *name)
{
	const char *names[128];
	size_t count = 0;

	for (; *groups; groups++) {
		for (const struct option_spec *s = *groups; s->name; s++) {
			if (count < sizeof(names) / sizeof(*names))
				names[count++] = s->name;
		}
	}
	return near_name(name, names, count);
}

static int unknown_option(const struct option_spec *const *groups,
			  const char *name, size_t length, struct err *err)
{
	char *plain = mem_dup_n(name, length);
	const char *near = option_near(groups, plain);

	if (near)
		err_set(err, ERR_USAGE,
			"there is no option --%s: did you mean --%s?", plain,
			near);
	else
		err_set(err, ERR_USAGE,
			"there is no option --%s: --help shows those there are",
			plain);
	free(plain);
	return ERR_USAGE;
}

/* The next word belongs to an option that needs none only where it is nothing
 * else: "127.0.0.1:9480", ":0". */
static bool is_address(const char *word)
{
	const char *colon = strrchr(word, ':');

	return word[0] != '-' && colon && isdigit((unsigned char)colon[1]);
}

/* The value of an option that can stand alone: the next word where that is
 * one, else what standing alone means. NULL: it cannot. */
static const char *optional_value(const struct option_spec *spec,
				  const char *next, bool *taken)
{
	switch (spec->kind) {
	case OPTION_FLAG:
		*taken = next && option_truth(next) >= 0;
		return *taken ? next : "true";
	case OPTION_ADDRESS:
		*taken = next && is_address(next);
		return *taken ? next : "";
	case OPTION_AREAS:
		*taken = next && log_has_areas(next);
		return *taken ? next : "all";
	default:
		return NULL;
	}
}

/* --no-NAME; false: there is none. */
static bool find_negated(const struct option_spec *const *groups,
			 const char *name, size_t length,
			 const struct option_spec **spec)
{
	*spec = length > 3 && !strncmp(name, "no-", 3)
			? option_find(groups, name + 3, length - 3)
			: NULL;
	if (*spec && (*spec)->kind == OPTION_FLAG)
		return true;
	*spec = NULL;
	return false;
}

static int parse_negated(struct options *options,
			 const struct option_spec *spec, const char *value,
			 const char *next, struct err *err)
{
	if (!value && next && option_truth(next) >= 0)
		value = next;
	if (value)
		return err_set(err, ERR_USAGE,
			       "--no-%s takes no value, and '%s' follows it: "
			       "write --%s or --no-%s", spec->name, value,
			       spec->name, spec->name);
	*(bool *)field(options, spec) = false;
	return 0;
}

/* One option at argv[*i], whose value may be the next word. */
static int parse_one(struct options *options,
		     const struct option_spec *const *groups, int argc,
		     char *const *argv, int *i, struct err *err)
{
	const char *name = argv[*i] + 2;
	size_t length = strcspn(name, "=");
	const char *value = name[length] ? name + length + 1 : NULL;
	const char *next = *i + 1 < argc ? argv[*i + 1] : NULL;
	const struct option_spec *spec = option_find(groups, name, length);
	bool taken = false;
	char where[80];

	if (!spec && find_negated(groups, name, length, &spec))
		return parse_negated(options, spec, value, next, err);
	if (!spec)
		return unknown_option(groups, name, length, err);
	if (!value) {
		value = optional_value(spec, next, &taken);
		*i += taken;
		if (value && !taken) {
			options->alone = spec;
			options->after_alone = next;
		}
	}
	if (!value && !next)
		return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s",
			       spec->name, spec->name,
			       spec->value ? spec->value : "VALUE");
	if (!value && !strncmp(next, "--", 2))
		return err_set(err, ERR_USAGE,
			       "--%s needs a value, and '%s' follows: write it "
			       "as --%s=%s if that is the value",
			       spec->name, next, spec->name, next);
	if (!value)
		value = argv[++*i];
	snprintf(where, sizeof(where), "--%s", spec->name);
	/* Not empty by mistake, but alone. */
	if (!*value && spec->kind == OPTION_ADDRESS && !name[length]) {
		*(const char **)field(options, spec) = value;
		return 0;
	}
	if (spec->kind == OPTION_LIST)
		return add_texts(options, spec, value, where, err);
	return option_set(options, spec, value, where, err);
}

static int add_argument(struct options *options, const char *word,
			struct err *err)
{
	if (options->argument_count == ARGUMENTS_MOST)
		return err_set(err, ERR_USAGE, "too many arguments at '%s'",
			       word);
	options->arguments[options->argument_count++] = word;
	return 0;
}

int options_parse(struct options *options,
		  const struct option_spec *const *groups, int argc,
		  char *const *argv, struct err *err)
{
	bool only_arguments = false;

	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		int code = 0;

		if (only_arguments || word[0] != '-' || !word[1] ||
		    isdigit((unsigned char)word[1]))
			code = add_argument(options, word, err);
		else if (!strcmp(word, "--"))
			only_arguments = true;
		else if (!strcmp(word, "-h"))
			options->help = true;
		else if (word[1] != '-')
			code = err_set(err, ERR_USAGE,
				       "there is no option %s: options are "
				       "written --NAME",
				       word);
		else
			code = parse_one(options, groups, argc, argv, &i, err);
		if (code < 0)
			return code;
	}
	return 0;
}

/* False: it has none, or only words say it. */
static bool default_text(const struct option_spec *spec,
			 char out[NUMBER_TEXT_BYTES])
{
	struct options defaults;
	const void *at = option_field(&defaults, spec);
	double value = NAN;

	options_init(&defaults);
	if (spec->kind == OPTION_FLAG) {
		strcpy(out, *(const bool *)at ? "yes" : "no");
		return true;
	}
	if (spec->kind == OPTION_NUMBER)
		value = *(const double *)at;
	else if (spec->kind == OPTION_COUNT &&
		 *(const uint64_t *)at != COUNT_UNKNOWN)
		value = (double)*(const uint64_t *)at;
	if (isnan(value))
		value = spec->unset;
	if (isnan(value))
		return false;
	number_text(value, out);
	return true;
}

/* Where its words stand in parentheses at the end, or its end. */
static size_t before_default(const char *help)
{
	size_t n = strlen(help);
	const char *open = strrchr(help, '(');

	return n && help[n - 1] == ')' && open > help
		       ? (size_t)(open - help) - 1
		       : n;
}

/* ", 1 to 1024" */
static void add_range(const struct option_spec *spec, struct str *out)
{
	char least[NUMBER_TEXT_BYTES], most[NUMBER_TEXT_BYTES];

	if (spec->kind == OPTION_COUNT && spec->max <= RANGE_SHOWN_MOST)
		str_addf(out, ", %s to %s", number_text(spec->min, least),
			 number_text(spec->max, most));
}

void option_add_help(const struct option_spec *spec, struct str *out)
{
	size_t words = before_default(spec->help);
	char text[NUMBER_TEXT_BYTES];

	str_add_n(out, spec->help, words);
	add_range(spec, out);
	str_add(out, spec->help + words);
	if (spec->shows_default && default_text(spec, text))
		str_addf(out, " (%s)", text);
}

/* Wrapped at 79 columns, hanging at column 30. */
static void print_help(const struct option_spec *spec, FILE *out)
{
	struct str help = STR_INIT, wrapped = STR_INIT;

	option_add_help(spec, &help);
	text_wrap(&wrapped, help.buf, help.len, 79, 30, 30);
	fprintf(out, "%s\n", wrapped.buf);
	str_release(&wrapped);
	str_release(&help);
}

bool option_is_negatable(const struct option_spec *spec)
{
	return spec->kind == OPTION_FLAG && strcmp(spec->name, "help") != 0;
}

void options_print_help(const struct option_spec *const *groups, FILE *out)
{
	for (; *groups; groups++) {
		for (const struct option_spec *s = *groups; s->name; s++) {
			char left[64];

			if (option_is_negatable(s))
				snprintf(left, sizeof(left), "--[no-]%s",
					 s->name);
			else
				snprintf(left, sizeof(left), "--%s%s%s", s->name,
					 s->value ? " " : "",
					 s->value ? s->value : "");
			if (strlen(left) > 26)
				fprintf(out, "  %s\n%30s", left, "");
			else
				fprintf(out, "  %-28s", left);
			print_help(s, out);
		}
	}
}
