#include "measure/environment.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "base/str.h"

#define FILE_LIMIT (4 << 20) /* cpuinfo of a large machine */
#define AZURE_ASSET_TAG "7783-7084-3265-9085-8269-3286-77"

static bool read_file(const char *path, struct str *out)
{
	str_reset(out);
	return file_read(path, FILE_LIMIT, out, NULL) == 0;
}

/* The rest of the first line that starts with `name`, up to its end; false
 * where there is none. The text is cut off there. */
static char *find_line(char *text, const char *name)
{
	size_t n = strlen(name);
	char *line = text;

	while (strncmp(line, name, n) != 0) {
		line = strchr(line, '\n');
		if (!line)
			return NULL;
		line++;
	}
	line += n;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void read_line(const char *path, char *out, size_t size)
{
	struct str text = STR_INIT;

	*out = '\0';
	if (read_file(path, &text)) {
		text.buf[strcspn(text.buf, "\n")] = '\0';
		snprintf(out, size, "%s", text.buf);
	}
	str_release(&text);
}

static void find_kernel(struct environment *out)
{
	struct utsname name;

	if (uname(&name) < 0)
		return;
	snprintf(out->kernel, sizeof(out->kernel), "%.60s %.64s", name.sysname,
		 name.release);
	snprintf(out->machine, sizeof(out->machine), "%.31s", name.machine);
}

static void find_distribution(struct environment *out)
{
	struct str text = STR_INIT;
	char *value = NULL;

	if (read_file("/etc/os-release", &text) ||
	    read_file("/usr/lib/os-release", &text))
		value = find_line(text.buf, "PRETTY_NAME=");
	if (value && (*value == '"' || *value == '\'')) {
		char quote[2] = { *value++, '\0' };

		value[strcspn(value, quote)] = '\0';
	}
	if (value)
		snprintf(out->distribution, sizeof(out->distribution), "%s",
			 value);
	str_release(&text);
}

/* What stands after the colon of a line of cpuinfo. */
static bool cpuinfo(struct str *text, const char *name, char *out, size_t size)
{
	char *value;

	if (!read_file("/proc/cpuinfo", text))
		return false;
	value = find_line(text->buf, name);
	value = value ? strchr(value, ':') : NULL;
	if (!value)
		return false;
	value += 1 + strspn(value + 1, " \t");
	snprintf(out, size, "%s", value);
	return true;
}

static void find_cpu_model(struct environment *out)
{
	struct str text = STR_INIT;
	char implementer[16], part[16];

	if (!cpuinfo(&text, "model name", out->cpu_model,
		     sizeof(out->cpu_model)) &&
	    cpuinfo(&text, "CPU implementer", implementer,
		    sizeof(implementer)) &&
	    cpuinfo(&text, "CPU part", part, sizeof(part)))
		snprintf(out->cpu_model, sizeof(out->cpu_model),
			 "implementer %s part %s", implementer, part);
	str_release(&text);
}

/* The kernel refuses a set that is smaller than its own. */
static unsigned count_cpus(void)
{
	for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {
		cpu_set_t *set = CPU_ALLOC((size_t)cpus);
		size_t bytes = CPU_ALLOC_SIZE((size_t)cpus);
		int count = -1;

		if (set && sched_getaffinity(0, bytes, set) == 0)
			count = CPU_COUNT_S(bytes, set);
		CPU_FREE(set);
		if (count >= 0)
			return (unsigned)count;
	}
	return 0;
}

static void find_memory(struct environment *out)
{
	struct str text = STR_INIT;
	char *value = NULL;

	if (read_file("/proc/meminfo", &text))
		value = find_line(text.buf, "MemTotal:");
	if (value)
		out->memory_bytes = strtoull(value, NULL, 10) * 1024;
	str_release(&text);
}

static void read_in(const char *folder, const char *name, char *out,
		    size_t size)
{
	struct str path = STR_INIT;

	str_addf(&path, "%s/%s", folder, name);
	read_line(path.buf, out, size);
	str_release(&path);
}

void measure_instance_type(const char *folder, char *out, size_t size)
{
	char vendor[64], tag[64];

	*out = '\0';
	read_in(folder, "sys_vendor", vendor, sizeof(vendor));
	read_in(folder, "chassis_asset_tag", tag, sizeof(tag));
	if (strcmp(vendor, "Amazon EC2") == 0 ||
	    strcmp(vendor, "Google") == 0 ||
	    (strcmp(vendor, "Microsoft Corporation") == 0 &&
	     strcmp(tag, AZURE_ASSET_TAG) == 0))
		read_in(folder, "product_name", out, size);
}

int measure_environment(struct environment *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->harness_version, sizeof(out->harness_version), "%s",
		 BENCHMARK_VERSION);
	find_kernel(out);
	find_distribution(out);
	find_cpu_model(out);
	out->cpus = count_cpus();
	find_memory(out);
	read_line("/proc/sys/net/ipv4/tcp_congestion_control", out->congestion,
		  sizeof(out->congestion));
	measure_instance_type("/sys/devices/virtual/dmi/id",
			      out->instance_type, sizeof(out->instance_type));
	return 0;
}
