/* Trials whose replicas run in containers, made by an engine of our own that
 * starts the real geoio-enter (fake_engine.h). */
#include "run_fixture.h"
#include "said.h"

#include "fake_engine.h"
#include "docker/container.h"
#include "docker/docker.h"
#include "run/place.h"

static char self[4096], enter[4096];

struct contained {
	struct fixture f;
	struct fake_engine e;
	struct container container;
};

static void contained_init(struct contained *c, unsigned replicas,
			   const char *words, const struct engine_rule *rules)
{
	static struct container_user users[8];
	static const char *const labels[] = { "library=check", "test=x=y",
					      NULL };
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	for (unsigned i = 0; i < 8; i++)
		users[i] = (struct container_user){ geteuid(), getegid() };
	snprintf(enter, sizeof(enter), "%s/geoio-enter", getenv("BUILD"));
	fixture_init(&c->f, replicas, words);
	fake_engine_start(&c->e, rules);
	c->container = (struct container){
		.socket = c->e.path, .image = "image:1", .enter = enter,
		.run_folder = c->f.folder, .labels = labels,
		.network = "none", .users = users,
	};
	c->f.argv[0] = self; /* and not what runs in its place first */
	c->f.request.launcher = &launcher_docker;
	c->f.request.launcher_context = &c->container;
}

/* Nothing may be left: each container that was made was removed. */
static void contained_release(struct contained *c)
{
	char *enter_folder = mem_printf("%s/enter-0", c->f.folder);

	assert_false(file_exists(enter_folder));
	free(enter_folder);
	fake_engine_stop(&c->e);
	fixture_release(&c->f);
}

static void assert_removed(const struct contained *c, unsigned count)
{
	assert_int_equal(fake_asked(&c->e, "POST /v1.40/containers/create"),
			 count);
	assert_int_equal(fake_asked(&c->e, "DELETE /v1.40/containers/c"),
			 count);
}

/* The n-th body that followed that line; json_decref() it. */
static json_t *asked_body(const struct fake_engine *e, const char *line)
{
	const char *at = strstr(e->log, line);
	json_t *body;

	assert_non_null(at);
	at = strchr(at, '\n');
	body = json_loads(at + 1, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(body);
	return body;
}

static const char *text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "(none)";
}

/* ------------------------------------------------------------- it works --- */

static void normal(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 2, "normal", NULL);
	assert_int_equal(fixture_run(&c.f), 0);
	assert_string_equal(c.f.trial.text, "");
	for (unsigned i = 0; i < 2; i++) {
		const struct replica *r = &c.f.trial.replica[i];

		assert_int_equal(r->state, REPLICA_FINISHED);
		assert_int_equal(r->exit_status, 0);
		assert_int_equal(r->container_id[1], '0' + (int)i);
	}
	assert_removed(&c, 2);
	contained_release(&c);
}

/* Descriptors, environment, signals and session are those of a process. */
static void clean_start(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 1, "inspect", NULL);
	assert_int_equal(fixture_run(&c.f), 0);
	assert_string_equal(c.f.trial.text, "");
	contained_release(&c);
}

static void output_is_kept(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 1, "flood", NULL);
	assert_int_equal(fixture_run(&c.f), 0);
	assert_string_equal(c.f.trial.text, "");
	assert_contains(c.f.trial.replica[0].stderr_text, "the last line\n");
	contained_release(&c);
}

