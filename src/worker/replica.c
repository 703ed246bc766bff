/* The entry of every test in C: a replica of the harness, or by hand. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/standard.h"
#include "base/text.h"
#include "worker/channel.h"
#include "worker/core.h"

#define FREED_ONCE (16u << 20) /* as benchmark/_replica.py */

struct harness {
	struct session_end end; /* first */
	struct channel *channel;
};

static int read_go(const json_t *go, uint64_t *at_ns, struct err *err)
{
	json_int_t at = json_integer_value(json_object_get(go, "at_ns"));

	if (at <= 0)
		return err_set(err, ERR_INVALID,
			       "the packet 'go' has no member 'at_ns' that is "
			       "a time in ns");
	*at_ns = (uint64_t)at;
	return 0;
}

static int on_ready(struct session_end *end, json_t *packet, uint64_t *at_ns,
		    struct err *err)
{
	struct channel *channel = ((struct harness *)end)->channel;
	json_t *go;
	int code;

	channel_send(channel, packet);
	go = channel_receive(channel, "go", NULL, err);
	code = go ? read_go(go, at_ns, err) : ERR_FAILED;
	json_decref(go);
	return code;
}

static int on_paused(struct session_end *end, json_t *packet, uint64_t *at_ns,
		     struct err *err)
{
	struct channel *channel = ((struct harness *)end)->channel;
	const char *type;
	json_t *next;
	int code = 0;

	channel_send(channel, packet);
	next = channel_receive(channel, "go", "finish", err);
	if (!next)
		return ERR_FAILED;
	type = json_string_value(json_object_get(next, "type"));
	*at_ns = 0;
	if (strcmp(type, "go") == 0)
		code = read_go(next, at_ns, err);
	json_decref(next);
	return code;
}

static int on_done(struct session_end *end, json_t *packet, struct err *err)
{
	struct channel *channel = ((struct harness *)end)->channel;
	json_t *bye;

	channel_send_done(channel, packet);
	bye = channel_receive(channel, "bye", NULL, err);
	json_decref(bye);
	return bye ? 0 : ERR_FAILED;
}

static void send_error(struct channel *channel, const char *stage,
		       struct err *err)
{
	json_t *packet;

	/* A path or a server's word may be no UTF-8, and more than a line. */
	text_clean_line(err->text);
	packet = json_pack("{s:s, s:s, s:s}", "type", "error", "stage", stage,
			   "message", err->text);
	channel_send(channel, packet);
}

static int run_replica(struct worker *worker, struct channel *channel)
{
	struct harness harness = {
		.end = {
			.ready = on_ready,
			.paused = on_paused,
			.done = on_done,
			.pause_ns = channel_pause_ns(channel),
		},
		.channel = channel,
	};
	struct err err;
	json_t *setup;
	int code = ERR_FAILED;

	worker->stage = "setup";
	setup = channel_receive(channel, "setup", NULL, &err);
	if (setup)
		code = session_run(worker, setup, &harness.end, &err);
	if (code < 0)
		send_error(channel, worker->stage, &err);
	return code < 0 ? 1 : 0;
}

static int replica_main(const char *number, struct worker *worker)
{
	struct channel *channel;
	struct err err;
	char *end;
	long fd;

	errno = 0;
	fd = strtol(number, &end, 10);
	if (!*number || *end || errno || fd < 0 || fd > 1 << 30)
		fd = -1;
	channel = channel_new((int)fd, &err);
	if (!channel) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	return run_replica(worker, channel);
}

/*
 * Brings malloc() into the state of a process that has held an image before:
 * docs/method.md, "The heap".
 */
static void settle_heap(void)
{
	/* Volatile, or the compiler leaves out both calls. */
	void *volatile piece = malloc(FREED_ONCE);

	free(piece);
}

int benchmark_worker_main(int argc, char **argv,
			  const struct benchmark_test *test)
{
	/* Static, so that a thread that is stuck in the test never sees it go
	 * away. */
	static struct worker worker;
	const char *number = getenv("BENCHMARK_FD");
	struct timespec cpu = { 0 };
	int status;

	standard_take();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	worker.test = test;
	worker.import_s = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
	signal(SIGPIPE, SIG_IGN);
	settle_heap();
	if (number)
		status = replica_main(number, &worker);
	else
		status = alone_main(argc, argv, &worker);
	if (!session_release(&worker)) {
		fflush(NULL);
		_exit(status);
	}
	return status;
}
