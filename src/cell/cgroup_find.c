/* Which hierarchies are mounted where, and which group is ours in each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cell/cgroup_ops.h"

/* Some machines have thousands of mounts. */
#define TEXT_LIMIT (16 << 20)

static const char *const controllers[CGROUP_CONTROLLERS] = {
	[V1_CPU] = "cpu",
	[V1_CPUACCT] = "cpuacct",
	[V1_MEMORY] = "memory",
	[V1_PIDS] = "pids",
	[V1_FREEZER] = "freezer",
	[V1_UNIFIED] = "",
};

/* Is `word` an element of the list "a,b,c"? */
static bool lists(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at += n)
		if ((at == list || at[-1] == ',') &&
		    (at[n] == '\0' || at[n] == ','))
			return true;
	return false;
}

/* "/a\040b" of mountinfo -> "/a b", in place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at; to++) {
		if (at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] &&
		    at[3]) {
			*to = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 |
				     (at[3] - '0'));
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}

/* The next line, terminated in place; NULL at the end. */
static char *next_line(char **rest)
{
	char *line = *rest, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

/* Our path in the hierarchy of a controller; the controller "" means v2. NULL:
 * we have none. The caller frees. */
static char *own_path(const char *self, const char *controller)
{
	char *copy = mem_dup(self), *rest = copy, *line, *found = NULL;

	while (!found && (line = next_line(&rest))) {
		char *names = strchr(line, ':'), *path;

		if (!names || !(path = strchr(++names, ':')))
			continue;
		*path++ = '\0';
		if (*controller ? lists(names, controller) : !*names)
			found = mem_dup(path);
	}
	free(copy);
	return found;
}

bool cgroup_path_of(pid_t pid, char *out, size_t size)
{
	char *file = mem_printf("/proc/%d/cgroup", (int)pid), *path = NULL;
	struct str self = STR_INIT;
	struct err ignored;

	if (file_read(file, TEXT_LIMIT, &self, &ignored) == 0)
		path = own_path(self.buf, controllers[V1_CPUACCT]);
	if (!path)
		path = own_path(self.buf, "");
	snprintf(out, size, "%s", path && strlen(path) < size ? path : "");
	free(path);
	free(file);
	str_release(&self);
	return *out;
}

/* One line of mountinfo: "36 31 0:33 ROOT POINT options … - TYPE source
 * SUPER". */
struct mount_line {
	char *root, *point, *type, *super;
};

static bool split_mount(char *line, struct mount_line *out)
{
	char *after = strstr(line, " - "), *save, *last;

	if (!after)
		return false;
	*after = '\0';
	/* The source between the two may be empty. */
	last = strrchr(after + 3, ' ');
	out->super = last ? last + 1 : NULL;
	strtok_r(line, " ", &save);
	strtok_r(NULL, " ", &save);
	strtok_r(NULL, " ", &save);
	out->root = strtok_r(NULL, " ", &save);
	out->point = strtok_r(NULL, " ", &save);
	out->type = strtok_r(after + 3, " ", &save);
	if (!out->root || !out->point || !out->type || !out->super)
		return false;
	unescape(out->root);
	unescape(out->point);
	return true;
}

/* The folder of a group. A mount may show a part of the hierarchy only, as in a
 * container: then the folder is the group's path behind the mount's root. NULL:
 * the group is in another part, or outside our cgroup namespace ("/.."). */
static char *own_folder(const struct mount_line *mount, const char *path)
{
	size_t n = strcmp(mount->root, "/") ? strlen(mount->root) : 0;

	if (strncmp(path, mount->root, n) != 0 || (path[n] && path[n] != '/') ||
	    (strncmp(path, "/..", 3) == 0 && (path[3] == 0 || path[3] == '/')))
		return NULL;
	path += n;
	return mem_printf("%s%s", mount->point, strcmp(path, "/") ? path : "");
}

/* A hierarchy may be mounted several times. A later mount at the same point
 * hides the earlier one; otherwise the first mount that shows the group is
 * taken. */
static void take(struct cgroup_bases *out, unsigned at,
		 const struct mount_line *mount, const char *self,
		 const char *controller)
{
	char *path = own_path(self, controller), *own;

	if (!path)
		return;
	own = own_folder(mount, path);
	if (!out->top[at] || strcmp(out->top[at], mount->point) == 0 ||
	    (!out->own[at] && own)) {
		free(out->top[at]);
		free(out->own[at]);
		out->top[at] = mem_dup(mount->point);
		out->own[at] = own;
		own = NULL;
	}
	free(own);
	free(path);
}

/* The mount of version 2 has one place: in a hybrid system the last. */
static void find_mounts(const char *self, const char *mountinfo, bool v2,
			struct cgroup_bases *out)
{
	char *copy = mem_dup(mountinfo), *rest = copy, *line;
	struct mount_line mount;

	while ((line = next_line(&rest))) {
		if (!split_mount(line, &mount))
			continue;
		if (strcmp(mount.type, "cgroup2") == 0)
			take(out, v2 ? 0 : V1_UNIFIED, &mount, self, "");
		if (v2 || strcmp(mount.type, "cgroup") != 0)
			continue;
		for (unsigned i = 0; i < V1_UNIFIED; i++)
			if (lists(mount.super, controllers[i]))
				take(out, i, &mount, self, controllers[i]);
	}
	free(copy);
}

static bool is_empty(const struct cgroup_bases *bases)
{
	for (unsigned i = 0; i < V1_REQUIRED; i++)
		if (bases->top[i])
			return false;
	return true;
}

static int check_complete(struct cgroup_bases *bases, struct err *err)
{
	for (unsigned i = 0; !bases->v2 && i < V1_REQUIRED; i++) {
		if (bases->top[i])
			continue;
		cgroup_bases_release(bases);
		return err_set(err, ERR_NOT_FOUND,
			       "the control group controller %s is missing: "
			       "mount it (mount -t cgroup -o %s none FOLDER; "
			       "the kernel may need cgroup_enable=%s), or boot "
			       "with systemd.unified_cgroup_hierarchy=1",
			       controllers[i], controllers[i], controllers[i]);
	}
	return 0;
}

int cgroup_find(const char *self, const char *mountinfo,
		struct cgroup_bases *out, struct err *err)
{
	*out = (struct cgroup_bases){ .v2 = false };
	find_mounts(self, mountinfo, false, out);
	if (is_empty(out)) {
		cgroup_bases_release(out);
		out->v2 = true;
		find_mounts(self, mountinfo, true, out);
	}
	if (is_empty(out))
		return err_set(err, ERR_NOT_FOUND,
			       "no control groups are mounted: "
			       "mount -t cgroup2 none /sys/fs/cgroup");
	return check_complete(out, err);
}

void cgroup_bases_release(struct cgroup_bases *bases)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		free(bases->top[i]);
		free(bases->own[i]);
	}
	*bases = (struct cgroup_bases){ .v2 = false };
}

int cgroup_find_of(const char *path, struct cgroup_bases *out, struct err *err)
{
	struct str self = STR_INIT, mounts = STR_INIT;
	int code = file_read(path, TEXT_LIMIT, &self, err);

	if (code == 0)
		code = file_read("/proc/self/mountinfo", TEXT_LIMIT, &mounts,
				 err);
	if (code == 0)
		code = cgroup_find(self.buf, mounts.buf, out, err);
	str_release(&self);
	str_release(&mounts);
	return code;
}