/* What the engine was told. */
static void what_is_asked_for(void **state)
{
	json_t *body, *host, *labels, *mount;
	static const char *const mounts[] = { "/usr", "/nonexistent", NULL };
	static const char *const hosts[] = { "a.test:198.18.0.1", NULL };
	struct contained c;

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	c.container.mounts = mounts;
	c.container.hosts = hosts;
	c.container.cpus = 0.25;
	c.container.memory_bytes = 64 << 20;
	c.container.pids = 17;
	c.container.cpuset = "0";
	assert_int_equal(fixture_run(&c.f), 0);
	body = asked_body(&c.e, "POST /v1.40/containers/create?name="
				"geoio-benchmark-");
	assert_string_equal(text_at(body, "Image"), "image:1");
	assert_string_equal(text_at(body, "WorkingDir"), c.f.folder);
	host = json_object_get(body, "HostConfig");
	assert_string_equal(text_at(host, "NetworkMode"), "none");
	assert_string_equal(text_at(host, "CpusetCpus"), "0");
	assert_true(json_is_true(json_object_get(host, "ReadonlyRootfs")));
	assert_true(json_is_false(json_object_get(host, "Init")));
#define NUMBER(name) json_integer_value(json_object_get(host, name))
	assert_int_equal(NUMBER("NanoCpus"), 250000000);
	assert_int_equal(NUMBER("Memory"), 64 << 20);
	assert_int_equal(NUMBER("MemorySwap"), 64 << 20);
	assert_int_equal(NUMBER("PidsLimit"), 17);
	assert_non_null(strstr(said(&c.f.trial.findings), "the container engine "
						   "warns: no pids, ?[1m, two"));
	assert_int_equal(json_array_size(json_object_get(host, "Mounts")), 4);
	mount = json_array_get(json_object_get(host, "Mounts"), 0);
	assert_non_null(strstr(text_at(mount, "Target"), "/enter-"));
	assert_true(json_is_true(json_object_get(mount, "ReadOnly")));
	mount = json_array_get(json_object_get(host, "Mounts"), 1);
	assert_string_equal(text_at(mount, "Target"), c.f.folder);
	assert_true(json_is_false(json_object_get(mount, "ReadOnly")));
	mount = json_array_get(json_object_get(host, "Mounts"), 2);
	assert_string_equal(text_at(mount, "Source"), "/usr");
	assert_true(json_is_true(json_object_get(mount, "ReadOnly")));
	labels = json_object_get(body, "Labels");
	assert_string_equal(text_at(labels, "library"), "check");
	assert_string_equal(text_at(labels, "test"), "x=y");
	assert_string_equal(text_at(labels, "replica"), "0");
	assert_true(json_object_get(labels, "geoio.owner") != NULL);
	json_decref(body);
	contained_release(&c);
}

/* Where the harness is in a container itself, the machine does not have what it
 * has, and the image has it all. */
static void from_within_the_image(void **state)
{
	static const char *const mounts[] = { "/usr", NULL };
	json_t *body, *host, *entry;
	struct contained c;

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	c.container.mounts = mounts;
	setenv("GEOIO_BENCHMARK_IMAGE", "1", 1);
	assert_int_equal(fixture_run(&c.f), 0);
	unsetenv("GEOIO_BENCHMARK_IMAGE");
	assert_string_equal(c.f.trial.text, "");
	body = asked_body(&c.e, "POST /v1.40/containers/create");
	entry = json_array_get(json_object_get(body, "Entrypoint"), 0);
	assert_string_equal(json_string_value(entry), enter);
	host = json_object_get(body, "HostConfig");
	assert_int_equal(json_array_size(json_object_get(host, "Mounts")), 2);
	json_decref(body);
	contained_release(&c);
}

/* Without limits none is set: 0 would be one. */
static void no_limits(void **state)
{
	struct contained c;
	json_t *body, *host;

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	assert_int_equal(fixture_run(&c.f), 0);
	body = asked_body(&c.e, "POST /v1.40/containers/create");
	host = json_object_get(body, "HostConfig");
	assert_null(json_object_get(host, "NanoCpus"));
	assert_null(json_object_get(host, "Memory"));
	assert_null(json_object_get(host, "PidsLimit"));
	assert_null(json_object_get(host, "CpusetCpus"));
	/* A busy machine may have its own. */
	assert_null(strstr(said(&c.f.trial.findings), "engine"));
	json_decref(body);
	contained_release(&c);
}

/* ---------------------------------------------------------- its network --- */

struct adoption {
	pid_t pid;
	char name[32]; /* of the program that ran then */
	bool fails;
};

static int adopt(void *context, unsigned replica, pid_t pid, struct err *err)
{
	struct adoption *adoption = context;
	char path[40];
	struct str name = STR_INIT;

	assert_int_equal(replica, 0);
	adoption->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	if (file_read(path, 100, &name, NULL) == 0)
		snprintf(adoption->name, sizeof(adoption->name), "%s",
			 name.buf);
	str_release(&name);
	return adoption->fails ? err_set(err, ERR_SYSTEM, "no veth here") : 0;
}

static void adopted_before_it_runs(void **state)
{
	struct adoption adoption = { 0 };
	struct place place = { .context = &adoption, .adopt = adopt };
	struct contained c;

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	c.f.request.place = &place;
	assert_int_equal(fixture_run(&c.f), 0);
	assert_string_equal(c.f.trial.text, "");
	assert_int_equal(adoption.pid, c.f.trial.replica[0].pid);
	assert_string_equal(adoption.name, "geoio-enter\n");
	contained_release(&c);
}

static void not_adopted(void **state)
{
	struct adoption adoption = { .fails = true };
	struct place place = { .context = &adoption, .adopt = adopt };
	struct contained c;

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	c.f.request.place = &place;
	assert_int_equal(fixture_run(&c.f), 0);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_NOT_STARTED);
	assert_contains(c.f.trial.text,
			"could not be given its network: no veth here");
	assert_true(is_gone(adoption.pid));
	assert_removed(&c, 1);
	contained_release(&c);
}

/* -------------------------------------------------------- it ends badly --- */

