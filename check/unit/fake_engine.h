/*
 * A container engine for checks: a child that answers on a Unix socket, starts
 * "containers" as processes of its own, and goes wrong where rules say so.
 * One request a connection, one after the other.
 */
#ifndef CHECK_FAKE_ENGINE_H
#define CHECK_FAKE_ENGINE_H

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* Instead of a status: */
#define ENGINE_CLOSES (-1) /* ends the connection without an answer */
#define ENGINE_DIES (-2)   /* and answers nobody any more */
#define ENGINE_HANGS (-3)  /* until the caller gives up */
#define ENGINE_BABBLES (-4) /* answers what is not HTTP */

struct engine_rule {
	const char *match; /* part of "POST /v1.40/containers/create?…" */
	int status;
	const char *body;
};

#define ENGINE_LOG_BYTES (1 << 20)
#define ENGINE_CONTAINERS 64

struct fake_engine {
	char folder[128], *path;
	pid_t pid;
	char *log; /* shared: "METHOD TARGET\nBODY\n" of each request */
	const struct engine_rule *rules; /* match NULL at the end */
	struct {
		json_t *body;
		pid_t pid; /* 0: not running */
		int status; /* 128 + signal */
	} container[ENGINE_CONTAINERS];
	unsigned count;
};

/* --------------------------------------------------------- in the child --- */

static inline void fake_spawn(struct fake_engine *e, unsigned i)
{
	json_t *body = e->container[i].body, *word;
	json_t *cmd = json_object_get(body, "Cmd");
	json_t *env = json_object_get(body, "Env");
	char *argv[64] = { NULL }, *environment[64] = { NULL };
	char program[4096];
	size_t at;

	snprintf(program, sizeof(program), "%s/geoio-enter", getenv("BUILD"));
	argv[0] = program;
	json_array_foreach(cmd, at, word)
		argv[1 + at] = mem_dup(json_string_value(word));
	json_array_foreach(env, at, word)
		environment[at] = mem_dup(json_string_value(word));
	e->container[i].pid = fork();
	if (e->container[i].pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/zero", O_RDONLY | O_CLOEXEC), 0);
	if (chdir(json_string_value(json_object_get(body, "WorkingDir"))) < 0)
		_exit(98);
	execve(program, argv, environment);
	_exit(99);
}

static inline void fake_wait(struct fake_engine *e, unsigned i, int flags)
{
	int status;

	if (!e->container[i].pid ||
	    waitpid(e->container[i].pid, &status, flags) <= 0)
		return;
	e->container[i].pid = 0;
	e->container[i].status = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
}

static inline char *fake_container(struct fake_engine *e, const char *method,
				   const char *rest, const char *body,
				   int *status)
{
	unsigned i;
	char verb[32] = "";

	*status = 200;
	if (!strncmp(rest, "create", 6)) {
		*status = 201;
		e->container[e->count].body = json_loads(body, 0, NULL);
		return mem_printf("{\"Id\":\"c%u\",\"Warnings\":%s}", e->count++,
				  strstr(body, "PidsLimit")
					  ? "[\"no pids; \\u001b[1m\",\"two\"]"
					  : "null");
	}
	if (sscanf(rest, "c%u/%31[a-z]", &i, verb) < 1 || i >= e->count) {
		*status = 404;
		return mem_dup("{\"message\":\"No such container\"}");
	}
	if (!strcmp(verb, "start"))
		fake_spawn(e, i);
	else if (!strcmp(method, "DELETE") && e->container[i].pid)
		kill(e->container[i].pid, SIGKILL);
	else if (!strcmp(verb, "kill") && e->container[i].pid)
		kill(e->container[i].pid, SIGKILL);
	if (!strcmp(method, "DELETE"))
		fake_wait(e, i, 0);
	if (strcmp(verb, "json") != 0)
		return mem_dup("{}");
	fake_wait(e, i, WNOHANG);
	return mem_printf("{\"State\":{\"Running\":%s,\"ExitCode\":%d,"
			  "\"OOMKilled\":%s}}",
			  e->container[i].pid ? "true" : "false",
			  e->container[i].status,
			  getenv("FAKE_OUT_OF_MEMORY") ? "true" : "false");
}

static inline char *fake_answer(struct fake_engine *e, const char *method,
				const char *target, const char *body,
				int *status)
{
	const char *containers = strstr(target, "/containers/");

	*status = 200;
	if (containers)
		return fake_container(e, method, containers + 12, body, status);
	return mem_dup("{\"Version\":\"9.9\",\"ApiVersion\":\"1.41\","
		       "\"MinAPIVersion\":\"1.24\"}");
}

static volatile sig_atomic_t fake_told_to_die;

static inline void fake_on_signal(int number)
{
	(void)number;
	fake_told_to_die = 1;
}

static inline void fake_die(struct fake_engine *e, int listener, int fd)
{
	if (fd >= 0)
		close(fd);
	close(listener);
	for (unsigned i = 0; i < e->count; i++)
		fake_wait(e, i, 0);
	for (;;)
		pause();
}

static inline void fake_write(int fd, int status, const char *body)
{
	/* 200 X: the words behind the number mean nothing. */
	char *text = mem_printf("HTTP/1.1 %d X\r\nConnection: close\r\n"
				"Content-Length: %zu\r\n\r\n%s", status,
				status == 204 ? 0 : strlen(body), body);

	if (file_write_all(fd, text, strlen(text)) < 0)
		_exit(98);
	free(text);
}

/* Obeys the first rule that fits; false: there is none. */
static inline bool fake_rule(struct fake_engine *e, int listener, int fd,
			     const char *line)
{
	const struct engine_rule *rule = e->rules;
	char byte;

	while (rule && rule->match && !strstr(line, rule->match))
		rule++;
	if (!rule || !rule->match)
		return false;
	if (rule->status == ENGINE_DIES)
		fake_die(e, listener, fd);
	else if (rule->status == ENGINE_HANGS)
		while (read(fd, &byte, 1) > 0)
			;
	else if (rule->status == ENGINE_BABBLES)
		file_write_all(fd, "hello\n", 6);
	else if (rule->status > 0)
		fake_write(fd, rule->status, rule->body);
	return true;
}

/* Reads a whole request; the body stands behind the head. */
static inline char *fake_read(int fd, char *buffer, size_t size)
{
	size_t n = 0, length = 0;
	char *end = NULL, *field;

	while (n + 1 < size) {
		ssize_t got = read(fd, buffer + n, size - 1 - n);

		if (got <= 0)
			return NULL;
		n += (size_t)got;
		buffer[n] = '\0';
		end = end ? end : strstr(buffer, "\r\n\r\n");
		if (!end)
			continue;
		field = strcasestr(buffer, "\ncontent-length:");
		length = field ? strtoul(field + 16, NULL, 10) : 0;
		if ((size_t)(end + 4 - buffer) + length <= n)
			return end + 4;
	}
	return NULL;
}

static inline void fake_serve(struct fake_engine *e, int listener, int fd)
{
	static char buffer[1 << 18];
	char method[8], target[2048], line[2100], *body, *answer;
	size_t used = strlen(e->log);
	int status;

	body = fake_read(fd, buffer, sizeof(buffer));
	if (!body || sscanf(buffer, "%7s %2047s", method, target) != 2)
		return;
	snprintf(line, sizeof(line), "%s %s", method, target);
	/* Of an archive this is its first name. */
	snprintf(e->log + used, ENGINE_LOG_BYTES - used, "%s\n%s\n", line,
		 body);
	if (fake_rule(e, listener, fd, line))
		return;
	answer = fake_answer(e, method, target, body, &status);
	fake_write(fd, status, answer);
	free(answer);
}

static inline _Noreturn void fake_main(struct fake_engine *e, int listener)
{
	struct sigaction action = { .sa_handler = fake_on_signal };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGUSR1, &action, NULL); /* without SA_RESTART */
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fake_told_to_die)
			fake_die(e, listener, fd);
		if (fd < 0)
			_exit(97);
		fake_serve(e, listener, fd);
		close(fd);
	}
}

