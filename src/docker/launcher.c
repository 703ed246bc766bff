/*
 * Replicas in containers, one each, by the Engine API. A container inherits no
 * descriptors, so what starts in it is geoio-enter (src/enter), which fetches
 * them and then becomes the replica: process 1 of the container. To such a
 * process the kernel delivers no signal from within the container that it has
 * no handler for: raise(SIGTERM) does nothing there, abort() ends as SIGSEGV.
 *
 * Whether it lives is asked of the kernel (a pidfd) and not of the engine, so
 * that an engine that hangs or dies in mid-run holds up nothing.
 */
#include "run/launcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "docker/docker.h"
#include "docker/engine_answer.h"

/* geoio-enter is small; it has so long from "started" until it says hello. */
#define ENTER_TIMEOUT_NS (30 * NS_PER_S)
#define ENTER_LOOK_MS 250

/* The engine has so long to notice an end that the kernel told us of. It is
 * asked so often: the first or second answer usually says so. */
#define NOTICE_NS (5 * NS_PER_S)
#define NOTICE_PAUSE_NS (5 * NS_PER_MS)

/* A shell's way to say "by signal N"; the engines' too. */
#define STATUS_SIGNAL 128

/* ---------------------------------------------------------------- start --- */

static int create(struct engine *engine, const struct launch *launch,
		  const struct meeting *meeting, struct launched *out,
		  struct err *err)
{
	json_t *body = docker_body(launch, meeting->path), *answer = NULL;
	char *name = docker_name();
	char *path = mem_printf("/containers/create?name=%s", name);
	char warnings[400];
	int code = engine_call(engine, "POST", path, body, ENGINE_LONG_MS,
			       &answer, err);

	if (code == 0)
		code = engine_answer_made(answer, out->id, err);
	engine_answer_warnings(answer, warnings, sizeof(warnings));
	if (*warnings)
		snprintf(out->warning, sizeof(out->warning),
			 "the container engine warns: %s", warnings);
	json_decref(answer);
	json_decref(body);
	free(path);
	free(name);
	return code;
}

static int post(struct engine *engine, const char *id, const char *verb,
		long timeout_ms, struct err *err)
{
	char *path = mem_printf("/containers/%s/%s", id, verb);
	int code = engine_call(engine, "POST", path, NULL, timeout_ms, NULL,
			       err);

	free(path);
	return code;
}

static int look(struct engine *engine, const char *id,
		struct engine_state *state, struct err *err)
{
	char *path = mem_printf("/containers/%s/json", id);
	json_t *answer = NULL;
	int code = engine_call(engine, "GET", path, NULL, ENGINE_SHORT_MS,
			       &answer, err);

	if (code == 0)
		code = engine_answer_state(answer, state, err);
	free(path);
	json_decref(answer);
	return code;
}

/* Nobody has come yet: is it still on its way? */
static int check_on_its_way(struct engine *engine, const char *id,
			    struct err *err)
{
	struct engine_state state;
	int code = look(engine, id, &state, err);

	if (code < 0 || state.runs)
		return code;
	return err_set(err, ERR_FAILED,
		       "its container ended before it came to the run's folder "
		       "(exit status %d: %s): does the container engine see "
		       "this machine's files, and map users as they are?",
		       state.status,
		       state.status > 0 && state.status < STATUS_SIGNAL
			       ? strerror(state.status) : "?");
}

static int await(struct engine *engine, const char *id, struct meeting *meeting,
		 struct err *err)
{
	uint64_t until = clock_now_ns() + ENTER_TIMEOUT_NS;
	int code = 0;

	while (code == 0 && clock_now_ns() < until) {
		code = meeting_wait(meeting, ENTER_LOOK_MS, err);
		if (code == 0)
			code = check_on_its_way(engine, id, err);
	}
	if (code == 0)
		return err_set(err, ERR_TIMEOUT,
			       "its container runs, but did not come to the "
			       "run's folder within %llu s",
			       ENTER_TIMEOUT_NS / NS_PER_S);
	return code < 0 ? code : 0;
}

static int adopt(const struct launch *launch, const struct meeting *meeting,
		 struct err *err)
{
	const struct place *place = launch->place;

	if (!place || !place->adopt)
		return 0;
	return place->adopt(place->context, launch->replica, meeting->pid, err);
}

static void take_over(struct launched *out, struct meeting *meeting)
{
	out->pid = meeting->pid;
	out->pidfd = meeting->pidfd;
	out->socket_fd = meeting->socket;
	out->output_fd = meeting->output[0];
	meeting->pidfd = meeting->socket = meeting->output[0] = -1;
}

static int start_in(struct engine *engine, const struct launch *launch,
		    struct meeting *meeting, struct launched *out,
		    struct err *err)
{
	int code = create(engine, launch, meeting, out, err);

	if (code == 0)
		code = post(engine, out->id, "start", ENGINE_LONG_MS, err);
	if (code == 0)
		code = await(engine, out->id, meeting, err);
	if (code < 0)
		return err_wrap(err, code, "could not be started");
	code = adopt(launch, meeting, err);
	if (code < 0)
		return err_wrap(err, code, "could not be given its network");
	code = meeting_go(meeting, launch, err);
	if (code == 0)
		take_over(out, meeting);
	return code;
}