static void ends_badly(const char *behaviour, const struct engine_rule *rules,
		       enum replica_state want, const char *text)
{
	struct contained c;

	contained_init(&c, 1, behaviour, rules);
	c.f.request.grace_s = 0.5;
	assert_int_equal(fixture_run(&c.f), 0);
	if (c.f.trial.replica[0].state != want)
		fail_msg("%s: %s: %s", behaviour,
			 replica_state_name(c.f.trial.replica[0].state),
			 c.f.trial.text);
	assert_contains(c.f.trial.text, text);
	assert_removed(&c, 1);
	contained_release(&c);
}

static void ends(void **state)
{
	(void)state;
	ends_badly("exit_in_setup", NULL, REPLICA_SETUP_FAILED,
		   "exited with status 3 before it was ready: bucket");
	ends_badly("crash", NULL, REPLICA_KILLED,
		   "killed by signal 11 (SIGSEGV)");
	ends_badly("kill_self", NULL, REPLICA_KILLED,
		   "killed by signal 9 (SIGKILL)");
	ends_badly("garbage", NULL, REPLICA_BAD_PROTOCOL, "not JSON");
	ends_badly("close_after_go", NULL, REPLICA_BAD_PROTOCOL,
		   "closed its socket");
	ends_badly("exit_after_go", NULL, REPLICA_EXITED,
		   "exited with status 0");
}

static void out_of_memory(void **state)
{
	(void)state;
	setenv("FAKE_OUT_OF_MEMORY", "1", 1);
	ends_badly("kill_self", NULL, REPLICA_KILLED_MEMORY,
		   "more memory than --memory allows");
	unsetenv("FAKE_OUT_OF_MEMORY");
}

/* Its group goes when the engine takes note of its end, as its number does. */
static enum blame blame_while_there(void *context, unsigned replica, char *out,
				    size_t size)
{
	const struct adoption *adoption = context;

	(void)replica;
	snprintf(out, size, "it met a limit");
	return kill(adoption->pid, 0) == 0 ? BLAME_LIMIT : BLAME_NONE;
}

static void blamed_in_time(void **state)
{
	struct adoption adoption = { 0 };
	struct place place = { .context = &adoption, .adopt = adopt,
			       .blame = blame_while_there };
	struct contained c;

	(void)state;
	contained_init(&c, 1, "exit_in_setup", NULL);
	c.f.request.place = &place;
	assert_int_equal(fixture_run(&c.f), 0);
	assert_contains(c.f.trial.text, "exited with status 3 before it was "
					"ready: it met a limit");
	contained_release(&c);
}

/* Alive, so that it has to be killed; the engine is not needed for that. */
static void never_ready(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 1, "never_ready", NULL);
	c.f.request.ready_timeout_s = c.f.request.grace_s = 0.3;
	assert_int_equal(fixture_run(&c.f), 0);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_NEVER_READY);
	assert_removed(&c, 1);
	contained_release(&c);
}

static void stopped(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 1, "stop_in_setup", NULL);
	c.f.request.ready_timeout_s = c.f.request.grace_s = 0.3;
	assert_int_equal(fixture_run(&c.f), 0);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_STOPPED);
	assert_contains(c.f.trial.text, "signal 19 (SIGSTOP)");
	contained_release(&c);
}

/* ------------------------------------------------------ it cannot start --- */

static void not_started(const char *program, const struct engine_rule *rules,
			const char *text)
{
	struct contained c;

	contained_init(&c, 1, "normal", rules);
	if (program)
		c.f.argv[0] = mem_printf("%s/%s", c.f.folder, program);
	if (program) {
		assert_int_equal(file_write(c.f.argv[0],
					    "#!/nonexistent/python\n", 22,
					    NULL), 0);
		chmod(c.f.argv[0], *program == 'x' ? 0755 : 0644);
	}
	assert_int_equal(fixture_run(&c.f), 0);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_NOT_STARTED);
	assert_contains(c.f.trial.text, text);
	assert_int_equal(c.f.trial.findings.count, 0);
	if (program)
		free(c.f.argv[0]);
	contained_release(&c);
}

static void bad_programs(void **state)
{
	(void)state;
	not_started("xecutable", NULL, "the interpreter that the first line");
	not_started("plain", NULL, "may not be executed by user");
}

static void absent_program(void **state)
{
	struct contained c;
	char absent[] = "/nonexistent/replica";

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	c.f.argv[0] = absent;
	assert_int_equal(fixture_run(&c.f), 0);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_NOT_STARTED);
	assert_contains(c.f.trial.text, "/nonexistent/replica does not exist "
					"in its container (image image:1)");
	assert_removed(&c, 1);
	contained_release(&c);
}

