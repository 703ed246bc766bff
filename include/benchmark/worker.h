/*
 * What a benchmark test written in C includes. The test says how one request is
 * done; the worker library speaks docs/worker-protocol.md with the harness,
 * reads the plan, proves the answers, keeps the operations in flight, checks
 * and records them. Link with -lbenchmark-worker -ljansson -lz -lm -pthread.
 *
 * An operation of the plan is one ranged GET, or it has stages: requests that
 * run at once, then others after them. The worker runs the stages; the test
 * sees one request at a time, and says in `verbs` which requests it can do. A
 * test that leaves `verbs` 0 does ranged GETs only, and gets no stages.
 *
 * A test is one file with a table of hooks and a main(): LIBRARY/TEST.c below
 * benchmark/tests for one workload, or LIBRARY/_verbs.c for all workloads that
 * are made of its verbs. There are two forms of it:
 *
 * - Blocking: the hook `fetch` does one request and returns what became of it.
 *   It runs in as many threads as there are slots, one a slot.
 * - Event-driven: the hook `start` begins a request, the hook `wait` waits for
 *   whatever the library waits for, and benchmark_end() tells that a request
 *   is over. All in one thread: an epoll descriptor, a libcurl multi handle or
 *   the like belongs to the test.
 *
 * The library starts no thread for an event-driven test; the signal SIGIO is its
 * own. It comes to the main thread when the harness pauses the replica, or ends
 * it before its time.
 *
 * The harness may pause a replica, so that libraries work in turn. A test has
 * nothing to do for that. It is given no further request; those in flight end
 * as ever, and the hooks go on being called meanwhile. What does not end within
 * 2 s (or the operation's limit) is given up: by `cancel`, while a `fetch` runs
 * on and what it returns counts for nothing. Then no hook is called, for any
 * length of time, and connections stay open. The library must not use CPU or
 * send anything then: no thread that polls, no pings. The process may be
 * stopped meanwhile, so time seems to jump. After it `wait` is called with 0
 * before the first `start`: here a test learns which connections have ended.
 *
 * Run by the harness (BENCHMARK_FD is set) the program is a replica; run by
 * hand it takes flags (--help), measures, and prints a summary.
 *
 * A complete test (blocking, libcurl's easy interface):
 *
 *	#include <benchmark/worker.h>
 *	#include <curl/curl.h>
 *	#include <stdio.h>
 *
 *	static void *thread_open(void *client, struct benchmark_slot *slot)
 *	{
 *		CURL *easy = curl_easy_init();
 *
 *		(void)client;
 *		(void)slot;
 *		return easy;
 *	}
 *
 *	static void thread_close(void *client, struct benchmark_slot *slot)
 *	{
 *		(void)client;
 *		curl_easy_cleanup(slot->data);
 *	}
 *
 *	static size_t on_body(char *bytes, size_t size, size_t n, void *slot)
 *	{
 *		benchmark_body(slot, bytes, size * n);
 *		return size * n;
 *	}
 *
 *	static enum benchmark_outcome fetch(void *client,
 *					    struct benchmark_slot *slot)
 *	{
 *		const struct benchmark_operation *op = slot->op;
 *		CURL *easy = slot->data;
 *		char range[64];
 *		long status = 0;
 *		CURLcode code;
 *
 *		(void)client;
 *		snprintf(range, sizeof(range), "%llu-%llu",
 *			 (unsigned long long)op->start,
 *			 (unsigned long long)(op->start + op->length - 1));
 *		curl_easy_setopt(easy, CURLOPT_URL, op->url);
 *		curl_easy_setopt(easy, CURLOPT_RANGE, range);
 *		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
 *				 (long)(slot->limit_ns / 1000000));
 *		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
 *		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
 *		curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
 *		code = curl_easy_perform(easy);
 *		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
 *		slot->status = (unsigned)status;
 *		switch (code) {
 *		case CURLE_OK:
 *			return benchmark_outcome_of_status(slot->status);
 *		case CURLE_OPERATION_TIMEDOUT:
 *			return BENCHMARK_TIMEOUT;
 *		case CURLE_COULDNT_CONNECT:
 *			return BENCHMARK_CONNECT;
 *		case CURLE_PARTIAL_FILE:
 *			return BENCHMARK_TRUNCATED;
 *		case CURLE_GOT_NOTHING:
 *		case CURLE_RECV_ERROR:
 *			return BENCHMARK_RESET;
 *		default:
 *			benchmark_explain(slot, "%s", curl_easy_strerror(code));
 *			return BENCHMARK_OTHER;
 *		}
 *	}
 *
 *	static const char *version(void)
 *	{
 *		return curl_version_info(CURLVERSION_NOW)->version;
 *	}
 *
 *	int main(int argc, char **argv)
 *	{
 *		static const char *const not_applied[] = {
 *			"pool_size", "keep_alive", "keep_alive_timeout_seconds",
 *			"use_dns_cache", NULL
 *		};
 *		static const struct benchmark_test test = {
 *			.version = version,
 *			.thread_open = thread_open,
 *			.thread_close = thread_close,
 *			.fetch = fetch,
 *			.not_applied = not_applied,
 *		};
 *
 *		curl_global_init(CURL_GLOBAL_DEFAULT);
 *		return benchmark_worker_main(argc, argv, &test);
 *	}
 *
 * benchmark/tests/reference is an event-driven one.
 */
