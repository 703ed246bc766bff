/*
 * What a range of 16 KiB costs the test `reference`, against what it costs wrk,
 * in CPU time of the client process (wait4(): with the kernel's work for it).
 *
 * Both fetch from one nginx, which serves a file of a tmpfs, over 50 kept
 * connections from one thread; the server runs on one CPU, the clients on
 * another. The reference takes random ranges by a plan, as in a trial. wrk has
 * two ways: one fixed range, or random ones by a script, which costs it more;
 * the cheaper of the two counts. Triples of measurements alternate; the figure
 * is the median of their ratios, judged by its interval (judge.h).
 *
 * Without nginx, wrk, or a tmpfs at /dev/shm the bench is skipped.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/values.h"

#define ROUNDS 9
#define LIMIT 1.00
#define FILE_BYTES (64U << 20)
#define TMPFS_MAGIC_NUMBER 0x01021994
#define SKIPPED 77

struct bench {
	char folder[64];
	char endpoint[64];
	char url[96];
	char *reference; /* the program */
	unsigned port;
	pid_t server;
	int cpu_server, cpu_client; /* -1: not pinned */
};

enum client { REFERENCE, WRK_FIXED, WRK_RANDOM, CLIENTS };

static const char *const client_name[] = { "reference", "wrk, fixed range",
					   "wrk, random ranges" };

static struct bench bench;

static void clean_up(void)
{
	if (bench.server > 0) {
		kill(bench.server, SIGKILL);
		waitpid(bench.server, NULL, 0);
	}
	if (*bench.folder)
		file_remove_tree(bench.folder, NULL);
	free(bench.reference);
}

static void leave(int status, const char *what)
{
	printf("reference_vs_wrk: %s\n", what);
	exit(status);
}

static char *in_folder(const char *name)
{
	return mem_printf("%s/%s", bench.folder, name);
}

static void put_file(const char *name, const char *text)
{
	char *path = in_folder(name);
	struct err err;

	if (file_write(path, text, strlen(text), &err) < 0)
		leave(1, err.text);
	free(path);
}

static void make_folder(void)
{
	struct statfs fs;
	char *path;
	int fd;

	if (statfs("/dev/shm", &fs) < 0 || fs.f_type != TMPFS_MAGIC_NUMBER)
		leave(SKIPPED, "there is no tmpfs at /dev/shm");
	snprintf(bench.folder, sizeof(bench.folder), "/dev/shm/bench.XXXXXX");
	if (!mkdtemp(bench.folder)) {
		*bench.folder = '\0';
		leave(1, "no folder can be made in /dev/shm");
	}
	path = in_folder("bench");
	mkdir(path, 0755);
	free(path);
	path = in_folder("bench/object");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	free(path);
	if (fd < 0 || posix_fallocate(fd, 0, FILE_BYTES))
		leave(SKIPPED, "/dev/shm has no room for 64 MiB");
	close(fd);
}

/* The two CPUs that server and clients get, where there are two. */
static void choose_cpus(void)
{
	cpu_set_t cpus;

	bench.cpu_server = bench.cpu_client = -1;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0 ||
	    CPU_COUNT(&cpus) < 2)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &cpus))
			continue;
		if (bench.cpu_server < 0)
			bench.cpu_server = cpu;
		else if (bench.cpu_client < 0)
			bench.cpu_client = cpu;
	}
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu >= 0) {
		CPU_SET(cpu, &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
}

/* A port that is free now; nginx fails, loudly, if it is taken meanwhile. */
static void choose_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		leave(1, "no port can be had on 127.0.0.1");
	close(fd);
	bench.port = ntohs(address.sin_port);
	snprintf(bench.endpoint, sizeof(bench.endpoint), "http://127.0.0.1:%u",
		 bench.port);
	snprintf(bench.url, sizeof(bench.url), "%s/bench/object",
		 bench.endpoint);
}

static void write_configuration(void)
{
	static const char *const kinds[] = { "client_body", "proxy", "fastcgi",
					     "uwsgi", "scgi" };
	struct str text = STR_INIT;

	str_addf(&text,
		 "daemon off; master_process off; pid pid; error_log error;\n"
		 "events { worker_connections 1024; }\n"
		 "http { access_log off; sendfile on; tcp_nopush on;\n"
		 "keepalive_requests 1000000000; keepalive_timeout 600;\n"
		 "open_file_cache max=10;\n");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		str_addf(&text, "%s_temp_path temp;\n", kinds[i]);
	str_addf(&text, "server { listen 127.0.0.1:%u; root .; } }\n",
		 bench.port);
	put_file("nginx.conf", text.buf);
	str_release(&text);
}

