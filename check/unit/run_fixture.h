/* A trial of self-made replicas (run_replica.h), and what its hooks saw. */
#ifndef CHECK_RUN_FIXTURE_H
#define CHECK_RUN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "run/handed.h"
#include "run/run.h"
#include "run_replica.h"

#define FIXTURE_MAX 32

struct fixture {
	char folder[128];
	struct trial trial;
	struct trial_spec spec;
	struct run_request request;
	char *argv[3 + FIXTURE_MAX];
	char *environment[2];
	char endpoints[FIXTURE_MAX][ENDPOINT_BYTES];
	char *folders[FIXTURE_MAX];
	int handed[HANDED_READ];
	int records[FIXTURE_MAX];
	uint64_t sent_ns[FIXTURE_MAX];
	struct err err;
	struct str events;   /* "ready go window_end done0 " */
	unsigned ticks, progress;
	const char *interrupt_stage; /* press Ctrl-C then */
	int interrupt[2];
	bool dead_at_done;   /* a replica was gone when `done` came */
	bool does_not_wait;  /* as it may be */
};

static inline unsigned open_files(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1000; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Not there, not even as a zombie. */
static inline bool is_gone(pid_t pid)
{
	return pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH);
}

/* The letter of its state; 0: it is gone. */
static inline char state_of(pid_t pid)
{
	char path[40], text[300] = "", *p;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	p = strrchr(text, ')');
	return p ? p[2] : 0;
}

static inline bool is_alive(pid_t pid)
{
	char state = state_of(pid);

	return state && state != 'Z' && state != 'X';
}

static inline void on_ready_hook(void *context, struct trial *trial)
{
	struct fixture *f = context;

	assert_int_equal(trial->go_ns, 0);
	str_add(&f->events, "ready ");
}

static inline void on_go_hook(void *context, struct trial *trial)
{
	struct fixture *f = context;

	assert_true(trial->go_ns > 0);
	str_add(&f->events, "go ");
}

static inline void on_tick_hook(void *context, struct trial *trial,
				uint64_t now_ns)
{
	struct fixture *f = context;

	assert_true(now_ns >= trial->go_ns);
	f->ticks++;
}

static inline void on_window_hook(void *context, struct trial *trial)
{
	struct fixture *f = context;

	assert_true(trial->window_end_ns >= trial->go_ns);
	str_add(&f->events, "window_end ");
}

static inline void on_done_hook(void *context, struct trial *trial,
				unsigned replica)
{
	struct fixture *f = context;

	if (!is_alive(trial->replica[replica].pid))
		f->dead_at_done = true;
	str_addf(&f->events, "done%u ", replica);
}

static inline void on_progress_hook(void *context, struct trial *trial,
				    const char *stage, uint64_t now_ns)
{
	struct fixture *f = context;

	(void)trial;
	(void)now_ns;
	f->progress++;
	if (f->interrupt_stage && strcmp(stage, f->interrupt_stage) == 0)
		assert_int_equal(write(f->interrupt[1], "c", 1), 1);
}

static inline void fixture_spec(struct trial_spec *spec, unsigned replicas)
{
	spec_init(spec);
	spec->library = "check";
	spec->test = "fetch_range";
	spec->pool_size = 7;
	spec->use_dns_cache = false;
	spec->replicas = replicas;
	spec->concurrency = 2;
	spec->n_requests = 3;
	spec->timeout_s = 30;
	spec->operation_timeout_s = 0.1;
	spec->rate = 5.0 * replicas;
	spec->seed = 1;
	spec->bucket = "b";
	spec->region = "r";
}

/* Generous times; checks of lateness shorten the one that they wait for. */
static inline void fixture_request(struct fixture *f)
{
	f->request = (struct run_request){
		.trial = &f->trial, .argv = f->argv,
		.environment = f->environment, .folders = f->folders,
		.endpoints = f->endpoints, .handed = f->handed,
		.records = f->records, .records_capacity = 1000,
		.ready_timeout_s = 60, .grace_s = 20, .interrupt_fd = -1,
		.lost_fd = -1,
		.go_sent_ns = f->sent_ns,
		.hooks = { .ready = on_ready_hook, .go = on_go_hook,
			   .tick = on_tick_hook,
			   .window_end = on_window_hook, .done = on_done_hook,
			   .progress = on_progress_hook },
		.context = f,
	};
}

/* A plan of seven bytes, and nothing else. */
static inline void fixture_plan(struct fixture *f)
{
	for (unsigned i = 0; i < HANDED_READ; i++)
		f->handed[i] = -1;
	f->handed[HANDED_PLAN] = handed_make("plan", &f->err);
	assert_int_equal(write(f->handed[HANDED_PLAN], FIXTURE_PLAN,
			       strlen(FIXTURE_PLAN)), strlen(FIXTURE_PLAN));
	assert_int_equal(handed_seal(f->handed[HANDED_PLAN], &f->err), 0);
}

/* `words`: one behaviour a replica, blanks between. */
static inline void fixture_init(struct fixture *f, unsigned replicas,
				const char *words)
{
	static char self[] = "/proc/self/exe", replica[] = "replica";
	static char only[] = "ONLY=this";
	const char *base = getenv("TMPDIR");
	char *list = mem_dup(words), *word, *rest = list;
	unsigned n = 2;

	memset(f, 0, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "%.80s/run-check-XXXXXX",
		 base ? base : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	fixture_spec(&f->spec, replicas);
	trial_init(&f->trial, &f->spec);
	strcpy(f->trial.params_json, "{\"request_size\": 16384}");
	f->argv[0] = self;
	f->argv[1] = replica;
	while ((word = strsep(&rest, " ")))
		f->argv[n++] = mem_dup(word);
	free(list);
	f->environment[0] = only;
	for (unsigned i = 0; i < replicas; i++) {
		snprintf(f->endpoints[i], sizeof(f->endpoints[i]),
			 "http://127.0.0.1:%u", 1000 + i);
		f->records[i] = -1;
		f->folders[i] = f->folder;
	}
	fixture_plan(f);
	fixture_request(f);
	str_init(&f->events);
	assert_int_equal(pipe2(f->interrupt, O_CLOEXEC), 0);
}

/* Runs, and holds against it what is true of every trial: nothing is left. */
static inline int fixture_run(struct fixture *f)
{
	int code = run_trial(&f->request, &f->err);

	for (unsigned i = 0; i < f->trial.replica_count; i++) {
		const struct replica *replica = &f->trial.replica[i];

		assert_true(is_gone(replica->pid));
		if (code < 0 && code != ERR_INTERRUPTED)
			continue;
		/* A sentence exactly where something is to be said. */
		assert_int_equal(*replica->text == '\0',
				 replica->state == REPLICA_FINISHED);
	}
	if (!f->does_not_wait)
		assert_false(f->dead_at_done);
	return code;
}

static inline void fixture_release(struct fixture *f)
{
	for (unsigned i = 0; i < f->trial.replica_count; i++)
		close(f->records[i]);
	close(f->handed[HANDED_PLAN]);
	for (unsigned i = 2; f->argv[i]; i++)
		free(f->argv[i]);
	trial_release(&f->trial);
	str_release(&f->events);
	close(f->interrupt[0]);
	close(f->interrupt[1]);
	assert_int_equal(file_remove_tree(f->folder, NULL), 0);
}

static inline void assert_contains(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("\"%s\" does not contain \"%s\"",
			 text ? text : "(null)", part);
}

#endif
