/*
 * A folder of files as a source. A listing is a walk in byte order, and each
 * next() starts it anew from `after`. The names of a folder are kept until
 * another folder of that depth is needed, or until the folder changes. Within
 * one walk (ops->begin) they are kept even then: otherwise a folder that
 * changes all the time would be read once for each of its keys.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/data.h"
#include "data/folder.h"

/* Two changes within a tick of the kernel's clock can have the same time. So a
 * folder that was read so soon after a change is read again. */
#define SETTLED_NS (50 * NS_PER_MS)

/* The names in one folder, in byte order, folders with a slash at their end. */
struct listing {
	char *path;  /* below the root, with a slash at its end; "" the root */
	char **names;
	size_t count, capacity;
	dev_t device;
	ino_t inode;
	uint64_t changed_ns;
	bool settled;
	uint64_t walk; /* in which it was read or looked at last */
};

struct dir {
	struct object_source source;
	int root;
	char *root_path; /* for sentences */
	uint64_t walk;   /* 0: none has begun */
	struct listing *listings; /* one a depth */
	size_t depth_count, depth_capacity;
};

static struct dir *of(struct object_source *source)
{
	return (struct dir *)source;
}

static uint64_t changed_ns(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * NS_PER_S +
	       (uint64_t)st->st_mtim.tv_nsec;
}

static const char *content_type(const char *key)
{
	const char *dot = strrchr(key, '.');

	if (dot && (!strcmp(dot, ".tif") || !strcmp(dot, ".tiff")))
		return "image/tiff";
	if (dot && !strcmp(dot, ".json"))
		return "application/json";
	return "binary/octet-stream";
}

/* Opens a regular file. -1: there is none, or errno says why it cannot be
 * opened. A pipe or device is opened without waiting, and then refused. */
