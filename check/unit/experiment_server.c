/* A server in a process of its own: it says when it serves and why it failed,
 * and is waited for, but not for ever. */
#include "check.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiment/server.h"

static int say_ready(int ready_fd)
{
	const char ready = SERVER_READY;

	return write(ready_fd, &ready, 1) == 1 ? 0 : ERR_SYSTEM;
}

static int wait_stop(int stop_fd)
{
	struct pollfd stop = { .fd = stop_fd, .events = POLLIN };

	return poll(&stop, 1, -1) == 1 ? 0 : ERR_SYSTEM;
}

static int until_stopped(void *context, int stop_fd, int ready_fd,
			 struct err *err)
{
	(void)context;
	(void)err;
	return say_ready(ready_fd) < 0 ? ERR_SYSTEM : wait_stop(stop_fd);
}

static int fails(void *context, int stop_fd, int ready_fd, struct err *err)
{
	(void)stop_fd;
	if (context && say_ready(ready_fd) < 0)
		return ERR_SYSTEM;
	return err_set(err, ERR_FAILED, "it has no coal: bring some");
}

static int dies(void *context, int stop_fd, int ready_fd, struct err *err)
{
	(void)context;
	(void)stop_fd;
	(void)ready_fd;
	(void)err;
	raise(SIGKILL);
	return 0;
}

static int is_held(void *context, int stop_fd, int ready_fd, struct err *err)
{
	(void)context;
	(void)stop_fd;
	(void)err;
	say_ready(ready_fd);
	raise(SIGSTOP);
	return 0;
}

static int is_slow(void *context, int stop_fd, int ready_fd, struct err *err)
{
	(void)context;
	(void)ready_fd;
	(void)err;
	return wait_stop(stop_fd);
}

static int begin(struct server *server,
		 int (*serve)(void *, int, int, struct err *), void *context,
		 int interrupt_fd, struct err *err)
{
	struct server_task task = { "check-server", "the oven", serve,
				    context };

	return server_start(server, &task, interrupt_fd, err);
}

static void one_that_serves(void **state)
{
	struct server server;
	struct err err;
	int status;

	(void)state;
	assert_int_equal(begin(&server, until_stopped, NULL, -1, &err), 0);
	assert_true(server_lives(&server));
	status = server_stop(&server);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(server_lives(&server));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void one_that_fails_at_once(void **state)
{
	struct server server;
	struct err err;

	(void)state;
	assert_int_equal(begin(&server, fails, NULL, -1, &err), ERR_FAILED);
	assert_string_equal(err.text, "it has no coal: bring some");
	assert_int_equal(begin(&server, dies, NULL, -1, &err), ERR_FAILED);
	assert_string_equal(err.text, "the oven ended before it was ready");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void one_that_fails_later(void **state)
{
	char text[100] = "the oven ended";
	struct pollfd ended = { .events = POLLIN };
	struct server server;
	struct err err;

	(void)state;
	assert_int_equal(begin(&server, fails, text, -1, &err), 0);
	ended.fd = server.ended_fd;
	assert_int_equal(poll(&ended, 1, -1), 1);
	assert_false(server_lives(&server));
	server_add_reason(&server, text, sizeof(text));
	assert_string_equal(text, "the oven ended: it has no coal: bring some");
	assert_int_equal(WEXITSTATUS(server_stop(&server)), 1);
}

/* As a replica of our own user may do to it. */
static void one_that_was_stopped(void **state)
{
	struct server server;
	struct err err;
	int status;

	(void)state;
	assert_int_equal(begin(&server, is_held, NULL, -1, &err), 0);
	assert_int_equal(waitpid(server.pid, &status, WUNTRACED), server.pid);
	assert_true(WIFSTOPPED(status));
	status = server_stop(&server);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Who presses Ctrl-C does not wait for one that is never ready. */
static void one_that_is_waited_for(void **state)
{
	struct server server;
	struct err err;
	int interrupt[2];

	(void)state;
	assert_int_equal(pipe(interrupt), 0);
	assert_int_equal(write(interrupt[1], "", 1), 1);
	assert_int_equal(begin(&server, is_slow, NULL, interrupt[0], &err),
			 ERR_INTERRUPTED);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	close(interrupt[0]);
	close(interrupt[1]);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(one_that_serves),
		cmocka_unit_test(one_that_fails_at_once),
		cmocka_unit_test(one_that_fails_later),
		cmocka_unit_test(one_that_was_stopped),
		cmocka_unit_test(one_that_is_waited_for),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
