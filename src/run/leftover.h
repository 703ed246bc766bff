/*
 * Processes that a killed run left. Where replicas have no PID namespace (an
 * ordinary user's, by --isolation process) what they started in sessions of
 * their own outlives a kill of the harness. Their HOME still names its folder.
 */
#ifndef RUN_LEFTOVER_H
#define RUN_LEFTOVER_H

/* Kills those of ours (as root: all) whose HOME is below `folder`, the scratch
 * folder of a run that has ended; the number of them. */
unsigned leftover_kill(const char *folder);

#endif
