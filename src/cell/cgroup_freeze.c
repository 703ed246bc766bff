/* Stops all processes of a group, and lets them go on. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/cgroup_ops.h"

#define FREEZE_WAIT_NS NS_PER_S
#define PAUSE_NS (50 * NS_PER_US)

static const struct words {
	const char *file, *freeze, *thaw;
	const char *answer_file; /* NULL: the same */
	const char *frozen;      /* stands in the answer */
} versions[] = {
	{ "cgroup.freeze", "1", "0", "cgroup.events", "frozen 1" },
	{ "freezer.state", "FROZEN", "THAWED", NULL, "FROZEN" },
};
#define VERSIONS (sizeof(versions) / sizeof(*versions))

/* The one that a group has open. */
static const struct words *words_of(const struct cgroup *group)
{
	return &versions[group->frozen_fd < 0];
}

static bool has_file(const char *folder, const char *name)
{
	int fd = cgroup_open_file(folder, name, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool cgroup_can_freeze(const char *folder)
{
	return has_file(folder, versions[0].file) ||
	       has_file(folder, versions[1].file);
}

static bool is_out_of_descriptors(void)
{
	return errno == EMFILE || errno == ENFILE;
}

static int open_in(struct cgroup *group, const char *folder,
		   const struct words *words)
{
	group->freeze_fd = cgroup_open_file(folder, words->file, O_RDWR);
	if (group->freeze_fd < 0)
		return is_out_of_descriptors() ? -1 : 0;
	if (!words->answer_file)
		return 0;
	group->frozen_fd = cgroup_open_file(folder, words->answer_file,
					    O_RDONLY);
	return group->frozen_fd < 0 ? -1 : 0;
}

int cgroup_open_freezer(struct cgroup *group)
{
	int code = 0;

	for (unsigned i = CGROUP_CONTROLLERS; i-- > 0;)
		for (unsigned v = 0; group->path[i] && v < VERSIONS; v++)
			if (code == 0 && group->freeze_fd < 0)
				code = open_in(group, group->path[i],
					       &versions[v]);
	return code;
}

void cgroup_thaw(const char *folder)
{
	cgroup_write(folder, versions[1].file, "%s", versions[1].thaw);
}

static int ask(const struct cgroup *group, const char *word)
{
	size_t n = strlen(word);

	return pwrite(group->freeze_fd, word, n, 0) == (ssize_t)n ? 0 : -1;
}

static bool is_frozen(const struct cgroup *group)
{
	int fd = group->frozen_fd < 0 ? group->freeze_fd : group->frozen_fd;
	char text[256];

	return cgroup_text_fd(fd, text, sizeof(text)) &&
	       strstr(text, words_of(group)->frozen);
}

bool cgroup_can_be_frozen(const struct cgroup *group)
{
	return group->ops && group->freeze_fd >= 0;
}

/* The kernel tells of a change of cgroup.events at most once in 10 ms, so
 * poll(2) would often wait as long. v1 tells of none. */
int cgroup_freeze(struct cgroup *group, bool frozen)
{
	uint64_t until = clock_now_ns() + FREEZE_WAIT_NS;
	const struct words *words;

	if (!cgroup_can_be_frozen(group)) {
		errno = ENOTSUP;
		return -1;
	}
	words = words_of(group);
	if (ask(group, frozen ? words->freeze : words->thaw) < 0)
		return -1;
	while (frozen && !is_frozen(group)) {
		if (clock_now_ns() >= until) {
			ask(group, words->thaw);
			errno = ETIMEDOUT;
			return -1;
		}
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
	}
	return 0;
}
