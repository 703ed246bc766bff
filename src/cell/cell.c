#include "cell/cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/owner.h"
#include "cell/stop.h"

/* --------------------------------------------------------------- grades --- */

static int open_groups(struct cells *cells, const char *owner, struct err *err)
{
	char *name = mem_printf(OWNER_PREFIX "%s", owner);
	int code = cgroup_tree_open(&cells->tree, name, err);

	free(name);
	return code;
}

/* Takes groups and namespaces. Both are needed: no reader expects a cell to
 * have one of them only. */
static int open_root(struct cells *cells, const char *owner, struct err *err)
{
	int code = geteuid() == 0 ? 0
				  : err_set(err, ERR_NOT_FOUND,
					    "control groups and network "
					    "namespaces of its own are root's: "
					    "run it with sudo");

	if (code == 0)
		code = open_groups(cells, owner, err);
	if (code == 0)
		code = net_open(&cells->net, err);
	return code;
}

/* The group is made before the user namespace: afterwards a process would have
 * to move into it across namespaces. Without a group, CPU time comes from the
 * clocks of the processes. */
static int open_user(struct cells *cells, const char *owner, struct err *err)
{
	struct err no_groups;
	int code;

	if (open_groups(cells, owner, &no_groups) < 0)
		LOG(CELL, "no groups: %s", no_groups.text);
	code = net_enter_user_namespace(err);
	if (code == 0)
		code = net_open(&cells->net, err);
	return code;
}

static int open_docker(struct cells *cells, const char *owner, struct err *err)
{
	return geteuid() == 0 ? open_root(cells, owner, err) : 0;
}

static int open_process(struct cells *cells, const char *owner, struct err *err)
{
	(void)cells;
	(void)owner;
	(void)err;
	return 0;
}

static int (*const openers[])(struct cells *cells, const char *owner,
			      struct err *err) = {
	[ISOLATION_CELL] = open_root,
	[ISOLATION_CELL_USER] = open_user,
	[ISOLATION_PROCESS] = open_process,
	[ISOLATION_DOCKER] = open_docker,
};

static void close_grade(struct cells *cells)
{
	net_free(cells->net);
	cgroup_tree_free(cells->tree);
	cells->net = NULL;
	cells->tree = NULL;
}

static int open_grade(struct cells *cells, enum isolation isolation,
		      const char *owner, struct err *err)
{
	int code = openers[isolation](cells, owner, err);

	cells->isolation = isolation;
	if (code < 0)
		close_grade(cells);
	return code;
}

/* ---------------------------------------------------------------- hosts --- */

static int write_hosts(struct cells *cells, struct err *err)
{
	char address[16], text[128];
	int code, n;

	if (!cells->net)
		return 0;
	net_address(CELL_ORIGIN, address);
	n = snprintf(text, sizeof(text), "127.0.0.1\tlocalhost\n%s\t%s\n",
		     address, CELL_ORIGIN_NAME);
	cells->hosts = mem_printf("%s/hosts", cells->scratch);
	code = file_write(cells->hosts, text, (size_t)n, err);
	if (code == 0 && chmod(cells->hosts, 0644) < 0)
		code = err_sys(err, "cannot open %s to all", cells->hosts);
	return code;
}

/* ----------------------------------------------------------------- open --- */

/* Tries the grades from the best on. `why` keeps the reason why the best
 * failed. */
static int open_best(struct cells *cells, enum isolation best,
		     enum isolation worst, const char *owner, struct err *err)
{
	int code = open_grade(cells, best, owner, err);

	while (code < 0 && cells->isolation < worst) {
		LOG(CELL, "not %s: %s", isolation_name(cells->isolation),
		    err->text);
		if (!*cells->why)
			snprintf(cells->why, sizeof(cells->why), "%s",
				 err->text);
		code = open_grade(cells, cells->isolation + 1, owner, err);
	}
	return code;
}

int cells_open(struct cells **out, enum isolation best, enum isolation worst,
	       const char *owner, const char *scratch, struct err *err)
{
	struct cells *cells = mem_new(sizeof(*cells));
	int code = open_best(cells, best, worst, owner, err);

	/* Containers are below the groups of their engine. */
	if (code == 0 && cells->isolation != ISOLATION_DOCKER)
		cgroup_quota_open(cells->tree, &cells->quota);
	cells->scratch = mem_dup(scratch);
	if (code == 0)
		code = write_hosts(cells, err);
	if (code < 0) {
		cells_free(cells);
		return code;
	}
	LOG(CELL, "grade %s", isolation_name(cells->isolation));
	*out = cells;
	return 0;
}

void cells_free(struct cells *cells)
{
	if (!cells)
		return;
	cells_end(cells);
	own_release(&cells->own);
	close_grade(cells);
	cgroup_quota_close(&cells->quota);
	free(cells->scratch);
	free(cells->hosts);
	free(cells);
}

/* ---------------------------------------------------------------- trial --- */

