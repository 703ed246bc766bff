#include "run/leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define ENVIRONMENT_BYTES (4UL << 20)

/* A process that forks during one pass is found in the next. */
#define PASSES_MOST 16

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static bool lives_in(pid_t pid, const char *folder)
{
	struct str text = STR_INIT;
	char path[40];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
	if (file_read(path, ENVIRONMENT_BYTES, &text, NULL) == 0)
		for (size_t i = 0; !found && i < text.len;
		     i += strlen(text.buf + i) + 1)
			found = strncmp(text.buf + i, "HOME=", 5) == 0 &&
				is_below(text.buf + i + 5, folder);
	str_release(&text);
	return found;
}

static bool may_be_ours(int proc, const char *name)
{
	struct stat st;

	return *name >= '1' && *name <= '9' &&
	       fstatat(proc, name, &st, 0) == 0 &&
	       (geteuid() == 0 || st.st_uid == geteuid());
}

/* The number may be another process's by now, but not the descriptor. So the
 * process is looked at again once its descriptor is open. */
static unsigned kill_one(pid_t pid, const char *folder)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool killed;

	if (fd < 0)
		return 0;
	killed = lives_in(pid, folder) &&
		 syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;
	close(fd);
	return killed;
}

static unsigned pass(const char *folder)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned killed = 0;

	while (proc && (entry = readdir(proc)))
		if (may_be_ours(dirfd(proc), entry->d_name))
			killed += kill_one((pid_t)atol(entry->d_name), folder);
	if (proc)
		closedir(proc);
	return killed;
}

unsigned leftover_kill(const char *folder)
{
	unsigned all = 0, killed = 1;

	for (int i = 0; killed && i < PASSES_MOST; i++) {
		killed = pass(folder);
		all += killed;
	}
	return all;
}
