#include "store/stored.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static const char *state_word(unsigned state)
{
	return replica_state_name((enum replica_state)state);
}

static const char *isolation_word(unsigned isolation)
{
	return isolation_name((enum isolation)isolation);
}

static const char *scope_word(unsigned scope)
{
	return cpu_scope_name((enum cpu_scope)scope);
}

#define AS(type, column, kind, member)                                         \
	{ column, STORED_##kind, offsetof(struct type, member),                \
	  sizeof(((struct type *)0)->member), NULL }
#define WORD(type, column, member, word)                                       \
	{ column, STORED_WORD, offsetof(struct type, member),                  \
	  sizeof(((struct type *)0)->member), word }
#define LAST { NULL, STORED_COUNT, 0, 0, NULL }

#define RUN(column, kind, member) AS(run, column, kind, member)
const struct stored stored_run[] = {
	RUN("id", NAME, id),
	RUN("command", TEXT, command),
	RUN("start_time", TIME, start_wall_ns),
	RUN("end_time", END, end_wall_ns),
	RUN("harness_version", NAME, environment.harness_version),
	RUN("kernel", NAME, environment.kernel),
	RUN("machine", NAME, environment.machine),
	RUN("distribution", NAME, environment.distribution),
	RUN("cpu_model", NAME, environment.cpu_model),
	RUN("cpus", UNSIGNED, environment.cpus),
	RUN("memory_bytes", COUNT, environment.memory_bytes),
	RUN("system_congestion", NAME, environment.congestion),
	RUN("instance_type", NAME, environment.instance_type),
	RUN("isolation", NAME, environment.isolation),
	RUN("environment", TEXT, environment.more_json),
	LAST,
};

/* Of what was asked for these have a column, and no field more gets one: a
 * column needs a migration, and `config` has them all. So the list is no part of
 * record/spec_fields.h. */
#define TRIAL(column, kind, member) AS(trial, column, kind, member)
const struct stored stored_trial[] = {
	TRIAL("id", NAME, id),
	TRIAL("library", TEXT, spec.library),
	TRIAL("test", TEXT, spec.test),
	TRIAL("params", NAME, params_json),
	TRIAL("replicas", COUNT, spec.replicas),
	TRIAL("concurrency", COUNT, spec.concurrency),
	TRIAL("n_requests", COUNT, spec.n_requests),
	TRIAL("timeout_seconds", NUMBER, spec.timeout_s),
	TRIAL("operation_timeout_seconds", NUMBER, spec.operation_timeout_s),
	TRIAL("warm_up_seconds", NUMBER, spec.warm_up_s),
	TRIAL("rate_per_second", NUMBER, spec.rate),
	TRIAL("seed", COUNT, spec.seed),
	TRIAL("request_size_bytes", COUNT, spec.request_size),
	TRIAL("hot_key", FLAG, spec.hot_key),
	TRIAL("dataset", TEXT, spec.dataset),
	TRIAL("keys", COUNT, spec.keys),
	TRIAL("endpoint", TEXT, spec.endpoint),
	TRIAL("bucket", TEXT, spec.bucket),
	TRIAL("pool_size", COUNT, spec.pool_size),
	TRIAL("keep_alive", FLAG, spec.keep_alive),
	TRIAL("keep_alive_timeout_seconds", NUMBER, spec.keep_alive_timeout_s),
	TRIAL("use_dns_cache", FLAG, spec.use_dns_cache),
	TRIAL("cpus_limit", NUMBER, spec.cpus_limit),
	TRIAL("memory_limit_bytes", COUNT, spec.memory_limit_bytes),
	TRIAL("pids_limit", COUNT, spec.pids_limit),
	TRIAL("link_bits_per_second", COUNT, spec.link_bits_per_second),
	TRIAL("start_time", TIME, start_wall_ns),
	TRIAL("end_time", TIME, end_wall_ns),
	TRIAL("widest_stage", UNSIGNED, widest),
	TRIAL("burst_requests", UNSIGNED, burst_requests),
	TRIAL("go_ns", COUNT, go_ns),
	TRIAL("window_end_ns", COUNT, window_end_ns),
	TRIAL("origin_cpu_ns", COUNT, origin_cpu_ns),
	TRIAL("origin_still_ns", COUNT, origin_still_ns),
	TRIAL("origin_congestion", LINE, congestion),
	TRIAL("others_cpu_ns", COUNT, others_cpu_ns),
	TRIAL("busy_ns", COUNT, busy_ns),
	TRIAL("steal_ns", COUNT, steal_ns),
	TRIAL("comparison", LINE, comparison),
	TRIAL("block", NUMBERED, block),
	TRIAL("strays", COUNT, strays),
	TRIAL("baseline", FLAG, baseline),
	TRIAL("failed", FLAG, failed),
	TRIAL("text", LINE, text),
	WORD(trial, "isolation", placement.isolation, isolation_word),
	TRIAL("cgroup", LINE, placement.cgroup),
	TRIAL("network", LINE, placement.network),
	TRIAL("pinning", LINE, placement.pinning),
	TRIAL("replica_user", LINE, placement.user),
	TRIAL("applied_cpus", NUMBER, applied.cpus),
	TRIAL("applied_memory_bytes", COUNT, applied.memory_bytes),
	TRIAL("applied_pids", COUNT, applied.pids),
	TRIAL("applied_link_bits_per_second", COUNT,
	      applied.link_bits_per_second),
	LAST,
};