static int refuse(struct err *err, const char *option, const char *what)
{
	return err_set(err, ERR_USAGE,
		       "%s needs %s: run it as root (sudo)%s, or leave it out",
		       option, what,
		       strstr(what, "group")
			       ? " or below `systemd-run --user --scope -p "
				 "Delegate=yes`" : "");
}

static int check_limits(const struct cells *cells,
			const struct cell_need *need, struct err *err)
{
	const struct cgroup_limits *limits = &need->limits;
	static const char groups[] = "a control group, which this machine does "
				     "not give to replicas now";

	if (cells->isolation != ISOLATION_DOCKER && !cells->tree) {
		if (limits->cpus > 0)
			return refuse(err, "--cpus", groups);
		if (limits->memory_bytes)
			return refuse(err, "--memory", groups);
		if (limits->pids)
			return refuse(err, "--pids", groups);
	}
	if (need->link_bits_per_second && need->outside)
		return err_set(err, ERR_USAGE,
			       "--link-rate cannot be set with --endpoint, as "
			       "replicas use the host's network then: leave one "
			       "of them out");
	if (need->link_bits_per_second && !cells->net)
		return refuse(err, "--link-rate", "a link of a cell");
	return 0;
}

int cells_check(const struct cells *cells, const struct cell_need *need,
		struct err *err)
{
	struct pin pin;
	int code = check_limits(cells, need, err);

	return code < 0 ? code : pin_parse(need->pin, &pin, err);
}

/* With docker the containers have groups of their own, and only the origin
 * needs one of ours. */
static int make_groups(struct cells *cells, const struct cell_need *need,
		       struct err *err)
{
	static const struct cgroup_limits none;
	unsigned wanted = cells->isolation == ISOLATION_DOCKER ? 1
							       : cells->count;
	int code = 0;

	cells->group = mem_array(cells->count, sizeof(*cells->group));
	for (unsigned i = 0; cells->tree && code == 0 && i < wanted; i++) {
		char name[32] = "origin";

		if (i != CELL_ORIGIN)
			snprintf(name, sizeof(name), "replica-%u", i - 1);
		code = cgroup_make(cells->tree, name,
				   i == CELL_ORIGIN ? &none : &need->limits,
				   &cells->group[i], err);
	}
	return code;
}

static int set_links(struct cells *cells, uint64_t rate, struct err *err)
{
	int code = net_add(cells->net, cells->count, err);

	for (unsigned i = 1; code == 0 && i < cells->count; i++)
		code = net_limit(cells->net, i, rate, err);
	return code;
}

/* The engine gives a container all of this but the user. */
static void give_own(struct cells *cells, const struct cell_need *need)
{
	bool root = geteuid() == 0 &&
		    cells->isolation != ISOLATION_CELL_USER;
	struct own_need own = {
		.replicas = need->replicas,
		.reads = cells->isolation == ISOLATION_DOCKER ? NULL
							      : need->reads,
		.scratch = cells->scratch,
		.hosts = cells->networked ? cells->hosts : NULL,
		.users = root,
		.namespaces = cells->isolation != ISOLATION_DOCKER &&
			      (root || cells->isolation != ISOLATION_PROCESS),
		.landlock = cells->isolation != ISOLATION_DOCKER,
	};

	own_begin(&cells->own, &own);
	if (geteuid() == 0 && !root)
		snprintf(cells->own.why, sizeof(cells->own.why),
			 "the user namespace of cells has one user: run it "
			 "where root may make cells, outside of a sandbox");
}

int cells_begin(struct cells *cells, const struct cell_need *need,
		struct err *err)
{
	int code = check_limits(cells, need, err);

	if (code == 0)
		code = pin_parse(need->pin, &cells->pin, err);
	if (code < 0)
		return code;
	cells->count = need->replicas + 1;
	cells->first = mem_array(need->replicas, sizeof(*cells->first));
	cells->outside = need->outside;
	cells->networked = cells->net && !need->outside;
	give_own(cells, need);
	code = make_groups(cells, need, err);
	if (code == 0 && cells->networked)
		code = set_links(cells, need->link_bits_per_second, err);
	if (code < 0)
		cells_end(cells);
	return code;
}

/* Frozen processes too: own_end() waits for those of PID namespaces. */
static void kill_replicas(struct cells *cells)
{
	for (unsigned i = CELL_OF(0); cells->group && i < cells->count; i++)
		if (cells->group[i].ours)
			cgroup_kill(&cells->group[i]);
}

void cells_end(struct cells *cells)
{
	kill_replicas(cells);
	own_end(&cells->own);
	for (unsigned i = 0; cells->group && i < cells->count; i++)
		cgroup_remove(&cells->group[i]);
	free(cells->group);
	free(cells->first);
	cells->group = NULL;
	cells->first = NULL;
	cells->count = 0;
	cells->networked = false;
}

const struct identity *cells_identity(const struct cells *cells,
				      unsigned replica)
{
	return &cells->own.identity[replica];
}

pid_t cells_init_of(const struct cells *cells, unsigned replica)
{
	return cells->own.space ? cells->own.space[replica].init : 0;
}

