/*
 * Containers for replicas, by the Docker Engine API over its Unix socket, or
 * podman's service of the same API. `struct container` says what is the same
 * for all replicas of a trial, and is what launcher_docker starts them by.
 *
 *	#include "run/run.h"
 *	char *socket, *image;
 *	struct err err;
 *
 *	container_socket(&socket, &err);
 *	container_image(socket, NULL, &image, &err);
 *	struct container container = { .socket = socket, .image = image };
 *	struct run_request request = { .launcher = &launcher_docker,
 *				       .launcher_context = &container };
 *
 * The engine must see the files that we see, at the same paths, and run in our
 * PID namespace or one below. So it is with the engine of this machine; in a
 * container `docker run --pid host -v /dev/shm:/dev/shm …` makes it so.
 *
 * A harness that itself runs in a container of the image that replicas have
 * (containers/Dockerfile) says so with the variable GEOIO_BENCHMARK_IMAGE. Then
 * the machine has nothing at the paths of the program, but the image has it
 * all: of the paths below only those in run_folder are mounted.
 */
#ifndef DOCKER_CONTAINER_H
#define DOCKER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "run/launcher.h"

/* The labels that every container of ours has, beside those of the caller. */
#define CONTAINER_OWNER_LABEL "geoio.owner"     /* base/owner.h's name */
#define CONTAINER_PIDS_LABEL "geoio.pid_namespace" /* in which that is true */
#define CONTAINER_REPLICA_LABEL "replica"       /* its number */

/* For struct run_request; its launcher_context is a struct container. */
extern const struct launcher launcher_docker;

struct container_user {
	uid_t uid;
	gid_t gid;
};

/* All is borrowed. Lists end with NULL; a list that is NULL is empty. */
struct container {
	const char *socket;     /* of the engine */
	const char *image;      /* as container_image() gave it */
	const char *enter;      /* our program geoio-enter, a path */
	const char *run_folder; /* where we meet them, in a folder of its own
				 * for each, mounted at the same path, not to
				 * be written to; their user must be able to
				 * pass through it */
	const char *const *mounts; /* folders, mounted read-only at the same
				    * path; those that do not exist are left
				    * out */
	const char *const *labels; /* "library=aiohttp" */
	const char *const *hosts;  /* "origin.geoio.test:198.18.0.1" */
	const char *network;    /* "none" (place->adopt gives it one), "host" */
	const char *cpuset;     /* CPUs, "0,2-3"; NULL or "": all */
	const struct container_user *users; /* one a replica */
	/* Limits of each; 0: none. */
	double cpus;            /* CPU seconds a second, >= 0.01 */
	uint64_t memory_bytes;  /* swap included */
	uint64_t pids;          /* processes and threads */
};

/*
 * Where the engine listens: DOCKER_HOST, else the first that there is of
 * Docker's socket, Docker's and podman's for this user, podman's; else
 * Docker's. Does not ask it. The caller frees. ERR_USAGE: DOCKER_HOST is no
 * Unix socket: replicas and harness share memory, so it has to be this machine.
 */
int container_socket(char **out, struct err *err);

/* The sentence for a person, tried by asking: which engine it is, or why
 * containers cannot be used here and what to do. true: they can. */
bool container_probe(char *out, size_t size);

/*
 * The image to use, made sure of: `wanted`, or, where that is NULL, ours, of
 * empty folders and links, made at once where it is missing (no registry is
 * asked; it has 31 bytes and stays). The host's /usr and /etc must then be
 * among the mounts. ERR_NOT_FOUND names `wanted` and how to get it; ERR_USAGE:
 * ours, with GEOIO_BENCHMARK_IMAGE; else as engine_call(). The caller frees
 * *out.
 */
int container_image(const char *socket, const char *wanted, char **out,
		    struct err *err);

/*
 * Removes, by force, containers that runs of this user left behind when they
 * were killed; never those of another user, of a run that lives, or of another
 * PID namespace, where this cannot be told. Returns how many; 0 also without an
 * engine. Asks nothing where no socket exists.
 */
unsigned container_clear_stale(void);

#endif