static bool is_listening(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((in_port_t)bench.port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int code;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	code = connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return code == 0;
}

static void start_server(void)
{
	fflush(NULL);
	bench.server = fork();
	if (bench.server == 0) {
		pin(bench.cpu_server);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/usr/sbin/nginx", "nginx", "-e", "error", "-p",
		      bench.folder, "-c", "nginx.conf", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && !is_listening(); i++) {
		if (waitpid(bench.server, NULL, WNOHANG) == bench.server) {
			bench.server = 0;
			leave(1, "nginx ended at once");
		}
		usleep(10000);
	}
}

static void exec_client(enum client client, const char *seconds)
{
	static char range[] = "Range: bytes=0-16383";

	pin(bench.cpu_client);
	if (client == REFERENCE)
		execl(bench.reference, "fetch_range", "--endpoint",
		      bench.endpoint, "--bucket", "bench", "--key", "object",
		      "--object-size", "67108864", "--concurrency", "50",
		      "--timeout", seconds, (char *)NULL);
	else if (client == WRK_FIXED)
		execlp("wrk", "wrk", "-t1", "-c50", "-d", seconds, "-H", range,
		       bench.url, (char *)NULL);
	else
		execlp("wrk", "wrk", "-t1", "-c50", "-d", seconds, "-s",
		       "random.lua", bench.url, (char *)NULL);
	_exit(127);
}

/* Requests that the client says it did; 0 when it says that some failed. */
static double requests_in(enum client client, const char *text)
{
	const char *at = text;

	if (client == REFERENCE) {
		at = strstr(text, "operations      ");
		return at && strstr(text, "failures        none") ?
			       strtod(at + 16, NULL) :
			       0;
	}
	at = strstr(text, " requests in ");
	if (!at || strstr(text, "Non-2xx") || strstr(text, "Socket errors"))
		return 0;
	while (at > text && at[-1] != ' ' && at[-1] != '\n')
		at--;
	return strtod(at, NULL);
}

static char *read_all(int fd)
{
	struct str text = STR_INIT;
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		str_add_n(&text, piece, (size_t)n);
	close(fd);
	return str_detach(&text);
}

static double cpu_us(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/* CPU us a request. */
static double measure(enum client client, const char *seconds)
{
	struct rusage usage;
	double requests;
	char *text;
	int out[2], status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		leave(1, "no pipe can be had");
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		if (chdir(bench.folder) == 0)
			exec_client(client, seconds);
		_exit(127);
	}
	close(out[1]);
	text = read_all(out[0]);
	if (wait4(pid, &status, 0, &usage) != pid || status)
		leave(1, "a client failed");
	requests = requests_in(client, text);
	if (requests < 1) {
		printf("%s\n", text);
		leave(1, "a client had failures");
	}
	free(text);
	return cpu_us(&usage) / requests;
}

/* Whether the goal is not missed. */
static bool compare(void)
{
	double us[CLIENTS][ROUNDS], ratio[ROUNDS];

	for (int client = 0; client < CLIENTS; client++)
		measure(client, "1");
	for (int i = 0; i < ROUNDS; i++) {
		double least;

		/* Every other round goes the other way round. */
		for (int j = 0; j < CLIENTS; j++) {
			int client = i % 2 ? CLIENTS - 1 - j : j;

			us[client][i] = measure(client, "1");
		}
		least = us[WRK_FIXED][i] < us[WRK_RANDOM][i] ?
				us[WRK_FIXED][i] :
				us[WRK_RANDOM][i];
		ratio[i] = us[REFERENCE][i] / least;
	}
	for (int client = 0; client < CLIENTS; client++)
		printf("%-20s %6.2f us a range of 16 KiB\n",
		       client_name[client],
		       values_median(us[client], ROUNDS));
	return judge_ratios("reference_16KiB_cpu_vs_wrk", ratio, ROUNDS,
			    LIMIT);
}

static void prepare(void)
{
	char *folder = file_program_dir();

	bench.reference =
		mem_printf("%s/../../tests/reference/_verbs", folder);
	free(folder);
	if (!file_exists(bench.reference))
		leave(1, "tests/reference/_verbs is not built: run make");
	if (!file_exists("/usr/sbin/nginx"))
		leave(SKIPPED, "nginx is not installed");
	if (system("command -v wrk >/dev/null") != 0)
		leave(SKIPPED, "wrk is not installed");
	make_folder();
	put_file("random.lua",
		 "request = function()\n"
		 "  local at = math.random(0, 4095) * 16384\n"
		 "  return 'GET /bench/object HTTP/1.1\\r\\nHost: h\\r\\n' ..\n"
		 "    'Range: bytes=' .. at .. '-' .. (at + 16383) ..\n"
		 "    '\\r\\n\\r\\n'\n"
		 "end\n");
	choose_cpus();
	choose_port();
	write_configuration();
	start_server();
}

int main(void)
{
	atexit(clean_up);
	prepare();
	return compare() ? 0 : 1;
}
