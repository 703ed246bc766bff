/* A replica's life between the packets `setup` and `bye`. */
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "worker/core.h"

/* Operations in flight at the deadline may end for so long. */
#define DRAIN_NS (2 * NS_PER_S)
#define PROOF_LIMIT_BYTES ((size_t)1 << 30)

void benchmark_refuse(struct benchmark_worker *pub, const char *format, ...)
{
	struct worker *worker = (struct worker *)(void *)pub;
	va_list args;

	va_start(args, format);
	vsnprintf(worker->refusal, sizeof(worker->refusal), format, args);
	va_end(args);
}

void benchmark_add_version(struct benchmark_worker *pub, const char *name,
			   const char *version)
{
	struct worker *worker = (struct worker *)(void *)pub;

	MEM_ROOM(worker->versions, worker->version_count,
		 worker->version_capacity);
	worker->versions[worker->version_count++] = (struct version){
		.name = mem_dup(name),
		.text = mem_dup(version),
	};
}

double benchmark_param(const struct benchmark_target *target, const char *name,
		       double otherwise)
{
	json_t *params = json_loads(target->params, 0, NULL);
	const json_t *value = json_object_get(params, name);

	if (json_is_number(value))
		otherwise = json_number_value(value);
	json_decref(params);
	return otherwise;
}

double benchmark_client_number(const struct benchmark_target *target,
			       const char *name, double otherwise)
{
	const json_t *value = json_object_get(target->client_config, name);

	if (json_is_boolean(value))
		return json_is_true(value);
	return json_is_number(value) ? json_number_value(value) : otherwise;
}

const char *benchmark_client_text(const struct benchmark_target *target,
				  const char *name, const char *otherwise)
{
	const json_t *value = json_object_get(target->client_config, name);

	return json_is_string(value) ? json_string_value(value) : otherwise;
}

static int load(struct worker *worker, struct operations *ops, const char *path,
		const struct operations_part *part, struct err *err)
{
	if (!path)
		return 0;
	return operations_load(ops, path, worker->setup.target.endpoint,
			       worker->setup.target.bucket, part, err);
}

static int load_plan(struct worker *worker, struct err *err)
{
	struct setup *setup = &worker->setup;
	const struct operations_part mine = {
		.first = setup->target.replica,
		.step = setup->target.replicas,
		.most = setup->n_requests ? setup->n_requests : UINT64_MAX,
	};
	int code = load(worker, &worker->plan, setup->plan, &mine, err);

	if (code == 0 && !worker->plan.count)
		code = err_set(err, ERR_INVALID,
			       "the plan %s has no operation for replica %u of "
			       "%u: give a longer plan",
			       setup->plan, setup->target.replica,
			       setup->target.replicas);
	setup->target.longest_bytes = worker->plan.longest_bytes;
	return code;
}

static int load_proof_bytes(struct worker *worker, struct err *err)
{
	const char *path = worker->setup.proof_bytes;
	struct str bytes = STR_INIT;
	uint64_t wanted = 0;
	int code;

	for (size_t i = 0; i < worker->proof.count; i++)
		wanted += operations_body_bytes(&worker->proof, i);
	code = path ? file_read(path, PROOF_LIMIT_BYTES, &bytes, err) : 0;
	if (code == 0 && bytes.len < wanted)
		code = err_set(err, ERR_INVALID,
			       "%s holds %zu bytes where the proof's "
			       "operations return %" PRIu64,
			       path ? path : "the proof", bytes.len, wanted);
	if (code == 0 && wanted)
		worker->proof_bytes = (unsigned char *)str_detach(&bytes);
	str_release(&bytes);
	return code;
}

static int load_files(struct worker *worker, struct err *err)
{
	const struct operations_part all = { 0, 1, UINT64_MAX };
	struct setup *setup = &worker->setup;
	int code;

	operations_init(&worker->plan, worker->test->verbs);
	operations_init(&worker->proof, worker->test->verbs);
	operations_init(&worker->burst, worker->test->verbs);
	code = load_plan(worker, err);

	if (code == 0 && !worker->test->no_io)
		code = load(worker, &worker->proof, setup->proof, &all, err);
	if (code == 0)
		code = load_proof_bytes(worker, err);
	if (code == 0 && !worker->test->no_io)
		code = load(worker, &worker->burst, setup->burst, &all, err);
	if (code < 0)
		return code;
	if (!*setup->records_path)
		return records_open_own(&worker->records,
					setup->records_capacity, err);
	return records_open(&worker->records, setup->records_path,
			    setup->records_capacity, err);
}

