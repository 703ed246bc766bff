/* The environment of a variant: tools/setup-variant finds it, or makes it. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "base/work.h"
#include "catalogue/python.h"
#include "catalogue/variant.h"
#include "catalogue/vary.h"

#define SAID_MOST 65536 /* bytes */
#define LOOK_MS 200

/* What it is asked for, as tools/setup-variant explains it. */
static char *make_request(const struct library *library,
			  const char *database)
{
	static const char *const kinds[] = { "version", "wheel", "folder" };
	const struct variant *variant = library->variant;
	char *lock = mem_printf("%s/requirements.lock", library->folder);
	json_t *packages = json_array(), *request;
	char *text;

	for (size_t i = 0; library->packages[i]; i++)
		json_array_append_new(packages,
				      json_string(library->packages[i]));
	request = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s?, s:s?}", "name",
			    variant->name, "library", variant->library, "kind",
			    kinds[variant->kind], "what", variant->what,
			    "package", library->package, "packages", packages,
			    "lock", file_is_regular(lock) ? lock : NULL, "database",
			    database);
	text = request ? json_dumps(request, JSON_COMPACT | JSON_ENSURE_ASCII)
		       : NULL;
	json_decref(request);
	free(lock);
	return text;
}

/* -------------------------------------------------------- another program --- */

/* In the child. Environments belong to whose folder they are in, not to root. */
static void become_program(const struct layout *layout, const char *request,
			   int to_us)
{
	char *const argv[] = { layout->setup_envs, (char[]){ "--envs" },
			       layout->envs, (char[]){ "--variant" },
			       mem_dup(request), NULL };
	int null = open("/dev/null", O_RDONLY);

	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(to_us, STDOUT_FILENO);
	if (invoker_become(layout->envs) < 0)
		_exit(126);
	/* After that: a change of the user takes it away. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execv(argv[0], argv);
	_exit(127);
}

/* Reads until it ends, or the person asks to stop. */
static int listen_to(int fd, struct str *said, struct err *err)
{
	struct pollfd ends[] = { { .fd = fd, .events = POLLIN },
				 { .fd = work_stop_fd(), .events = POLLIN } };
	char bytes[4096];
	ssize_t n = 1;
	int code;

	while ((code = work_done(0, 0, err)) == 0 && n > 0) {
		if (poll(ends, 2, LOOK_MS) <= 0 || !ends[0].revents)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n > 0 && said->len < SAID_MOST)
			str_add_n(said, bytes, (size_t)n);
	}
	return code;
}

static int run(const struct layout *layout, const char *request,
	       struct str *said, struct err *err)
{
	int ends[2], status = 0, code;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	pid = fork();
	if (pid == 0)
		become_program(layout, request, ends[1]);
	close(ends[1]);
	code = pid < 0 ? err_sys(err, "cannot start %s", layout->setup_envs)
		       : listen_to(ends[0], said, err);
	close(ends[0]);
	if (pid > 0 && code < 0)
		kill(pid, SIGTERM);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return code;
}

/* -------------------------------------------------------- what it answers --- */

static const char *text_of(const json_t *answer, const char *name)
{
	return json_string_value(json_object_get(answer, name));
}

/* Who removes old ones leaves out those that are held (tools/setup-variant). A file
 * system without locks is no reason to fail. */
static int hold(struct library *library, struct err *err)
{
	char *mark = mem_printf("%s/.variant", library->environment);

	library->in_use_fd = open(mark, O_RDONLY | O_CLOEXEC);
	free(mark);
	if (library->in_use_fd >= 0)
		flock(library->in_use_fd, LOCK_SH);
	library->ready = library->in_use_fd >= 0 &&
			 python_ready(library->environment);
	return library->ready
		       ? 0
		       : err_set(err, ERR_FAILED,
				 "%s: its environment %s was removed as soon as "
				 "it was made: try again", library->name,
				 library->environment);
}

static int take_answer(struct library *library, const json_t *answer,
		       struct err *err)
{
	const char *why = text_of(answer, "why");
	const char *environment = text_of(answer, "environment");
	const char *version = text_of(answer, "version");
	const char *build = text_of(answer, "build");

	if (why)
		return err_set(err, json_is_true(json_object_get(answer,
								 "usage"))
					    ? ERR_USAGE
					    : ERR_FAILED, "%s: %s",
			       library->name, why);
	if (!environment || !version)
		return err_set(err, ERR_FAILED,
			       "the environment of %s could not be made: what "
			       "was said of it stands above", library->name);
	library->environment = mem_dup(environment);
	library->version = mem_dup(version);
	snprintf(library->build, sizeof(library->build), "%s",
		 build ? build : "");
	free(library->remedy);
	library->remedy = NULL;
	return hold(library, err);
}

int vary_make(struct catalogue *catalogue, struct library *library,
	      const char *database, struct err *err)
{
	char *request = make_request(library, database);
	struct str said = STR_INIT;
	json_t *answer;
	int code;

	if (!request)
		return err_set(err, ERR_USAGE, "%s: a path or a package's name "
					       "is no UTF-8: give it another "
					       "name", library->name);
	code = file_make_dirs(catalogue->layout.envs, 0777, err);
	if (code == 0)
		code = run(&catalogue->layout, request, &said, err);
	if (code == 0) {
		answer = json_loads(said.buf, 0, NULL);
		code = take_answer(library, answer, err);
		json_decref(answer);
	}
	str_release(&said);
	free(request);
	return code;
}
