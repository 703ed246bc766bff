/*
 * The configuration of a trial: one line a field. The members of struct
 * trial_spec, the options and their help, sweeps, the worker's packet, what is
 * stored, the columns of the results and their headings follow from it (spec.h).
 *
 *	X(member, name, KIND, PART, COLUMN, least, most, unset, default,
 *	  "option", "VALUE", "choices", "words", "help")
 *
 * name     in the database, in the packet, in the results
 * KIND     COUNT (uint64_t), RATE (the same, bits a second), NUMBER (double),
 *          FLAG (bool), TEXT (const char *)
 * PART     what the field belongs to, enum spec_part
 * COLUMN   ADDED: the results have a column of this name, behind all others;
 *          PLACED: record/result.c has one among the others
 * unset    what stands for "not set" on the command line; NAN: nothing does
 * default  COUNT_UNKNOWN, NAN, NULL: not set. Of a TEXT, which is not set then,
 *          the word that says the same (spec_forget_words())
 * option   without --; a sweep has _ for -
 * choices  the values that there are, a blank between; NULL: too many
 * help     the default of a figure or a flag is put behind it
 * words    in the headings of tables that differ in it; NULL: they speak of it in
 *          their own way
 */
#ifndef RECORD_SPEC_FIELDS_H
#define RECORD_SPEC_FIELDS_H

#include <math.h>

#include "base/unknown.h"

#define SPEC_DATASET "s2"
#define SPEC_PIN "auto"
#define SPEC_BUCKET "bench"
/* Some machines have bbr as default. On one machine it halves the speed of
 * large answers, and charges part of the work to nobody (docs/method.md). An
 * ordinary user may not be allowed cubic; reno is as quick on a path without
 * loss. */
#define SPEC_CONGESTION "cubic,reno"
#define TIMEOUT_MOST_S 86400
#define SPEC_KEYS_MOST 1000000
#define SPEC_WHOLE_MOST 9007199254740991.0 /* that a double holds exactly */

