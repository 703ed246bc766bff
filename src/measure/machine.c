#include "measure/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

static int open_in_proc(const char *pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Any process may call itself so: a kernel thread is one without a command
 * line, and with the parent kthreadd (2). */
static bool is_ksoftirqd(const char *pid)
{
	static const char name[] = " (ksoftirqd/";
	char line[128], *parent;
	int fd = open_in_proc(pid, "stat");
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	if (!strstr(line, name))
		return false;
	parent = strrchr(line, ')');
	return parent && strncmp(parent + 3, " 2 ", 3) == 0;
}

static void open_threads(struct machine_meter *meter)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t capacity = 0;

	while (proc && (entry = readdir(proc))) {
		int fd;

		if (!isdigit((unsigned char)*entry->d_name) ||
		    !is_ksoftirqd(entry->d_name))
			continue;
		fd = open_in_proc(entry->d_name, "schedstat");
		if (fd < 0)
			continue;
		MEM_ROOM(meter->ksoftirqd, meter->count, capacity);
		meter->ksoftirqd[meter->count++] = fd;
	}
	if (proc)
		closedir(proc);
}

/* In the order of their numbers; a CPU that is not there ends the list. */
static void open_frequencies(struct machine_meter *meter)
{
	size_t capacity = 0;

	while (meter->frequency_count < MACHINE_FREQUENCIES) {
		char path[96];
		int fd;

		snprintf(path, sizeof(path),
			 "/sys/devices/system/cpu/cpu%zu/cpufreq/"
			 "scaling_cur_freq", meter->frequency_count);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		MEM_ROOM(meter->frequency, meter->frequency_count, capacity);
		meter->frequency[meter->frequency_count++] = fd;
	}
}

void machine_open(struct machine_meter *meter)
{
	static const char *const paths[MACHINE_PRESSURES] = {
		"/proc/pressure/cpu",
		"/proc/pressure/memory",
		"/proc/pressure/io",
	};

	*meter = (struct machine_meter){ 0 };
	open_threads(meter);
	for (int i = 0; i < MACHINE_PRESSURES; i++)
		meter->pressure[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
	meter->stat = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	meter->vmstat = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
	open_frequencies(meter);
}

static bool read_text(int fd, char *out, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

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
				      COUNT_UNKNOWN };
	if (sscanf(text, "cpu  %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &user, &nice, &system, &idle, &wait, &irq, &softirq,
		   &steal) != 8)
		return false;
	out->busy_ns = (user + nice + system + irq + softirq) * tick_ns;
	out->steal_ns = steal * tick_ns;
	out->idle_ns = (idle + wait) * tick_ns;
	return true;
}

void machine_read_time(const struct machine_meter *meter,
		       struct machine_time *out)
{
	char text[256];

	read_text(meter->stat, text, sizeof(text));
	machine_parse_time(text, out);
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

/* The files say kHz. */
static double read_frequency(const struct machine_meter *meter)
{
	double sum = 0;

	for (size_t i = 0; i < meter->frequency_count; i++) {
		char text[32];

		if (!read_text(meter->frequency[i], text, sizeof(text)))
			return NAN; /* that CPU was taken away */
		sum += strtod(text, NULL);
	}
	return meter->frequency_count
		       ? sum / 1000 / (double)meter->frequency_count
		       : NAN;
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
