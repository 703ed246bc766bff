#include "cli/doctor.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cell/cell.h"
#include "cell/cgroup.h"
#include "cli/database.h"
#include "cli/doctor_noise.h"
#include "experiment/open_files.h"
#include "cli/progress.h"
#include "docker/container.h"
#include "run/scratch.h"
#include "store/store.h"

#define FILES_WANTED 4096
#define SHM_WANTED (16ULL << 20)

static void say(struct diagnosis *f, enum verdict verdict, const char *format,
		...) __attribute__((format(printf, 3, 4)));

static void say(struct diagnosis *f, enum verdict verdict, const char *format,
		...)
{
	va_list args;

	f->verdict = verdict;
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

#define REMEDY(finding, ...)                                                   \
	snprintf((finding)->remedy, sizeof((finding)->remedy), __VA_ARGS__)

/* pidfd_open (5.3) and close_range (5.9) are what the run room needs. */
static void probe_kernel(const struct doctor *doctor, struct diagnosis *f)
{
	long fd = syscall(SYS_pidfd_open, getpid(), 0);
	int closes = close_range(~0U, ~0U, 0);

	(void)doctor;
	if (fd >= 0)
		close((int)fd);
	if (fd >= 0 && closes == 0) {
		say(f, VERDICT_OK, "pidfd and close_range work");
		return;
	}
	say(f, VERDICT_CANNOT, "the kernel refuses pidfd_open or close_range");
	REMEDY(f, "use Linux 5.11 or later, outside of a sandbox that forbids "
		  "these calls");
}

static void tell_one_cpu(struct diagnosis *f)
{
	say(f, VERDICT_DOUBT, "only one CPU: origin and replicas take turns on "
			      "it");
	REMEDY(f, "give the machine, or taskset, two or more");
}

static void tell_quota(struct diagnosis *f, int count, double cpus)
{
	say(f, VERDICT_DOUBT,
	    "%d CPU%s may be used, but the control group of this program has a "
	    "quota of %.3g CPU%s of time: what is below it waits for it",
	    count, count == 1 ? "" : "s", cpus, cpus == 1 ? "" : "s");
	REMEDY(f, "start it in a control group without a quota: leave out "
		  "`docker run --cpus`, the limit of CPU in Kubernetes, or "
		  "CPUQuota= of systemd");
}

static void probe_cpus(const struct doctor *doctor, struct diagnosis *f)
{
	struct cgroup_quota quota;
	cpu_set_t set;
	int count = 1;

	(void)doctor;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		count = CPU_COUNT(&set);
	cgroup_quota_open(NULL, &quota);
	if (quota.cpus > 0 && quota.cpus < count)
		tell_quota(f, count, quota.cpus);
	else if (count > 1)
		say(f, VERDICT_OK, "%d CPUs may be used", count);
	else
		tell_one_cpu(f);
	cgroup_quota_close(&quota);
}

static void probe_quiet(const struct doctor *doctor, struct diagnosis *f)
{
	double load = 0;

	(void)doctor;
	if (getloadavg(&load, 1) == 1 && load < 0.5) {
		say(f, VERDICT_OK, "quiet, load %.2f", load);
		return;
	}
	say(f, VERDICT_DOUBT, "other work is running, load %.2f: times are not "
			      "to be trusted, CPU per request less so",
	    load);
	REMEDY(f, "measure when the machine is quiet");
}

static void probe_files(const struct doctor *doctor, struct diagnosis *f)
{
	uint64_t limit = open_files_limit();

	(void)doctor;
	if (limit >= FILES_WANTED) {
		say(f, VERDICT_OK, "%llu in the origin and in each replica",
		    (unsigned long long)limit);
		return;
	}
	say(f, VERDICT_DOUBT, "only %llu in the origin and in each replica: "
			      "fewer connections than 10,000",
	    (unsigned long long)limit);
	REMEDY(f, "raise it: `ulimit -Hn %d` as root, or in "
		  "/etc/security/limits.conf",
	       FILES_WANTED);
}

static void probe_scratch(const struct doctor *doctor, struct diagnosis *f)
{
	const char *place = scratch_place(SHM_WANTED);
	struct statvfs st = { 0 };
	unsigned long long space;

	(void)doctor;
	if (statvfs(place, &st) < 0 || access(place, W_OK) < 0) {
		say(f, VERDICT_CANNOT, "%s cannot be written, where replicas' "
				    "folders would be", place);
		REMEDY(f, "name a folder that can: TMPDIR");
		return;
	}
	space = (unsigned long long)st.f_bavail * st.f_frsize;
	say(f, VERDICT_OK, "%s has %llu MiB free", place, space >> 20);
	if (geteuid() || strcmp(place, "/dev/shm") == 0)
		return;
	say(f, VERDICT_DOUBT, "/dev/shm is no tmpfs with %llu MiB free: "
			      "replicas' folders go to %s, whose disk may "
			      "disturb", SHM_WANTED >> 20, place);
	REMEDY(f, "give it more: `mount -o remount,size=1G /dev/shm`; in "
		  "Docker: --shm-size 1g");
}

static void probe_loopback(const struct doctor *doctor, struct diagnosis *f)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr *address = (const struct sockaddr *)(void *)&any;

	(void)doctor;
	if (fd >= 0 && bind(fd, address, sizeof(any)) == 0 &&
	    listen(fd, 1) == 0) {
		say(f, VERDICT_OK, "127.0.0.1 can be listened on");
	} else {
		say(f, VERDICT_CANNOT, "127.0.0.1 cannot be listened on");
		REMEDY(f, "bring the loopback interface up: `ip link set lo "
			  "up`");
	}
	if (fd >= 0)
		close(fd);
}

