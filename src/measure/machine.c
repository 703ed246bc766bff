#include "measure/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* These charge programs with interrupts, although they count them apart, too
 * (VIRT_CPU_ACCOUNTING_NATIVE). */
#if defined(__powerpc__) || defined(__s390__)
#define COUNTS_BOTH true
#else
#define COUNTS_BOTH false
#endif

#define STILL_NS (100 * NS_PER_MS)

#define CPU_FILE "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq"

/* -------------------------------------------------------------- opening --- */

__attribute__((format(printf, 2, 3)))
static int open_in(const char *root, const char *format, ...)
{
	char path[512];
	int n = snprintf(path, sizeof(path), "%s", root);
	va_list args;

	if (n < 0 || (size_t)n >= sizeof(path))
		return -1;
	va_start(args, format);
	vsnprintf(path + n, sizeof(path) - (size_t)n, format, args);
	va_end(args);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool read_text(int fd, char *out, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Any process may call itself so: a kernel thread is one without a command
 * line, and with the parent kthreadd (2). */
static bool is_ksoftirqd(const char *root, const char *pid)
{
	static const char name[] = " (ksoftirqd/";
	char line[128], *parent;
	int fd = open_in(root, "/proc/%.20s/stat", pid);

	read_text(fd, line, sizeof(line));
	if (fd >= 0)
		close(fd);
	if (!strstr(line, name))
		return false;
	parent = strrchr(line, ')');
	return parent && strncmp(parent + 3, " 2 ", 3) == 0;
}

static void open_threads(struct machine_meter *meter, const char *root)
{
	char *path = mem_printf("%s/proc", root);
	DIR *proc = opendir(path);
	struct dirent *entry;
	size_t capacity = 0;

	while (proc && (entry = readdir(proc))) {
		int fd;

		if (!isdigit((unsigned char)*entry->d_name) ||
		    !is_ksoftirqd(root, entry->d_name))
			continue;
		fd = open_in(root, "/proc/%.20s/schedstat", entry->d_name);
		if (fd < 0)
			continue;
		MEM_ROOM(meter->ksoftirqd, meter->count, capacity);
		meter->ksoftirqd[meter->count++] = fd;
	}
	if (proc)
		closedir(proc);
	free(path);
}

/* Of the CPUs that this process may use. One may be offline, or say nothing. */
static void open_frequencies(struct machine_meter *meter, const char *root)
{
	size_t capacity = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int fd;

		if (meter->frequency_count == MACHINE_FREQUENCIES)
			return;
		if (!CPU_ISSET(cpu, &set))
			continue;
		fd = open_in(root, CPU_FILE, cpu);
		if (fd < 0)
			continue;
		MEM_ROOM(meter->frequency, meter->frequency_count, capacity);
		meter->frequency[meter->frequency_count++] = fd;
	}
}

void machine_open_in(struct machine_meter *meter, const char *root)
{
	static const char *const names[MACHINE_PRESSURES] = {
		"cpu", "memory", "io",
	};

	*meter = (struct machine_meter){ 0 };
	open_threads(meter, root);
	for (int i = 0; i < MACHINE_PRESSURES; i++)
		meter->pressure[i] = open_in(root, "/proc/pressure/%s",
					     names[i]);
	meter->stat = open_in(root, "/proc/stat");
	meter->vmstat = open_in(root, "/proc/vmstat");
	meter->opened_ns = clock_now_ns();
	machine_read_time(meter, &meter->first);
	open_frequencies(meter, root);
}

void machine_open(struct machine_meter *meter)
{
	machine_open_in(meter, "");
}

/* -------------------------------------------------------------- reading --- */

/* The first number of schedstat: time on a CPU, ns. */
uint64_t machine_read_ksoftirqd(const struct machine_meter *meter)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < meter->count; i++) {
		char text[128];

		if (read_text(meter->ksoftirqd[i], text, sizeof(text)))
			sum += strtoull(text, NULL, 10);
	}
	return meter->count ? sum : COUNT_UNKNOWN;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345" */
