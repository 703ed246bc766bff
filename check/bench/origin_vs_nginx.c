/*
 * What a range costs the origin, against what it costs nginx, in CPU time of
 * the serving process (/proc/PID/schedstat, so with the kernel's work for it).
 *
 * Both serve the same bytes of the same object of the dataset s2: the origin
 * computes them, nginx sends a copy in a file on a tmpfs with sendfile. Both
 * run on one CPU and the client on another, both get their listening sockets
 * from here (nginx inherits its as if from an older nginx), so congestion
 * control is the same for both. Rounds of measurements change their order; the
 * figure is the median of the rounds' ratios.
 *
 * The goal is held against nginx as it comes, with sendfile. A second nginx
 * with an open file cache and tcp_nopush, which suit it best, is measured
 * beside it for comparison.
 *
 * Without nginx, or without a tmpfs at /dev/shm, the bench is skipped.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "judge.h"
#include "origin_load.h"

#include "base/file.h"
#include "base/values.h"
#include "data/data.h"
#include "origin/ledger.h"
#include "origin/origin.h"

#define CONNECTIONS 50
#define PORTS 2 /* of nginx: as it comes, tuned */
#define ROUNDS 7
#define WARM_NS (200 * NS_PER_MS)
#define MEASURE_NS (700 * NS_PER_MS)
#define LIMIT 0.75
#define FILE_BYTES (64U << 20)

#define SKIPPED 77

struct server {
	const char *name;
	unsigned port;
	pid_t pid; /* whose CPU time counts */
};

struct bench {
	struct object_source *source;
	struct object object;
	char path[320]; /* "/bench/KEY" */
	char folder[64];
	const char *congestion;
	int cpu_server, cpu_client; /* -1: not pinned */
	struct server origin, nginx, tuned;
	pid_t nginx_master;
	int stop_fd;
	struct load *load;
};

static void die(const char *what)
{
	printf("origin_vs_nginx: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void skip(const char *why)
{
	printf("%s\n", why);
	exit(SKIPPED);
}

static void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The first two CPUs that this process may use. */
static void choose_cpus(struct bench *b)
{
	cpu_set_t set;

	b->cpu_server = b->cpu_client = -1;
	if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) < 2)
		return;
	for (int i = 0; i < CPU_SETSIZE && b->cpu_client < 0; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		if (b->cpu_server < 0)
			b->cpu_server = i;
		else
			b->cpu_client = i;
	}
}

static void find_object(struct bench *b)
{
	struct object_entry entry;
	struct err err;

	if (data_s2_new(&b->source, 1000, &err) < 0 ||
	    b->source->ops->next(b->source, "", "", &entry, &err) < 0 ||
	    b->source->ops->find(b->source, entry.key, strlen(entry.key),
				 &b->object, &err) < 0)
		die(err.text);
	snprintf(b->path, sizeof(b->path), "/%s/%.200s", b->source->bucket,
		 entry.key);
}

/* nginx's copy of the first FILE_BYTES of the object. */
static void write_file(struct bench *b)
{
	char *piece = mem_new(1 << 20), *path, *slash;
	struct err err;
	int fd;

	path = mem_printf("%s/html%s", b->folder, b->path);
	slash = strrchr(path, '/');
	*slash = '\0';
	if (file_make_dirs(path, 0755, &err) < 0)
		die(err.text);
	*slash = '/';
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	for (uint64_t at = 0; at < FILE_BYTES; at += 1 << 20)
		if (object_read(b->source, &b->object, at, 1 << 20, piece,
				&err) < 0 ||
		    file_write_all(fd, piece, 1 << 20) < 0)
			die(path);
	close(fd);
	free(path);
	free(piece);
}

static void start_origin(struct bench *b)
{
	struct origin_config config = { .congestion = b->congestion };
	struct ledger *ledger = ledger_new(1);
	struct origin *origin;
	struct err err;
	int stop[2];

	if (pipe2(stop, O_CLOEXEC) < 0 ||
	    origin_open(&origin, &config, &b->source, 1, ledger, &err) < 0)
		die(err.text);
	b->origin.port = origin_port(origin, 0);
	printf("congestion control: %s\n", origin_congestion(origin));
	fflush(stdout);
	b->origin.pid = fork();
	if (b->origin.pid == 0) {
		close(stop[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(b->cpu_server);
		_exit(origin_serve(origin, stop[0], -1, &err) < 0);
	}
	close(stop[0]);
	b->stop_fd = stop[1];
	origin_free(origin);
	ledger_free(ledger);
}

static int listen_for(struct server *server, const char *congestion)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr.s_addr =
					    htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* nginx inherits it */

	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion,
		       (socklen_t)strlen(congestion)) < 0)
		printf("congestion control %s refused\n", congestion);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(fd, 511) < 0 ||
	    getsockname(fd, (struct sockaddr *)&name, &n) < 0)
		die("a socket for nginx");
	server->port = ntohs(name.sin_port);
	return fd;
}

