#include "cell/users.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

/* Users of one block, taken and given together. */
#define BLOCK 64

/* Nobody gives out the first range: systemd's list of uids (UIDS-GIDS) calls it
 * unused. The second range is for containers. */
static const struct range {
	uid_t first;
	unsigned blocks;
} ranges[] = {
	{ 0x70000000, 0x100000 },
	{ 20000, 600 },
};

/* ---------------------------------------------------------------- range --- */

/* Whether the map of the user namespace has all of them. */
static bool is_mapped(const char *map, const struct range *range)
{
	unsigned long inside, outside, count;
	unsigned long end = range->first + (unsigned long)range->blocks * BLOCK;
	FILE *file = fopen(map, "re");
	bool found = false;

	while (file && !found &&
	       fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3)
		found = inside <= range->first && end <= inside + count;
	if (file)
		fclose(file);
	return found;
}

static const struct range *find_range(void)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (is_mapped("/proc/self/uid_map", &ranges[i]) &&
		    is_mapped("/proc/self/gid_map", &ranges[i]))
			return &ranges[i];
	return NULL;
}

/* Looks in the file only: to ask a directory service for each would take
 * long. */
static bool has_people(uid_t first)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry;
	bool found = false;

	while (file && !found && (entry = fgetpwent(file)))
		found = entry->pw_uid - first < BLOCK ||
			entry->pw_gid - first < BLOCK;
	if (file)
		fclose(file);
	return found;
}

/* ----------------------------------------------------------------- take --- */

/* Only one socket can have an abstract name, which is free again when its last
 * descriptor is closed. */
static int lock_block(uid_t first)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int n = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
			 "geoio-benchmark-users-%u", (unsigned)first);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     1 + (size_t)n);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)(void *)&name,
			    size) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool is_ours(const struct users *users, uid_t first)
{
	for (size_t i = 0; i < users->count; i++)
		if (users->block[i].first == first)
			return true;
	return false;
}

static int take_block(struct users *users, const struct range *range,
		      struct err *err)
{
	unsigned at = 0;

	if (getrandom(&at, sizeof(at), GRND_NONBLOCK) < 0)
		at = (unsigned)getpid();
	for (unsigned i = 0; i < range->blocks && i < 4096; i++) {
		uid_t first = range->first +
			      (at % range->blocks + i) % range->blocks * BLOCK;
		int fd = is_ours(users, first) || has_people(first)
				 ? -1 : lock_block(first);

		if (fd < 0)
			continue;
		MEM_ROOM(users->block, users->count, users->capacity);
		users->block[users->count++] =
			(struct users_block){ first, fd };
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND,
		       "all users that replicas could be are taken");
}

int users_take(struct users *users, size_t count, struct err *err)
{
	const struct range *range = find_range();
	int code = 0;

	if (!range)
		return err_set(err, ERR_NOT_FOUND,
			       "the user namespace has no users to spare: "
			       "/proc/self/uid_map must have 0 to 65535");
	while (code == 0 && users->count * BLOCK < count)
		code = take_block(users, range, err);
	return code;
}

uid_t users_at(const struct users *users, size_t at)
{
	return users->block[at / BLOCK].first + (uid_t)(at % BLOCK);
}

void users_release(struct users *users)
{
	for (size_t i = 0; i < users->count; i++)
		close(users->block[i].fd);
	free(users->block);
	*users = (struct users){ 0 };
}