#define REPLICA(column, kind, member) AS(replica, column, kind, member)
const struct stored stored_replica[] = {
	REPLICA("replica", UNSIGNED, number),
	REPLICA("pid", INT, pid),
	WORD(replica, "state", state, state_word),
	REPLICA("exit_status", STATUS, exit_status),
	REPLICA("signal", SIGNAL, signal),
	REPLICA("text", LINE, text),
	REPLICA("versions", TEXT, versions_json),
	REPLICA("library_version", LINE, library_version),
	REPLICA("runtime", LINE, runtime),
	REPLICA("not_applied", TEXT, not_applied),
	REPLICA("notes", TEXT, notes),
	REPLICA("import_seconds", NUMBER, import_s),
	REPLICA("ready_seconds", NUMBER, ready_s),
	REPLICA("stderr", TEXT, stderr_text),
	REPLICA("started", COUNT, started),
	REPLICA("finished", COUNT, finished),
	REPLICA("unfinished", COUNT, unfinished),
	REPLICA("stopped_by", LINE, stopped_by),
	REPLICA("done_ns", COUNT, done_ns),
	REPLICA("end_ns", COUNT, end_ns),
	REPLICA("records", COUNT, records),
	REPLICA("records_after", COUNT, records_after),
	REPLICA("bytes_ok", COUNT, bytes_ok),
	REPLICA("bytes_recorded", COUNT, bytes_recorded),
	REPLICA("requests_least", COUNT, requests.least),
	REPLICA("requests_most", COUNT, requests.most),
	REPLICA("body_bytes_least", COUNT, bodies.least),
	REPLICA("body_bytes_most", COUNT, bodies.most),
	REPLICA("attempts", SOME, attempts),
	REPLICA("crc_checked", COUNT, crc_checked),
	REPLICA("in_flight_peak", UNSIGNED, in_flight_peak),
	REPLICA("impossible", COUNT, bad_records),
	REPLICA("impossible_first", COUNT, bad_first),
	REPLICA("impossible_text", LINE, bad_text),
	REPLICA("processes", COUNT, processes),
	REPLICA("clock_offset_ns", SIGNED, clock_offset_ns),
	REPLICA("cpu_ns", COUNT, cpu_ns),
	REPLICA("cpu_user_ns", COUNT, cpu_user_ns),
	WORD(replica, "cpu_scope", cpu_scope, scope_word),
	REPLICA("seen_cpu_ns", COUNT, seen_cpu_ns),
	REPLICA("peak_rss_bytes", COUNT, peak_rss_bytes),
	REPLICA("container_id", LINE, container_id),
	REPLICA("started_late_ns", COUNT, started_late_ns),
	REPLICA("rusage_ns", SOME, rusage_ns),
	REPLICA("group_cpu_ns", COUNT, group_cpu_ns),
	REPLICA("instructions", COUNT, instructions),
	REPLICA("cycles", COUNT, cycles),
	REPLICA("throttled_ns", COUNT, throttled_ns),
	REPLICA("link_rx_bytes", COUNT, link_rx_bytes),
	REPLICA("link_tx_bytes", COUNT, link_tx_bytes),
	REPLICA("link_rx_packets", COUNT, link_rx_packets),
	REPLICA("link_tx_packets", COUNT, link_tx_packets),
	REPLICA("tcp_segments_in", COUNT, tcp_segments_in),
	REPLICA("tcp_segments_out", COUNT, tcp_segments_out),
	REPLICA("tcp_retransmitted", COUNT, tcp_retransmitted),
	REPLICA("memory_peak_bytes", COUNT, memory_peak_bytes),
	REPLICA("memory_kills", COUNT, memory_kills),
	REPLICA("pids_refused", COUNT, pids_refused),
	LAST,
};

