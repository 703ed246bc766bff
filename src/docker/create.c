/* What the engine is told about a container. */
#include "docker/docker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/owner.h"

#define ENTER_PATH "/geoio-enter" /* in the container */

static void own_name(char out[OWNER_BYTES])
{
	struct owner self;

	owner_self(&self);
	owner_format(&self, out);
}

char *docker_name(void)
{
	static atomic_uint serial;
	char owner[OWNER_BYTES];

	own_name(owner);
	return mem_printf(OWNER_PREFIX "%s-%u", owner,
			  atomic_fetch_add(&serial, 1));
}

void docker_pid_namespace(char out[DOCKER_SPACE_BYTES])
{
	struct stat st = { 0 };

	stat("/proc/self/ns/pid", &st);
	snprintf(out, DOCKER_SPACE_BYTES, "%llu",
		 (unsigned long long)st.st_ino);
}

bool docker_is_inside(void)
{
	const char *value = getenv("GEOIO_BENCHMARK_IMAGE");

	return value && *value;
}

int docker_remove(struct engine *engine, const char *id, struct err *err)
{
	char *path = mem_printf("/containers/%s?force=1&v=1", id);
	int code = engine_call(engine, "DELETE", path, NULL, ENGINE_LONG_MS,
			       NULL, err);

	free(path);
	return code == ERR_NOT_FOUND ? 0 : code;
}

/* ---------------------------------------------------------------- lists --- */

