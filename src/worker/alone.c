/*
 * A test that is run by hand: flags become the setup packet that a harness
 * would have sent; what `ready` and `done` say, and the records, become a
 * summary.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "worker/core.h"
#include "worker/flags.h"
#include "worker/summary.h"

/* How far ahead GO is, and how many records there is room for. */
#define AHEAD_NS (20 * NS_PER_MS)
#define CAPACITY 16000000
#define RANDOM_OPERATIONS 1000 /* a replica */

struct person {
	struct session_end end; /* first */
	json_t *ready, *done;
	uint64_t at_ns;
	double cpu_s;
};

static int on_ready(struct session_end *end, json_t *packet, uint64_t *at_ns,
		    struct err *err)
{
	struct person *person = (struct person *)end;

	(void)err;
	person->ready = packet;
	person->cpu_s = summary_cpu_s();
	*at_ns = person->at_ns = clock_now_ns() + AHEAD_NS;
	return 0;
}

static int on_done(struct session_end *end, json_t *packet, struct err *err)
{
	struct person *person = (struct person *)end;

	(void)err;
	person->cpu_s = summary_cpu_s() - person->cpu_s;
	person->done = packet;
	return 0;
}

/* Random ranges of one object, aligned to 16 bytes, in a file that has no name
 * but /proc/self/fd/N. Returns N, or -1. */
static int random_plan(const struct flags *flags)
{
	uint64_t places =
		(flags->object_size - flags->request_size) / 16 + 1;
	json_t *key = json_string(flags->key);
	char *key_text = json_dumps(key, JSON_ENCODE_ANY);
	int fd = memfd_create("plan", MFD_CLOEXEC);
	struct str lines = STR_INIT;
	struct rng rng;

	rng_init(&rng, flags->seed);
	for (uint64_t i = 0; i < flags->replicas * RANDOM_OPERATIONS; i++)
		str_addf(&lines,
			 "{\"op\":%" PRIu64 ",\"key\":%s,\"start\":%" PRIu64
			 ",\"length\":%" PRIu64 "}\n",
			 i, key_text ? key_text : "null",
			 rng_below(&rng, places) * 16, flags->request_size);
	if (fd >= 0 && file_write_all(fd, lines.buf, lines.len) < 0) {
		close(fd);
		fd = -1;
	}
	str_release(&lines);
	free(key_text);
	json_decref(key);
	return fd;
}

static json_t *credentials(const struct flags *flags, struct err *err)
{
	const char *id = getenv("AWS_ACCESS_KEY_ID");
	const char *secret = getenv("AWS_SECRET_ACCESS_KEY");

	if (!flags->is_signed)
		return json_null();
	if (id && secret)
		return json_pack("{s:s, s:s, s:s?}", "access_key_id", id,
				 "secret_access_key", secret, "session_token",
				 getenv("AWS_SESSION_TOKEN"));
	err_set(err, ERR_USAGE,
		"--signed needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
		"in the environment");
	return NULL;
}

static void add_work(json_t *setup, const struct flags *flags)
{
	uint64_t capacity = flags->n_requests ? flags->n_requests : CAPACITY;

	if (flags->n_requests)
		json_object_set_new(
			setup, "n_requests",
			json_integer((json_int_t)flags->n_requests));
	if (flags->rate > 0)
		json_object_set_new(setup, "rate", json_real(flags->rate));
	json_object_set_new(setup, "records",
			    json_pack("{s:s, s:I}", "path", "", "capacity",
				      (json_int_t)capacity));
	json_object_set_new(setup, "verify",
			    json_pack("{s:s?, s:s?, s:s?}", "proof",
				      flags->proof, "proof_bytes",
				      flags->proof_bytes, "burst",
				      flags->burst));
	json_object_set_new(setup, "params",
			    json_pack("{s:I}", "request_size",
				      (json_int_t)flags->request_size));
}

static json_t *client_config(const struct flags *flags)
{
	uint64_t pool = flags->pool_size ? flags->pool_size :
					   flags->concurrency;

	return json_pack("{s:I, s:b, s:f, s:b}", "pool_size", (json_int_t)pool,
			 "keep_alive", flags->keep_alive,
			 "keep_alive_timeout_seconds",
			 flags->keep_alive_timeout_s, "use_dns_cache",
			 flags->use_dns_cache);
}

/* The object of the member that "a.b.c" names, and where "c" begins; the names
 * before it are cut off. NULL: there is none. */
