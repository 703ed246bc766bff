/*
 * Which limit a row met. Its word stands in the column limited_by. A comparison
 * of rows whose limit is not the library compares something else.
 */
#ifndef RECORD_LIMITED_H
#define RECORD_LIMITED_H

#include <stdbool.h>

/* X(NAME, "word", whose, "sentence"); docs/metrics.md says how each is told. A
 * word that was ever stored keeps its meaning. Whose limit it was: the LIBRARYS,
 * of what is AROUND it, or of BOTH, or that is not known. */
#define LIMITED_BY(X)                                                          \
	X(UNKNOWN, "unknown", BOTH, "nothing that is measured was at its limit") \
	X(FAILURES, "failures", BOTH, "too many operations failed, or none "  \
	  "succeeded")                                                         \
	X(THROTTLED, "throttled", BOTH, "it waited for a quota of CPU time") \
	X(LINK, "link", AROUND, "its link was full (--link-rate)")             \
	X(RATE, "rate", AROUND, "it did what was asked for (--rate), and may " \
	  "be able to do more")                                                \
	X(CPU, "cpu", LIBRARYS, "its own CPU was busy")                        \
	X(STORE_CPU, "store_cpu", AROUND, "the store's CPU was busy")          \
	X(SHARED_CPU, "shared_cpu", BOTH, "the CPUs that it shares with the "  \
	  "store were busy")                                                   \
	X(MACHINE, "machine", BOTH, "other programs, or the hypervisor, took " \
	  "the CPUs")                                                          \
	X(POOL, "pool", AROUND, "all connections of its pool were open "       \
	  "(--pool-size)")                                                     \
	X(IN_FLIGHT, "in_flight", AROUND, "all its operations waited for the " \
	  "store (--concurrency x latency)")

enum limited_by {
#define X(name, word, whose, text) LIMITED_BY_##name,
	LIMITED_BY(X)
#undef X
	LIMITED_BY_COUNT
};

const char *limited_by_word(enum limited_by by);

/* The sentence goes on after the name of a library and a colon. */
const char *limited_by_text(enum limited_by by);

/* Of a word that was stored; LIMITED_BY_UNKNOWN of any other, and of NULL. */
enum limited_by limited_by_parse(const char *word);

/* Whether the row tells of the library, and not of what is around it. */
bool limited_by_library(enum limited_by by);

/* Whether what is around the library was the limit: the rates of two such rows
 * compare nothing of the libraries. Not so where it was a limit of both: with
 * the CPU time of a request known, the library's part of it decides the rate. */
bool limited_by_surroundings(enum limited_by by);

#endif