static const char configuration[] =
	"%s\n"
	"daemon off;\n"
	"worker_processes 1;\n"
	"pid nginx.pid;\n"
	"error_log error.log;\n"
	"events { worker_connections 1024; }\n"
	"http {\n"
	"	access_log off;\n"
	"	client_body_temp_path t1; proxy_temp_path t2;\n"
	"	fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
	"	default_type binary/octet-stream;\n"
	"	sendfile on; tcp_nodelay on;\n"
	"	keepalive_requests 1000000000; keepalive_timeout 3600;\n"
	"	server { listen 127.0.0.1:%u; root html; }\n"
	"	server { listen 127.0.0.1:%u; root html; tcp_nopush on;\n"
	"		open_file_cache max=16 inactive=3600s; }\n"
	"}\n";

static void write_configuration(struct bench *b)
{
	char *path = mem_printf("%s/nginx.conf", b->folder);
	char *text = mem_printf(configuration, geteuid() ? "" : "user root;",
				b->nginx.port, b->tuned.port);
	struct err err;

	if (file_write(path, text, strlen(text), &err) < 0)
		die(err.text);
	free(text);
	free(path);
}

/* The worker is the only child of the master; 0: not yet. */
static pid_t worker_of(pid_t master)
{
	char *path = mem_printf("/proc/%d/task/%d/children", master, master);
	struct str text = STR_INIT;
	pid_t worker = 0;

	if (file_read(path, 4096, &text, NULL) == 0)
		worker = (pid_t)strtol(text.buf, NULL, 10);
	str_release(&text);
	free(path);
	return worker;
}

static void run_nginx(struct bench *b, const int *fds)
{
	char inherited[32];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	pin(b->cpu_server);
	snprintf(inherited, sizeof(inherited), "%d;%d;", fds[0], fds[1]);
	setenv("NGINX", inherited, 1);
	execlp("nginx", "nginx", "-p", b->folder, "-c", "nginx.conf", "-e",
	       "error.log", NULL);
	_exit(127);
}

static void start_nginx(struct bench *b)
{
	int fds[PORTS] = { listen_for(&b->nginx, b->congestion),
			   listen_for(&b->tuned, b->congestion) };
	pid_t worker = 0;

	write_configuration(b);
	b->nginx_master = fork();
	if (b->nginx_master == 0)
		run_nginx(b, fds);
	close(fds[0]);
	close(fds[1]);
	for (int i = 0; i < 500 && !worker; i++) {
		if (waitpid(b->nginx_master, NULL, WNOHANG) != 0) {
			b->nginx_master = 0;
			die("nginx does not start");
		}
		clock_sleep_until(clock_now_ns() + 10 * NS_PER_MS);
		worker = worker_of(b->nginx_master);
	}
	if (!worker)
		die("nginx starts no worker");
	b->nginx.pid = b->tuned.pid = worker;
}

static uint64_t cpu_ns(pid_t pid)
{
	char *path = mem_printf("/proc/%d/schedstat", pid);
	struct str text = STR_INIT;
	uint64_t ns;

	if (file_read(path, 4096, &text, NULL) < 0)
		die(path);
	ns = strtoull(text.buf, NULL, 10);
	str_release(&text);
	free(path);
	return ns;
}

/* CPU microseconds of the server for each request. */
static double measure(struct bench *b, const struct server *server,
		      uint64_t range_bytes, uint64_t seed)
{
	struct load *load = b->load;
	uint64_t before;

	*load = (struct load){ .port = server->port,
			       .path = b->path,
			       .object_bytes = FILE_BYTES,
			       .range_bytes = range_bytes };
	rng_init(&load->rng, seed);
	if (!load_open(load, CONNECTIONS) ||
	    !load_run(load, clock_now_ns() + WARM_NS))
		die(server->name);
	before = cpu_ns(server->pid);
	load->requests = 0;
	if (!load_run(load, clock_now_ns() + MEASURE_NS) || load->wrong)
		die(server->name);
	before = cpu_ns(server->pid) - before;
	load_close(load);
	return (double)before / 1000.0 / (double)load->requests;
}

/* Measures all three, each round in another order. */
static void measure_round(struct bench *b, uint64_t range_bytes,
			  unsigned round, double us[3])
{
	const struct server *servers[] = { &b->origin, &b->nginx, &b->tuned };

	for (unsigned i = 0; i < 3; i++) {
		unsigned at = (i + round) % 3;

		us[at] = measure(b, servers[at], range_bytes, round);
	}
}

