/* Behaviours that look at how a replica was started. Included by run_replica.h,
 * whose helpers they use. */
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

/* What a replica finds when it starts. */
static inline void do_inspect(void)
{
	struct stat null, in;
	int death = 0;

	for (int fd = 0; fd < 1000; fd++)
		if (fd > 3 && fcntl(fd, F_GETFD) >= 0)
			complain("inherited file", fd);
	if (!environ[0] || !environ[1] || environ[2] ||
	    strcmp(environ[0], "ONLY=this") != 0 ||
	    strcmp(environ[1], "BENCHMARK_FD=3") != 0)
		complain("wrong environment", 0);
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
