/*
 * Thaws what a killed harness left frozen by v1's freezer. A frozen process has
 * got SIGKILL by then (PDEATHSIG, or the end of its PID namespace), and ends
 * once it is thawed. The guard is a process outside of the groups.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/cgroup_ops.h"

/* Of the groups of a run; the guard has no other folders to look at. */
static void thaw_all(const char *folder)
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	char path[4096];

	while (listing && (entry = readdir(listing))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder,
			     entry->d_name) < (int)sizeof(path))
			cgroup_thaw(path);
	}
	if (listing)
		closedir(listing);
}

/* It keeps no descriptor of the harness open, and is in no terminal's group. */
static _Noreturn void be_guard(const char *folder, pid_t harness)
{
	sigset_t all, end;
	int number;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "geoio-guard");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setsid();
	close_range(0, ~0U, 0);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	if (getppid() == harness)
		sigwait(&end, &number);
	thaw_all(folder);
	_exit(0);
}

/* A child without a signal for its end: who waits for any child does not get
 * this one. */
pid_t cgroup_guard(const char *folder)
{
	pid_t harness = getpid();
	pid_t pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);

	if (pid == 0)
		be_guard(folder, harness);
	return pid > 0 ? pid : 0;
}

void cgroup_guard_end(pid_t guard)
{
	if (guard <= 0)
		return;
	kill(guard, SIGKILL);
	waitpid(guard, NULL, __WCLONE);
}
