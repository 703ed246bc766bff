#include "cell/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The oldest system's <linux/landlock.h> has version 1 only, and other versions
 * have structs of other sizes. The kernel takes these for ever. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#define ASK_VERSION 1
#define RULE_PATH 1

enum {
	EXECUTE = 1 << 0,
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_FOLDER = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_FILE = 1 << 8,
	UP_TO_MAKE_LINK = (1 << 13) - 1, /* all of version 1 */
	REFER = 1 << 13,                 /* 2 */
	TRUNCATE = 1 << 14,              /* 3 */
};

#define READS (EXECUTE | READ_FILE | READ_FOLDER)
/* What a file that is no folder may be asked for. */
#define OF_FILES (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)
#define SCOPES 3 /* abstract sockets and signals: version 6 */

struct ruleset {
	uint64_t files, network, scopes;
};

struct __attribute__((packed)) path_rule {
	uint64_t allowed;
	int32_t parent_fd;
};

static const char *const system_reads[] = {
	"/bin", "/etc", "/gnu", "/lib", "/lib32", "/lib64", "/libx32",
	"/nix", "/opt", "/proc", "/run", "/sbin", "/sys", "/usr",
	"/var/lib/ca-certificates",
};

/* Of /dev no more: who may read a terminal of theirs takes what is typed. */
static const char *const random_devices[] = { "/dev/random", "/dev/urandom" };
static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full" };

int landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       ASK_VERSION);

	return version < 0 ? 0 : (int)version;
}

static uint64_t known_rights(int version)
{
	uint64_t rights = UP_TO_MAKE_LINK;

	if (version >= 2)
		rights |= REFER;
	if (version >= 3)
		rights |= TRUNCATE;
	return rights;
}

static int allow(int ruleset, const char *path, uint64_t rights)
{
	struct path_rule rule = { rights, open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	int code = -1;

	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == EACCES ? 0 : -1;
	if (fstat(rule.parent_fd, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			rule.allowed &= OF_FILES;
		code = (int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH,
				    &rule, 0);
	}
	close(rule.parent_fd);
	return code;
}

static int allow_all(int ruleset, const char *const *paths, size_t count,
		     uint64_t rights)
{
	int code = 0;

	for (size_t i = 0; code == 0 && paths && i < count && paths[i]; i++)
		code = allow(ruleset, paths[i], rights);
	return code;
}

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static int add_rules(const struct landlock *landlock, int ruleset,
		     uint64_t known)
{
	/* POSIX semaphores and shared memory of Python's multiprocessing. */
	uint64_t shared = READS | WRITE_FILE | REMOVE_FILE | MAKE_FILE |
			  TRUNCATE;
	int code = allow_all(ruleset, system_reads, COUNT(system_reads), READS);

	if (code == 0)
		code = allow_all(ruleset, random_devices, COUNT(random_devices),
				 READ_FILE);
	if (code == 0)
		code = allow_all(ruleset, landlock->reads, SIZE_MAX, READS);
	if (code == 0)
		code = allow_all(ruleset, devices, COUNT(devices),
				 (READ_FILE | WRITE_FILE | TRUNCATE) & known);
	if (code == 0)
		code = allow(ruleset, "/dev/shm", shared & known);
	if (code == 0)
		code = allow_all(ruleset, landlock->writes, SIZE_MAX, known);
	return code;
}

int landlock_restrict(const struct landlock *landlock)
{
	int version = landlock_version(), fd, code;
	struct ruleset rules = {
		.files = known_rights(version),
		.scopes = version >= 6 ? SCOPES : 0,
	};

	if (version == 0)
		return 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules,
			  version >= 6 ? sizeof(rules) : sizeof(rules.files),
			  0);
	if (fd < 0)
		return -1;
	code = add_rules(landlock, fd, rules.files);
	if (code == 0)
		code = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return code;
}