#define SAMPLE(column, kind, member) AS(sample, column, kind, member)
const struct stored stored_sample[] = {
	SAMPLE("replica", INT, replica),
	SAMPLE("at_ns", SIGNED, at_ns),
	SAMPLE("cpu_ns", COUNT, cpu_ns),
	SAMPLE("cpu_user_ns", COUNT, cpu_user_ns),
	SAMPLE("memory_bytes", COUNT, memory_bytes),
	SAMPLE("received_bytes", COUNT, received_bytes),
	SAMPLE("operations_ok", COUNT, operations_ok),
	SAMPLE("operations_failed", COUNT, operations_failed),
	SAMPLE("threads", UNSIGNED, threads),
	SAMPLE("memory_anon_bytes", COUNT, memory_anon_bytes),
	SAMPLE("throttled_ns", COUNT, throttled_ns),
	SAMPLE("link_rx_bytes", COUNT, link_rx_bytes),
	SAMPLE("link_tx_bytes", COUNT, link_tx_bytes),
	SAMPLE("link_rx_packets", COUNT, link_rx_packets),
	SAMPLE("link_tx_packets", COUNT, link_tx_packets),
	SAMPLE("in_flight", COUNT, in_flight),
	LAST,
};

#define MACHINE(column, kind, member) AS(machine_sample, column, kind, member)
const struct stored stored_machine[] = {
	MACHINE("at_ns", SIGNED, at_ns),
	MACHINE("ksoftirqd_ns", COUNT, ksoftirqd_ns),
	MACHINE("stalled_cpu_us", COUNT, stalled_cpu_us),
	MACHINE("stalled_memory_us", COUNT, stalled_memory_us),
	MACHINE("stalled_io_us", COUNT, stalled_io_us),
	MACHINE("busy_ns", COUNT, busy_ns),
	MACHINE("steal_ns", COUNT, steal_ns),
	MACHINE("idle_ns", COUNT, idle_ns),
	MACHINE("swap_pages", COUNT, swap_pages),
	MACHINE("cpu_mhz", NUMBER, cpu_mhz),
	LAST,
};

#define SLICE(column, kind, member) AS(slice, column, kind, member)
const struct stored stored_slice[] = {
	SLICE("round", UNSIGNED, round),
	SLICE("position", UNSIGNED, position),
	SLICE("go_ns", SIGNED, go_ns),
	SLICE("begin_ns", SIGNED, begin_ns),
	SLICE("end_ns", SIGNED, end_ns),
	SLICE("pause_ns", SIGNED, pause_ns),
	SLICE("paused_ns", SIGNED, paused_ns),
	SLICE("cpu_ns", COUNT, cpu_ns),
	SLICE("origin_cpu_ns", COUNT, origin_cpu_ns),
	SLICE("steal_ns", COUNT, steal_ns),
	SLICE("others_ns", COUNT, others_ns),
	SLICE("idle_cpu_ns", COUNT, idle_cpu_ns),
	SLICE("operations", COUNT, operations),
	SLICE("failures", COUNT, failures),
	SLICE("bytes_ok", COUNT, bytes_ok),
	SLICE("marks", MARKS, marks),
	LAST,
};

#define COUNTER(name) AS(ledger_counts, #name, COUNT, name)
const struct stored stored_counts[] = {
#define X(name, text) COUNTER(name),
	LEDGER_COUNTERS(X)
#undef X
	COUNTER(in_flight_peak),
	COUNTER(open_connections_peak),
	COUNTER(hold_reached),
	LAST,
};

static void add_columns(struct str *sql, const struct stored *list)
{
	for (const struct stored *c = list; c->column; c++) {
		str_add(sql, c == list ? "\"" : ", \"");
		str_add(sql, c->column);
		str_add_char(sql, '"');
	}
}

int stored_insert(struct statement *s, const struct store *store,
		  const char *into, const char *keys, const struct stored *list,
		  struct err *err)
{
	struct str sql = STR_INIT;
	int code;

	str_addf(&sql, "%s (%s, ", into, keys);
	add_columns(&sql, list);
	str_add(&sql, ") VALUES (?");
	for (; *keys; keys++)
		str_add(&sql, *keys == ',' ? ", ?" : "");
	for (const struct stored *c = list; c->column; c++)
		str_add(&sql, ", ?");
	str_add(&sql, ")");
	code = statement_prepare(s, store, sql.buf, err);
	str_release(&sql);
	return code;
}

