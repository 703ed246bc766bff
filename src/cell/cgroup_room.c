/* How much memory may still be had: of the machine, and of our own groups. */
#include "cell/cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define SMALL_FILE (64 << 10)

static uint64_t number_after(const char *text, const char *name)
{
	const char *at = text ? strstr(text, name) : NULL;

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static uint64_t available_bytes(void)
{
	struct str text = STR_INIT;
	uint64_t bytes = UINT64_MAX;

	if (file_read("/proc/meminfo", SMALL_FILE, &text, NULL) == 0 &&
	    strstr(text.buf, "MemAvailable:"))
		bytes = number_after(text.buf, "MemAvailable:") * 1024;
	str_release(&text);
	return bytes;
}

/* UINT64_MAX: no such file, or "max". */
static uint64_t read_number(const char *folder, const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct str text = STR_INIT;
	uint64_t value = UINT64_MAX;

	if (file_read(path, SMALL_FILE, &text, NULL) == 0 &&
	    *text.buf >= '0' && *text.buf <= '9')
		value = strtoull(text.buf, NULL, 10);
	str_release(&text);
	free(path);
	return value;
}

/* Page cache that goes when memory is wanted. */
static uint64_t reclaimable(const char *folder)
{
	char *path = mem_printf("%s/memory.stat", folder);
	struct str text = STR_INIT;
	uint64_t bytes = 0;

	if (file_read(path, SMALL_FILE, &text, NULL) == 0)
		bytes = number_after(text.buf, "\ninactive_file ");
	str_release(&text);
	free(path);
	return bytes;
}

static uint64_t room_in(const char *folder)
{
	uint64_t limit = read_number(folder, "memory.max"), used;

	if (limit == UINT64_MAX)
		limit = read_number(folder, "memory.limit_in_bytes");
	used = read_number(folder, "memory.current");
	if (used == UINT64_MAX)
		used = read_number(folder, "memory.usage_in_bytes");
	if (limit == UINT64_MAX || used == UINT64_MAX)
		return UINT64_MAX;
	limit += reclaimable(folder);
	return limit > used ? limit - used : 0;
}

/* The group's limit, or one above it. */
static uint64_t room_up_from(const char *folder)
{
	char *path = mem_dup(folder), *end;
	uint64_t least = UINT64_MAX, room;

	for (end = path + strlen(path); end && end > path;
	     end = strrchr(path, '/')) {
		*end = '\0';
		room = room_in(path);
		least = room < least ? room : least;
	}
	free(path);
	return least;
}

uint64_t cgroup_memory_room(void)
{
	uint64_t least = available_bytes(), room;
	struct cgroup group;

	if (cgroup_open_of(getpid(), &group, NULL) < 0)
		return least;
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (!group.path[i])
			continue;
		room = room_up_from(group.path[i]);
		least = room < least ? room : least;
	}
	cgroup_remove(&group);
	return least;
}
