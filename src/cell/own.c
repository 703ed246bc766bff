#include "cell/own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cell/keys.h"
#include "cell/landlock.h"

/* ----------------------------------------------------------- namespaces --- */

static void close_spaces(struct own *own)
{
	/* Kills all before it waits for the first, so that all end at once. */
	for (unsigned i = 0; own->space && i < own->count; i++)
		space_kill(&own->space[i]);
	for (unsigned i = 0; own->space && i < own->count; i++)
		space_close(&own->space[i]);
	free(own->space);
	own->space = NULL;
}

static void open_spaces(struct own *own)
{
	struct err err;
	int code = 0;

	own->space = mem_array(own->count, sizeof(*own->space));
	for (unsigned i = 0; i < own->count; i++)
		own->space[i] = SPACE_NONE;
	for (unsigned i = 0; code == 0 && i < own->count; i++)
		code = space_open(&own->space[i], &err);
	if (code == 0)
		return;
	LOG(CELL, "%s", err.text);
	close_spaces(own);
}

static void open_view(struct own *own, const struct own_need *need)
{
	struct err err;

	if (view_make(&own->view, need->reads, need->scratch, need->hosts,
		      &err) < 0)
		LOG(CELL, "%s", err.text);
}

/* ---------------------------------------------------------------- users --- */

static bool can_read(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT;
	return access(path, S_ISDIR(st.st_mode) ? R_OK | X_OK : R_OK) == 0;
}

/* Tries in a child which path the user cannot read. Returns the number of the
 * first, from 1; 0: there is none; -1: it is not known. */
static int try_reading(const struct own *own, const struct identity *identity)
{
	const char *const *reads = own->reads;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if ((own->view && view_enter(own->view, NULL) < 0) ||
		    identity_take(identity) < 0)
			_exit(255);
		for (int i = 0; reads && reads[i] && i < 254; i++)
			if (!can_read(reads[i]))
				_exit(i + 1);
		_exit(reads && reads[0] && access(reads[0], X_OK) < 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			pid = -1;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 255)
		return -1;
	return WEXITSTATUS(status);
}

static bool take_users(struct own *own)
{
	struct err err;
	int path;

	if (users_take(&own->users, own->count, &err) < 0) {
		snprintf(own->why, sizeof(own->why), "%.390s", err.text);
		return false;
	}
	for (unsigned i = 0; i < own->count; i++) {
		uid_t user = users_at(&own->users, i);

		own->identity[i] = (struct identity){ user, (gid_t)user, true };
	}
	path = try_reading(own, own->identity);
	if (path > 0)
		snprintf(own->why, sizeof(own->why),
			 "others may not read %.200s: chmod -R o+rX, so that a "
			 "user of its own can run it", own->reads[path - 1]);
	else if (path < 0)
		snprintf(own->why, sizeof(own->why),
			 "this machine refuses to change the user");
	own->has_users = path == 0;
	return own->has_users;
}

/* Replicas share the user who invoked the program, or, if that user cannot read
 * what is needed, the user of the program itself. */
static void share_user(struct own *own)
{
	struct identity shared;

	identity_invoker(&shared);
	if (shared.changes && try_reading(own, &shared) != 0)
		shared = (struct identity){ getuid(), getgid(), false };
	for (unsigned i = 0; i < own->count; i++)
		own->identity[i] = shared;
}

void own_begin(struct own *own, const struct own_need *need)
{
	own->count = need->replicas;
	own->reads = need->reads;
	own->has_users = false;
	own->identity = mem_array(own->count, sizeof(*own->identity));
	*own->why = '\0';
	if (need->namespaces) {
		open_view(own, need);
		open_spaces(own);
	}
	/* Root's replicas that have a view do not need it. */
	own->landlock = need->landlock && (!need->users || !own->view);
	if (!need->users || !take_users(own))
		share_user(own);
}

void own_end(struct own *own)
{
	close_spaces(own);
	if (own->has_users)
		keys_clear(&own->users, own->count);
	own->has_users = false;
	view_free(own->view);
	free(own->identity);
	own->view = NULL;
	own->identity = NULL;
	own->count = 0;
	own->reads = NULL;
}

void own_release(struct own *own)
{
	own_end(own);
	users_release(&own->users);
}

/* --------------------------------------------------------- in a replica --- */

pid_t own_fork(const struct own *own, unsigned replica,
	       void (*child)(void *context), void *context)
{
	pid_t pid;

	if (own->space)
		return space_fork(&own->space[replica], child, context);
	pid = fork();
	if (pid == 0) {
		child(context);
		_exit(127);
	}
	return pid;
}

static int restrict_files(const struct own *own, const char *folder)
{
	/* In a view all but these is read-only already. */
	static const char *const all[] = { "/", NULL };
	const char *const writes[] = { folder ? folder : "/tmp",
				       own->view ? "/tmp" : NULL, NULL };
	struct landlock landlock = { own->view ? all : own->reads, writes };

	return landlock_restrict(&landlock);
}

int own_enter(const struct own *own, unsigned replica, const char *folder)
{
	if (own->view && view_enter(own->view, folder) < 0)
		return OWN_VIEW;
	if (identity_take(&own->identity[replica]) < 0)
		return OWN_USER;
	if (own->landlock && restrict_files(own, folder) < 0)
		return OWN_LANDLOCK;
	return OWN_NONE;
}

/* The init is the parent of each orphan. */
static unsigned count_orphans(pid_t init)
{
	char path[64], line[65536];
	unsigned count = 0;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)init,
		 (long)init);
	file = fopen(path, "re");
	if (!file)
		return 0;
	n = fread(line, 1, sizeof(line), file);
	fclose(file);
	for (size_t i = 0; i < n; i++)
		count += line[i] == ' ';
	return count;
}

unsigned own_kill(const struct own *own, unsigned replica)
{
	unsigned orphans;

	if (!own->space || own->space[replica].init <= 0)
		return 0;
	orphans = count_orphans(own->space[replica].init);
	space_kill(&own->space[replica]);
	return orphans;
}

void own_tell(const struct own *own, char *out, size_t size)
{
	int version = own->landlock ? landlock_version() : 0;
	char last[80] = "";

	if (version)
		snprintf(last, sizeof(last), "Landlock version %d (%s)",
			 version, version < 6 ? "files, tracing"
					      : "files, tracing, signals");
	snprintf(out, size, "%s%s%s%s",
		 own->has_users ? "a user of its own, " : "",
		 own->view ? "a view of the file system, " : "",
		 own->space ? "a PID namespace, " : "", last);
	if (!*last && *out)
		out[strlen(out) - 2] = '\0';
}