static enum isolation best_grade(void)
{
	enum isolation grade = ISOLATION_CELL;
	char text[400];

	while (grade < ISOLATION_PROCESS &&
	       !cells_try(grade, text, sizeof(text)))
		grade++;
	return grade;
}

static bool may_use(int fd, const char *name)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name,
			  (socklen_t)strlen(name)) == 0;
}

/* Finds what a socket of the origin's uses. false: it could not choose. */
static bool choose_congestion(char name[16])
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool chosen = may_use(fd, "cubic") || may_use(fd, "reno");
	socklen_t n = 15;

	memset(name, 0, 16);
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &n);
	if (fd >= 0)
		close(fd);
	return chosen;
}

/* In a cell of an ordinary user the origin may choose what its user may not. */
static bool choose_in_namespace(char name[16])
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ||
		      !choose_congestion(name) || strcmp(name, "cubic"));
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		strcpy(name, "cubic");
	return status == 0;
}

static void probe_congestion(const struct doctor *doctor, struct diagnosis *f)
{
	char name[16] = "";

	(void)doctor;
	if ((best_grade() == ISOLATION_CELL_USER &&
	     choose_in_namespace(name)) ||
	    choose_congestion(name)) {
		say(f, VERDICT_OK, "the origin can use %s", name);
		return;
	}
	say(f, VERDICT_DOUBT, "the origin can choose neither cubic nor "
			      "reno and uses %s",
	    name);
	REMEDY(f, "as root: `sysctl net.ipv4.tcp_congestion_control=cubic`");
}

static void probe_python(const struct doctor *doctor, struct diagnosis *f)
{
	if (doctor->catalogue->python) {
		say(f, VERDICT_OK, "%s", doctor->catalogue->python);
		return;
	}
	say(f, VERDICT_CANNOT, "no Python 3.11 or later in /usr/bin");
	REMEDY(f, "install one (`apt-get install python3 python3-venv`), or "
		  "name it in BENCHMARK_PYTHON");
}

static void probe_cog(const struct doctor *doctor, struct diagnosis *f)
{
	const struct layout *layout = &doctor->catalogue->layout;

	if (access(layout->make_cog, X_OK) == 0) {
		say(f, VERDICT_OK, "GDAL's COGs can be made");
		return;
	}
	say(f, VERDICT_CANNOT, "%s is not there, so the dataset cog cannot be "
			       "made",
	    layout->make_cog);
	REMEDY(f, "build it: install libgdal-dev, then `make`");
}

/* The sentence says what is wrong. The arrow has the remedy, which is what
 * follows the last colon. */
static const char *cut_remedy(char *reason)
{
	char *colon = NULL;

	for (char *at = reason; (at = strstr(at, ": ")); at++)
		colon = at;
	if (!colon)
		return "";
	*colon = '\0';
	return colon + 2;
}

static void say_refused(struct diagnosis *f, char *reason)
{
	const char *remedy = strstr(reason, "--db") ? cut_remedy(reason) : "";

	say(f, VERDICT_CANNOT, "%.390s", reason);
	REMEDY(f, "%.390s or the variable db_url",
	       *remedy ? remedy : "give another with --db");
}

static int check_database(const char *url, struct str *text, struct err *err)
{
	int code = store_current(url, text, err);

	if (code == 0)
		code = store_check_whole(url, err);
	return code == 0 ? store_check_writable(url, err) : code;
}