#ifndef BENCHMARK_WORKER_H
#define BENCHMARK_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a request asks for. */
enum benchmark_verb {
	BENCHMARK_GET_RANGE,  /* bytes start to start + length - 1 */
	BENCHMARK_GET,        /* the whole object, of `length` bytes */
	BENCHMARK_GET_SUFFIX, /* its last `length` bytes */
	BENCHMARK_GET_RANGES, /* the bytes of `ranges`, one after the other;
			       * `length` of them in all */
	BENCHMARK_HEAD,       /* the object's size: benchmark_size() */
	BENCHMARK_LIST,       /* the names of all objects that begin with `key`,
			       * over all pages: benchmark_name() */
	/* Readers choose their own requests: benchmark_body() is given values,
	 * of any length. What to read is in `more`. */
	BENCHMARK_READ_VALUES, /* 16-bit values: "first", "count" */
};

/* Bits of benchmark_test.verbs. */
#define BENCHMARK_DOES(verb) (1U << (verb))

/* What became of a request. The numbers are those of the records file. */
enum benchmark_outcome {
	BENCHMARK_OK = 1,          /* as far as the test knows; the worker then
				    * checks length, CRC and header */
	BENCHMARK_HTTP_ERROR = 2,  /* unexpected status, not 429 or 503 */
	BENCHMARK_THROTTLED = 3,   /* 429 or 503 */
	BENCHMARK_TIMEOUT = 4,     /* the library's own limit */
	BENCHMARK_CONNECT = 5,     /* no connection */
	BENCHMARK_RESET = 6,       /* connection ended before the answer's head
				    * was whole */
	BENCHMARK_TRUNCATED = 7,   /* connection ended within the body */
	BENCHMARK_WRONG_BYTES = 8, /* another range than the one asked for */
	BENCHMARK_OTHER = 9,       /* none of these: say what with
				    * benchmark_explain() */
	BENCHMARK_BAD_HTTP = 10,   /* the answer is no proper HTTP */
};

/* All strings here are UTF-8, owned by the worker, unchanged to the end. */
struct benchmark_credentials {
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token; /* or NULL */
};