static void measure(struct worker *worker, uint64_t *header_bytes)
{
	const struct operations *files[] = { &worker->plan, &worker->proof,
					     &worker->burst };

	*header_bytes = 0;
	worker->width = 1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i]->header_bytes > *header_bytes)
			*header_bytes = files[i]->header_bytes;
		if (files[i]->widest > worker->width)
			worker->width = files[i]->widest;
	}
}

static void make_flight(struct worker *worker, unsigned number,
			unsigned char *header)
{
	struct flight *flight = &worker->flights[number];

	flight->number = number;
	flight->slots = &worker->slots[number * worker->width];
	flight->slots->header = header;
	for (unsigned i = 0; i < worker->width; i++) {
		struct slot *slot = &flight->slots[i];

		slot->worker = worker;
		slot->flight = flight;
		slot->pub.number = number * worker->width + i;
		slot->pub.op = &slot->op;
		slot->pub.limit_ns = worker->limit_ns;
	}
}

static int make_slots(struct worker *worker, struct err *err)
{
	struct benchmark_target *target = &worker->setup.target;
	unsigned count = target->concurrency;
	uint64_t bytes;

	measure(worker, &bytes);
	if (count > INT_MAX / worker->width)
		return err_set(err, ERR_INVALID,
			       "%u operations of %u requests at once are more "
			       "than there can be: lower the concurrency",
			       count, worker->width);
	worker->flight_count = count;
	worker->slot_count = target->slots = count * worker->width;
	worker->limit_ns = clock_ns(target->operation_timeout_seconds);
	worker->flights = mem_array(count, sizeof(*worker->flights));
	worker->slots = mem_array(worker->slot_count, sizeof(*worker->slots));
	worker->idle = mem_array(count, sizeof(*worker->idle));
	worker->headers = mem_array(count, (size_t)bytes);
	for (unsigned i = 0; i < count; i++)
		make_flight(worker, i, worker->headers + (size_t)bytes * i);
	return 0;
}

static int open_client(struct worker *worker, struct err *err)
{
	const struct benchmark_test *test = worker->test;

	if (test->open) {
		worker->client = test->open((struct benchmark_worker *)worker,
					    &worker->setup.target);
		if (!worker->client)
			return err_set(err, ERR_FAILED, "%s",
				       worker->refusal[0] ?
					       worker->refusal :
					       "the client cannot be made");
	}
	worker->is_open = true;
	return test->fetch ? threads_start(worker, err) : 0;
}

static int run(struct worker *worker, struct err *err)
{
	return worker->test->fetch ? threads_run(worker, err) :
				     events_run(worker, err);
}

/* Runs all of `ops` once, `width` at a time; a failure is an error. */
static int run_checked(struct worker *worker, const struct operations *ops,
		       const unsigned char *proof, unsigned width,
		       struct err *err)
{
	struct phase *phase = &worker->phase;
	int code;

	if (!ops->count)
		return 0;
	*phase = (struct phase){
		.ops = ops,
		.proof = proof,
		.width = width,
		.most = ops->count,
		.most_is = "n_requests",
		.begin_ns = clock_now_ns(),
		.deadline_ns = UINT64_MAX,
		.close_ns = UINT64_MAX,
		.ends_on_failure = proof != NULL,
	};
	code = run(worker, err);
	if (code < 0 || !phase->failures)
		return code;
	if (ops->count == 1 || proof)
		return err_set(err, ERR_FAILED, "%s", phase->text);
	return err_set(err, ERR_FAILED,
		       "%" PRIu64 " of %zu operations at once failed; %s",
		       phase->failures, ops->count, phase->text);
}

