#include "experiment/containers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int containers_open(struct containers *containers, const char *image,
		    const struct layout *layout, struct err *err)
{
	unsigned n = 0;
	int code;

	memset(containers, 0, sizeof(*containers));
	code = container_socket(&containers->socket, err);
	if (code == 0)
		code = container_image(containers->socket, image,
				       &containers->image, err);
	if (code < 0)
		return code;
	/* Our image is empty: what runs in it is this machine's. */
	if (!image) {
		containers->mounts[n++] = "/usr";
		containers->mounts[n++] = "/etc";
	}
	containers->mounts[n++] = layout->programs;
	containers->mounts[n++] = layout->envs;
	containers->mounts[n++] = layout->python_root;
	/* Those below python_root are mounted with it. */
	for (size_t i = 1; i < layout->test_count; i++)
		containers->mounts[n++] = layout->tests[i];
	containers->container.enter = layout->enter;
	return 0;
}

static void clear(char **texts, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		free(texts[i]);
		texts[i] = NULL;
	}
}

static void fill_hosts(struct containers *containers, const struct cells *cells)
{
	char address[16];

	clear(containers->hosts, 2);
	if (!cells->networked)
		return;
	net_address(CELL_ORIGIN, address);
	containers->hosts[0] = mem_printf(CELL_ORIGIN_NAME ":%s", address);
}

static void fill_labels(struct containers *containers,
			const struct trial *trial, const char *run_id)
{
	clear(containers->labels, CONTAINERS_LABELS);
	containers->labels[0] = mem_printf("library=%s", trial->spec.library);
	containers->labels[1] = mem_printf("test=%s", trial->spec.test);
	containers->labels[2] = mem_printf("run_id=%s", run_id);
	containers->labels[3] = mem_printf("RUN_ID=%s", run_id);
}

static void fill_users(struct containers *containers, const struct cells *cells,
		       unsigned count)
{
	free(containers->users);
	containers->users = mem_array(count, sizeof(*containers->users));
	for (unsigned i = 0; i < count; i++) {
		const struct identity *identity = cells_identity(cells, i);

		containers->users[i] = (struct container_user){ identity->uid,
								identity->gid };
	}
}

const struct container *containers_fill(struct containers *containers,
					const struct cells *cells,
					const struct trial *trial,
					const char *run_id,
					const char *run_folder)
{
	const struct trial_spec *spec = &trial->spec;

	fill_hosts(containers, cells);
	fill_labels(containers, trial, run_id);
	fill_users(containers, cells, trial->replica_count);
	containers->container = (struct container){
		.socket = containers->socket,
		.image = containers->image,
		.enter = containers->container.enter,
		.run_folder = run_folder,
		.mounts = containers->mounts,
		.labels = (const char *const *)containers->labels,
		.hosts = (const char *const *)containers->hosts,
		.network = cells->networked ? "none" : "host",
		.cpuset = cells->pin.on ? cells->pin.cpuset : NULL,
		.users = containers->users,
		.cpus = isnan(spec->cpus_limit) ? 0 : spec->cpus_limit,
		.memory_bytes = count_or(spec->memory_limit_bytes, 0),
		.pids = count_or(spec->pids_limit, 0),
	};
	return &containers->container;
}

void containers_close(struct containers *containers)
{
	clear(containers->labels, CONTAINERS_LABELS);
	clear(containers->hosts, 2);
	free(containers->users);
	free(containers->socket);
	free(containers->image);
	memset(containers, 0, sizeof(*containers));
}