#define SPEC_FIELDS(X)                                                         \
	X(library, library, TEXT, NAME, PLACED, 0, 0, NAN, NULL,               \
	  NULL, NULL, NULL, NULL, NULL)                                        \
	X(test, test, TEXT, TEST, PLACED, 0, 0, NAN, NULL,                     \
	  NULL, NULL, NULL, NULL, NULL)                                        \
	X(replicas, replicas, COUNT, PLAN, PLACED, 1, 1024, NAN, 1,            \
	  "replicas", "N", NULL, NULL,                                         \
	  "processes that run the test together")                              \
	X(n_requests, n_requests, COUNT, LOAD, ADDED, 0, SPEC_WHOLE_MOST, 0,   \
	  COUNT_UNKNOWN, "n-requests", "N", NULL, NULL,                        \
	  "operations of each replica; 0: until the timeout")                  \
	X(timeout_s, timeout_seconds, NUMBER, LOAD, ADDED, 0.05,               \
	  TIMEOUT_MOST_S, -1, 10, "timeout", "SECONDS", NULL, "timeout",       \
	  "length of the timed part, in turns the working time in a block; it "\
	  "or --n-requests ends it first; -1: "                                \
	  "only --n-requests does")                                            \
	X(warm_up_s, warm_up_seconds, NUMBER, LOAD, ADDED, 0, 3600, NAN, 1,    \
	  "warm-up", "SECONDS", NULL, "warm-up",                               \
	  "untimed work before the timed part")                                \
	X(concurrency, concurrency, COUNT, PLAN, PLACED, 1, 10000, NAN, 50,    \
	  "concurrency", "N", NULL, NULL,                                      \
	  "operations in flight, of each replica")                             \
	X(pool_size, pool_size, COUNT, CLIENT, PLACED, 0, 100000, 0,           \
	  COUNT_UNKNOWN, "pool-size", "N", NULL, NULL,                         \
	  "connections of the library's pool; 0: as --concurrency")            \
	X(keep_alive, keep_alive, FLAG, CLIENT, PLACED, 0, 0, NAN, true,       \
	  "keep-alive", NULL, NULL, NULL,                                      \
	  "connections are used again")                                        \
	X(keep_alive_timeout_s, keep_alive_timeout_seconds, NUMBER, CLIENT,    \
	  PLACED, 0.001, 86400, NAN, 30, "keep-alive-timeout", "SECONDS",      \
	  NULL, NULL,                                                          \
	  "idle connections are closed after this")                            \
	X(use_dns_cache, use_dns_cache, FLAG, CLIENT, PLACED, 0, 0, NAN, true, \
	  "use-dns-cache", NULL, NULL, "DNS cache",                            \
	  "resolved names are kept")                                           \
	X(request_size, request_size_bytes, COUNT, PLAN, ADDED, 1,             \
	  1099511627776.0, NAN, 16384, "request-size", "BYTES", NULL, NULL,    \
	  "of one request; 16KiB and 1MiB can be written so")                  \
	X(hot_key, hot_key, FLAG, PLAN, ADDED, 0, 0, NAN, false,               \
	  "hot-key", NULL, NULL, NULL,                                         \
	  "all requests read one key")                                         \
	X(rate, rate, NUMBER, LOAD, PLACED, 0, 1e9, 0, NAN,                    \
	  "rate", "PER_SECOND", NULL, NULL,                                    \
	  "operations a second of all replicas, open loop; 0: closed")         \
	X(operation_timeout_s, operation_timeout_seconds, NUMBER, LOAD, ADDED, \
	  0.05, 86400, NAN, 30, "operation-timeout", "SECONDS", NULL,          \
	  "operation timeout", "limit of one operation")                       \
	X(ready_timeout_s, ready_timeout_seconds, NUMBER, NONE, ADDED, 0.1,    \
	  3600, NAN, 60, "ready-timeout", "SECONDS", NULL, NULL,               \
	  "a replica must be ready within it and --warm-up")                   \
	X(dataset, dataset, TEXT, PLAN, PLACED, 0, 0, NAN, SPEC_DATASET,       \
	  "dataset", "NAME", "s2 cog", NULL,                                   \
	  "s2, or cog for fewer, decodable files (" SPEC_DATASET ")")          \
	X(keys, keys, COUNT, PLAN, ADDED, 1, SPEC_KEYS_MOST, NAN, 512,         \
	  "keys", "N", NULL, "keys",                                           \
	  "objects in the dataset s2, or the first so many of a bucket")       \
	X(seed, seed, COUNT, PLAN, PLACED, 0, SPEC_WHOLE_MOST, NAN, 42,        \
	  "seed", "N", NULL, "seed",                                           \
	  "of plans and orders: the same seed is the same work")               \
	X(cpus_limit, cpus_limit, NUMBER, PLACEMENT, PLACED, 0.01, 1024, NAN,  \
	  NAN, "cpus", "N", NULL, NULL,                                        \
	  "CPU time of each replica, in CPUs: a quota (no limit)")             \
	X(memory_limit_bytes, memory_limit_bytes, COUNT, PLACEMENT, PLACED,    \
	  1048576, 1099511627776.0, NAN, COUNT_UNKNOWN, "memory", "BYTES",     \
	  NULL, NULL,                                                          \
	  "memory of each replica; who needs more is killed (no limit)")       \
	X(pids_limit, pids_limit, COUNT, PLACEMENT, PLACED, 1, 4194304, NAN,   \
	  COUNT_UNKNOWN, "pids", "N", NULL, NULL,                              \
	  "processes and threads of each replica (no limit)")                  \
	X(link_bits_per_second, link_bits_per_second, RATE, PLACEMENT, PLACED, \
	  8000, 1e12, NAN, COUNT_UNKNOWN, "link-rate", "RATE", NULL, NULL,     \
	  "of each replica's link, each way: 100Mbit, 1Gbit (no limit)")       \
	X(pin, pin, TEXT, PLACEMENT, ADDED, 0, 0, NAN, SPEC_PIN,               \
	  "pin", "CPUS", "auto none", "pin",                                   \
	  "auto, none, CPUs for all (0,2-3), or the origin's and the "         \
	  "replicas' (1/0) (" SPEC_PIN ")")                                    \
	X(congestion, congestion, TEXT, PLACEMENT, ADDED, 0, 0, NAN,           \
	  SPEC_CONGESTION, "congestion", "NAMES", NULL,                        \
	  "choice of congestion control",                                      \
	  "congestion control of the origin's sockets, the first that may be " \
	  "used (" SPEC_CONGESTION ")")                                        \
	X(endpoint, endpoint, TEXT, STORE, ADDED, 0, 0, NAN, NULL,             \
	  "endpoint", "URL", NULL, "endpoint",                                 \
	  "measure against this store instead of our own origin")              \
	X(bucket, bucket, TEXT, STORE, ADDED, 0, 0, NAN, SPEC_BUCKET,          \
	  "bucket", "NAME", NULL, "bucket", "its bucket (" SPEC_BUCKET ")")    \
	X(region, region, TEXT, STORE, ADDED, 0, 0, NAN, NULL,                 \
	  "region", "NAME", NULL, "region",                                    \
	  "its region (AWS_REGION, else us-east-1)")                           \
	X(prefix, prefix, TEXT, STORE, ADDED, 0, 0, NAN, NULL,                 \
	  "prefix", "PREFIX", NULL, "prefix",                                  \
	  "only objects whose keys start so")                                  \
	X(anonymous, anonymous, FLAG, STORE, ADDED, 0, 0, NAN, false,          \
	  "anonymous", NULL, NULL, "anonymous access",                         \
	  "unsigned requests; else AWS_ACCESS_KEY_ID, "                        \
	  "AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN are used")                 \
	X(ca_file, ca_file, TEXT, STORE, ADDED, 0, 0, NAN, NULL,               \
	  "ca-file", "FILE.pem", NULL, "own certificates",                     \
	  "certificates to trust instead of the system's")

/* The C type of each kind. */
#define SPEC_TYPE_COUNT uint64_t
#define SPEC_TYPE_RATE uint64_t
#define SPEC_TYPE_NUMBER double
#define SPEC_TYPE_FLAG bool
#define SPEC_TYPE_TEXT const char *

#endif