/* Prints the figures and the verdict of one size; true when within LIMIT. */
static bool compare(struct bench *b, const char *name, uint64_t range_bytes)
{
	char goal[64];
	double all[3][ROUNDS], ratio[ROUNDS], tuned[ROUNDS], us[3];

	for (unsigned i = 0; i < ROUNDS; i++) {
		measure_round(b, range_bytes, i, us);
		for (unsigned k = 0; k < 3; k++)
			all[k][i] = us[k];
		ratio[i] = us[0] / us[1];
		tuned[i] = us[0] / us[2];
		printf("%s round %u: CPU us a request: origin %.2f, nginx "
		       "%.2f, tuned nginx %.2f\n",
		       name, i, us[0], us[1], us[2]);
		fflush(stdout);
	}
	printf("%s medians: origin %.2f us, nginx %.2f us, tuned nginx %.2f "
	       "us; ratio to the tuned one %.3f\n",
	       name, values_median(all[0], ROUNDS),
	       values_median(all[1], ROUNDS),
	       values_median(all[2], ROUNDS), values_median(tuned, ROUNDS));
	snprintf(goal, sizeof(goal), "origin_%s_cpu_vs_nginx", name);
	return judge_ratios(goal, ratio, ROUNDS, LIMIT);
}

/* Reads one range whole; both servers must give the object's own bytes. */
static void prove(struct bench *b, const struct server *server)
{
	char request[512], head[2048], *end = NULL;
	char *expected = mem_new(100000), *got = mem_new(100000);
	struct err err;
	size_t used = 0, body = 0;
	int fd = load_connect(server->port);
	int n = snprintf(request, sizeof(request),
			 "GET %s HTTP/1.1\r\nHost: x\r\n"
			 "Range: bytes=1234567-1334566\r\n\r\n",
			 b->path);

	if (fd < 0 || send(fd, request, (size_t)n, 0) != n)
		die(server->name);
	while (!end && used < sizeof(head) - 1 &&
	       recv(fd, head + used, 1, 0) == 1) {
		head[++used] = '\0';
		end = strstr(head, "\r\n\r\n");
	}
	while (body < 100000) {
		ssize_t k = recv(fd, got + body, 100000 - body, 0);

		if (k <= 0)
			die("an answer is cut");
		body += (size_t)k;
	}
	if (object_read(b->source, &b->object, 1234567, 100000, expected,
			&err) < 0 ||
	    memcmp(expected, got, 100000) != 0) {
		printf("%s serves other bytes\n", server->name);
		exit(1);
	}
	close(fd);
	free(expected);
	free(got);
}

static struct bench bench = { .origin.name = "origin",
			       .nginx.name = "nginx",
			       .tuned.name = "tuned nginx" };

static void clean_up(void)
{
	if (bench.nginx_master > 0) {
		kill(bench.nginx_master, SIGTERM);
		waitpid(bench.nginx_master, NULL, 0);
	}
	if (bench.origin.pid > 0) {
		close(bench.stop_fd);
		waitpid(bench.origin.pid, NULL, 0);
	}
	if (bench.folder[0])
		file_remove_tree(bench.folder, NULL);
	object_source_free(bench.source);
	free(bench.load);
}

int main(void)
{
	const char *congestion = getenv("BENCH_CONGESTION");
	bool ok;
	char *path = mem_printf("%s:/usr/sbin", getenv("PATH"));

	setenv("PATH", path, 1); /* where Debian has nginx */
	free(path);
	if (system("nginx -v 2>/dev/null") != 0)
		skip("nginx is not installed");
	strcpy(bench.folder, "/dev/shm/origin-bench-XXXXXX");
	if (!mkdtemp(bench.folder)) {
		bench.folder[0] = '\0';
		skip("no folder can be made on a tmpfs at /dev/shm");
	}
	bench.congestion = congestion ? congestion : "cubic";
	choose_cpus(&bench);
	find_object(&bench);
	write_file(&bench);
	bench.load = mem_new(sizeof(*bench.load));
	start_origin(&bench);
	atexit(clean_up); /* after fork(): the origin must not run it */
	start_nginx(&bench);
	pin(bench.cpu_client);
	prove(&bench, &bench.origin);
	prove(&bench, &bench.nginx);
	prove(&bench, &bench.tuned);
	ok = compare(&bench, "16KiB", 16384);
	ok = compare(&bench, "1MiB", 1 << 20) && ok;
	return ok ? 0 : 1;
}
