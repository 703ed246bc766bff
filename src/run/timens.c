#include "run/timens.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

/* Enough for a shell, a wrapper, an interpreter, and what that starts. */
#define DEPTH 4

/* "monotonic  86400  0": seconds and nanoseconds. */
static bool read_offset(const char *process, int64_t *out_ns)
{
	char path[48], line[128];
	int64_t seconds, ns;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/timens_offsets", process);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "monotonic %" SCNd64 " %" SCNd64, &seconds,
			       &ns) == 2;
	if (file)
		fclose(file);
	if (found)
		*out_ns = seconds * (int64_t)NS_PER_S + ns;
	return found;
}

static bool offset_of(pid_t pid, int64_t ours, int64_t *out_ns)
{
	int64_t theirs;
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)pid);
	if (!read_offset(number, &theirs))
		return false;
	*out_ns = theirs - ours;
	return true;
}

/* Reads the children of the first thread. Kernels without CONFIG_PROC_CHILDREN
 * tell none. A replica has few. */
static void look_below(pid_t pid, int64_t ours, int depth, int64_t *out_ns)
{
	char path[64];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
		 (int)pid);
	file = depth ? fopen(path, "re") : NULL;
	while (file && !*out_ns && fscanf(file, "%d", &child) == 1)
		if (offset_of(child, ours, out_ns) && !*out_ns)
			look_below(child, ours, depth - 1, out_ns);
	if (file)
		fclose(file);
}

bool timens_offset(pid_t pid, int64_t *out_ns)
{
	int64_t ours;

	if (!read_offset("self", &ours) || !offset_of(pid, ours, out_ns))
		return false;
	if (!*out_ns)
		look_below(pid, ours, DEPTH, out_ns);
	return true;
}

int64_t timens_difference(uint64_t said_ns, uint64_t sent_ns,
			  uint64_t received_ns)
{
	if (said_ns > received_ns)
		return (int64_t)(said_ns - received_ns);
	return said_ns < sent_ns ? -(int64_t)(sent_ns - said_ns) : 0;
}
