#include "measure/family.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"

/* A process that forks without end must not keep us. */
#define LOOKS_MOST 3

static size_t read_path(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	n = fd < 0 ? 0 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static size_t read_file(pid_t pid, const char *name, char *out, size_t size)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return read_path(path, out, size);
}

static uint64_t ticks_ns(uint64_t ticks)
{
	long per_second = sysconf(_SC_CLK_TCK);

	return ticks * (NS_PER_S / (uint64_t)(per_second > 0 ? per_second
							     : 100));
}

static void read_clock(struct family_member *m)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(m->pid, &clock) == 0 &&
	    clock_gettime(clock, &used) == 0)
		m->own_ns = (uint64_t)used.tv_sec * NS_PER_S +
			    (uint64_t)used.tv_nsec;
}

static uint64_t kib_of(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

/* Of the first process the meter reads it. */
static void read_memory(struct family_member *m)
{
	char text[8192];

	if (m->root || !read_file(m->pid, "status", text, sizeof(text)))
		return;
	m->memory_bytes = kib_of(text, "\nRssAnon:") +
			  kib_of(text, "\nRssFile:");
	if (m->memory_bytes > m->peak_bytes)
		m->peak_bytes = m->memory_bytes;
}

/* ---------------------------------------------------------------- members
 * --- */

static struct family_member *find(const struct families *f, pid_t pid)
{
	for (size_t i = 0; i < f->member_count; i++)
		if (f->member[i].pid == pid && !f->member[i].dead)
			return &f->member[i];
	return NULL;
}

static void add_member(struct families *f, pid_t pid, unsigned family,
		       bool root)
{
	struct family_member *m;
	struct process line;

	if (!process_read(pid, &line))
		return;
	MEM_ROOM(f->member, f->member_count, f->member_capacity);
	m = &f->member[f->member_count++];
	*m = (struct family_member){ .pid = pid,
				     .parent = line.parent,
				     .family = family,
				     .root = root,
				     .started = line.started };
}

static uint64_t children_ns(const struct family_member *m)
{
	return m->waited_ns > m->lost_ns ? m->waited_ns : m->lost_ns;
}

/* The CPU time of a process that has ended goes to its parent. It stays with
 * the family if the parent is not in the family, or has ended before. */
static void fold(struct families *f, struct family_member *m)
{
	struct family_member *parent = find(f, m->parent);
	uint64_t used_ns = m->own_ns + children_ns(m);

	if (parent && parent->family == m->family)
		parent->lost_ns += used_ns;
	else
		f->gone_ns[m->family] += used_ns;
}

/* Those that ended since the last scan, children before their parents. */
static void fold_ended(struct families *f)
{
	for (size_t i = f->member_count; i-- > 0;) {
		struct family_member *m = &f->member[i];
		struct process line;

		if (m->root || (process_read(m->pid, &line) &&
				line.started == m->started))
			continue;
		m->dead = true;
		fold(f, m);
		*m = f->member[--f->member_count];
	}
}

static void refresh(struct families *f)
{
	for (size_t i = 0; i < f->member_count; i++) {
		struct family_member *m = &f->member[i];
		struct process line;

		if (!process_read(m->pid, &line) || line.started != m->started)
			continue;
		m->parent = line.parent;
		m->threads = line.threads;
		m->waited_ns = ticks_ns(line.waited_ticks);
		read_clock(m);
		read_memory(m);
	}
}

/* ------------------------------------------------------------- newcomers
 * --- */

static bool holds(const pid_t *sorted, size_t count, pid_t pid)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sorted[middle] == pid)
			return true;
		if (sorted[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool is_stray(const struct families *f, pid_t pid)
{
	for (size_t i = 0; i < f->stray_count; i++)
		if (f->stray[i] == pid)
			return true;
	return false;
}

/* The replica whose init it is; -1: it is none's. */
static int init_of(const struct families *f, pid_t pid)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->init[i] && f->init[i] == pid)
			return (int)i;
	return -1;
}

static bool is_beside(const struct families *f, pid_t pid)
{
	for (size_t i = 0; i < f->beside_count; i++)
		if (f->beside[i] == pid)
			return true;
	return false;
}

/* The replica of a process; -1: none, -2: it is an orphan of one of several. */
static int family_of(const struct families *f, const struct process *line)
{
	const struct family_member *parent = find(f, line->parent);

	if (parent)
		return (int)parent->family;
	for (size_t i = 0; i < f->member_count; i++)
		if (f->member[i].root && f->member[i].pid == line->session)
			return (int)f->member[i].family;
	if (init_of(f, line->parent) >= 0)
		return init_of(f, line->parent);
	if (is_stray(f, line->parent))
		return -2;
	if (line->parent != getpid() || line->session == getsid(0) ||
	    is_beside(f, line->pid) || is_beside(f, line->session))
		return -1;
	return f->count == 1 && !f->beside_count ? 0 : -2;
}

