/*
 * The name of a running program: "UID-PID-START". Folders, groups and
 * containers that it may leave behind, if it is killed, carry that name. START
 * is the start time of the process in clock ticks since boot. So a later
 * process with the same PID has another name.
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

/* Stands before that name in the names of folders, groups and containers. */
#define OWNER_PREFIX "geoio-benchmark-"

/* The calling process. */
void owner_self(struct owner *out);
void owner_format(const struct owner *owner, char out[OWNER_BYTES]);

/* The whole text must be a name; false otherwise. */
bool owner_parse(const char *text, struct owner *out);

/* Whether that process still runs; a zombie does not. This says nothing of a
 * process in another PID namespace: look for a lock too. */
bool owner_is_alive(const struct owner *owner);

#endif
