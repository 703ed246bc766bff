#include "measure/environment_more.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "measure/machine.h"
#include "measure/perf.h"
#include "measure/waits.h"

#define FILE_LIMIT (4 << 20) /* cpuinfo of a large machine */
#define CPU "/sys/devices/system/cpu/"

const char *environment_commit = "";

/* A file whose value is its first line. */
static const struct simple {
	const char *name, *path;
} simple[] = {
	{ "cpus_online", CPU "online" },
	{ "governor", CPU "cpu0/cpufreq/scaling_governor" },
	{ "huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "huge_pages_reserved", "/proc/sys/vm/nr_hugepages" },
	{ "clocksource",
	  "/sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "tcp_congestion", "/proc/sys/net/ipv4/tcp_congestion_control" },
	{ "tcp_rmem", "/proc/sys/net/ipv4/tcp_rmem" },
	{ "tcp_wmem", "/proc/sys/net/ipv4/tcp_wmem" },
	{ "tcp_slow_start_after_idle",
	  "/proc/sys/net/ipv4/tcp_slow_start_after_idle" },
	{ "somaxconn", "/proc/sys/net/core/somaxconn" },
};

/* What stands in a file; NULL: there is none. The caller frees. */
static char *read_whole(const char *root, const char *path)
{
	char *full = mem_printf("%s%s", root, path), *out = NULL;
	struct str text = STR_INIT;

	if (file_read(full, FILE_LIMIT, &text, NULL) == 0 && text.buf)
		out = mem_dup(text.buf);
	str_release(&text);
	free(full);
	return out;
}

static char *read_first(const char *root, const char *path)
{
	char *text = read_whole(root, path);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

static void put(json_t *out, const char *name, const char *value)
{
	char *clean;

	if (!value || !*value)
		return;
	clean = mem_dup(value);
	text_clean_line(clean);
	json_object_set_new(out, name, json_string(clean));
	free(clean);
}

static void put_simple(json_t *out, const char *root)
{
	for (size_t i = 0; i < sizeof(simple) / sizeof(*simple); i++) {
		char *text = read_first(root, simple[i].path);

		put(out, simple[i].name, text);
		free(text);
	}
}

static char *read_cache(const char *root, int index, const char *file)
{
	char path[96];

	snprintf(path, sizeof(path), CPU "cpu0/cache/index%d/%.16s", index,
		 file);
	return read_first(root, path);
}

/* The first level has two, of which the one for instructions is left out. */
static void put_caches(json_t *out, const char *root)
{
	for (int i = 0; i < 8; i++) {
		char *level = read_cache(root, i, "level");
		char *type = read_cache(root, i, "type");
		char *size = read_cache(root, i, "size");
		char name[32];

		if (level && type && strcmp(type, "Instruction")) {
			snprintf(name, sizeof(name), "cache_l%.4s%s", level,
				 strcmp(level, "1") ? "" : "d");
			put(out, name, size);
		}
		free(level);
		free(type);
		free(size);
	}
}

/* Intel's driver says whether it is off, the others whether it is on. */
static void put_turbo(json_t *out, const char *root)
{
	char *off = read_first(root, CPU "intel_pstate/no_turbo");
	char *on = read_first(root, CPU "cpufreq/boost");

	if (off)
		put(out, "turbo", strcmp(off, "0") ? "off" : "on");
	else if (on)
		put(out, "turbo", strcmp(on, "0") ? "on" : "off");
	free(off);
	free(on);
}

static void put_mitigations(json_t *out, const char *root)
{
	static const char name[] = "mitigations=";
	char *line = read_first(root, "/proc/cmdline");
	char *at = line ? strstr(line, name) : NULL;

	if (at) {
		at += sizeof(name) - 1;
		at[strcspn(at, " ")] = '\0';
	}
	if (line)
		put(out, "mitigations", at ? at : "default");
	free(line);
}

static bool is_there(const char *root, const char *path)
{
	char *full = mem_printf("%s%s", root, path);
	bool there = access(full, F_OK) == 0;

	free(full);
	return there;
}

/* The groups of the first process, where they name an engine. */
static const char *container_of_groups(const char *root)
{
	static const char *const words[][2] = {
		{ "kubepods", "kubernetes" }, { "libpod", "podman" },
		{ "docker", "docker" },	      { "lxc", "lxc" },
		{ "containerd", "containerd" },
	};
	char *groups = read_whole(root, "/proc/1/cgroup");
	const char *found = "none";

	for (size_t i = 0; groups && i < sizeof(words) / sizeof(*words); i++) {
		if (!strstr(groups, words[i][0]))
			continue;
		found = words[i][1];
		break;
	}
	free(groups);
	return found;
}

/* systemd-nspawn, and others who do as systemd asks, write their name. */
static void put_container(json_t *out, const char *root)
{
	char *name = read_first(root, "/run/systemd/container");

	if (name && *name)
		put(out, "container", name);
	else if (is_there(root, "/run/.containerenv"))
		put(out, "container", "podman");
	else if (is_there(root, "/.dockerenv"))
		put(out, "container", "docker");
	else
		put(out, "container", container_of_groups(root));
	free(name);
}

/* Vendors of virtual machines in the tables of the firmware. */
static const char *hypervisor_of(const char *vendor, const char *product)
{
	static const char *const words[][2] = {
		{ "QEMU", "kvm" },	   { "KVM", "kvm" },
		{ "Amazon EC2", "amazon" }, { "Google", "google" },
		{ "VMware", "vmware" },	   { "innotek", "virtualbox" },
		{ "VirtualBox", "virtualbox" }, { "Xen", "xen" },
		{ "Virtual Machine", "hyper-v" }, { "Bochs", "bochs" },
		{ "OpenStack", "openstack" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(vendor, words[i][0]) || strstr(product, words[i][0]))
			return words[i][1];
	return NULL;
}

/* The bare machines of clouds have the vendor of their virtual ones. Only the
 * flag of the CPU tells them apart, which ARM does not have. */
static void put_virtualization(json_t *out, const char *root)
{
	char *xen = read_first(root, "/sys/hypervisor/type");
	char *vendor = read_first(root, "/sys/class/dmi/id/sys_vendor");
	char *product = read_first(root, "/sys/class/dmi/id/product_name");
	char *cpu = read_whole(root, "/proc/cpuinfo");
	bool x86 = cpu && strstr(cpu, "\nflags");
	bool is_guest = cpu && strstr(cpu, " hypervisor");
	const char *name = hypervisor_of(vendor ? vendor : "",
					 product ? product : "");

	if (xen && *xen)
		put(out, "virtualization", xen);
	else if (name && (is_guest || !x86))
		put(out, "virtualization", name);
	else
		put(out, "virtualization", is_guest ? "unnamed" : "none");
	free(xen);
	free(vendor);
	free(product);
	free(cpu);
}

static void put_perf(json_t *out)
{
	char why[128];

	put(out, "perf_events",
	    perf_available(why, sizeof(why)) ? "counted" : why);
}

/* How the kernel counts CPU time: what "Noise" rests on. */
static void put_accounting(json_t *out, const char *root)
{
	char *stat = read_first(root, "/proc/stat"), tick[24];
	uint64_t tick_ns = machine_tick_ns();
	struct machine_time time;

	if (stat && machine_parse_time(stat, &time))
		put(out, "irq_time", time.apart ? IRQ_TIME_APART
						: IRQ_TIME_CHARGED);
	snprintf(tick, sizeof(tick), "%llu", (unsigned long long)tick_ns);
	put(out, "tick_ns", tick_ns ? tick : NULL);
	put(out, "cpu_waits", waits_are_counted(root) ? CPU_WAITS_COUNTED
						     : "not counted");
	free(stat);
}

static char *text_of_object(const json_t *object)
{
	return json_dumps(object, JSON_SORT_KEYS | JSON_ENSURE_ASCII);
}

void environment_more_add(char **json, const char *name, const char *value)
{
	json_t *object = *json ? json_loads(*json, 0, NULL) : NULL;

	if (json_is_object(object)) {
		put(object, name, value);
		free(*json);
		*json = text_of_object(object);
	}
	json_decref(object);
}

char *environment_more(const char *root)
{
	json_t *out = json_object();
	char *text;

	put_simple(out, root);
	put_caches(out, root);
	put_turbo(out, root);
	put_mitigations(out, root);
	put_container(out, root);
	put_virtualization(out, root);
	put_perf(out);
	put_accounting(out, root);
	put(out, "harness_commit", environment_commit);
	text = text_of_object(out);
	json_decref(out);
	return text;
}