static json_t *object_of(json_t *setup, char *names, const char **name)
{
	char *dot;

	while (setup && (dot = strchr(names, '.')) != NULL) {
		*dot = '\0';
		setup = json_object_get(setup, names);
		names = dot + 1;
	}
	*name = names;
	return *names && json_is_object(setup) ? setup : NULL;
}

static json_t *value_of(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	return value ? value : json_string(text);
}

static int add_member(json_t *setup, const char *word, struct err *err)
{
	const char *equals = strchr(word, '='), *name;
	char *names = mem_dup_n(word, equals ? (size_t)(equals - word) : 0);
	json_t *object = object_of(setup, names, &name);
	int code = 0;

	if (!object)
		code = err_set(err, ERR_USAGE,
			       "--setup %s names no member: give NAME=VALUE, or "
			       "client_config.NAME=VALUE", word);
	else if (json_object_set_new(object, name, value_of(equals + 1)) < 0)
		code = err_set(err, ERR_USAGE, "--setup %s is no UTF-8: write "
					       "it so", word);
	free(names);
	return code;
}

static int add_members(json_t *setup, const struct flags *flags,
		       struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < flags->setup_count; i++)
		code = add_member(setup, flags->setup[i], err);
	return code;
}

static json_t *make_setup(const struct flags *flags, const char *plan,
			  struct err *err)
{
	json_t *keys = credentials(flags, err);
	json_t *setup;

	if (!keys)
		return NULL;
	setup = json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:I, s:f, s:f, s:f, "
		"s:s, s:I, s:I, s:I}",
		"protocol", WORKER_PROTOCOL, "library", "", "test", flags->test,
		"endpoint", flags->endpoint, "bucket", flags->bucket, "region",
		flags->region, "ca_file", flags->ca_file, "credentials", keys, "client_config",
		client_config(flags), "concurrency",
		(json_int_t)flags->concurrency, "timeout_seconds",
		flags->timeout_s, "operation_timeout_seconds",
		flags->operation_timeout_s, "warm_up_seconds",
		flags->warm_up_s, "plan", plan, "replica",
		(json_int_t)flags->replica, "replicas",
		(json_int_t)flags->replicas, "seed", (json_int_t)flags->seed);
	if (!setup)
		err_set(err, ERR_USAGE,
			"a flag's text is no UTF-8: write it so");
	else
		add_work(setup, flags);
	if (setup && add_members(setup, flags, err) < 0) {
		json_decref(setup);
		setup = NULL;
	}
	return setup;
}

static int run(struct worker *worker, const struct flags *flags,
	       struct person *person, struct err *err)
{
	int fd = flags->plan ? -1 : random_plan(flags);
	char *own = mem_printf("/proc/self/fd/%d", fd);
	json_t *setup = NULL;
	int code = ERR_USAGE;

	if (!flags->plan && fd < 0)
		code = err_sys(err, "the random ranges cannot be kept");
	else
		setup = make_setup(flags, flags->plan ? flags->plan : own, err);
	if (setup)
		code = session_run(worker, setup, &person->end, err);
	if (fd >= 0)
		close(fd);
	free(own);
	return code;
}

static void print(const struct worker *worker, const struct flags *flags,
		  const struct person *person, const char *program)
{
	struct summary_input input = {
		.program = *flags->test ? flags->test : program,
		.records = &worker->records,
		.ready = person->ready,
		.done = person->done,
		.at_ns = person->at_ns,
		.cpu_s = person->cpu_s,
	};

	if (flags->json)
		summary_print_json(&input);
	else
		summary_print(&input);
}

static int finish_output(const char *program)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "%s: cannot write the standard output: %s\n", program,
		strerror(errno));
	return 1;
}

int alone_main(int argc, char **argv, struct worker *worker)
{
	const char *program = argc > 0 ? argv[0] : "test";
	struct person person = {
		.end = { .ready = on_ready, .done = on_done },
	};
	struct flags flags;
	struct err err;
	int code;

	program = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
	code = flags_parse(&flags, argc, argv, &err);
	if (code == 0 && flags.help) {
		flags_print_help(program);
		return finish_output(program);
	}
	if (code == 0)
		code = run(worker, &flags, &person, &err);
	if (code < 0)
		fprintf(stderr, "%s: %s\n", program, err.text);
	else
		print(worker, &flags, &person, program);
	if (code == 0 && finish_output(program))
		code = ERR_SYSTEM;
	json_decref(person.ready);
	json_decref(person.done);
	return code == ERR_USAGE ? 2 : code < 0 ? 1 : 0;
}
