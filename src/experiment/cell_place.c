#include "experiment/cell_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const struct grade {
	const char *word;
	enum isolation best, worst;
} grades[] = {
	{ "auto", ISOLATION_CELL, ISOLATION_PROCESS },
	{ "cell", ISOLATION_CELL, ISOLATION_CELL_USER },
	{ "process", ISOLATION_PROCESS, ISOLATION_PROCESS },
	{ "docker", ISOLATION_DOCKER, ISOLATION_DOCKER },
};

int cell_place_grades(const char *text, enum isolation *best,
		      enum isolation *worst, struct err *err)
{
	for (size_t i = 0; i < sizeof(grades) / sizeof(*grades); i++) {
		if (text && strcmp(text, grades[i].word) != 0)
			continue;
		*best = grades[i].best;
		*worst = grades[i].worst;
		return 0;
	}
	return err_set(err, ERR_USAGE,
		       "--isolation is '%s': it is auto, cell, process or "
		       "docker", text);
}

void cell_place_need(const struct trial_spec *spec, const char *const *reads,
		     struct cell_need *out)
{
	*out = (struct cell_need){
		.replicas = (unsigned)spec->replicas,
		.limits = { isnan(spec->cpus_limit) ? 0 : spec->cpus_limit,
			    count_or(spec->memory_limit_bytes, 0),
			    count_or(spec->pids_limit, 0) },
		.link_bits_per_second = count_or(spec->link_bits_per_second, 0),
		.pin = spec->pin,
		.reads = reads,
		.outside = spec->endpoint != NULL,
	};
}

static pid_t fork_inside(void *context, unsigned replica,
			 void (*child)(void *argument), void *argument)
{
	const struct seats *seats = context;

	return cells_fork(seats->cells, seats->first + replica, child,
			  argument);
}

static int enter(void *context, unsigned replica, const char *folder)
{
	const struct seats *seats = context;

	return cells_enter(seats->cells, CELL_OF(seats->first + replica),
			   folder);
}

/* The engine gave a container its group; reading it is as good. */
static void open_group(struct cells *cells, unsigned number, pid_t pid)
{
	struct err err;

	if (!cells->group[number].ops &&
	    cgroup_open_of(pid, &cells->group[number], &err) < 0)
		LOG(EXPERIMENT, "%s", err.text);
}

static int adopt(void *context, unsigned replica, pid_t pid, struct err *err)
{
	const struct seats *seats = context;
	unsigned number = CELL_OF(seats->first + replica);
	struct cells *cells = seats->cells;

	open_group(cells, number, pid);
	if (!cells->networked)
		return 0;
	return net_adopt(cells->net, number, pid, err);
}

static struct cgroup *group_of(const struct seats *seats, unsigned replica)
{
	return &seats->cells->group[CELL_OF(seats->first + replica)];
}

static unsigned kill_all(void *context, unsigned replica)
{
	struct cgroup *group = group_of(context, replica);
	const struct seats *seats = context;
	unsigned orphans = own_kill(&seats->cells->own, seats->first + replica);

	/* The engine ends a container's group. */
	if (group->ops && group->ours)
		cgroup_kill(group);
	return orphans;
}

static int pause_or_go_on(void *context, unsigned replica, bool paused)
{
	const struct seats *seats = context;

	return cells_pause(seats->cells, seats->first + replica, paused);
}

static double mebibytes(uint64_t bytes)
{
	return bytes == COUNT_UNKNOWN ? 0 : (double)bytes / (1 << 20);
}

static bool happened(uint64_t count)
{
	return count && count != COUNT_UNKNOWN;
}

static enum blame blame(void *context, unsigned replica, char *out, size_t size)
{
	struct cgroup *group = group_of(context, replica);
	struct cgroup_counts counts;

	if (!group->ops || cgroup_read(group, CGROUP_SELDOM, &counts) < 0)
		return BLAME_NONE;
	if (happened(counts.memory_kills)) {
		snprintf(out, size,
			 "it needed more memory than --memory allows (%.1f "
			 "MiB at its peak), and the kernel killed it",
			 mebibytes(counts.memory_peak_bytes));
		return BLAME_MEMORY;
	}
	if (happened(counts.pids_refused)) {
		snprintf(out, size,
			 "it wanted more processes and threads than --pids "
			 "allows, and was refused %llu times",
			 (unsigned long long)counts.pids_refused);
		return BLAME_LIMIT;
	}
	return BLAME_NONE;
}

struct place cell_place_hooks(struct seats *seats)
{
	bool pauses = seats->cells->isolation != ISOLATION_DOCKER;

	return (struct place){
		.context = seats,
		.fork = fork_inside,
		.enter = enter,
		.explain = cells_explain,
		.adopt = adopt,
		.kill = kill_all,
		.pause = pauses ? pause_or_go_on : NULL,
		.blame = blame,
	};
}