static int check_launch(const struct launch *launch, struct err *err)
{
	const struct container *container = docker_container(launch);

	if (!container)
		return err_set(err, ERR_USAGE, "could not be started: nothing "
			       "is said of its container");
	if (file_exists(container->enter))
		return 0;
	return err_set(err, ERR_NOT_FOUND,
		       "could not be started: %s does not exist: build it "
		       "(make), or install the benchmark anew",
		       container->enter);
}

static int docker_start(const struct launch *launch, struct launched *out,
			struct err *err)
{
	struct meeting meeting;
	struct engine *engine;
	int code = check_launch(launch, err);

	*out = LAUNCHED_NONE;
	if (code == 0)
		code = meeting_open(&meeting, launch, err);
	if (code < 0)
		return code;
	out->context = launch->context;
	engine_open(&engine, docker_container(launch)->socket);
	code = start_in(engine, launch, &meeting, out, err);
	/* Without an answer the next command has to do it, by the label. */
	if (code < 0 && *out->id)
		docker_remove(engine, out->id, NULL);
	engine_close(engine);
	meeting_close(&meeting);
	if (code < 0)
		*out = LAUNCHED_NONE;
	return code;
}

/* ------------------------------------------------------------------ end --- */

static void open_engine(struct engine **out, const struct launched *launched)
{
	const struct container *container = launched->context;

	engine_open(out, container->socket);
}

static bool has_ended(const struct launched *launched)
{
	struct pollfd poll_fd = { .fd = launched->pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

/* The end of the first process is the end of all in a container. Root needs no
 * engine for that. */
static void docker_kill(const struct launched *launched)
{
	struct engine *engine;
	struct err err;

	if (has_ended(launched) ||
	    syscall(SYS_pidfd_send_signal, launched->pidfd, SIGKILL, NULL,
		    0) == 0 || errno == ESRCH)
		return;
	open_engine(&engine, launched);
	if (post(engine, launched->id, "kill", ENGINE_SHORT_MS, &err) < 0)
		LOG(DOCKER, "container %s: %s", launched->id, err.text);
	engine_close(engine);
}

static void take_end(const struct engine_state *state,
		     struct launched *launched, siginfo_t *info)
{
	int status = state->status;

	launched->out_of_memory = state->out_of_memory;
	info->si_pid = launched->pid;
	info->si_code = CLD_EXITED;
	info->si_status = status;
	if (status > STATUS_SIGNAL && status < STATUS_SIGNAL + _NSIG) {
		info->si_code = CLD_KILLED;
		info->si_status = status - STATUS_SIGNAL;
	}
}

/* The engine learns of the end a little later than we do. It is asked again,
 * and not told to wait: podman waits until it has cleaned up, which it may
 * never do. */
static int ask_end(struct engine *engine, struct launched *launched,
		   siginfo_t *info, struct err *err)
{
	uint64_t until = clock_now_ns() + NOTICE_NS;
	struct engine_state state;

	do {
		int code = look(engine, launched->id, &state, err);

		if (code == 0 && !state.runs && state.status < 0)
			code = err_set(err, ERR_INVALID, "the container engine "
				       "does not say how it ended");
		if (code == 0 && !state.runs)
			take_end(&state, launched, info);
		if (code < 0 || !state.runs)
			return code;
		clock_sleep_until(clock_now_ns() + NOTICE_PAUSE_NS);
	} while (clock_now_ns() < until);
	return err_set(err, ERR_TIMEOUT, "the container engine has not noticed "
		       "its end");
}

/* A replica is no less dead because its engine does not answer. si_code stays
 * 0: nobody else knows how the replica ended. */
static bool docker_reap(struct launched *launched, siginfo_t *info)
{
	struct engine *engine;
	struct err err;
	int code;

	*info = (siginfo_t){ 0 };
	if (!has_ended(launched))
		return false;
	open_engine(&engine, launched);
	code = ask_end(engine, launched, info, &err);
	if (code < 0) {
		launched->lost = code == ERR_INVALID ?
			"the container engine does not say how it ended" :
			"the container engine no longer answers: is it "
			"running?";
		LOG(DOCKER, "how container %s ended is not known: %s",
		    launched->id, err.text);
	}
	engine_close(engine);
	return true;
}

/* Only its parent may ask the kernel for the signal. So this names the usual
 * one. */
static int docker_stopped(const struct launched *launched)
{
	struct str line = STR_INIT;
	char path[40];
	const char *state = NULL;
	bool stopped;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)launched->pid);
	if (!has_ended(launched) && file_read(path, 4096, &line, NULL) == 0)
		state = strrchr(line.buf, ')');
	stopped = state && state[1] == ' ' && state[2] == 'T';
	str_release(&line);
	return stopped ? SIGSTOP : 0;
}

static void docker_release(struct launched *launched)
{
	struct engine *engine;
	struct err err;

	if (!*launched->id)
		return;
	open_engine(&engine, launched);
	if (docker_remove(engine, launched->id, &err) < 0)
		LOG(DOCKER, "container %s stays: %s", launched->id, err.text);
	engine_close(engine);
}

const struct launcher launcher_docker = {
	.start = docker_start,
	.kill = docker_kill,
	.reap = docker_reap,
	.stopped = docker_stopped,
	.release = docker_release,
};