/* The database may be locked, or take long to read. The person is told, and can
 * stop. */
static void probe_database(const struct doctor *doctor, struct diagnosis *f)
{
	const char *url = database_url(doctor->options);
	struct str text = STR_INIT;
	struct progress progress;
	struct err err;
	int code;

	progress_init_plain(&progress);
	code = progress_work_begin(&progress, &err);
	if (code == 0)
		code = check_database(url, &text, &err);
	progress_work_end(&progress);
	if (code < 0) {
		say_refused(f, err.text);
	} else {
		while (text.len && text.buf[text.len - 1] == '\n')
			text.buf[--text.len] = '\0';
		say(f, VERDICT_OK, "%s: %.300s", url, text.buf);
	}
	str_release(&text);
}

/* The text is the version of its control groups, or why there is no cell. */
static bool probe_user_cells(struct diagnosis *f)
{
	char text[200];

	if (!cells_try(ISOLATION_CELL_USER, text, sizeof(text)))
		return false;
	if (strcmp(text, "none") == 0)
		say(f, VERDICT_OK,
		    "cells in a user namespace: a network of its own for each "
		    "replica; CPU and memory are counted by process");
	else
		say(f, VERDICT_OK,
		    "cells in a user namespace: control groups %s and a "
		    "network of its own for each replica", text);
	return true;
}

/* The best grade; the arrow says what a better one needs. */
static void probe_isolation(const struct doctor *doctor, struct diagnosis *f)
{
	char why[400], text[400];
	const char *better = why;

	(void)doctor;
	if (cells_try(ISOLATION_CELL, why, sizeof(why))) {
		say(f, VERDICT_OK,
		    "cells as root: control groups %.20s and a network of its "
		    "own for each replica", why);
		return;
	}
	if (!probe_user_cells(f)) {
		cells_try(ISOLATION_CELL_USER, text, sizeof(text));
		/* Both grades fail for the same reason. */
		if (strcmp(why, text) == 0)
			better = cut_remedy(text);
		say(f, VERDICT_DOUBT,
		    "plain processes on loopback, which share their network: "
		    "%.280s", text);
	}
	if (*better)
		REMEDY(f, "better: %s", better);
}

/* What stands between a replica and all that is not its trial. */
static void probe_replicas(const struct doctor *doctor, struct diagnosis *f)
{
	enum isolation grade = best_grade();
	char text[400];

	(void)doctor;
	cells_try_own(grade, text, sizeof(text));
	if (*text && (grade != ISOLATION_CELL || strstr(text, "user")))
		say(f, VERDICT_OK, "%s each has %s",
		    grade == ISOLATION_PROCESS ? "as processes" : "in cells",
		    text);
	else
		say(f, VERDICT_DOUBT, "%s, which can harm what this user "
		    "can: run no library that you do not trust",
		    *text ? text : "nothing of their own");
	if (f->verdict == VERDICT_DOUBT)
		REMEDY(f, "run it as root, outside of a sandbox, or with "
			  "Landlock (Linux 5.13, among the modules of lsm= "
			  "at boot)");
}

/* Only --isolation docker needs them, so their absence is no fault. */
static void probe_containers(const struct doctor *doctor, struct diagnosis *f)
{
	char text[400];

	(void)doctor;
	if (container_probe(text, sizeof(text))) {
		say(f, VERDICT_OK, "%s", text);
		return;
	}
	say(f, VERDICT_OK, "none, which only --isolation docker needs");
	REMEDY(f, "%s", text);
}

const struct probe doctor_probes[] = {
	{ "kernel", probe_kernel },
	{ "CPUs", probe_cpus },
	{ "quiet", probe_quiet },
	{ "noise", probe_noise },
	{ "open files", probe_files },
	{ "scratch", probe_scratch },
	{ "loopback", probe_loopback },
	{ "congestion", probe_congestion },
	{ "isolation", probe_isolation },
	{ "replicas", probe_replicas },
	{ "containers", probe_containers },
	{ "python", probe_python },
	{ "GDAL", probe_cog },
	{ "database", probe_database },
	{ NULL, NULL },
};

void doctor_library(const struct library *library, struct diagnosis *f)
{
	if (library->ready) {
		say(f, VERDICT_OK, "%s%sready",
		    library->version ? library->version : "",
		    library->version ? ", " : "");
		return;
	}
	say(f, VERDICT_CANNOT, "its environment is not ready");
	REMEDY(f, "%s", library->remedy);
}