static int open_file(const struct dir *dir, const char *key, struct stat *st)
{
	int fd = folder_open(dir->root, key, O_RDONLY | O_NONBLOCK | O_NOCTTY,
			     false);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

static bool means_absent(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP ||
	       error == EXDEV || error == ENAMETOOLONG || error == ENXIO;
}

static void fill_object(struct object *out, const char *key,
			const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size;

	memset(out, 0, sizeof(*out));
	out->size = size;
	out->modified_s = st->st_mtim.tv_sec;
	/* The form of an upload in one part. Clients take 32 digits alone for
	 * the MD5 of the content, and refuse a file that has another. */
	snprintf(out->etag, sizeof(out->etag), "\"%016" PRIx64 "%016" PRIx64
		 "-1\"", hash_pair(size, changed_ns(st)),
		 hash_pair(st->st_ino, st->st_dev));
	out->part_bytes = size ? size : 1;
	out->content_type = content_type(key);
	out->fd = -1;
}

static int dir_find(struct object_source *source, const char *key,
		    size_t key_len, struct object *out, struct err *err)
{
	const struct dir *dir = of(source);
	char name[OBJECT_KEY_MAX + 1];
	struct stat st;
	int fd;

	if (!folder_key_ok(key, key_len))
		return err_set(err, ERR_NOT_FOUND,
			       "%s has no file of that name", dir->root_path);
	memcpy(name, key, key_len);
	name[key_len] = '\0';
	fd = open_file(dir, name, &st);
	if (fd < 0 && means_absent(errno))
		return err_set(err, ERR_NOT_FOUND, "%s has no file %s",
			       dir->root_path, name);
	if (fd < 0)
		return err_sys(err, "cannot open %s/%s", dir->root_path, name);
	fill_object(out, name, &st);
	out->fd = fd;
	return 0;
}

static int64_t dir_slices(struct object_source *source,
			  const struct object *object, uint64_t offset,
			  uint64_t length, struct object_slices *out,
			  struct err *err)
{
	size_t want = length < OBJECT_SCRATCH ? (size_t)length : OBJECT_SCRATCH;
	ssize_t n;

	do
		n = pread(object->fd, out->scratch, want, (off_t)offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "cannot read a file below %s at byte %"
			       PRIu64, of(source)->root_path, offset);
	if (n == 0)
		return err_set(err, ERR_FAILED,
			       "a file below %s became shorter: it ends before "
			       "byte %" PRIu64, of(source)->root_path, offset);
	out->at[0].iov_base = out->scratch;
	out->at[0].iov_len = (size_t)n;
	out->count = 1;
	return n;
}

static void listing_clear(struct listing *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	free(list->path);
	memset(list, 0, sizeof(*list));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What an entry of a folder is: 'f' file or link, 'd' folder, 0 neither. */
static int kind_of(int folder, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type == DT_REG || entry->d_type == DT_LNK)
		return 'f';
	if (entry->d_type == DT_DIR)
		return 'd';
	if (entry->d_type != DT_UNKNOWN ||
	    fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? 'f' :
	       S_ISDIR(st.st_mode) ? 'd' : 0;
}

static void listing_fill(struct listing *list, DIR *folder)
{
	struct dirent *entry;

	while ((entry = readdir(folder))) {
		int kind = kind_of(dirfd(folder), entry);

		if (!kind || !folder_name_ok(entry->d_name))
			continue;
		MEM_ROOM(list->names, list->count, list->capacity);
		list->names[list->count++] = mem_printf(
			"%s%s", entry->d_name, kind == 'd' ? "/" : "");
	}
	if (list->count)
		qsort(list->names, list->count, sizeof(*list->names), compare);
}

/* Whether what was read is still true, as far as the folder's times can
 * tell. */
static bool listing_holds(const struct listing *list, const char *path,
			  const struct stat *st)
{
	return list->path && list->settled && !strcmp(list->path, path) &&
	       list->device == st->st_dev && list->inode == st->st_ino &&
	       list->changed_ns == changed_ns(st);
}

/* Closes fd. */
static int listing_read(struct listing *list, const char *path, int fd,
			const struct stat *st)
{
	DIR *folder;

	listing_clear(list);
	list->settled = clock_wall_ns() > changed_ns(st) + SETTLED_NS;
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return ERR_SYSTEM;
	}
	list->path = mem_dup(path);
	list->device = st->st_dev;
	list->inode = st->st_ino;
	list->changed_ns = changed_ns(st);
	listing_fill(list, folder);
	closedir(folder);
	return 0;
}

static int open_folder(const struct dir *dir, const char *path)
{
	char *slashless = mem_printf("./%s.", path);
	int fd = folder_open(dir->root, slashless, O_RDONLY | O_DIRECTORY,
			     false);

	free(slashless);
	return fd;
}

static struct listing *listing_at(struct dir *dir, size_t depth)
{
	while (dir->depth_count <= depth) {
		MEM_ROOM(dir->listings, dir->depth_count, dir->depth_capacity);
		memset(&dir->listings[dir->depth_count++], 0,
		       sizeof(*dir->listings));
	}
	return &dir->listings[depth];
}

/* The names of the folder `path` ("" or with a slash at its end), valid until
 * the next call for this depth. NULL when it is gone or cannot be read. */
static struct listing *listing_get(struct dir *dir, size_t depth,
				   const char *path)
{
	struct listing *list = listing_at(dir, depth);
	struct stat st;
	int fd;

	if (dir->walk && list->walk == dir->walk && list->path &&
	    !strcmp(list->path, path))
		return list;
	fd = open_folder(dir, path);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0) {
		close(fd);
		return NULL;
	}
	if (listing_holds(list, path, &st))
		close(fd);
	else if (listing_read(list, path, fd, &st) < 0)
		return NULL;
	list->walk = dir->walk;
	return list;
}

static bool is_folder(const char *name)
{
	return name[strlen(name) - 1] == '/';
}

/* Where keys are sought: greater than `bound`, or equal where `equal`. */
struct limit {
	const char *bound;
	bool equal;
};

/* The first name that is a key past the limit, or a folder that may hold
 * one. */
