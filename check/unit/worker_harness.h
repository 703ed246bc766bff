/*
 * A harness of the worker protocol for checks: it starts a test (a table of
 * hooks) in a child, sends what a check wants to send, and reads what comes.
 * Included by the checks worker_*.c; every wait has a limit.
 */
#ifndef CHECK_WORKER_HARNESS_H
#define CHECK_WORKER_HARNESS_H

/* clang-format off: cmocka wants these first. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "benchmark/worker.h"
#include "record/record.h"

#define WAIT_MS 30000 /* longer than any check takes on a slow machine */
#define CAPACITY 65536

struct harness {
	char folder[64];
	int fd;
	pid_t pid;
	json_t *setup;
	struct record *records;
};

static char *in_folder(const struct harness *h, const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *to = path[turn++ % 4];

	snprintf(to, sizeof(path[0]), "%s/%s", h->folder, name);
	return to;
}

static void put_file(const struct harness *h, const char *name,
		     const void *bytes, size_t n)
{
	struct err err;

	assert_int_equal(file_write(in_folder(h, name), bytes, n, &err), 0);
}

/* The byte that every object of the checks has at an offset. */
static inline unsigned char content_at(uint64_t offset)
{
	return (unsigned char)(offset * 31 + (offset >> 8) * 7 + 1);
}

static inline void content(unsigned char *to, uint64_t start, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		to[i] = content_at(start + i);
}

static inline uint32_t content_crc32(uint64_t start, uint64_t n)
{
	unsigned char *bytes = malloc(n);
	uint32_t crc;

	content(bytes, start, n);
	crc = (uint32_t)crc32_z(0, bytes, n);
	free(bytes);
	return crc;
}

/* `count` operations of 1,000 bytes of the keys, which follow one another;
 * `extra` is put into each line, for instance ",\"crc32\":7". */
static inline void put_operations(const struct harness *h, const char *name,
				  unsigned count, const char *const *keys,
				  const char *extra)
{
	struct str text = STR_INIT;
	unsigned key_count = 0;

	while (keys[key_count])
		key_count++;
	for (unsigned i = 0; i < count; i++)
		str_addf(&text,
			 "{\"op\":%u,\"key\":\"%s\",\"start\":%u,"
			 "\"length\":1000%s}\n",
			 i, keys[i % key_count], i * 16, extra);
	put_file(h, name, text.buf, text.len);
	str_release(&text);
}

static inline void put_plan(const struct harness *h, unsigned count,
			    const char *key)
{
	const char *keys[] = { key, NULL };

	put_operations(h, "plan", count, keys, "");
}

static inline void set_text(struct harness *h, const char *name,
			    const char *value)
{
	json_object_set_new(h->setup, name, json_string(value));
}

static inline void set_number(struct harness *h, const char *name, double value)
{
	json_object_set_new(h->setup, name, json_real(value));
}

static inline void set_count(struct harness *h, const char *name, int64_t value)
{
	json_object_set_new(h->setup, name, json_integer(value));
}

static inline void set_client(struct harness *h, const char *name,
			      json_t *value)
{
	json_object_set_new(json_object_get(h->setup, "client_config"), name,
			    value);
}

static inline void set_verify(struct harness *h, const char *name,
			      const char *file)
{
	json_object_set_new(json_object_get(h->setup, "verify"), name,
			    json_string(in_folder(h, file)));
}

static json_t *default_setup(const struct harness *h)
{
	return json_pack(
		"{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:b, s:n, s:n, "
		"s:{s:i, s:b, s:f, s:b}, s:i, s:n, s:f, s:f, s:i, s:n, "
		"s:{s:i}, s:s, s:{s:s, s:i}, s:{}, s:i, s:i, s:i, s:s}",
		"type", "setup", "protocol", 1, "library", "check", "test",
		"fetch_range", "endpoint", "http://127.0.0.1:9", "bucket", "b",
		"region", "us-east-1", "tls", 0, "ca_file", "credentials",
		"client_config", "pool_size", 1000, "keep_alive", 1,
		"keep_alive_timeout_seconds", 30.0, "use_dns_cache", 1,
		"concurrency", 4, "n_requests", "timeout_seconds", 20.0,
		"operation_timeout_seconds", 10.0, "warm_up_seconds", 0, "rate",
		"params", "request_size", 1000, "plan", in_folder(h, "plan"),
		"records", "path", in_folder(h, "records"), "capacity",
		CAPACITY, "verify", "replica", 0, "replicas", 1, "seed", 42,
		"a_later_member", "is ignored");
}

static void map_records(struct harness *h)
{
	int fd = open(in_folder(h, "records"), O_RDWR | O_CREAT | O_CLOEXEC,
		      0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)CAPACITY * RECORD_BYTES), 0);
	h->records = mmap(NULL, (size_t)CAPACITY * RECORD_BYTES, PROT_READ,
			  MAP_SHARED, fd, 0);
	assert_ptr_not_equal(h->records, MAP_FAILED);
	close(fd);
}

/* Makes all records unwritten again, for another session. */
static inline void clear_records(const struct harness *h)
{
	const char *path = in_folder(h, "records");

	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(truncate(path, (off_t)CAPACITY * RECORD_BYTES), 0);
}

