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
 * Finds where the engine listens, and asks nothing. Takes DOCKER_HOST, else the
 * first socket that exists: Docker's, Docker's and podman's for this user,
 * podman's; else Docker's. The caller frees. ERR_USAGE: DOCKER_HOST is no Unix
 * socket. Replicas and harness share memory, so the engine has to be on this
 * machine.
 */
int container_socket(char **out, struct err *err);

/* Which engine it is: "engine 24.0 (API 1.43)". */
#define CONTAINER_ENGINE_BYTES 128
int container_engine(const char *socket, char out[CONTAINER_ENGINE_BYTES],
		     struct err *err);

/* Asks the engine, and writes a sentence for a person: which engine it is, or
 * why containers cannot be used and what to do. true: they can. */
bool container_probe(char *out, size_t size);

/*
 * Makes sure of the image. This is `wanted`, or ours if that is NULL: empty
 * folders and links. Ours is made at once if it is missing; it has 31 bytes,
 * stays, and comes from no registry. The /usr and /etc of the host must then be
 * among the mounts.
 *
 * ERR_NOT_FOUND names `wanted` and says how to get it. ERR_USAGE: it would be
 * ours, but GEOIO_BENCHMARK_IMAGE is set. Else as engine_call(). The caller
 * frees *out.
 */
int container_image(const char *socket, const char *wanted, char **out,
		    struct err *err);

/*
 * Removes, by force, containers that killed runs of this user left. Leaves
 * those of other users, of runs that live, and of another PID namespace, where
 * nobody can tell. Returns how many; 0 also without an engine. Asks nothing if
 * there is no socket.
 */
unsigned container_clear_stale(void);

#endif
