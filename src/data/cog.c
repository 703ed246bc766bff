/*
 * The dataset "cog": real files, made once by the program make-cog and served
 * from memory. The manifest beside them says what they must be.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/work.h"
#include "data/data.h"
#include "data/folder.h"

#define MANIFEST_LIMIT (1U << 20)  /* bytes */
#define MEMORY_LIMIT (1ULL << 30)  /* of all files, bytes */

extern char **environ;

struct cog_file {
	char key[80]; /* "cog/00.tif" */
	struct str bytes;
	struct object object;
};

struct cog {
	struct object_source source;
	struct cog_file *files; /* in the order of their keys */
	size_t count;
};

/* What the manifest says of one file. */
struct entry {
	const char *name; /* borrowed from the manifest */
	uint64_t size;
	uint64_t crc32;
};

static int read_entry(const json_t *files, size_t i, struct entry *out,
		      const char *what, struct err *err)
{
	const json_t *json = json_array_get(files, i);
	int code;

	if ((code = json_get_text(json, "name", true, &out->name, what, err)) ||
	    (code = json_get_u64(json, "size", true, &out->size, what, err)) ||
	    (code = json_get_u64(json, "crc32", true, &out->crc32, what, err)))
		return code;
	if (!folder_name_ok(out->name) || strchr(out->name, '/') ||
	    strlen(out->name) > 64)
		return err_set(err, ERR_INVALID,
			       "%s names a file that is not in its folder",
			       what);
	return 0;
}

/* The manifest, with its list of files in *files. The caller decrefs. */
static int read_manifest(const char *folder, json_t **manifest,
			 const json_t **files, struct err *err)
{
	char *path = mem_printf("%s/manifest.json", folder);
	struct str text = STR_INIT;
	uint64_t version = 0;
	int code = file_read(path, MANIFEST_LIMIT, &text, err);

	*manifest = code < 0 ? NULL : json_loadb(text.buf, text.len, 0, NULL);
	*files = json_object_get(*manifest, "files");
	if (code == 0 && !json_is_array(*files))
		code = err_set(err, ERR_INVALID,
			       "%s is no list of files: remove the folder %s, "
			       "and it is made again", path, folder);
	if (code == 0)
		code = json_get_u64(*manifest, "version", true, &version, path,
				    err);
	if (code == 0 && version != 1)
		code = err_set(err, ERR_CONFLICT,
			       "%s has version %" PRIu64 ", and this program "
			       "knows 1: remove the folder %s, and it is made "
			       "again", path, version, folder);
	if (code < 0)
		json_decref(*manifest);
	str_release(&text);
	free(path);
	return code;
}

/* Whether the folder has a manifest of that many files, all of them there. */
static bool is_complete(const char *folder, unsigned count)
{
	json_t *manifest;
	const json_t *files;
	struct entry entry;
	struct stat st;
	bool ok;

	if (read_manifest(folder, &manifest, &files, NULL) < 0)
		return false;
	ok = json_array_size(files) >= count;
	for (size_t i = 0; ok && i < json_array_size(files); i++) {
		char *path = NULL;

		ok = read_entry(files, i, &entry, "manifest", NULL) == 0;
		if (ok)
			path = mem_printf("%s/%s", folder, entry.name);
		ok = ok && stat(path, &st) == 0 &&
		     (uint64_t)st.st_size == entry.size;
		free(path);
	}
	json_decref(manifest);
	return ok;
}

/* Starts the program with its stderr in the pipe. Returns 0 or an errno. */
static int start(const char *program, const char *folder, unsigned count,
		 int to_us, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char *name = mem_dup(program), *where = mem_dup(folder);
	char *number = mem_printf("%u", count);
	char *argv[] = { name, where, number, NULL };
	int code;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, to_us, 2);
	code = posix_spawn(pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	free(number);
	free(where);
	free(name);
	return code;
}

/* Reads what it says until it ends, or the person asks to stop; keeps the first
 * bytes, as one line. */
static int listen_to(int fd, char *text, size_t size, struct err *err)
{
	struct pollfd ends[] = { { .fd = fd, .events = POLLIN },
				 { .fd = work_stop_fd(), .events = POLLIN } };
	char bytes[512];
	size_t used = 0;
	ssize_t n = 1;
	int code;

	while ((code = work_done(0, 0, err)) == 0 && n) {
		if (poll(ends, 2, 200) <= 0 || !ends[0].revents)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		n = n < 0 ? 0 : n;
		for (ssize_t i = 0; i < n && used + 1 < size; i++)
			text[used++] = bytes[i] == '\n' ? ' ' : bytes[i];
	}
	while (used && text[used - 1] == ' ')
		used--;
	text[used] = '\0';
	return code;
}

static int run_program(const char *program, const char *folder, unsigned count,
		       struct err *err)
{
	char text[512];
	int pipe_fd[2], status = 0, code;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	code = start(program, folder, count, pipe_fd[1], &pid);
	close(pipe_fd[1]);
	if (code) {
		close(pipe_fd[0]);
		return err_set(err, ERR_FAILED,
			       "cannot start %s, which makes the dataset cog "
			       "(%s): build it with make", program,
			       strerror(code));
	}
	work_begin(0, "", "making the dataset cog");
	code = listen_to(pipe_fd[0], text, sizeof(text), err);
	work_end();
	close(pipe_fd[0]);
	if (code < 0)
		kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (code < 0)
		return code;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_FAILED,
			       "%s was ended by signal %d while it made the "
			       "dataset cog", program, WTERMSIG(status));
	if (WEXITSTATUS(status))
		return err_set(err, ERR_FAILED,
			       "the dataset cog cannot be made: %s",
			       *text ? text : "make-cog does not say why");
	return 0;
}

