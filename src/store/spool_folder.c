/* Where the spool is, and what lies in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "store/spool.h"

#define STATE "geoio-benchmark/spool"
#define HASH_DIGITS 16
#define SHARED "geoio-benchmark-spool" /* in a folder of everybody */

/* Also of one that is not there, or that a link names which leads nowhere. */
char *spool_target(const char *path)
{
	char *real = realpath(path, NULL);
	char *name, *folder, *full;

	if (real)
		return real;
	name = files_real(path);
	folder = file_folder(name);
	real = realpath(folder, NULL);
	full = mem_printf("%s/%s", real ? real : folder, file_name(name));
	free(real);
	free(folder);
	free(name);
	return full;
}

/* Of this user's settings, or of the home of who asked; NULL: neither is known. */
static char *state_folder(void)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = invoker_home();

	if (state && *state == '/')
		return mem_printf("%s/" STATE, state);
	return home ? mem_printf("%s/.local/state/" STATE, home) : NULL;
}

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

static bool is_ours(const struct stat *st)
{
	struct invoker invoker;

	invoker_find(&invoker);
	return st->st_uid == geteuid() || st->st_uid == invoker.uid;
}

/* Nobody else may write in it. */
static bool is_our_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && is_ours(&st) &&
	       !(st.st_mode & 022);
}

/* Another user can have taken the name: then one that nobody can guess. */
static char *shared_folder(void)
{
	struct invoker invoker;
	char *path;

	invoker_find(&invoker);
	path = mem_printf("%s/" SHARED "-%u", temporary_folder(),
			  (unsigned)invoker.uid);
	invoker_begin();
	if (mkdir(path, 0700) < 0 && !is_our_folder(path)) {
		free(path);
		path = mem_printf("%s/" SHARED "-XXXXXX", temporary_folder());
		(void)!mkdtemp(path);
	}
	invoker_end();
	return path;
}

static int write_in(char *folder, const char *name, const void *bytes, size_t n,
		    char **file, struct err *err)
{
	int code = file_make_dirs(folder, 0700, err);
	char *path = mem_printf("%s/%s", folder, name);

	if (code == 0 && !is_our_folder(folder))
		code = err_set(err, ERR_SYSTEM,
			       "others may write in the folder %s", folder);
	if (code == 0)
		code = file_write(path, bytes, n, err);
	if (code == 0)
		*file = path;
	else
		free(path);
	return code;
}

static void name_for(const char *target, const char *id, char out[80])
{
	snprintf(out, 80, "%016llx-%.50s.db",
		 (unsigned long long)hash_bytes(target, strlen(target)), id);
}

int spool_write(const char *target, const char *id, const void *bytes,
		size_t n, char **file, struct err *err)
{
	char *state = state_folder(), *shared;
	struct err first = { "" };
	char name[80];
	int code = -1;

	name_for(target, id, name);
	if (state)
		code = write_in(state, name, bytes, n, file, &first);
	free(state);
	if (code == 0)
		return 0;
	shared = shared_folder();
	code = write_in(shared, name, bytes, n, file, err);
	if (code < 0 && *first.text)
		err_wrap(err, code, "%.450s, nor", first.text);
	free(shared);
	return code;
}

static bool is_name(const char *name, const char *start)
{
	size_t n = strlen(name);

	return !strncmp(name, start, strlen(start)) && n > 3 &&
	       !strcmp(name + n - 3, ".db");
}

/* Of any database: "HASH-UUID.db". */
static bool is_any_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == HASH_DIGITS &&
	       name[HASH_DIGITS] == '-' && is_name(name, "");
}

typedef int (*visit_fn)(void *context, const struct spool_file *file);

static int each_in(const char *folder, const char *start, visit_fn visit,
		   void *context)
{
	DIR *all = is_our_folder(folder) ? opendir(folder) : NULL;
	struct dirent *entry;
	int code = 0;

	if (all)
		file_clear_new(dirfd(all), is_any_name);
	while (all && code == 0 && (entry = readdir(all))) {
		struct spool_file file = { .folder = dirfd(all),
					   .name = entry->d_name };
		struct stat st;
		char *path;

		if (!is_name(entry->d_name, start) ||
		    fstatat(dirfd(all), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode) || !is_ours(&st))
			continue;
		path = mem_printf("%s/%s", folder, entry->d_name);
		file.path = path;
		code = visit(context, &file);
		free(path);
	}
	if (all)
		closedir(all);
	return code;
}

static int each_shared(const char *start, visit_fn visit, void *context)
{
	DIR *all = opendir(temporary_folder());
	struct dirent *entry;
	int code = 0;

	while (all && code == 0 && (entry = readdir(all))) {
		char *path;

		if (strncmp(entry->d_name, SHARED, sizeof(SHARED) - 1))
			continue;
		path = mem_printf("%s/%s", temporary_folder(), entry->d_name);
		code = each_in(path, start, visit, context);
		free(path);
	}
	if (all)
		closedir(all);
	return code;
}

int spool_each(const char *target, visit_fn visit, void *context)
{
	char *state = state_folder();
	char start[20];
	int code = 0;

	snprintf(start, sizeof(start), "%016llx-",
		 (unsigned long long)hash_bytes(target, strlen(target)));
	if (state)
		code = each_in(state, start, visit, context);
	free(state);
	return code ? code : each_shared(start, visit, context);
}
