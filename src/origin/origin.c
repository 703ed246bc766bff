#include "origin/origin.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "origin/accept.h"
#include "origin/beat.h"
#include "origin/conn.h"
#include "origin/hold.h"
#include "origin/listen.h"
#include "origin/pool.h"
#include "origin/server.h"

#define SPARE_FILES 64 /* of the process, beside connections */

static int check_config(const struct origin_config *config, unsigned rows,
			const struct ledger *ledger, struct err *err)
{
	if (rows > 1 && config->port)
		return err_set(err, ERR_USAGE,
			       "%u listeners cannot share port %u: give port 0",
			       rows, config->port);
	if (ledger->rows < rows)
		return err_set(err, ERR_USAGE,
			       "the ledger has %u rows for %u listeners: make "
			       "it with a row each",
			       ledger->rows, rows);
	return 0;
}

/* Request ids look random and differ between runs; they are no secrets. */
static void make_ids(struct origin *origin)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	struct rng rng;

	origin->id_seed = hash_pair(clock_wall_ns(), (uint64_t)getpid());
	rng_init(&rng, origin->id_seed);
	for (size_t i = 0; i < sizeof(origin->id2); i++)
		origin->id2[i] = alphabet[rng_below(&rng, 64)];
}

static void init_row(struct origin *origin, unsigned number)
{
	struct row *row = &origin->rows[number];

	row->origin = origin;
	row->number = number;
	row->ledger = &origin->ledger->row[number];
	row->cut = mem_array(TALLY_SETS, sizeof(*row->cut));
	hold_init(row);
}

void origin_set_sources(struct origin *origin,
			struct object_source *const *sources, unsigned count)
{
	struct object_source **copy = mem_array(count ? count : 1,
						sizeof(struct object_source *));

	for (unsigned i = 0; i < count; i++)
		copy[i] = sources[i];
	free((void *)(uintptr_t)origin->sources);
	origin->sources = copy;
	origin->source_count = count;
}

static struct origin *make(const struct origin_config *config, unsigned rows,
			   struct ledger *ledger)
{
	struct origin *origin = mem_new(sizeof(*origin));

	origin->ledger = ledger;
	origin->beat.fd = -1;
	origin->idle_timeout_ns = clock_ns(config->idle_timeout_s);
	origin->send_timeout_ns = clock_ns(config->send_timeout_s);
	origin->max_connections = config->max_connections;
	origin->rows = mem_array(rows, sizeof(*origin->rows));
	origin->row_count = rows;
	for (unsigned i = 0; i < rows; i++)
		origin->rows[i].watch.fd = -1;
	for (unsigned i = 0; i < rows; i++)
		init_row(origin, i);
	str_init(&origin->text);
	str_init(&origin->xml);
	wire_init(&origin->wire);
	make_ids(origin);
	return origin;
}

int origin_open(struct origin **out, const struct origin_config *config,
		struct object_source *const *sources, unsigned source_count,
		struct ledger *ledger, struct err *err)
{
	unsigned rows = config->listeners ? config->listeners : 1;
	struct origin *origin;
	int code = check_config(config, rows, ledger, err);

	if (code < 0)
		return code;
	origin = make(config, rows, ledger);
	origin_set_sources(origin, sources, source_count);
	for (unsigned i = 0; i < rows && code == 0; i++)
		code = listen_open(&origin->rows[i], config, err);
	if (code < 0) {
		origin_free(origin);
		return code;
	}
	listen_congestion(origin->rows[0].watch.fd, origin->congestion);
	listen_congestions(origin->congestions, sizeof(origin->congestions));
	*out = origin;
	return 0;
}

unsigned origin_port(const struct origin *origin, unsigned listener)
{
	return origin->rows[listener].port;
}

const char *origin_congestion(const struct origin *origin)
{
	return origin->congestion;
}

const char *origin_congestions(const struct origin *origin)
{
	return origin->congestions;
}

static void stop(struct watch *watch, unsigned events)
{
	struct origin *origin =
		(struct origin *)((char *)watch -
				  offsetof(struct origin, stop));

	(void)events;
	loop_stop(origin->loop);
}

/* Descriptors of a connection: its socket, and what an object needs. */
static unsigned files_each(const struct origin *origin)
{
	unsigned most = 0;

	for (unsigned i = 0; i < origin->source_count; i++)
		if (origin->sources[i]->files > most)
			most = origin->sources[i]->files;
	return 1 + most;
}

/* As many connections as there can be files, unless fewer are wanted. */
static void limit_connections(struct origin *origin)
{
	struct rlimit files;
	rlim_t room = 1;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur > SPARE_FILES + origin->row_count)
		room = (files.rlim_cur - SPARE_FILES - origin->row_count) /
		       files_each(origin);
	if (!room)
		room = 1;
	if (room > 1000000)
		room = 1000000;
	if (!origin->max_connections || origin->max_connections > room)
		origin->max_connections = (unsigned)room;
}

static int watch_all(struct origin *origin, int stop_fd, struct err *err)
{
	origin->stop = (struct watch){ .fd = stop_fd, .ready = stop };
	if (loop_add(origin->loop, &origin->stop, LOOP_IN) < 0)
		return err_sys(err, "the origin cannot watch descriptor %d for "
				    "the sign to stop: give a pipe or a socket",
			       stop_fd);
	if (beat_begin(origin, err) < 0)
		return ERR_SYSTEM;
	return accept_begin(origin, err);
}

static void close_all(struct origin *origin)
{
	while (origin->open)
		conn_close(origin->open);
	beat_end(origin);
	loop_timer_clear(origin->loop, &origin->accept_timer);
	for (unsigned i = 0; i < origin->row_count; i++)
		loop_timer_clear(origin->loop, &origin->rows[i].hold_timer);
	loop_free(origin->loop);
	origin->loop = NULL;
}

static int tell_ready(int ready_fd, struct err *err)
{
	if (ready_fd < 0 || write(ready_fd, "\n", 1) == 1)
		return 0;
	return err_sys(err, "the origin cannot say that it is ready");
}

int origin_serve(struct origin *origin, int stop_fd, int ready_fd,
		 struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int code;

	limit_connections(origin);
	/* Not before: an event queue does not survive a fork() well, and the
	 * caller may fork between open and serve. */
	code = loop_new(&origin->loop, err);
	if (code < 0)
		return code;
	/* splice() to a socket has no MSG_NOSIGNAL. */
	sigaction(SIGPIPE, &ignore, &before);
	code = watch_all(origin, stop_fd, err);
	if (code == 0)
		code = tell_ready(ready_fd, err);
	if (code == 0)
		code = loop_run(origin->loop, err);
	close_all(origin);
	sigaction(SIGPIPE, &before, NULL);
	return code;
}

void origin_free(struct origin *origin)
{
	if (!origin)
		return;
	for (unsigned i = 0; i < origin->row_count; i++) {
		if (origin->rows[i].watch.fd >= 0)
			close(origin->rows[i].watch.fd);
		free(origin->rows[i].cut);
	}
	pool_free(origin);
	wire_release(&origin->wire);
	str_release(&origin->text);
	str_release(&origin->xml);
	free(origin->rows);
	free((void *)(uintptr_t)origin->sources);
	free(origin);
}