int stored_select(struct statement *s, const struct store *store,
		  const struct stored *list, const char *from, struct err *err)
{
	struct str sql = STR_INIT;
	int code;

	str_add(&sql, "SELECT ");
	add_columns(&sql, list);
	str_addf(&sql, " FROM %s", from);
	code = statement_prepare(s, store, sql.buf, err);
	str_release(&sql);
	return code;
}

/* --------------------------------------------------------------- writing --- */

/* NULL: it is not one. */
static const char *word_of(const struct stored *c, unsigned value)
{
	const char *word = c->word(value);

	return strcmp(word, "unknown") ? word : NULL;
}

static void bind_text(struct statement *s, const struct stored *c,
		      const void *at)
{
	const char *text = at;
	char time[CLOCK_TEXT_BYTES], marks[SLICE_MARKS_BYTES];

	if (c->kind == STORED_TEXT)
		text = *(char *const *)at;
	else if (c->kind == STORED_WORD)
		text = word_of(c, *(const unsigned *)at);
	else if (c->kind == STORED_TIME || c->kind == STORED_END)
		text = clock_format(*(const uint64_t *)at, time);
	else if (c->kind == STORED_MARKS)
		text = slice_marks_text(*(const uint32_t *)at, marks);
	statement_text(s, text);
}

/* What a kind has instead of NULL. */
static bool is_null(const struct stored *c, const void *at)
{
	switch (c->kind) {
	case STORED_SOME:
	case STORED_END: return !*(const uint64_t *)at;
	case STORED_SIGNED: return *(const int64_t *)at == CLOCK_UNKNOWN;
	case STORED_STATUS: return *(const int *)at == -1;
	case STORED_SIGNAL: return !*(const int *)at;
	case STORED_NUMBERED: return *(const unsigned *)at == UINT_MAX;
	case STORED_MARKS: return !*(const uint32_t *)at;
	case STORED_LINE: return !*(const char *)at;
	default: return false;
	}
}

static void bind(struct statement *s, const struct stored *c, const void *at)
{
	switch (c->kind) {
	case STORED_COUNT:
	case STORED_SOME: statement_count(s, *(const uint64_t *)at); break;
	case STORED_UNSIGNED:
	case STORED_NUMBERED: statement_count(s, *(const unsigned *)at); break;
	case STORED_SIGNED: statement_signed(s, *(const int64_t *)at); break;
	case STORED_INT:
	case STORED_STATUS:
	case STORED_SIGNAL: statement_signed(s, *(const int *)at); break;
	case STORED_NUMBER: statement_number(s, *(const double *)at); break;
	case STORED_FLAG: statement_count(s, *(const bool *)at); break;
	default: bind_text(s, c, at);
	}
}

void stored_bind(struct statement *s, const struct stored *list,
		 const void *from)
{
	for (const struct stored *c = list; c->column; c++) {
		const void *at = (const char *)from + c->offset;

		if (is_null(c, at))
			statement_null(s);
		else
			bind(s, c, at);
	}
}

/* --------------------------------------------------------------- reading --- */

/* A word of a newer program is no other one. */
static unsigned number_of(const struct stored *c, const char *text)
{
	unsigned value = 0;

	while (strcmp(c->word(value), "unknown") &&
	       (!text || strcmp(c->word(value), text)))
		value++;
	return value;
}

static void read_null(const struct stored *c, void *to)
{
	memset(to, 0, c->size);
	if (c->kind == STORED_COUNT)
		*(uint64_t *)to = COUNT_UNKNOWN;
	else if (c->kind == STORED_SIGNED)
		*(int64_t *)to = CLOCK_UNKNOWN;
	else if (c->kind == STORED_STATUS)
		*(int *)to = -1;
	else if (c->kind == STORED_NUMBERED)
		*(unsigned *)to = UINT_MAX;
	else if (c->kind == STORED_NUMBER)
		*(double *)to = NAN;
	else if (c->kind == STORED_WORD)
		*(unsigned *)to = number_of(c, NULL);
}

static void read_text(const struct stored *c, const char *text, void *to)
{
	if (c->kind == STORED_TEXT)
		*(char **)to = mem_dup(text);
	else if (c->kind == STORED_WORD)
		*(unsigned *)to = number_of(c, text);
	else if (c->kind == STORED_TIME || c->kind == STORED_END)
		*(uint64_t *)to = clock_parse(text);
	else if (c->kind == STORED_MARKS)
		*(uint32_t *)to = slice_marks_parse(text);
	else
		snprintf(to, c->size, "%s", text);
}