static bool take_newcomer(struct families *f, pid_t pid)
{
	struct process line;
	int family;

	if (init_of(f, pid) >= 0 || !process_read(pid, &line))
		return false;
	family = family_of(f, &line);
	if (family >= 0) {
		add_member(f, pid, (unsigned)family, false);
	} else if (family == -2) {
		MEM_ROOM(f->stray, f->stray_count, f->stray_capacity);
		f->stray[f->stray_count++] = pid;
	}
	return family != -1;
}

static int by_number(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static void note_foreign(struct families *f, pid_t pid)
{
	MEM_ROOM(f->seen, f->seen_count, f->seen_capacity);
	f->seen[f->seen_count++] = pid;
}

/* A child may stand before its parent in /proc: another look finds it. */
static bool look(struct families *f)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	f->seen_count = 0;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)atol(entry->d_name);

		if (pid <= 0 || find(f, pid) || is_stray(f, pid))
			continue;
		if (holds(f->foreign, f->foreign_count, pid) ||
		    !take_newcomer(f, pid))
			note_foreign(f, pid);
		else
			found = true;
	}
	if (proc)
		closedir(proc);
	qsort(f->seen, f->seen_count, sizeof(*f->seen), by_number);
	return found;
}

/* The number that the newest process or thread of this namespace was given; 0:
 * this kernel does not tell. */
static long newest_number(void)
{
	char text[32];

	if (!read_path("/proc/sys/kernel/ns_last_pid", text, sizeof(text)))
		return 0;
	return atol(text);
}

/* Whether nothing was started since the last look, nor between the last two.
 * Two looks are needed, as a process gets its PID before it can be seen. */
static bool nothing_new(struct families *f)
{
	bool was_quiet = f->is_quiet;
	long number = newest_number();

	f->is_quiet = number && number == f->newest;
	f->newest = number;
	return was_quiet && f->is_quiet;
}

static void keep_foreign(struct families *f)
{
	pid_t *other = f->foreign;
	size_t capacity = f->foreign_capacity;

	f->foreign = f->seen;
	f->foreign_count = f->seen_count;
	f->foreign_capacity = f->seen_capacity;
	f->seen = other;
	f->seen_capacity = capacity;
	f->seen_count = 0;
}

/* ----------------------------------------------------------------- public
 * --- */

static void note_beside(struct families *f, const pid_t *beside, unsigned count)
{
	f->beside = mem_array(count, sizeof(*f->beside));
	for (unsigned i = 0; i < count; i++)
		if (beside[i] > 0)
			f->beside[f->beside_count++] = beside[i];
}

void families_init(struct families *f, const pid_t *roots, const pid_t *inits,
		   unsigned count, const pid_t *beside, unsigned beside_count)
{
	memset(f, 0, sizeof(*f));
	f->count = count;
	note_beside(f, beside, beside_count);
	f->gone_ns = mem_array(count, sizeof(*f->gone_ns));
	f->most_ns = mem_array(count, sizeof(*f->most_ns));
	f->processes = mem_array(count, sizeof(*f->processes));
	f->init = mem_array(count, sizeof(*f->init));
	for (unsigned i = 0; inits && i < count; i++)
		f->init[i] = inits[i];
	for (unsigned i = 0; i < count; i++)
		if (roots[i] > 0)
			add_member(f, roots[i], i, true);
	families_scan(f);
}

static void find_newcomers(struct families *f)
{
	if (nothing_new(f))
		return;
	for (int looks = 0; look(f) && looks < LOOKS_MOST; looks++)
		;
	keep_foreign(f);
}

static void count_processes(struct families *f)
{
	unsigned *now = mem_array(f->count, sizeof(*now));

	for (size_t i = 0; i < f->member_count; i++)
		now[f->member[i].family]++;
	for (unsigned i = 0; i < f->count; i++)
		if (now[i] > f->processes[i])
			f->processes[i] = now[i];
	free(now);
}

void families_scan(struct families *f)
{
	if (!f->count)
		return;
	fold_ended(f);
	find_newcomers(f);
	refresh(f);
	count_processes(f);
}

void families_sum(struct families *f, unsigned number, struct family_sum *out)
{
	memset(out, 0, sizeof(*out));
	if (number >= f->count)
		return;
	out->cpu_ns = f->gone_ns[number];
	for (size_t i = 0; i < f->member_count; i++) {
		const struct family_member *m = &f->member[i];

		if (m->family != number)
			continue;
		out->processes++;
		out->cpu_ns += children_ns(m) + (m->root ? 0 : m->own_ns);
		out->memory_bytes += m->memory_bytes;
		out->peak_bytes += m->peak_bytes;
		out->threads += m->root ? 0 : m->threads;
	}
	/* Ticks are rounded down. */
	if (out->cpu_ns < f->most_ns[number])
		out->cpu_ns = f->most_ns[number];
	f->most_ns[number] = out->cpu_ns;
}

void families_release(struct families *f)
{
	free(f->member);
	free(f->foreign);
	free(f->seen);
	free(f->gone_ns);
	free(f->most_ns);
	free(f->processes);
	free(f->init);
	free(f->beside);
	free(f->stray);
	memset(f, 0, sizeof(*f));
}
