/*
 * The name of a running program, for what it may leave behind when it is
 * killed: "UID-PID-START", with the start time of the process in clock ticks
 * since boot, so that a number that was given out again is not taken for it.
 */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

struct owner {
	uid_t uid;
	pid_t pid;
	unsigned long long start; /* clock ticks since boot */
};

#define OWNER_BYTES 64

/* What stands before it in the names of folders, groups and containers. */
#define OWNER_PREFIX "geoio-benchmark-"

/* The calling process. */
void owner_self(struct owner *out);
void owner_format(const struct owner *owner, char out[OWNER_BYTES]);

/* The whole text must be a name; false otherwise. */
bool owner_parse(const char *text, struct owner *out);

/* Whether that process still runs (a zombie does not). In another PID
 * namespace this says nothing: look for a lock too. */
bool owner_is_alive(const struct owner *owner);

#endif