static void set_times(struct worker *worker, uint64_t begin_ns,
		      uint64_t length_ns)
{
	struct phase *phase = &worker->phase;

	phase->begin_ns = begin_ns;
	phase->deadline_ns = begin_ns + length_ns;
	phase->drain_ns = worker->limit_ns < DRAIN_NS ? worker->limit_ns :
							DRAIN_NS;
	phase->close_ns = phase->deadline_ns + phase->drain_ns;
}

static int run_warm_up(struct worker *worker, struct err *err)
{
	if (worker->setup.warm_up_s <= 0)
		return 0;
	worker->phase = (struct phase){
		.ops = &worker->plan,
		.width = worker->flight_count,
		.most = UINT64_MAX,
		.most_is = "n_requests",
	};
	set_times(worker, clock_now_ns(), clock_ns(worker->setup.warm_up_s));
	return run(worker, err);
}

static json_t *versions_of(const struct worker *worker)
{
	json_t *versions = json_object();
	char runtime[64];

	for (size_t i = 0; i < worker->version_count; i++)
		json_object_set_new(versions, worker->versions[i].name,
				    json_string(worker->versions[i].text));
	snprintf(runtime, sizeof(runtime), "glibc %s", gnu_get_libc_version());
	json_object_set_new(versions, "library",
			    json_string(worker->test->version()));
	json_object_set_new(versions, "runtime", json_string(runtime));
	return versions;
}

static json_t *list_of(const char *const *texts)
{
	json_t *list = json_array();

	while (texts && *texts)
		json_array_append_new(list, json_string(*texts++));
	return list;
}

/* In an open loop the next start is known long before; it has no pause. */
static bool can_pause(const struct worker *worker,
		      const struct session_end *end)
{
	return end->paused && !(worker->setup.rate > 0);
}

static json_t *ready_packet(const struct worker *worker,
			    const struct session_end *end)
{
	json_t *notes = list_of(worker->test->notes);

	if (worker->test->no_io)
		json_array_append_new(
			notes, json_string("does no I/O: it has no proof and "
					   "no burst, and only lengths are "
					   "checked"));
	return json_pack("{s:s, s:i, s:o, s:o, s:o, s:f, s:I, s:b}", "type", "ready",
			 "protocol", (int)worker->setup.protocol, "versions",
			 versions_of(worker), "not_applied",
			 list_of(worker->test->not_applied), "notes", notes,
			 "import_seconds", worker->import_s, "clock_ns",
			 (json_int_t)clock_now_ns(), "pause",
			 (int)can_pause(worker, end));
}

/* A text that is no UTF-8 is left out: jansson makes nothing of it. */
static json_t *failure_texts(const struct worker *worker)
{
	json_t *texts = json_object();

	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		if (worker->failure_text[i])
			json_object_set_new(texts, outcome_name(i),
					    json_string(worker->failure_text[i]));
	}
	return texts;
}

static json_t *counts_packet(const struct worker *worker, const char *type)
{
	const struct phase *phase = &worker->phase;

	return json_pack("{s:s, s:I, s:I, s:I}", "type", type, "started",
			 (json_int_t)(phase->finished + phase->unfinished),
			 "finished", (json_int_t)phase->finished, "unfinished",
			 (json_int_t)phase->unfinished);
}

static json_t *done_packet(const struct worker *worker)
{
	json_t *packet = counts_packet(worker, "done");

	json_object_set_new(packet, "stopped_by",
			    json_string(worker->phase.stopped_by));
	json_object_set_new(packet, "end_ns",
			    json_integer((json_int_t)worker->phase.end_ns));
	json_object_set_new(packet, "failures", failure_texts(worker));
	return packet;
}

/* What was given up leaves no record, and its room to another. */
static void set_most(struct worker *worker)
{
	struct phase *phase = &worker->phase;
	uint64_t wanted = worker->setup.n_requests;
	uint64_t room = worker->records.capacity + phase->unfinished;

	phase->most = wanted < room ? wanted : room;
	phase->most_is = wanted <= room ? "n_requests" : "records_full";
}

