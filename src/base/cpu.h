/* CPU time of a group or process, of which only the total is exact. */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdint.h>

/* As it was last said. Zeroed at first. */
struct cpu_time {
	uint64_t total_ns, user_ns;
};

/* Sets the total, and splits it into user and system in the proportion of `user`
 * and `system`, of any unit; all is user if both are 0. Neither the total nor one
 * of its parts ever goes down. */
void cpu_time_set(struct cpu_time *time, uint64_t total_ns, uint64_t user,
		  uint64_t system);

#endif
