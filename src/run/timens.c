#include "run/timens.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

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

bool timens_offset(pid_t pid, int64_t *out_ns)
{
	int64_t ours, theirs;
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)pid);
	if (!read_offset(number, &theirs) || !read_offset("self", &ours))
		return false;
	*out_ns = theirs - ours;
	return true;
}

int64_t timens_difference(uint64_t said_ns, uint64_t sent_ns,
			  uint64_t received_ns)
{
	if (said_ns > received_ns)
		return (int64_t)(said_ns - received_ns);
	return said_ns < sent_ns ? -(int64_t)(sent_ns - said_ns) : 0;
}
