#include "base/owner.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

/* Field 22 of /proc/PID/stat: the start of the process in clock ticks since
 * boot. 0: there is no such process, or it is a zombie. */
static unsigned long long start_time(pid_t pid)
{
	unsigned long long start = 0;
	struct str line = STR_INIT;
	char path[40], *p;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (file_read(path, 4096, &line, NULL) == 0 &&
	    (p = strrchr(line.buf, ')')) != NULL && p[1] && p[2] != 'Z') {
		for (int field = 2; p && field < 22; field++)
			p = strchr(p + 1, ' ');
		if (p)
			start = strtoull(p, NULL, 10);
	}
	str_release(&line);
	return start;
}

void owner_self(struct owner *out)
{
	*out = (struct owner){ geteuid(), getpid(), start_time(getpid()) };
}

void owner_format(const struct owner *owner, char out[OWNER_BYTES])
{
	snprintf(out, OWNER_BYTES, "%u-%ld-%llu", (unsigned)owner->uid,
		 (long)owner->pid, owner->start);
}

/* Reads digits and the character `after`; NULL: something else is there. */
static const char *read_number(const char *p, char after,
			       unsigned long long *out)
{
	char *end;

	if (!isdigit((unsigned char)*p))
		return NULL;
	errno = 0;
	*out = strtoull(p, &end, 10);
	if (errno || *end != after)
		return NULL;
	return end + 1;
}

bool owner_parse(const char *text, struct owner *out)
{
	unsigned long long uid, pid;

	if (!(text = read_number(text, '-', &uid)) ||
	    !(text = read_number(text, '-', &pid)) ||
	    !read_number(text, '\0', &out->start))
		return false;
	if (uid > UINT32_MAX || pid == 0 || pid > INT32_MAX)
		return false;
	out->uid = (uid_t)uid;
	out->pid = (pid_t)pid;
	return true;
}

bool owner_is_alive(const struct owner *owner)
{
	return start_time(owner->pid) == owner->start;
}