/* The store, and how to talk to it. */
struct benchmark_target {
	const char *endpoint;      /* "http://HOST:PORT", perhaps with a path;
				    * no trailing slash */
	const char *host;          /* of the endpoint: name, or address without
				    * brackets */
	unsigned port;             /* of the endpoint, or 80, or 443 */
	bool tls;                  /* the endpoint is https */
	const char *bucket;
	const char *region;
	const char *ca_file;       /* PEM file to trust instead of the system's,
				    * or NULL */
	const struct benchmark_credentials *credentials; /* NULL: anonymous */
	unsigned pool_size;        /* connections that the library's pool may
				    * keep or open, >= 1 */
	bool keep_alive;           /* false: a connection for each request */
	double keep_alive_timeout_seconds; /* > 0: an idle connection's */
	bool use_dns_cache;
	const void *client_config; /* all of it: benchmark_client_number() */
	unsigned concurrency;      /* operations in flight, >= 1 */
	unsigned slots;            /* requests in flight at most: concurrency x
				    * the requests of the widest stage */
	double timeout_seconds;    /* of the timed part, > 0 */
	double operation_timeout_seconds;  /* limit of one operation, > 0: the
				    * library's own limits no shorter */
	uint64_t longest_bytes;    /* of all bodies of the plan */
	const char *params;        /* the test's own, the text of a JSON
				    * object */
	uint64_t seed;
	unsigned replica, replicas;
};

struct benchmark_range {
	uint64_t start, length; /* bytes, length >= 1 */
};

/* One request: an operation of the plan, or one of an operation of stages.
 * Valid while it is in flight. */
struct benchmark_operation {
	uint32_t number;  /* of the operation in the plan, from 0 */
	const char *key;  /* of the object; of a list what names begin with */
	const char *url;  /* of the object, path style, percent-encoded; of a list
			   * that of its first page, with a query:
			   * "...?list-type=2&prefix=KEY" */
	const char *path; /* of `url`, as a request says it: "/bucket/key" */
	uint64_t start;   /* bytes, for get_range; else 0 */
	uint64_t length;  /* bytes, as the verb says; of a head and a list what
			   * the worker expects: the size, how many names */
	const char *more; /* the plan's other members for this request (level,
			   * x, y, ...), or else for its operation: the text of
			   * a JSON object, or NULL */
	enum benchmark_verb verb;
	unsigned range_count; /* get_ranges: 1 to 1024 */
	const struct benchmark_range *ranges;
};

/* One of the places for a request in flight. */
struct benchmark_slot {
	unsigned number; /* 0 to target.slots - 1 */
	void *data;      /* the test's own; what thread_open() returned */
	const struct benchmark_operation *op; /* in flight */
	uint64_t limit_ns; /* of this request, 1 ms at least: what its operation
			    * has left */

	/* 0 at each start; the test fills in what its library tells. */
	uint64_t first_byte_ns; /* CLOCK_MONOTONIC */
	unsigned status;        /* HTTP */
	unsigned attempts;      /* requests sent */
};

struct benchmark_worker;

struct benchmark_test {
	/* The library's version, for instance "8.11.0". Required. */
	const char *(*version)(void);

	/* Makes what all slots share, before the first operation. NULL after
	 * benchmark_refuse(), which is the end. Not required: then `client` is
	 * NULL in the other hooks. */
	void *(*open)(struct benchmark_worker *worker,
		      const struct benchmark_target *target);

	/* Frees it, when nothing is in flight. Not required. */
	void (*close)(void *client);

	/* Blocking form: does the request slot->op, hands over what comes
	 * (benchmark_body(), or what the verb says), and returns what became of
	 * it; within slot->limit_ns, for the worker cannot stop it. Never
	 * retries. Several slots run at once, each always in the same thread.
	 * Required, or start and wait. */
	enum benchmark_outcome (*fetch)(void *client,
					struct benchmark_slot *slot);

	/* Blocking form: called in the slot's thread before its first
	 * request; what it returns becomes slot->data. Not required. */
	void *(*thread_open)(void *client, struct benchmark_slot *slot);

	/* Blocking form: called in the slot's thread after its last request.
	 * Not required. */
	void (*thread_close)(void *client, struct benchmark_slot *slot);

	/* Event-driven form: begins the request slot->op and returns without
	 * waiting. It may call benchmark_end() itself. Required, or fetch. */
	void (*start)(void *client, struct benchmark_slot *slot);