/* -------------------------------------------------------- in the parent --- */

static inline void fake_engine_start(struct fake_engine *e,
				     const struct engine_rule *rules)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *base = getenv("TMPDIR");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(e, 0, sizeof(*e));
	e->rules = rules;
	snprintf(e->folder, sizeof(e->folder), "%.60s/engine-XXXXXX",
		 base ? base : "/tmp");
	assert_non_null(mkdtemp(e->folder));
	e->path = mem_printf("%s/engine.sock", e->folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", e->path);
	assert_int_equal(bind(fd, (const struct sockaddr *)(void *)&address,
			      sizeof(address)), 0);
	assert_int_equal(listen(fd, 64), 0);
	e->log = mmap(NULL, ENGINE_LOG_BYTES, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	e->pid = fork();
	if (e->pid == 0)
		fake_main(e, fd);
	close(fd);
}

static inline void fake_engine_stop(struct fake_engine *e)
{
	kill(e->pid, SIGKILL);
	assert_int_equal(waitpid(e->pid, NULL, 0), e->pid);
	munmap(e->log, ENGINE_LOG_BYTES);
	free(e->path);
	assert_int_equal(file_remove_tree(e->folder, NULL), 0);
}

/* Answers nobody any more, as ENGINE_DIES; its containers go on. */
static inline void fake_engine_dies(struct fake_engine *e)
{
	kill(e->pid, SIGUSR1);
}

/* How often the engine was asked this. */
static inline unsigned fake_asked(const struct fake_engine *e, const char *what)
{
	unsigned n = 0;

	for (const char *at = e->log; (at = strstr(at, what)); at++)
		n++;
	return n;
}

#endif
