/*
 * Processes that a killed run left. An ordinary user with --isolation process
 * has no PID namespaces for replicas. What such replicas started in sessions of
 * their own outlives a kill of the harness. Its HOME still names the folder of
 * the replica.
 */
#ifndef RUN_LEFTOVER_H
#define RUN_LEFTOVER_H

/* Kills our processes (as root: all) whose HOME is below `folder`, the scratch
 * folder of a run that has ended. Returns how many. */
unsigned leftover_kill(const char *folder);

#endif
