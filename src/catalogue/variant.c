#include "catalogue/variant.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "base/str.h"
#include "catalogue/lock.h"
#include "catalogue/name.h"

#define WHEEL ".whl"
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define IN_VERSION PLAIN ".+!_-"
#define IN_PATH PLAIN ".+_-/"

bool variant_is(const char *word)
{
	return strchr(word, '@') != NULL;
}

/* --------------------------------------------------------------- its kind --- */

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static enum variant_kind kind_of(const char *what)
{
	if (ends_with(what, WHEEL))
		return VARIANT_WHEEL;
	return strchr(what, '/') || !strcmp(what, ".") || !strcmp(what, "..")
		       ? VARIANT_FOLDER
		       : VARIANT_VERSION;
}

static int check_word(const char *word, struct err *err)
{
	const char *at = strchr(word, '@');
	int before = (int)(at - word);

	if (!before)
		return err_set(err, ERR_USAGE,
			       "'%s' has no library in front of its @: write "
			       "LIBRARY@VERSION, LIBRARY@PATH" WHEEL " or "
			       "LIBRARY@FOLDER/", word);
	if (!at[1])
		return err_set(err, ERR_USAGE,
			       "'%s' has nothing behind its @: write "
			       "%.*s@VERSION, %.*s@PATH" WHEEL " or "
			       "%.*s@FOLDER/", word, before, word, before, word,
			       before, word);
	if (strchr(at + 1, '@'))
		return err_set(err, ERR_USAGE,
			       "'%s' has two @, and no path with one can be "
			       "given: write LIBRARY@VERSION, LIBRARY@PATH" WHEEL
			       " or LIBRARY@FOLDER/", word);
	return 0;
}

static int check_version(const char *version, const char *word, struct err *err)
{
	if (isdigit((unsigned char)*version) &&
	    strspn(version, IN_VERSION) == strlen(version))
		return 0;
	return err_set(err, ERR_USAGE,
		       "'%s' of '%s' is no exact version, as 1.2.0 is, and no "
		       "path: a folder's has a slash (./src), a wheel's ends in "
		       WHEEL, version, word);
}

/* -------------------------------------------------------------- its name --- */

/* Where the version stands in NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl, and how
 * long it is, with the build tag. */
static int read_wheel(struct variant *variant, const char **version, int *length,
		      struct err *err)
{
	const char *file = file_name(variant->what), *end;
	const char *part[6];
	unsigned parts = 0;
	char *first;

	for (const char *at = file; at && parts < 6;
	     at = (at = strchr(at, '-')) ? at + 1 : NULL)
		part[parts++] = at;
	if (parts < 5 || (parts == 6 && (strchr(part[5], '-') ||
					 !isdigit((unsigned char)*part[2]))))
		return err_set(err, ERR_USAGE,
			       "'%s' is no name of a wheel: keep the name with "
			       "which it was built, "
			       "PACKAGE-VERSION-PYTHON-ABI-PLATFORM" WHEEL,
			       file);
	*version = part[1];
	*length = (int)(part[parts - 3] - part[1]) - 1;
	first = mem_dup_n(file, (size_t)(part[1] - file) - 1);
	variant->package = lock_name(first, &end);
	free(first);
	return 0;
}

/* A path from here as it is written, without what says nothing, or the last part of
 * one from elsewhere: each part with its slash. */
static void add_path(struct str *out, const char *path)
{
	bool from_here = *path != '/';

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n && (n > 1 || *path != '.')) {
			if (!from_here)
				str_reset(out);
			str_addf(out, "%.*s/", (int)n, path);
		}
		path += n + (path[n] == '/');
	}
}

static void clean(char *text)
{
	for (; *text; text++)
		if (!strchr(IN_PATH, *text))
			*text = '_';
}

/* The end that fits, from the beginning of a part if one fits. */
static const char *end_of(const char *text, size_t room)
{
	const char *slash;

	while (strlen(text) > room && (slash = strchr(text, '/')) && slash[1])
		text = slash + 1;
	return strlen(text) > room ? text + strlen(text) - room : text;
}