static size_t first_name(const struct listing *list, struct limit limit)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(list->names[middle], limit.bound);

		if (order > 0 || (order == 0 && limit.equal))
			high = middle;
		else
			low = middle + 1;
	}
	/* "a/" is less than the bound "a/b", and yet "a/c" may be in it. */
	if (low && is_folder(list->names[low - 1]) &&
	    !strncmp(list->names[low - 1], limit.bound,
		     strlen(list->names[low - 1])))
		low--;
	return low;
}

/* Fills *out when `key` is a file. */
static bool take_file(const struct dir *dir, const char *key,
		      struct object_entry *out)
{
	struct stat st;
	int fd = open_file(dir, key, &st);

	if (fd < 0)
		return false;
	close(fd);
	strcpy(out->key, key);
	fill_object(&out->object, key, &st);
	return true;
}

/* The smallest key past the limit in the folder `path` and below. The limit is
 * without the path. */
static bool search(struct dir *dir, size_t depth, const char *path,
		   struct limit limit, struct object_entry *out)
{
	struct listing *list = listing_get(dir, depth, path);
	size_t path_len = strlen(path), i;
	char key[OBJECT_KEY_MAX + 1];

	for (i = list ? first_name(list, limit) : 0; list && i < list->count;
	     i++) {
		const char *name = list->names[i];
		size_t n = strlen(name);
		struct limit below = { "", false };
		bool found;

		if (path_len + n > OBJECT_KEY_MAX)
			continue;
		memcpy(key, path, path_len);
		memcpy(key + path_len, name, n + 1);
		if (is_folder(name) && !strncmp(name, limit.bound, n))
			below = (struct limit){ limit.bound + n, limit.equal };
		found = is_folder(name)
				? search(dir, depth + 1, key, below, out)
				: take_file(dir, key, out);
		if (found)
			return true;
		/* The array of listings may have moved. */
		list = &dir->listings[depth];
	}
	return false;
}

static void dir_begin(struct object_source *source)
{
	of(source)->walk++;
}

static int dir_next(struct object_source *source, const char *prefix,
		    const char *after, struct object_entry *out,
		    struct err *err)
{
	struct dir *dir = of(source);
	struct limit limit = { after, false };

	if (strcmp(after, prefix) < 0)
		limit = (struct limit){ prefix, true };
	if (search(dir, 0, "", limit, out) &&
	    !strncmp(out->key, prefix, strlen(prefix)))
		return 0;
	return err_set(err, ERR_NOT_FOUND, "%s has no further file",
		       dir->root_path);
}

static void dir_free(struct object_source *source)
{
	struct dir *dir = of(source);

	for (size_t i = 0; i < dir->depth_count; i++)
		listing_clear(&dir->listings[i]);
	free(dir->listings);
	free(dir->root_path);
	close(dir->root);
	free(dir);
}

static const struct object_source_ops dir_ops = {
	.find = dir_find,
	.begin = dir_begin,
	.next = dir_next,
	.slices = dir_slices,
	.free = dir_free,
};

int data_dir_new(struct object_source **out, const char *root,
		 const char *bucket, const char *name, struct err *err)
{
	struct dir *dir;
	int fd;

	if (strlen(bucket) >= sizeof(dir->source.bucket) ||
	    strlen(name) >= sizeof(dir->source.name))
		return err_set(err, ERR_USAGE,
			       "the name of a bucket or dataset is longer than "
			       "63 bytes: shorten \"%s\" or \"%s\"", bucket,
			       name);
	fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_USAGE,
			       "%s is not a folder that can be opened (%s): "
			       "give one that holds the objects", root,
			       strerror(errno));
	dir = mem_new(sizeof(*dir));
	dir->source.ops = &dir_ops;
	strcpy(dir->source.bucket, bucket);
	strcpy(dir->source.name, name);
	dir->source.files = 1;
	dir->root = fd;
	dir->root_path = mem_dup(root);
	*out = &dir->source;
	return 0;
}