	/* Event-driven form: waits for at most timeout_ns (0: not at all) for
	 * something to happen and handles it: benchmark_body() for what
	 * arrived, benchmark_end() for what is over. A signal may end the wait
	 * early (EINTR), which is no failure. Returns 0, or -1 after
	 * benchmark_refuse(), which is the end. Required with start. */
	int (*wait)(void *client, uint64_t timeout_ns);

	/* Event-driven form: gives up the request in flight on the slot: its
	 * operation has reached its limit, or those of a slice or of the whole
	 * work are over. No benchmark_body() or
	 * benchmark_end() for it after this; the slot may be started anew.
	 * Required with start. */
	void (*cancel)(void *client, struct benchmark_slot *slot);

	/* Names of members of client_config that the library has no way to
	 * honour ("pool_size", "keep_alive", "keep_alive_timeout_seconds",
	 * "use_dns_cache"), NULL at the end. Not required. */
	const char *const *not_applied;

	/* Sentences about what is measured, NULL at the end. Not required. */
	const char *const *notes;

	/* The test reaches no store: proof, burst and all checks of the answers
	 * but their length are left out. Not required. */
	bool no_io;

	/* BENCHMARK_DOES() of each verb that the hooks do, for instance
	 * BENCHMARK_DOES(BENCHMARK_GET_RANGE) | BENCHMARK_DOES(BENCHMARK_HEAD).
	 * 0: ranged GETs only, and none in stages. Beside it library.toml says
	 * `protocol = 2` and the same `verbs`. */
	unsigned verbs;
};

/* Runs the test to its end; main() returns its value, the exit status: 0, 1
 * when it could not run (which the harness was told, or stderr), 2 for wrong
 * flags. */
int benchmark_worker_main(int argc, char **argv,
			  const struct benchmark_test *test);

/* Bytes of the answer's body, in their order, all at once or in pieces as they
 * arrive; not kept after the return. The body of an error may be given or not:
 * it does not count. Of get_ranges the parts follow one another in
 * their order. Allocates nothing. */
void benchmark_body(struct benchmark_slot *slot, const void *bytes, size_t n);

/* What a head found: the object's size in bytes. */
void benchmark_size(struct benchmark_slot *slot, uint64_t bytes);

/* One name that a list found, UTF-8, `n` bytes. They are given in the order of
 * the listing, which is that of their bytes. Not kept after the return. */
void benchmark_name(struct benchmark_slot *slot, const char *name, size_t n);

/* Event-driven form: the request of the slot is over. To be called once for
 * each start(), as the last thing done with the slot: the worker may call
 * start() for this and other slots before it returns. */
void benchmark_end(struct benchmark_slot *slot, enum benchmark_outcome outcome);

/* Why the request in flight fails, one sentence; before its end. Shown where
 * a failure is an error (proof, burst) and for the first BENCHMARK_OTHER. */
void benchmark_explain(struct benchmark_slot *slot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What slot->status says of slot->op: OK for 206 where ranges or a suffix were
 * asked for, else for 200, of a reader for both; THROTTLED for 429 and 503; otherwise HTTP_ERROR. */
enum benchmark_outcome
benchmark_outcome_of_slot(const struct benchmark_slot *slot);

/* The same for a ranged GET. */
enum benchmark_outcome benchmark_outcome_of_status(unsigned status);

/* From open() or wait(): why the test cannot go on, one sentence that names the
 * remedy. */
void benchmark_refuse(struct benchmark_worker *worker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* From open(): the version of something else that matters for the figures
 * (a TLS library, a compression library). Both strings are copied. */
void benchmark_add_version(struct benchmark_worker *worker, const char *name,
			   const char *version);

/* A number among the target's params, or `otherwise` where there is none. */
double benchmark_param(const struct benchmark_target *target, const char *name,
		       double otherwise);

/* A member of client_config that the target has no member for, as a number (a
 * boolean is 0 or 1) or a text; `otherwise` where it is missing, not set, or of
 * another type. */
double benchmark_client_number(const struct benchmark_target *target,
			       const char *name, double otherwise);
const char *benchmark_client_text(const struct benchmark_target *target,
				  const char *name, const char *otherwise);

#endif