/* What stands behind the @. */
static int add_what(struct variant *variant, struct str *out, struct err *err)
{
	const char *version = NULL;
	int length = 0, code;
	char *folder;

	if (variant->kind == VARIANT_VERSION) {
		str_add(out, variant->what);
		return 0;
	}
	if (variant->kind == VARIANT_FOLDER) {
		add_path(out, variant->what);
		if (!out->len)
			str_add(out, *variant->what == '/' ? "/" : "./");
		return 0;
	}
	code = read_wheel(variant, &version, &length, err);
	if (code < 0)
		return code;
	folder = file_folder(variant->what);
	if (*folder != '/')
		add_path(out, folder);
	free(folder);
	str_addf(out, "%.*s" WHEEL, length, version);
	return 0;
}

/* Room for the end of a path, at least. */
#define WHAT_BYTES_MIN 8

static int make_name(struct variant *variant, const char *word, struct err *err)
{
	size_t used = strlen(variant->library) + 1, room;
	struct str what = STR_INIT;
	int code = add_what(variant, &what, err);

	room = used < NAME_BYTES_MAX ? NAME_BYTES_MAX - used : 0;
	if (code == 0 &&
	    (room < WHAT_BYTES_MIN ||
	     (variant->kind == VARIANT_VERSION && what.len > room)))
		code = err_set(err, ERR_USAGE,
			       "'%s' is longer than the %d bytes that a name in "
			       "tables may have", word, NAME_BYTES_MAX);
	if (code == 0 && variant->kind != VARIANT_VERSION)
		clean(what.buf);
	if (code == 0)
		variant->name = mem_printf("%s@%s", variant->library,
					   end_of(what.buf, room));
	str_release(&what);
	return code;
}

/* ------------------------------------------------------------------ all --- */

/* A shell leaves a ~ inside of a word as it is. */
static char *resolve_home(const char *what)
{
	const char *home = strncmp(what, "~/", 2) ? NULL : invoker_home();

	return home ? mem_printf("%s%s", home, what + 1) : mem_dup(what);
}

int variant_parse(struct variant *variant, const char *word, struct err *err)
{
	const char *at = strchr(word, '@');
	int code = check_word(word, err);

	memset(variant, 0, sizeof(*variant));
	if (code < 0)
		return code;
	variant->library = mem_dup_n(word, (size_t)(at - word));
	variant->kind = kind_of(at + 1);
	variant->what = resolve_home(at + 1);
	if (variant->kind == VARIANT_VERSION)
		code = check_version(at + 1, word, err);
	return code < 0 ? code : make_name(variant, word, err);
}

void variant_release(struct variant *variant)
{
	free(variant->library);
	free(variant->name);
	free(variant->what);
	free(variant->package);
	memset(variant, 0, sizeof(*variant));
}

/* --------------------------------------------------------- what is there --- */

static bool is_project(const char *folder)
{
	char *one = mem_printf("%s/pyproject.toml", folder);
	char *other = mem_printf("%s/setup.py", folder);
	bool is = file_is_regular(one) || file_is_regular(other);

	free(one);
	free(other);
	return is;
}

static int refuse_path(const struct variant *variant, const char *why,
		       struct err *err)
{
	return err_set(err, ERR_USAGE, "%s: %s %s", variant->name, variant->what,
		       why);
}

int variant_find(struct variant *variant, struct err *err)
{
	const char *path = variant->what;
	char real[PATH_MAX];

	if (variant->kind == VARIANT_VERSION)
		return 0;
	if (!file_exists(path))
		return refuse_path(variant, "is not there", err);
	if (variant->kind == VARIANT_WHEEL && !file_is_regular(path))
		return refuse_path(variant, "is no file, and so no wheel", err);
	if (variant->kind == VARIANT_FOLDER && !file_is_dir(path))
		return refuse_path(variant, "is no folder: a wheel's path ends "
				   "in " WHEEL, err);
	if (variant->kind == VARIANT_FOLDER && !is_project(path))
		return refuse_path(variant, "is no Python project: it has "
				   "neither pyproject.toml nor setup.py", err);
	if (!realpath(path, real))
		return err_sys(err, "cannot find %s", path);
	free(variant->what);
	variant->what = mem_dup(real);
	return 0;
}