static void no_enter(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 1, "normal", NULL);
	c.container.enter = "/nonexistent/geoio-enter";
	assert_int_equal(fixture_run(&c.f), 0);
	assert_contains(c.f.trial.text, "/nonexistent/geoio-enter does not "
					"exist: build it");
	assert_removed(&c, 0);
	contained_release(&c);
}

#define ONE_RULE(name, ...)                                                    \
	static const struct engine_rule name[] = { { __VA_ARGS__ },            \
						   { NULL, 0, NULL } }

static void engine_refuses(void **state)
{
	ONE_RULE(create, "/containers/create", 500,
		 "{\"message\":\"no space left\"}");
	ONE_RULE(nameless, "/containers/create", 201, "{}");
	ONE_RULE(start, "/c0/start", 500,
		 "{\"message\":\"exec: no such file\"}");

	(void)state;
	not_started(NULL, create, "could not be started: the container engine "
				  "says: no space left");
	not_started(NULL, nameless, "does not say which container");
	not_started(NULL, start, "says: exec: no such file");
}

/* Started, but whoever should have met us has not. */
static void does_not_come(void **state)
{
	static const struct engine_rule rules[] = {
		{ "/c0/start", 204, "" },
		{ "/c0/json", 200, "{\"State\":{\"Running\":false,"
				   "\"ExitCode\":13}}" },
		{ NULL, 0, NULL },
	};

	(void)state;
	not_started(NULL, rules, "ended before it came to the run's folder "
				 "(exit status 13: Permission denied)");
}

/* ------------------------------------------------------ the engine dies --- */

static void engine_dies_at_start(void **state)
{
	ONE_RULE(create, "/containers/create", ENGINE_DIES, NULL);
	ONE_RULE(start, "/c0/start", ENGINE_DIES, NULL);
	ONE_RULE(closes, "/c0/start", ENGINE_CLOSES, NULL);

	(void)state;
	not_started(NULL, create, "has it died?");
	not_started(NULL, start, "has it died?");
	not_started(NULL, closes, "has it died?");
}

/* All replicas are ready. */
static void on_ready_dies(void *context, struct trial *trial)
{
	struct contained *c = context; /* which begins with the fixture */

	(void)trial;
	fake_engine_dies(&c->e);
}

/* Whoever started them may wait for them later than we hear of their end. */
static void run_without_engine(struct contained *c)
{
	const struct replica *replica = c->f.trial.replica;

	c->f.request.hooks.ready = on_ready_dies;
	assert_int_equal(run_trial(&c->f.request, &c->f.err), 0);
	for (unsigned i = 0; i < c->f.trial.replica_count; i++) {
		for (int n = 0; n < 1000 && !is_gone(replica[i].pid); n++)
			usleep(10000);
		assert_true(is_gone(replica[i].pid));
	}
}

/* Its replicas work to the end and are believed. */
static void engine_dies_behind_good_work(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 2, "normal", NULL);
	run_without_engine(&c);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_FINISHED);
	assert_int_equal(c.f.trial.replica[1].state, REPLICA_FINISHED);
	contained_release(&c);
}

/* One that ends itself, one that has to be killed: both are judged, and are
 * gone. */
static void engine_dies_in_mid_run(void **state)
{
	struct contained c;

	(void)state;
	contained_init(&c, 2, "exit_after_go hang", NULL);
	c.f.trial.spec.timeout_s = 0.3;
	c.f.request.grace_s = 0.3;
	run_without_engine(&c);
	assert_int_equal(c.f.trial.replica[0].state, REPLICA_EXITED);
	assert_int_equal(c.f.trial.replica[0].exit_status, -1);
	assert_contains(c.f.trial.replica[0].text,
			"s after GO, and how is not known, as the container "
			"engine no longer answers");
	assert_int_equal(c.f.trial.replica[1].state, REPLICA_OVERDUE);
	assert_true(c.f.trial.failed);
	contained_release(&c);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal),
		cmocka_unit_test(clean_start),
		cmocka_unit_test(output_is_kept),
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(from_within_the_image),
		cmocka_unit_test(no_limits),
		cmocka_unit_test(adopted_before_it_runs),
		cmocka_unit_test(not_adopted),
		cmocka_unit_test(ends),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(blamed_in_time),
		cmocka_unit_test(never_ready),
		cmocka_unit_test(stopped),
		cmocka_unit_test(bad_programs),
		cmocka_unit_test(absent_program),
		cmocka_unit_test(no_enter),
		cmocka_unit_test(engine_refuses),
		cmocka_unit_test(does_not_come),
		cmocka_unit_test(engine_dies_at_start),
		cmocka_unit_test(engine_dies_behind_good_work),
		cmocka_unit_test(engine_dies_in_mid_run),
	};

	if (argc > 1 && strcmp(argv[1], "replica") == 0)
		return replica_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
