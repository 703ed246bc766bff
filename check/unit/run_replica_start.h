/* How a replica starts, and behaviours that look at how it was started. Included by
 * run_replica.h, whose helpers they use. */
/* argv: PROGRAM replica BEHAVIOUR… Takes `setup`: the behaviour's name, of which
 * the last is that of all further replicas. */
static inline const char *replica_begin(int argc, char **argv)
{
	const char *fd = getenv("BENCHMARK_FD");
	long number, last = argc - 3;

	if (!fd || argc < 3)
		_exit(76);
	replica_fd = atoi(fd);
	replica_setup = get();
	number = (long)json_integer_value(
		json_object_get(replica_setup, "replica"));
	return argv[2 + (number > last ? last : number)];
}

static inline void complain(const char *what, long number)
{
	char packet[300];

	snprintf(packet, sizeof(packet),
		 "{\"type\":\"error\",\"stage\":\"setup\",\"message\":"
		 "\"%s %ld\"}", what, number);
	put(packet);
	_exit(1);
}

static inline void check_signals(void)
{
	struct sigaction action;
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	if (sigismember(&mask, SIGUSR1))
		complain("blocked signal", SIGUSR1);
	sigaction(SIGPIPE, NULL, &action);
	if (action.sa_handler != SIG_DFL)
		complain("ignored signal", SIGPIPE);
}

static inline void check_environment(void)
{
	const char *home = getenv("HOME"), *tmp = getenv("TMPDIR");
	char folder[512];
	int n = 0;

	while (environ[n])
		n++;
	if (n != 4 || !getenv("ONLY") || !getenv("BENCHMARK_FD") || !home ||
	    !tmp || strcmp(getenv("ONLY"), "this") != 0 ||
	    strcmp(getenv("BENCHMARK_FD"), "3") != 0)
		complain("wrong environment of variables", n);
	if (!getcwd(folder, sizeof(folder)) || strcmp(home, folder) != 0 ||
	    strcmp(tmp, folder) != 0)
		complain("wrong folder", 0);
}

/* What a replica finds when it starts. */
static inline void do_inspect(void)
{
	struct stat null, in;
	int death = 0;

	for (int fd = 4; fd < 1000; fd++)
		if ((fcntl(fd, F_GETFD) >= 0) !=
		    (fd == HANDED_FD(HANDED_PLAN) ||
		     fd == HANDED_FD(HANDED_RECORDS)))
			complain("inherited file", fd);
	check_environment();
	if (stat("/dev/null", &null) < 0 || fstat(0, &in) < 0 ||
	    null.st_rdev != in.st_rdev)
		complain("stdin is not /dev/null", 0);
	check_signals();
	prctl(PR_GET_PDEATHSIG, &death);
	if (death != SIGKILL)
		complain("death signal", death);
	if (getsid(0) != getpid() || getpgid(0) != getpid())
		complain("session", getsid(0));
	do_normal();
}

/* Echoes what it was told. */
static inline void do_echo(void)
{
	json_t *client = json_object_get(replica_setup, "client_config");
	json_t *verify = json_object_get(replica_setup, "verify");
	json_t *rate = json_object_get(replica_setup, "rate");

	if (json_integer_value(json_object_get(client, "pool_size")) != 7 ||
	    !json_is_true(json_object_get(client, "keep_alive")) ||
	    !json_is_null(json_object_get(verify, "burst")) ||
	    !json_is_null(json_object_get(replica_setup, "ca_file")) ||
	    json_real_value(rate) != 5.0)
		complain("wrong setup", 0);
	ready_note(json_string_value(json_object_get(replica_setup,
						     "endpoint")), 1);
	expect("go");
	finish();
}

static inline const char *plan_path(void)
{
	return json_string_value(json_object_get(replica_setup, "plan"));
}

static inline void read_plan(int fd)
{
	char text[100];
	ssize_t n = read(fd, text, sizeof(text));

	if (n != (ssize_t)strlen(FIXTURE_PLAN) ||
	    memcmp(text, FIXTURE_PLAN, strlen(FIXTURE_PLAN)) != 0)
		complain("wrong plan, of bytes", n);
}

/* By its path, several times, by the descriptor itself, and in a child. */
static inline void do_reads(void)
{
	pid_t child;
	int status;

	for (int i = 0; i < 2; i++)
		read_plan(open(plan_path(), O_RDONLY));
	read_plan(HANDED_FD(HANDED_PLAN));
	child = fork();
	if (child == 0) {
		read_plan(open(plan_path(), O_RDONLY));
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || status)
		complain("child's status", status);
	do_normal();
}

#define MUST_FAIL(call)                                                        \
	do {                                                                   \
		if ((call) >= 0)                                               \
			complain(#call, 0);                                    \
	} while (0)

/* What others read. */
static inline void spoil_plan(void)
{
	const int fd = HANDED_FD(HANDED_PLAN);
	int again;

	MUST_FAIL(write(fd, "x", 1));
	fchmod(fd, 0666);
	again = open(plan_path(), O_RDWR);
	MUST_FAIL(pwrite(again, "x", 1, 0));
	MUST_FAIL(ftruncate(again, 0));
	MUST_FAIL(ftruncate(again, 100));
	MUST_FAIL(fallocate(again, 0, 0, 4096));
	MUST_FAIL(fallocate(again,
			    FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4));
	if (mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, again, 0) != MAP_FAILED)
		complain("mapped to be written", 0);
	MUST_FAIL(rename(plan_path(), "plan"));
	MUST_FAIL(unlink(plan_path()));
	/* Whose own it is may do this. */
	fchmod(fd, 0);
}

/* Its size cannot change; the second of three records can be lost. */
static inline void do_spoils(void)
{
	const int fd = HANDED_FD(HANDED_RECORDS);

	spoil_plan();
	MUST_FAIL(ftruncate(fd, 0));
	MUST_FAIL(ftruncate(fd, 64 * 2000));
	MUST_FAIL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	up_to_go();
	work();
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 64,
		      64) < 0)
		complain("no hole", errno);
	fchmod(fd, 0);
	done(3, 3, "n_requests", clock_now_ns());
	bye();
}