static void begin_timed(struct worker *worker, uint64_t at_ns,
			const struct session_end *end)
{
	double rate = worker->setup.rate;

	worker->phase = (struct phase){
		.ops = &worker->plan,
		.width = worker->flight_count,
		.period_ns = rate > 0 ? (double)NS_PER_S / rate : 0,
		.records = &worker->records,
		.pause_ns = can_pause(worker, end) ? end->pause_ns : NULL,
	};
	set_most(worker);
	set_times(worker, at_ns,
		  clock_ns(worker->setup.target.timeout_seconds));
	/* An open loop's starts are kept to the us, not to 50 of them. */
	if (rate > 0)
		prctl(PR_SET_TIMERSLACK, 1000UL);
}

/* Nothing that was counted begins anew. */
static void go_on(struct worker *worker, uint64_t at_ns)
{
	struct phase *phase = &worker->phase;
	uint64_t now_ns = clock_now_ns();

	phase->stopped_by = NULL;
	phase->is_pausing = false;
	set_most(worker);
	set_times(worker, at_ns > now_ns ? at_ns : now_ns, phase->left_ns);
}

/* Until a pause, or the end of the work. Returns 1 for a pause. */
static int run_slice(struct worker *worker, struct err *err)
{
	struct phase *phase = &worker->phase;
	int code = run(worker, err);
	bool gave_up = phase->in_flight > 0;

	phase->unfinished += phase->in_flight;
	phase->in_flight = 0;
	if (code < 0 || !phase->is_pausing)
		return code;
	/* What was given up for the pause alone is not the end. */
	return gave_up || strcmp(phase->stopped_by, "pause") == 0;
}

static int run_timed(struct worker *worker, uint64_t at_ns,
		     struct session_end *end, struct err *err)
{
	int code;

	begin_timed(worker, at_ns, end);
	while ((code = run_slice(worker, err)) > 0) {
		code = end->paused(end, counts_packet(worker, "paused"),
				   &at_ns, err);
		if (code < 0)
			return code;
		if (!at_ns) {
			worker->phase.stopped_by = "finish";
			return 0;
		}
		go_on(worker, at_ns);
	}
	return code;
}

static int prepare(struct worker *worker, json_t *packet, struct err *err)
{
	int code;

	worker->stage = "setup";
	code = setup_read(&worker->setup, packet, err);
	if (code == 0)
		code = load_files(worker, err);
	if (code < 0)
		return code;
	code = make_slots(worker, err);
	return code < 0 ? code : open_client(worker, err);
}

static int prove(struct worker *worker, struct err *err)
{
	int code;

	worker->stage = "proof";
	code = run_checked(worker, &worker->proof, worker->proof_bytes, 1, err);
	free(worker->proof_bytes);
	worker->proof_bytes = NULL;
	if (code < 0)
		return code;
	worker->stage = "burst";
	code = run_checked(worker, &worker->burst, NULL, worker->flight_count,
			   err);
	if (code == 0)
		worker->stage = "run";
	return code;
}

int session_run(struct worker *worker, json_t *setup, struct session_end *end,
		struct err *err)
{
	uint64_t at_ns = 0;
	int code = prepare(worker, setup, err);

	if (code == 0)
		code = prove(worker, err);
	if (code == 0)
		code = run_warm_up(worker, err);
	if (code == 0)
		code = end->ready(end, ready_packet(worker, end), &at_ns, err);
	if (code == 0)
		code = run_timed(worker, at_ns, end, err);
	if (code == 0)
		code = end->done(end, done_packet(worker), err);
	return code;
}

bool session_release(struct worker *worker)
{
	if (!threads_stop(worker))
		return false;
	if (worker->is_open && worker->test->close)
		worker->test->close(worker->client);
	operations_release(&worker->plan);
	operations_release(&worker->proof);
	operations_release(&worker->burst);
	records_close(&worker->records);
	free(worker->proof_bytes);
	free(worker->flights);
	free(worker->slots);
	free(worker->idle);
	free(worker->headers);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		free(worker->failure_text[i]);
	for (size_t i = 0; i < worker->version_count; i++) {
		free(worker->versions[i].name);
		free(worker->versions[i].text);
	}
	free(worker->versions);
	setup_release(&worker->setup);
	return true;
}
