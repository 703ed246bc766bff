/*
 * What launcher_docker needs to know. It comes from options, layout and cells.
 * There is one for a run; each trial fills it anew.
 */
#ifndef EXPERIMENT_CONTAINERS_H
#define EXPERIMENT_CONTAINERS_H

#include "catalogue/layout.h"
#include "cell/cell.h"
#include "record/trial.h"
#include "docker/container.h"

#define CONTAINERS_MOUNTS (4 + LAYOUT_TESTS_MAX + 1)
#define CONTAINERS_LABELS 5

struct containers {
	struct container container; /* of the trial now */
	char *socket, *image;
	const char *mounts[CONTAINERS_MOUNTS];
	char *labels[CONTAINERS_LABELS];
	char *hosts[2];
	struct container_user *users; /* one a replica */
};

/* Asks the engine for the image (NULL: ours). containers_close() is fine after
 * an error too. */
int containers_open(struct containers *containers, const char *image,
		    const struct layout *layout, struct err *err);

/* For one trial, whose cells have begun. The answer is valid until the next
 * call. */
const struct container *containers_fill(struct containers *containers,
					const struct cells *cells,
					const struct trial *trial,
					const char *run_id,
					const char *run_folder);

void containers_close(struct containers *containers); /* twice is fine */

#endif