bool cells_have_names(const struct cells *cells)
{
	return cells->networked &&
	       (cells->own.view || cells->isolation == ISOLATION_DOCKER);
}

static const char *network_word(const struct cells *cells, bool outside)
{
	if (cells->net && !outside)
		return "veth";
	return cells->isolation == ISOLATION_DOCKER || cells->net ? "host"
								   : "loopback";
}

static void describe_user(const struct cells *cells, unsigned first,
			  unsigned count, char *out, size_t size)
{
	uid_t low = cells_identity(cells, first)->uid;
	uid_t high = cells_identity(cells, first + count - 1)->uid;

	if (low == high)
		snprintf(out, size, "uid %u", (unsigned)low);
	else
		snprintf(out, size, "uid %u to %u", (unsigned)low,
			 (unsigned)high);
}

static void describe(const struct cells *cells, const struct pin *pin,
		     bool outside, struct placement *out)
{
	memset(out, 0, sizeof(*out));
	out->isolation = cells->isolation;
	snprintf(out->cgroup, sizeof(out->cgroup), "%s",
		 cells->tree ? cgroup_tree_version(cells->tree) : "none");
	snprintf(out->network, sizeof(out->network), "%s",
		 network_word(cells, outside));
	/* A store outside does not run on our CPUs. */
	if (pin->on && outside)
		pin_format_replicas(pin, out->pinning);
	else
		snprintf(out->pinning, sizeof(out->pinning), "%s", pin->text);
}

void cells_describe(const struct cells *cells, unsigned first, unsigned count,
		    struct placement *out)
{
	describe(cells, &cells->pin, cells->outside, out);
	describe_user(cells, first, count, out->user, sizeof(out->user));
}

int cells_foresee(const struct cells *cells, const struct cell_need *need,
		  struct placement *out, struct err *err)
{
	struct pin pin;
	int code = pin_parse(need->pin, &pin, err);

	if (code == 0)
		describe(cells, &pin, need->outside, out);
	return code;
}

/* ------------------------------------------------------------ in a child
 * --- */

#define STEPS(X)                                                               \
	X(NONE, "")                                                            \
	X(GROUP, "could not be moved into its control group")                  \
	X(NET, "could not enter its network namespace")                        \
	X(CPUS, "could not be put on its CPUs (--pin)")                        \
	X(VIEW, "could not enter its view of the file system")                 \
	X(USER, "could not take on its user")                                  \
	X(LANDLOCK, "could not be restricted by Landlock")

enum step {
#define X(name, text) STEP_##name,
	STEPS(X)
#undef X
};

const char *cells_explain(int step)
{
	static const char *const texts[] = {
#define X(name, text) text,
		STEPS(X)
#undef X
	};

	return texts[step];
}

pid_t cells_fork(const struct cells *cells, unsigned replica,
		 void (*child)(void *context), void *context)
{
	pid_t pid = own_fork(&cells->own, replica, child, context);

	cells->first[replica] = pid > 0 ? pid : 0;
	return pid;
}

static int stop_by_signals(const struct cells *cells, unsigned replica,
			   bool paused)
{
	struct stop_who who = {
		.first = cells->first,
		.count = cells->count - 1,
		.number = replica,
		.init = cells_init_of(cells, replica),
		.has_user = cells->own.has_users,
		.user = cells_identity(cells, replica)->uid,
	};

	return stop_replica(&who, paused);
}

int cells_pause(struct cells *cells, unsigned replica, bool paused)
{
	struct cgroup *group = &cells->group[CELL_OF(replica)];

	if (cells->isolation == ISOLATION_DOCKER) {
		errno = ENOTSUP;
		return -1;
	}
	if (cgroup_can_be_frozen(group))
		return cgroup_freeze(group, paused);
	return stop_by_signals(cells, replica, paused);
}

int cells_enter(const struct cells *cells, unsigned number, const char *folder)
{
	const cpu_set_t *cpus = number == CELL_ORIGIN ? &cells->pin.origin
						      : &cells->pin.replicas;
	int failed;

	if (cells->group[number].ops && cgroup_enter(&cells->group[number]) < 0)
		return STEP_GROUP;
	if (cells->networked && net_enter(cells->net, number) < 0)
		return STEP_NET;
	if (cells->pin.on && sched_setaffinity(0, sizeof(*cpus), cpus) < 0)
		return STEP_CPUS;
	if (number == CELL_ORIGIN)
		return STEP_NONE;
	failed = own_enter(&cells->own, number - 1, folder);
	return failed ? STEP_VIEW + failed - OWN_VIEW : STEP_NONE;
}

/* ---------------------------------------------------------------- others
 * --- */

static bool is_dead(const char *name)
{
	struct owner owner;

	return owner_parse(name, &owner) && owner.uid == geteuid() &&
	       !owner_is_alive(&owner);
}

unsigned cells_clear_stale(void)
{
	return cgroup_clear_stale(OWNER_PREFIX, is_dead);
}
