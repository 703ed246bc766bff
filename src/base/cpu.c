#include "base/cpu.h"

/* Ticks are samples, so their ratio changes much while there are few of them.
 * Time that was once said to be user time, or system time, stays so. */
void cpu_time_set(struct cpu_time *time, uint64_t total_ns, uint64_t user,
		  uint64_t system)
{
	uint64_t total = total_ns > time->total_ns ? total_ns : time->total_ns;
	uint64_t most = time->user_ns + (total - time->total_ns);
	double share = user + system
			       ? (double)user / ((double)user + (double)system)
			       : 1.0;
	uint64_t user_ns = (uint64_t)((double)total * share);

	if (user_ns < time->user_ns)
		user_ns = time->user_ns;
	if (user_ns > most)
		user_ns = most;
	time->total_ns = total;
	time->user_ns = user_ns;
}
