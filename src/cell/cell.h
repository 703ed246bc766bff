/*
 * Cells: a control group and a network namespace for each replica and for the
 * origin, as far as this machine gives them. A run has one `struct cells`. It
 * keeps the namespaces from trial to trial. Each trial has new groups, whose
 * counters begin at 0.
 *
 *	struct cell_need need = { .replicas = 2 };
 *	struct cgroup_counts counts;
 *	struct cells *cells;
 *	struct err err;
 *
 *	// A run; the process still has one thread.
 *	cells_open(&cells, ISOLATION_CELL, ISOLATION_PROCESS, "0-4242-812345",
 *		   "/run/scratch", &err);
 *	// A trial.
 *	cells_begin(cells, &need, &err);
 *	if (fork() == 0)
 *		_exit(cells_enter(cells, CELL_OF(1), "/run/scratch/1"));
 *	cgroup_read(&cells->group[CELL_OF(1)], CGROUP_OFTEN, &counts);
 *	cells_end(cells);
 *	cells_free(cells);
 *
 * The origin has cell 0 (CELL_ORIGIN), replica N has cell N + 1.
 */
#ifndef CELL_CELL_H
#define CELL_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cell/cgroup.h"
#include "cell/identity.h"
#include "cell/net.h"
#include "cell/own.h"
#include "cell/pin.h"
#include "record/trial.h"

#define CELL_ORIGIN 0
#define CELL_OF(replica) ((replica) + 1)

/* The origin's name in the private hosts file (.test: RFC 6761). */
#define CELL_ORIGIN_NAME "origin.geoio.test"

struct cells {
	enum isolation isolation;
	struct cgroup_tree *tree; /* NULL: none */
	struct net *net;          /* NULL: none */
	char *scratch;            /* replicas' folders are in or below it */
	char *hosts;              /* path of the private hosts file, in it;
				   * NULL: none */
	char why[1024];           /* why it is not a better grade; "" for CELL */
	/* Of the trial now. */
	struct cgroup *group;     /* [count], of `tree` */
	unsigned count;           /* replicas + 1; 0: between trials */
	bool networked;           /* replicas enter their namespaces */
	bool outside;             /* the store is: no origin of ours */
	struct own own;
	struct pin pin;
};

/* What a trial needs. */
struct cell_need {
	unsigned replicas;
	struct cgroup_limits limits;    /* of each replica */
	uint64_t link_bits_per_second;  /* each way; 0: no limit */
	const char *pin;                /* pin_parse() */
	const char *const *reads;       /* own.h; borrowed for cells_begin() and
					 * cells_enter() */
	bool outside;                   /* a store outside: the host's network */
};

/* Takes the first grade from `best` to `worst` that works; the error is that of
 * the best. ISOLATION_DOCKER: groups and namespaces for containers, as root; as
 * an ordinary user neither. `owner` is base/owner.h's name, `scratch` the folder
 * that replicas' folders are in or below, for the hosts file. Moves the calling
 * process into a user namespace where that is the grade: call it before there
 * are other threads. */
int cells_open(struct cells **out, enum isolation best, enum isolation worst,
	       const char *owner, const char *scratch, struct err *err);
void cells_free(struct cells *cells); /* NULL is fine */

/* What is wrong with the need on this machine, before anything is started. The
 * same errors come from cells_begin(). */
int cells_check(const struct cells *cells, const struct cell_need *need,
		struct err *err);

/* ERR_USAGE for what this grade does not have: "--cpus needs control groups,
 * which an ordinary user does not have: …". */
int cells_begin(struct cells *cells, const struct cell_need *need,
		struct err *err);
void cells_end(struct cells *cells);

/* Whom a replica of the trial now runs as. */
const struct identity *cells_identity(const struct cells *cells,
				      unsigned replica);

/* The init of its PID namespace; 0: it has none of its own. */
pid_t cells_init_of(const struct cells *cells, unsigned replica);

/* Fills what trials record. */
void cells_describe(const struct cells *cells, struct placement *out);

/* Whether replicas know the origin by its name. */
bool cells_have_names(const struct cells *cells);

/* own_fork() */
pid_t cells_fork(const struct cells *cells, unsigned replica,
		 void (*child)(void *context), void *context);

/* In that child: group, namespace, CPUs, then, for a replica, what is its own;
 * it may write to `folder`, NULL: none. Async-signal-safe. 0, or the step that
 * failed, with errno. */
int cells_enter(const struct cells *cells, unsigned number, const char *folder);
const char *cells_explain(int step);

/* The sentence for a person about one grade on this machine, tried by doing in
 * a child. true: it works. */
bool cells_try(enum isolation isolation, char *out, size_t size);

/* The same of what replicas have of their own then: own_tell(). */
bool cells_try_own(enum isolation isolation, char *out, size_t size);

/* Removes what killed runs of this user left: groups with the processes in
 * them. Returns how many. */
unsigned cells_clear_stale(void);

#endif
