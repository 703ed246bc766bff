/* What this machine gives, tried by doing, in a child. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/owner.h"
#include "cell/cell.h"

/* Begins a trial of one replica; `tell` writes what there is. */
static int try_grade(enum isolation isolation, const char *owner,
		     const char *scratch,
		     void (*tell)(const struct cells *, char *, size_t),
		     char *out, size_t size)
{
	struct cell_need need = { .replicas = 1 };
	struct cells *cells = NULL;
	struct err err;
	int code;

	code = cells_open(&cells, isolation, isolation, owner, scratch, &err);
	if (code == 0)
		code = cells_begin(cells, &need, &err);
	if (code == 0)
		tell(cells, out, size);
	else
		snprintf(out, size, "%s", err.text);
	cells_free(cells);
	return code;
}

static _Noreturn void try_in_child(
	enum isolation isolation, int report,
	void (*tell)(const struct cells *, char *, size_t))
{
	const char *base = getenv("TMPDIR");
	char owner[OWNER_BYTES], *scratch, *hosts, text[1024] = "";
	struct owner self;
	int code = -1;

	owner_self(&self);
	owner_format(&self, owner);
	/* As a run's, which the next command finds (run/scratch.h). */
	scratch = mem_printf("%s/" OWNER_PREFIX "%s",
			     base && *base == '/' ? base : "/tmp", owner);
	if (mkdir(scratch, 0700) < 0) {
		snprintf(text, sizeof(text), "cannot make the folder %.300s",
			 scratch);
	} else {
		code = try_grade(isolation, owner, scratch, tell, text, sizeof(text));
		hosts = mem_printf("%s/hosts", scratch);
		unlink(hosts);
		rmdir(scratch);
	}
	_exit(write(report, text, strlen(text)) < 0 || code < 0);
}

static bool try_one(enum isolation isolation,
		    void (*tell)(const struct cells *, char *, size_t),
		    char *out, size_t size)
{
	int ends[2], status = -1;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	*out = '\0';
	if (pipe(ends) < 0)
		return false;
	pid = fork();
	if (pid == 0)
		try_in_child(isolation, ends[1], tell);
	close(ends[1]);
	while (pid > 0 && used + 1 < size &&
	       (n = read(ends[0], out + used, size - used - 1)) > 0)
		used += (size_t)n;
	out[used] = '\0';
	close(ends[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void tell_groups(const struct cells *cells, char *out, size_t size)
{
	snprintf(out, size, "%s",
		 cells->tree ? cgroup_tree_version(cells->tree) : "none");
}

static void tell_own(const struct cells *cells, char *out, size_t size)
{
	own_tell(&cells->own, out, size);
}

bool cells_try(enum isolation isolation, char *out, size_t size)
{
	return try_one(isolation, tell_groups, out, size);
}

bool cells_try_own(enum isolation isolation, char *out, size_t size)
{
	return try_one(isolation, tell_own, out, size);
}