/* A folder with records, no plan yet, and a setup packet to be changed. */
static void harness_make(struct harness *h)
{
	const char *tmp = getenv("TMPDIR");

	memset(h, 0, sizeof(*h));
	snprintf(h->folder, sizeof(h->folder), "%s/worker.XXXXXX",
		 tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	assert_non_null(mkdtemp(h->folder));
	map_records(h);
	h->setup = default_setup(h);
	assert_non_null(h->setup);
	h->fd = -1;
}

/* The child becomes a replica of the test. */
static void harness_start(struct harness *h, const struct benchmark_test *test)
{
	char number[16], name[] = "test";
	char *argv[] = { name, NULL };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	fflush(NULL);
	h->pid = fork();
	assert_true(h->pid >= 0);
	if (h->pid == 0) {
		close(pair[0]);
		snprintf(number, sizeof(number), "%d", pair[1]);
		setenv("BENCHMARK_FD", number, 1);
		_exit(benchmark_worker_main(1, argv, test));
	}
	close(pair[1]);
	h->fd = pair[0];
}

static void harness_send_text(struct harness *h, const char *text)
{
	assert_int_equal(send(h->fd, text, strlen(text), MSG_NOSIGNAL),
			 (ssize_t)strlen(text));
}

static void harness_send(struct harness *h, json_t *packet)
{
	char *text = json_dumps(packet, 0);

	harness_send_text(h, text);
	free(text);
}

/* The next packet, which must be of this type. The caller releases. */
static json_t *harness_receive(struct harness *h, const char *type)
{
	struct pollfd wait = { .fd = h->fd, .events = POLLIN };
	static char text[65537];
	json_t *packet;
	ssize_t n;

	assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
	n = recv(h->fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	packet = json_loads(text, 0, NULL);
	assert_non_null(packet);
	if (strcmp(type, json_string_value(json_object_get(packet, "type"))))
		fail_msg("'%s' instead of '%s'", text, type);
	return packet;
}

/* Waits for `ready`, says GO a little ahead, and returns its time. */
static uint64_t harness_go(struct harness *h)
{
	uint64_t at_ns;
	char text[64];

	json_decref(harness_receive(h, "ready"));
	at_ns = clock_now_ns() + 20 * NS_PER_MS;
	snprintf(text, sizeof(text), "{\"type\":\"go\",\"at_ns\":%llu}",
		 (unsigned long long)at_ns);
	harness_send_text(h, text);
	return at_ns;
}

/* The exit status, or 1000 + the signal. */
static int harness_wait(struct harness *h)
{
	int status = 0;

	for (int i = 0; i < WAIT_MS / 10; i++) {
		pid_t pid = waitpid(h->pid, &status, WNOHANG);

		assert_true(pid >= 0);
		if (pid == h->pid) {
			h->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   1000 + WTERMSIG(status);
		}
		usleep(10000);
	}
	fail_msg("the replica does not end");
	return -1;
}

/* After `done`: says bye, and expects a good end. */
static void harness_bye(struct harness *h)
{
	harness_send_text(h, "{\"type\":\"bye\"}");
	assert_int_equal(harness_wait(h), 0);
}

/* A whole session that must go well; returns `done`. */
static inline json_t *harness_session(struct harness *h,
				      const struct benchmark_test *test)
{
	json_t *done;

	harness_start(h, test);
	harness_send(h, h->setup);
	harness_go(h);
	done = harness_receive(h, "done");
	harness_bye(h);
	return done;
}

static inline int64_t count_in(const json_t *packet, const char *name)
{
	assert_true(json_is_integer(json_object_get(packet, name)));
	return json_integer_value(json_object_get(packet, name));
}

#define TRIES 20

/* After a session: all is as before it, for another one. */
static inline void harness_again(struct harness *h)
{
	close(h->fd);
	h->fd = -1;
	clear_records(h);
}

/* A session whose `done` has that count. One for which the machine stood still
 * from GO to the deadline is made anew; the last one is returned as it is. */
static inline json_t *harness_session_with(struct harness *h,
					   const struct benchmark_test *test,
					   const char *name, int64_t count)
{
	json_t *done = harness_session(h, test);

	for (int i = 0; i < TRIES && count_in(done, name) != count; i++) {
		json_decref(done);
		harness_again(h);
		done = harness_session(h, test);
	}
	return done;
}

static inline const char *text_in(const json_t *packet, const char *name)
{
	const char *text = json_string_value(json_object_get(packet, name));

	assert_non_null(text);
	return text;
}

/* A session that must end with `error` in this stage, status 1, and a sentence
 * that has `part`. */
static inline void harness_refused(struct harness *h,
				   const struct benchmark_test *test,
				   const char *stage, const char *part)
{
	json_t *error;

	harness_start(h, test);
	harness_send(h, h->setup);
	error = harness_receive(h, "error");
	assert_string_equal(text_in(error, "stage"), stage);
	if (!strstr(text_in(error, "message"), part))
		fail_msg("'%s' has no '%s'", text_in(error, "message"), part);
	json_decref(error);
	assert_int_equal(harness_wait(h), 1);
}

/* Written records from the first on; what follows must be unwritten. */
static inline unsigned record_count(const struct harness *h)
{
	unsigned n = 0;

	while (n < CAPACITY && h->records[n].outcome)
		n++;
	for (unsigned i = n; i < CAPACITY; i++)
		assert_int_equal(h->records[i].outcome, 0);
	return n;
}

static void harness_free(struct harness *h)
{
	struct err err;

	if (h->fd >= 0)
		close(h->fd);
	if (h->pid > 0) {
		kill(h->pid, SIGKILL);
		waitpid(h->pid, NULL, 0);
	}
	munmap(h->records, (size_t)CAPACITY * RECORD_BYTES);
	json_decref(h->setup);
	assert_int_equal(file_remove_tree(h->folder, &err), 0);
}

/* cmocka's setup and teardown of every check. */
static inline int setup_harness(void **state)
{
	struct harness *h = malloc(sizeof(*h));

	harness_make(h);
	*state = h;
	return 0;
}

static inline int teardown_harness(void **state)
{
	harness_free(*state);
	free(*state);
	return 0;
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, setup_harness, teardown_harness)

#endif