static void read(const struct stored *c, sqlite3_stmt *handle, int i, void *to)
{
	switch (c->kind) {
	case STORED_COUNT:
	case STORED_SOME:
	case STORED_SIGNED:
		*(int64_t *)to = sqlite3_column_int64(handle, i);
		break;
	case STORED_UNSIGNED:
	case STORED_NUMBERED:
		*(unsigned *)to = (unsigned)sqlite3_column_int64(handle, i);
		break;
	case STORED_INT:
	case STORED_STATUS:
	case STORED_SIGNAL:
		*(int *)to = sqlite3_column_int(handle, i);
		break;
	case STORED_NUMBER:
		*(double *)to = sqlite3_column_double(handle, i);
		break;
	case STORED_FLAG:
		*(bool *)to = sqlite3_column_int(handle, i) != 0;
		break;
	default: read_text(c, (const char *)sqlite3_column_text(handle, i), to);
	}
}

/* Nine years of nanoseconds; a sum of many is a count yet. */
#define COUNT_MOST (INT64_MAX >> 5)

static bool is_integer(sqlite3_stmt *handle, int i, int64_t least, int64_t most)
{
	int64_t value = sqlite3_column_int64(handle, i);

	return sqlite3_column_type(handle, i) == SQLITE_INTEGER &&
	       value >= least && value <= most;
}

bool stored_is_count(sqlite3_stmt *handle, int i)
{
	return is_integer(handle, i, 0, COUNT_MOST);
}

bool stored_is_number(sqlite3_stmt *handle, int i)
{
	int type = sqlite3_column_type(handle, i);

	return (type == SQLITE_FLOAT || type == SQLITE_INTEGER) &&
	       isfinite(sqlite3_column_double(handle, i));
}

bool stored_is_flag(sqlite3_stmt *handle, int i)
{
	return is_integer(handle, i, 0, 1);
}

/* A comparison has 1000 blocks at most, and those that --resume makes anew. */
#define BLOCK_MOST 1000000

bool stored_is_block(sqlite3_stmt *handle, int i)
{
	return is_integer(handle, i, 0, BLOCK_MOST);
}

static bool is_time(sqlite3_stmt *handle, int i)
{
	const char *text = (const char *)sqlite3_column_text(handle, i);
	char none[CLOCK_TEXT_BYTES];

	return sqlite3_column_type(handle, i) == SQLITE_TEXT &&
	       (clock_parse(text) || !strcmp(text, clock_format(0, none)));
}

/* SQLite takes each value into each column, and makes a number of each. */
static bool is_whole(const struct stored *c, sqlite3_stmt *handle, int i)
{
	switch (c->kind) {
	case STORED_COUNT:
	case STORED_SOME: return stored_is_count(handle, i);
	case STORED_SIGNED:
		return is_integer(handle, i, -COUNT_MOST, COUNT_MOST);
	case STORED_UNSIGNED: return is_integer(handle, i, 0, UINT_MAX - 1);
	case STORED_NUMBERED: return stored_is_block(handle, i);
	case STORED_INT:
	case STORED_STATUS:
	case STORED_SIGNAL: return is_integer(handle, i, INT_MIN, INT_MAX);
	case STORED_NUMBER: return stored_is_number(handle, i);
	case STORED_FLAG: return stored_is_flag(handle, i);
	case STORED_TIME:
	case STORED_END: return is_time(handle, i);
	default: return sqlite3_column_type(handle, i) == SQLITE_TEXT;
	}
}

const char *stored_read(const struct statement *s, const struct stored *list,
			void *to)
{
	const char *wrong = NULL;
	int i = 0;

	for (const struct stored *c = list; c->column; c++, i++) {
		void *at = (char *)to + c->offset;

		if (sqlite3_column_type(s->handle, i) == SQLITE_NULL) {
			read_null(c, at);
		} else if (is_whole(c, s->handle, i)) {
			read(c, s->handle, i, at);
		} else {
			read_null(c, at);
			wrong = wrong ? wrong : c->column;
		}
	}
	return wrong;
}

const char *stored_read_slice(const struct statement *s, uint64_t go_ns,
			      struct slice *to)
{
	uint64_t *const times[] = { &to->go_ns, &to->begin_ns, &to->end_ns,
				    &to->pause_ns, &to->paused_ns };
	const char *wrong = stored_read(s, stored_slice, to);

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		*times[i] = *times[i] == (uint64_t)CLOCK_UNKNOWN
				    ? 0
				    : *times[i] + go_ns;
	return wrong;
}