static json_t *words(char *const *list)
{
	json_t *array = json_array();

	for (size_t i = 0; list && list[i]; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

static json_t *texts(const char *const *list)
{
	json_t *array = json_array();

	for (size_t i = 0; list && list[i]; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

/* What the entering program needs is taken away again by itself. */
static json_t *environment_of(const struct launch *launch, const char *meeting)
{
	json_t *array = words(launch->environment);
	char *text = mem_printf("BENCHMARK_SOCKET=%s/" MEETING_SOCKET, meeting);

	json_array_append_new(array, json_string(text));
	free(text);
	return array;
}

static void add_label(json_t *labels, const char *text)
{
	const char *value = strchr(text, '=');
	char *name;

	if (!value)
		return;
	name = mem_dup_n(text, (size_t)(value - text));
	json_object_set_new(labels, name, json_string(value + 1));
	free(name);
}

static json_t *labels_of(const struct launch *launch)
{
	const char *const *given = docker_container(launch)->labels;
	char space[DOCKER_SPACE_BYTES], owner[OWNER_BYTES], number[16];
	json_t *labels = json_object();

	own_name(owner);
	docker_pid_namespace(space);
	snprintf(number, sizeof(number), "%u", launch->replica);
	for (size_t i = 0; given && given[i]; i++)
		add_label(labels, given[i]);
	json_object_set_new(labels, CONTAINER_OWNER_LABEL, json_string(owner));
	json_object_set_new(labels, CONTAINER_PIDS_LABEL, json_string(space));
	json_object_set_new(labels, CONTAINER_REPLICA_LABEL,
			    json_string(number));
	return labels;
}

/* --------------------------------------------------------------- mounts --- */

/* Uses "Mounts" and not "Binds". For a "Bind" that does not exist an engine
 * would make a folder of root on the host; and a path may have a colon. */
static void add_mount(json_t *mounts, const char *source, const char *target,
		      bool read_only)
{
	json_array_append_new(mounts,
			      json_pack("{s:s, s:s, s:s, s:b}", "Type", "bind",
					"Source", source, "Target", target,
					"ReadOnly", read_only));
}

/* The folder where we meet is the harness's; the replica's own is not. */
static json_t *mounts_of(const struct launch *launch, const char *meeting)
{
	const struct container *container = launch->context;
	const char *const *mounts = container->mounts;
	json_t *array = json_array();

	add_mount(array, meeting, meeting, true);
	if (launch->folder)
		add_mount(array, launch->folder, launch->folder, false);
	if (docker_is_inside())
		return array;
	for (size_t i = 0; mounts && mounts[i]; i++)
		if (file_exists(mounts[i]))
			add_mount(array, mounts[i], mounts[i], true);
	add_mount(array, container->enter, ENTER_PATH, true);
	return array;
}

/* --------------------------------------------------------------- limits --- */

static void set_limits(json_t *host, const struct container *container)
{
	json_int_t memory = (json_int_t)container->memory_bytes;

	if (container->cpus > 0)
		json_object_set_new(host, "NanoCpus",
				    json_integer((json_int_t)(container->cpus *
							      1e9 + 0.5)));
	if (memory) {
		json_object_set_new(host, "Memory", json_integer(memory));
		json_object_set_new(host, "MemorySwap", json_integer(memory));
	}
	if (container->pids)
		json_object_set_new(host, "PidsLimit",
				    json_integer((json_int_t)container->pids));
	if (container->cpuset && *container->cpuset)
		json_object_set_new(host, "CpusetCpus",
				    json_string(container->cpuset));
}

static json_t *host_config(const struct launch *launch, const char *meeting)
{
	const struct container *container = launch->context;
	json_t *host = json_pack(
		"{s:s, s:o, s:b, s:{s:s}, s:[s], s:[s], s:o, s:b, s:{s:s}}",
		"NetworkMode", container->network,
		"Mounts", mounts_of(launch, meeting),
		"ReadonlyRootfs", 1,
		"Tmpfs", "/tmp", "rw,nosuid,nodev,mode=1777",
		"CapDrop", "ALL",
		"SecurityOpt", "no-new-privileges",
		"ExtraHosts", texts(container->hosts),
		"Init", 0, /* the replica itself is process 1 */
		"LogConfig", "Type", "none");

	set_limits(host, container);
	return host;
}

json_t *docker_body(const struct launch *launch, const char *meeting)
{
	const struct container *container = launch->context;
	const char *folder = launch->folder ? launch->folder : "/";
	char *user = mem_printf("%u:%u", (unsigned)docker_user(launch)->uid,
				(unsigned)docker_user(launch)->gid);
	json_t *body = json_pack(
		"{s:s, s:[s], s:o, s:o, s:s, s:s, s:o, s:o}",
		"Image", container->image,
		"Entrypoint", docker_is_inside() ? container->enter
						 : ENTER_PATH,
		"Cmd", words(launch->argv),
		"Env", environment_of(launch, meeting),
		"User", user,
		"WorkingDir", folder,
		"Labels", labels_of(launch),
		"HostConfig", host_config(launch, meeting));

	free(user);
	return body;
}

/* ---------------------------------------------------------- empty image --- */

#define TAR_BLOCK 512

/* A header of POSIX ustar; folders and links have no more than that. */
static void tar_entry(struct str *tar, const char *name, char kind,
		      const char *target)
{
	char block[TAR_BLOCK] = { 0 };
	unsigned sum = 0;

	snprintf(block, 100, "%s", name);
	snprintf(block + 100, 8, "%07o", 0755U);
	snprintf(block + 108, 8, "%07o", 0U);
	snprintf(block + 116, 8, "%07o", 0U);
	snprintf(block + 124, 12, "%011o", 0U);
	snprintf(block + 136, 12, "%011o", 0U);
	memset(block + 148, ' ', 8);
	block[156] = kind;
	snprintf(block + 157, 100, "%s", target);
	memcpy(block + 257, "ustar\0" "00", 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	str_add_n(tar, block, TAR_BLOCK);
}

void docker_empty_image(struct str *tar)
{
	static const char *const folders[] = { "usr/", "etc/", "proc/", "sys/",
					       "dev/", "tmp/", "run/", "var/" };
	static const char *const links[] = { "bin", "sbin", "lib", "lib64" };
	static const char end[2 * TAR_BLOCK];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		tar_entry(tar, folders[i], '5', "");
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		char target[16];

		snprintf(target, sizeof(target), "usr/%s", links[i]);
		tar_entry(tar, links[i], '2', target);
	}
	str_add_n(tar, end, sizeof(end));
}
