/*
 * The inside of the launcher "docker": the parts that docker/launcher.c and
 * container.c share.
 */
#ifndef DOCKER_DOCKER_H
#define DOCKER_DOCKER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"
#include "docker/container.h"
#include "docker/engine.h"
#include "run/launcher.h"

static inline const struct container *
docker_container(const struct launch *launch)
{
	return launch->context;
}

/* ------------------------------------------------------ create.c --- */

/* Makes the body of POST /containers/create. `meeting` is the path of the
 * folder where the program in the container meets us. The caller calls
 * json_decref(). */
json_t *docker_body(const struct launch *launch, const char *meeting);

/* A name that no other container of this machine has; the caller frees. */
char *docker_name(void);

/* Whether GEOIO_BENCHMARK_IMAGE is set: see container.h. */
bool docker_is_inside(void);

/* The PID namespace that we are in, by its number. */
#define DOCKER_SPACE_BYTES 32
void docker_pid_namespace(char out[DOCKER_SPACE_BYTES]);

/* Ends it if it runs and removes it. One that is gone is fine. */
int docker_remove(struct engine *engine, const char *id, struct err *err);

/* An image of empty folders and links, as a tar archive, added to `tar`. */
void docker_empty_image(struct str *tar);

/* -------------------------------------------------------- meet.c --- */

/*
 * Where we meet the program that starts in a container, geoio-enter
 * (src/enter). It connects to a socket in a folder that no other container sees,
 * and gets from us the descriptors that a process would have inherited. Then it
 * becomes the replica, or says over one of them why it cannot.
 */
#define MEETING_SOCKET "socket"

/* Whom the replica runs as. */
static inline const struct container_user *
docker_user(const struct launch *launch)
{
	return &docker_container(launch)->users[launch->replica];
}

struct meeting {
	char *path; /* of the folder */
	int listener;
	int socket;  /* to the replica; later its BENCHMARK_FD's other end */
	pid_t pid;   /* of who came, in our PID namespace */
	int pidfd;
	int output[2], report[2]; /* ours, the replica's */
};

int meeting_open(struct meeting *meeting, const struct launch *launch,
		 struct err *err);

/* Waits for the program. 1: it has come; 0: not within timeout_ms. It is an
 * error, too, if the program that came cannot be seen from our PID
 * namespace. */
int meeting_wait(struct meeting *meeting, int timeout_ms, struct err *err);

/* Lets the program go on. Returns once the program of the replica runs, or with
 * the sentence why it does not. */
int meeting_go(struct meeting *meeting, const struct launch *launch,
	       struct err *err);

/* Removes the folder, closes all that is not -1. Twice is fine. */
void meeting_close(struct meeting *meeting);

#endif