static uint64_t read_pressure(int fd)
{
	static const char total[] = "total=";
	char text[256], *at;

	if (!read_text(fd, text, sizeof(text)) ||
	    strncmp(text, "some ", 5) != 0 || !(at = strstr(text, total)))
		return COUNT_UNKNOWN;
	return strtoull(at + sizeof(total) - 1, NULL, 10);
}

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice" */
bool machine_parse_time(const char *text, struct machine_time *out)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t user, nice, system, idle, wait, irq, softirq, steal;

	*out = (struct machine_time){ COUNT_UNKNOWN, COUNT_UNKNOWN,
				      COUNT_UNKNOWN, COUNT_UNKNOWN, false };
	if (sscanf(text, "cpu  %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &user, &nice, &system, &idle, &wait, &irq, &softirq,
		   &steal) != 8)
		return false;
	if (!(user + nice + system + idle + wait + irq + softirq + steal))
		return false; /* a sandbox that only has the file */
	out->busy_ns = (user + nice + system + irq + softirq) * tick_ns;
	out->steal_ns = steal * tick_ns;
	out->idle_ns = (idle + wait) * tick_ns;
	out->interrupts_ns = (irq + softirq) * tick_ns;
	out->apart = irq && !COUNTS_BOTH;
	return true;
}

/* In ten steps some CPU was idle, or busy, or stolen. */
static bool never_moved(const struct machine_meter *meter,
			const struct machine_time *now)
{
	const struct machine_time *first = &meter->first;

	return now->busy_ns == first->busy_ns &&
	       now->idle_ns == first->idle_ns &&
	       now->steal_ns == first->steal_ns &&
	       clock_now_ns() >= meter->opened_ns + STILL_NS;
}

void machine_read_time(const struct machine_meter *meter,
		       struct machine_time *out)
{
	char text[256];

	read_text(meter->stat, text, sizeof(text));
	machine_parse_time(text, out);
	if (never_moved(meter, out))
		machine_parse_time("", out);
}

/* The kernel writes the lines into a page, and these are in its first half. */
static uint64_t read_swapping(const struct machine_meter *meter)
{
	char text[4096], *in, *out;

	read_text(meter->vmstat, text, sizeof(text));
	in = strstr(text, "\npswpin ");
	out = strstr(text, "\npswpout ");
	return in && out ? strtoull(in + 8, NULL, 10) +
				   strtoull(out + 9, NULL, 10)
			 : COUNT_UNKNOWN;
}

/* The files say kHz. Those of idle CPUs, and of one that was taken away, say
 * nothing of the others. */
static double read_frequency(const struct machine_meter *meter)
{
	double most = 0;

	for (size_t i = 0; i < meter->frequency_count; i++) {
		char text[32];

		if (read_text(meter->frequency[i], text, sizeof(text)))
			most = fmax(most, strtod(text, NULL));
	}
	return most > 0 ? most / 1000 : (double)NAN;
}

uint64_t machine_tick_ns(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) < 0)
		return 0;
	return (uint64_t)tick.tv_sec * NS_PER_S + (uint64_t)tick.tv_nsec;
}

void machine_read(const struct machine_meter *meter, struct machine_sample *out)
{
	struct machine_time time;

	out->at_ns = clock_now_ns();
	machine_read_time(meter, &time);
	out->busy_ns = time.busy_ns;
	out->steal_ns = time.steal_ns;
	out->idle_ns = time.idle_ns;
	out->swap_pages = read_swapping(meter);
	out->cpu_mhz = read_frequency(meter);
	out->ksoftirqd_ns = machine_read_ksoftirqd(meter);
	out->stalled_cpu_us = read_pressure(meter->pressure[0]);
	out->stalled_memory_us = read_pressure(meter->pressure[1]);
	out->stalled_io_us = read_pressure(meter->pressure[2]);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void machine_close(struct machine_meter *meter)
{
	for (size_t i = 0; i < meter->count; i++)
		close(meter->ksoftirqd[i]);
	free(meter->ksoftirqd);
	meter->ksoftirqd = NULL;
	meter->count = 0;
	for (int i = 0; i < MACHINE_PRESSURES; i++)
		close_fd(&meter->pressure[i]);
	close_fd(&meter->stat);
	close_fd(&meter->vmstat);
	for (size_t i = 0; i < meter->frequency_count; i++)
		close(meter->frequency[i]);
	free(meter->frequency);
	meter->frequency = NULL;
	meter->frequency_count = 0;
}
