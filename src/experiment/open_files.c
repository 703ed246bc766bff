#include "experiment/open_files.h"

#include <sys/resource.h>

/* More is of no use. Some programs walk through all descriptors that may be
 * open. */
#define MOST 1048576

/* Beside connections: libraries, the plan, records, epoll. */
#define SPARE 64

uint64_t open_files_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 0;
	if (files.rlim_cur >= MOST)
		return files.rlim_cur;
	return files.rlim_max > MOST ? MOST : files.rlim_max;
}

uint64_t open_files_raise(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 0;
	files.rlim_cur = open_files_limit();
	setrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_cur;
}

static int refuse(const char *who, uint64_t needed, uint64_t limit,
		  struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s needs about %llu open files, and the limit is %llu: "
		       "raise it (`ulimit -Hn %llu` as root, or "
		       "/etc/security/limits.conf), or lower --concurrency, "
		       "--pool-size or --replicas",
		       who, (unsigned long long)needed,
		       (unsigned long long)limit, (unsigned long long)needed);
}

int open_files_check(const struct trial_spec *spec, unsigned widest,
		     uint64_t limit, struct err *err)
{
	uint64_t pool = count_or(spec->pool_size, 0);
	uint64_t at_once = spec->concurrency * widest;
	uint64_t each = pool > at_once ? pool : at_once;
	uint64_t origin = each * spec->replicas + SPARE + spec->replicas;

	if (each + SPARE > limit)
		return refuse("each replica", each + SPARE, limit, err);
	if (!spec->endpoint && origin > limit)
		return refuse("the origin", origin, limit, err);
	return 0;
}
