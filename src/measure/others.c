#include "measure/others.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* Who used less is not named. */
#define NAMED_LEAST_NS (10 * NS_PER_MS)

static bool is_ours(pid_t pid, const pid_t *ours, size_t count)
{
	if (pid == getpid())
		return true;
	for (size_t i = 0; i < count; i++) {
		if (ours[i] == pid)
			return true;
	}
	return false;
}

/* A kernel thread has no command line; a process that has just ended
 * neither. */
static bool is_kernel_thread(int proc_fd, const char *number)
{
	char path[300], byte;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%.255s/cmdline", number);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	n = read(fd, &byte, 1);
	close(fd);
	return n <= 0;
}

static bool read_cpu(pid_t pid, uint64_t *cpu_ns)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &t) < 0)
		return false;
	*cpu_ns = (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
	return true;
}

/* All other programs' processes with their CPU time, in the order of /proc. */
static void scan(struct others *out, const pid_t *ours, size_t count)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		struct other other = { .pid = (pid_t)atol(entry->d_name) };

		if (other.pid <= 0 || is_ours(other.pid, ours, count) ||
		    is_kernel_thread(dirfd(proc), entry->d_name) ||
		    !read_cpu(other.pid, &other.cpu_ns))
			continue;
		MEM_ROOM(out->known, out->count, out->capacity);
		out->known[out->count++] = other;
	}
	if (proc)
		closedir(proc);
}

void others_begin(struct others *others, const pid_t *ours, size_t count)
{
	memset(others, 0, sizeof(*others));
	scan(others, ours, count);
}

static uint64_t before(const struct others *others, pid_t pid)
{
	for (size_t i = 0; i < others->count; i++) {
		if (others->known[i].pid == pid)
			return others->known[i].cpu_ns;
	}
	return 0;
}

static int by_use(const void *a, const void *b)
{
	const struct other *x = a, *y = b;

	return (x->cpu_ns < y->cpu_ns) - (x->cpu_ns > y->cpu_ns);
}

/* What a process calls itself. */
static void read_name(pid_t pid, char *out, size_t size)
{
	char path[48];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, out, size - 1);
		close(fd);
	}
	out[n > 0 ? n : 0] = '\0';
	text_clean_line(out);
	text_clean_part(out);
}

/* `now` has what each used. */
static void name_biggest(struct others *now, struct others_used *out)
{
	size_t length = 0;

	if (now->count)
		qsort(now->known, now->count, sizeof(*now->known), by_use);
	for (size_t i = 0; i < now->count && i < OTHERS_NAMED; i++) {
		const struct other *other = &now->known[i];
		char name[20]; /* the kernel keeps 15 bytes */

		if (other->cpu_ns < NAMED_LEAST_NS)
			return;
		read_name(other->pid, name, sizeof(name));
		length += (size_t)snprintf(out->text + length,
					   sizeof(out->text) - length,
					   "%s%s (pid %ld) %.2f s",
					   i ? ", " : "",
					   *name ? name : "one", (long)other->pid,
					   clock_seconds(other->cpu_ns));
		out->named_ns += other->cpu_ns;
	}
}

void others_end(struct others *others, const pid_t *ours, size_t count,
		struct others_used *out)
{
	struct others now = { 0 };

	*out = (struct others_used){ 0 };
	if (!others->known)
		return;
	scan(&now, ours, count);
	for (size_t i = 0; i < now.count; i++) {
		struct other *other = &now.known[i];
		uint64_t was = before(others, other->pid);

		other->cpu_ns = other->cpu_ns > was ? other->cpu_ns - was : 0;
		out->cpu_ns += other->cpu_ns;
	}
	name_biggest(&now, out);
	others_release(&now);
	others_release(others);
}

void others_release(struct others *others)
{
	free(others->known);
	memset(others, 0, sizeof(*others));
}
