#include "measure/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* What we want of status stands in its first half; only the user's groups, up
 * to 11 bytes each, come before it. */
#define STATUS_BYTES 8192
#define STAT_BYTES 1024

struct status {
	uint64_t peak, anon, file, shared; /* bytes */
	uint32_t threads;
};

static int ended(pid_t pid, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
		       "process %ld has ended, its counters with it", (long)pid);
}

static int open_proc(pid_t pid, const char *name)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A proc file from its start, terminated. false: the process is gone. */
static bool read_text(int fd, char *out, size_t size)
{
	ssize_t n = pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number after "\nNAME:"; false where there is no such line. */
static bool find_number(const char *text, const char *name, uint64_t *out)
{
	const char *line = strstr(text, name);

	if (!line)
		return false;
	*out = strtoull(line + strlen(name), NULL, 10);
	return true;
}

static bool parse_status(const char *text, struct status *out)
{
	uint64_t threads;

	/* A zombie and a kernel thread have no memory. */
	if (!find_number(text, "\nVmHWM:", &out->peak) ||
	    !find_number(text, "\nRssAnon:", &out->anon) ||
	    !find_number(text, "\nRssFile:", &out->file) ||
	    !find_number(text, "\nRssShmem:", &out->shared) ||
	    !find_number(text, "\nThreads:", &threads))
		return false;
	out->peak *= 1024;
	out->anon *= 1024;
	out->file *= 1024;
	out->shared *= 1024;
	out->threads = (uint32_t)threads;
	return true;
}

/* utime and stime, fields 14 and 15; the name ends at the last parenthesis. */
static bool parse_stat(const char *text, uint64_t *user, uint64_t *system)
{
	const char *p = strrchr(text, ')');

	return p && sscanf(p + 1,
			   " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			   " %" SCNu64 " %" SCNu64, user, system) == 2;
}

int measure_open(struct meter *meter, pid_t pid, struct err *err)
{
	*meter = (struct meter){ .pid = pid };
	errno = 0;
	meter->stat_fd = open_proc(pid, "stat");
	meter->status_fd = open_proc(pid, "status");
	if (meter->stat_fd >= 0 && meter->status_fd >= 0 &&
	    clock_getcpuclockid(pid, &meter->cpu_clock) == 0)
		return 0;
	measure_close(meter);
	if (errno == EMFILE || errno == ENFILE)
		return err_sys(err, "cannot read process %ld (raise the limit "
			       "of open files: ulimit -n)", (long)pid);
	return ended(pid, err);
}

int measure_read(struct meter *meter, struct sample *sample, struct err *err)
{
	char text[STATUS_BYTES];
	struct status status;
	uint64_t user, system, cpu_ns;
	struct timespec cpu;

	/* The files belong to this process and no later one of its number;
	 * while they can be read, the clock is its own too. */
	if (meter->stat_fd < 0 || !read_text(meter->stat_fd, text, STAT_BYTES) ||
	    !parse_stat(text, &user, &system) ||
	    !read_text(meter->status_fd, text, sizeof(text)) ||
	    !parse_status(text, &status) ||
	    clock_gettime(meter->cpu_clock, &cpu) < 0)
		return ended(meter->pid, err);
	sample->at_ns = clock_now_ns();
	cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
	cpu_time_set(&meter->cpu, cpu_ns, user, system);
	sample->cpu_ns = meter->cpu.total_ns;
	sample->cpu_user_ns = meter->cpu.user_ns;
	sample->memory_bytes = status.anon + status.file;
	sample->threads = status.threads;
	return 0;
}

void measure_close(struct meter *meter)
{
	int saved = errno;

	if (meter->stat_fd >= 0)
		close(meter->stat_fd);
	if (meter->status_fd >= 0)
		close(meter->status_fd);
	meter->stat_fd = meter->status_fd = -1;
	errno = saved;
}

int measure_peak_rss(pid_t pid, uint64_t *out_bytes, struct err *err)
{
	char text[STATUS_BYTES];
	int fd = open_proc(pid, "status");
	struct status status;
	bool found;

	if (fd < 0)
		return ended(pid, err);
	found = read_text(fd, text, sizeof(text)) && parse_status(text, &status);
	close(fd);
	if (!found)
		return ended(pid, err);
	*out_bytes = status.anon + status.file;
	if (status.peak > status.shared + *out_bytes)
		*out_bytes = status.peak - status.shared;
	return 0;
}
