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
	char *hosts;              /* path of the private hosts file in
				   * `scratch`; NULL: none */
	struct cgroup_quota quota; /* of us, and so of all of them */
	char why[1024];           /* why the grade is no better; "" for CELL */
	/* Of the trial now. */
	struct cgroup *group;     /* [count], of `tree` */
	pid_t *first;             /* [count - 1]: of cells_fork(); 0: none */
	unsigned count;           /* replicas + 1; 0: between trials */
	bool networked;           /* replicas enter their namespaces */
	bool outside;             /* the store is: there is no origin of ours */
	struct own own;
	struct pin pin;
};

/* What a trial needs. */
struct cell_need {
	unsigned replicas;
	struct cgroup_limits limits;    /* of each replica */
	uint64_t link_bits_per_second;  /* each way; 0: no limit */
	const char *pin;                /* pin_parse() */
	const char *const *reads;       /* view.h; borrowed until cells_end() */
	bool outside;                   /* the store is outside: replicas use
					 * the host's network */
};

/* Takes the first grade from `best` to `worst` that works. The error is that of
 * the best. ISOLATION_DOCKER gives root groups and namespaces for containers,
 * and gives an ordinary user neither. `owner` is the name of base/owner.h.
 * `scratch` is the folder in which, or below which, replicas have their
 * folders; the hosts file goes there. The grade cell-userns moves the calling
 * process into a user namespace: call this while the process has one thread. */
int cells_open(struct cells **out, enum isolation best, enum isolation worst,
	       const char *owner, const char *scratch, struct err *err);
void cells_free(struct cells *cells); /* NULL is fine */

/* Says before anything is started why this machine cannot meet the need. The
 * errors are those of cells_begin(). */
int cells_check(const struct cells *cells, const struct cell_need *need,
		struct err *err);

/* Makes the cells of a trial. ERR_USAGE: the grade lacks what is needed:
 * "--cpus needs control groups, which an ordinary user does not have: …". */
int cells_begin(struct cells *cells, const struct cell_need *need,
		struct err *err);
void cells_end(struct cells *cells);

/* The user that a replica of the present trial runs as. */
const struct identity *cells_identity(const struct cells *cells,
				      unsigned replica);

/* The init of a replica's PID namespace; 0: it has no namespace of its own. */
pid_t cells_init_of(const struct cells *cells, unsigned replica);

/* Fills the part of a trial that says where its replicas ran: `count` of them
 * (1 or more) from `first` on. */
void cells_describe(const struct cells *cells, unsigned first, unsigned count,
		    struct placement *out);

/* What cells_describe() would say in a trial of that need, but for the user.
 * ERR_USAGE: there can be none. */
int cells_foresee(const struct cells *cells, const struct cell_need *need,
		  struct placement *out, struct err *err);

/* Whether replicas know the origin by its name. */
bool cells_have_names(const struct cells *cells);

/* As own_fork(). The child is the replica's first process. */
pid_t cells_fork(const struct cells *cells, unsigned replica,
		 void (*child)(void *context), void *context);

/* Stops all processes of a replica, or lets them go on: by its group
 * (cgroup_freeze()) or, if it has none that freezes, by signals (stop.h).
 * Returns once none runs any more, or all may run. -1 with the errno of these
 * two. ENOTSUP: replicas are in containers. */
int cells_pause(struct cells *cells, unsigned replica, bool paused);

/* Call it in that child. It enters the group and the network namespace and is
 * put on its CPUs; then a replica takes what is its own (own.h). The replica
 * may write to `folder`; NULL: to none. Async-signal-safe. 0, or the number of
 * the step that failed, with errno: cells_explain() names the step. */
int cells_enter(const struct cells *cells, unsigned number, const char *folder);
const char *cells_explain(int step);

/* Tries a grade on this machine, in a child, and writes a sentence about it for
 * a person. true: it works. */
bool cells_try(enum isolation isolation, char *out, size_t size);

/* The same, with the sentence of own_tell(): what replicas have of their own in
 * that grade. */
bool cells_try_own(enum isolation isolation, char *out, size_t size);

/* Removes the groups that killed runs of this user left, and ends the processes
 * in them. Returns the number of runs. */
unsigned cells_clear_stale(void);

#endif
