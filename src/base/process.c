#include "base/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The name, which may hold anything, ends at the last parenthesis. */
static bool parse(const char *text, struct process *out)
{
	const char *p = strrchr(text, ')');
	uint64_t user, system;
	int parent, session;

	if (!p || sscanf(p + 1,
			 " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u"
			 " %" SCNu64 " %" SCNu64 " %*d %*d %" SCNu32
			 " %*d %" SCNu64,
			 &out->state, &parent, &session, &user, &system,
			 &out->threads, &out->started) != 7)
		return false;
	out->parent = parent;
	out->session = session;
	out->waited_ticks = user + system;
	return true;
}

static bool read_line(const char *path, struct process *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[1024];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return parse(text, out);
}

bool process_read(pid_t pid, struct process *out)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	out->pid = pid;
	return read_line(path, out);
}

bool process_read_thread(pid_t pid, pid_t thread, struct process *out)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid,
		 (int)thread);
	out->pid = thread;
	return read_line(path, out);
}