int data_cog_make(const char *program, const char *folder, unsigned count,
		  struct err *err)
{
	int code;

	if (count < 1 || count > 100)
		return err_set(err, ERR_USAGE,
			       "the dataset cog cannot have %u files: give 1 to "
			       "100", count);
	if (is_complete(folder, count))
		return 0;
	LOG(DATA, "making %u COGs in %s", count, folder);
	code = file_make_dirs(folder, 0777, err);
	if (code == 0)
		code = run_program(program, folder, count, err);
	if (code == 0 && !is_complete(folder, count))
		code = err_set(err, ERR_FAILED,
			       "%s ended well and yet %s does not hold %u COGs",
			       program, folder, count);
	return code;
}

static struct cog *of(struct object_source *source)
{
	return (struct cog *)source;
}

static int cog_find(struct object_source *source, const char *key,
		    size_t key_len, struct object *out, struct err *err)
{
	const struct cog *cog = of(source);

	for (size_t i = 0; i < cog->count; i++)
		if (strlen(cog->files[i].key) == key_len &&
		    !memcmp(cog->files[i].key, key, key_len)) {
			*out = cog->files[i].object;
			return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "cog has no such key");
}

static int cog_next(struct object_source *source, const char *prefix,
		    const char *after, struct object_entry *out,
		    struct err *err)
{
	const struct cog *cog = of(source);

	for (size_t i = 0; i < cog->count; i++)
		if (strcmp(cog->files[i].key, after) > 0 &&
		    !strncmp(cog->files[i].key, prefix, strlen(prefix))) {
			strcpy(out->key, cog->files[i].key);
			out->object = cog->files[i].object;
			return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "cog has no further key");
}

static int64_t cog_slices(struct object_source *source,
			  const struct object *object, uint64_t offset,
			  uint64_t length, struct object_slices *out,
			  struct err *err)
{
	const struct cog_file *file = &of(source)->files[object->id];

	(void)err;
	out->at[0].iov_base = file->bytes.buf + offset;
	out->at[0].iov_len = length;
	out->count = 1;
	return (int64_t)length;
}

static void cog_free(struct object_source *source)
{
	struct cog *cog = of(source);

	for (size_t i = 0; i < cog->count; i++)
		str_release(&cog->files[i].bytes);
	free(cog->files);
	free(cog);
}

static const struct object_source_ops cog_ops = {
	.find = cog_find,
	.next = cog_next,
	.slices = cog_slices,
	.free = cog_free,
};

/* Reads one file and holds it against the manifest. */
static int load_file(const char *folder, const struct entry *entry,
		     struct cog_file *out, struct err *err)
{
	char *path = mem_printf("%s/%s", folder, entry->name);
	struct stat st;
	int code = 0;

	str_init(&out->bytes);
	if (entry->size <= MEMORY_LIMIT)
		code = file_read(path, entry->size, &out->bytes, err);
	if (code == 0 && (out->bytes.len != entry->size ||
			  crc32_z(0, (const Bytef *)out->bytes.buf,
				  out->bytes.len) != entry->crc32))
		code = err_set(err, ERR_INVALID,
			       "%s is not what its manifest says: remove the "
			       "folder %s, and it is made again", path, folder);
	snprintf(out->key, sizeof(out->key), "cog/%s", entry->name);
	out->object.size = entry->size;
	out->object.modified_s = stat(path, &st) == 0 ? st.st_mtim.tv_sec : 0;
	snprintf(out->object.etag, sizeof(out->object.etag),
		 "\"%08" PRIx64 "%016" PRIx64 "00000000-1\"", entry->crc32,
		 entry->size);
	out->object.part_bytes = entry->size;
	out->object.content_type = "image/tiff";
	out->object.fd = -1;
	free(path);
	return code;
}

static int compare(const void *a, const void *b)
{
	const struct cog_file *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static int load_files(struct cog *cog, const char *folder, const json_t *files,
		      struct err *err)
{
	uint64_t total = 0;

	cog->files = mem_array(json_array_size(files), sizeof(*cog->files));
	for (size_t i = 0; i < json_array_size(files); i++) {
		struct entry entry;
		int code = read_entry(files, i, &entry, "the manifest of the "
				      "dataset cog", err);

		if (code == 0 && (entry.size > MEMORY_LIMIT ||
				  (total += entry.size) > MEMORY_LIMIT))
			code = err_set(err, ERR_INVALID,
				       "the files in %s are larger than %llu "
				       "bytes together: use them as a folder",
				       folder, MEMORY_LIMIT);
		if (code == 0)
			code = load_file(folder, &entry,
					 &cog->files[cog->count++], err);
		if (code < 0)
			return code;
	}
	if (!cog->count)
		return err_set(err, ERR_INVALID, "%s holds no COG", folder);
	qsort(cog->files, cog->count, sizeof(*cog->files), compare);
	for (size_t i = 0; i < cog->count; i++)
		cog->files[i].object.id = i;
	return 0;
}

int data_cog_new(struct object_source **out, const char *folder,
		 struct err *err)
{
	struct cog *cog;
	json_t *manifest;
	const json_t *files;
	int code = read_manifest(folder, &manifest, &files, err);

	if (code < 0)
		return code;
	cog = mem_new(sizeof(*cog));
	cog->source.ops = &cog_ops;
	strcpy(cog->source.bucket, "bench");
	strcpy(cog->source.name, "cog");
	code = load_files(cog, folder, files, err);
	json_decref(manifest);
	if (code < 0) {
		cog_free(&cog->source);
		return code;
	}
	*out = &cog->source;
	return 0;
}
