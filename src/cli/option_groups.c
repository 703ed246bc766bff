/* The options themselves. Help texts are one line each, with unit and default. */
#include "cli/option.h"
#include "monitor/monitor.h"
#include "plan/plan.h"

#define AT(field) offsetof(struct options, field)
#define WHOLE_MOST 9007199254740991.0 /* that a double holds exactly */
#define END { NULL, OPTION_FLAG, 0, 0, 0, NULL, NULL }

const struct option_spec options_select[] = {
	{ "library", OPTION_LIST, AT(library), 0, 0, "NAME",
	  "only this library; can be given several times" },
	{ "test", OPTION_LIST, AT(test), 0, 0, "NAME",
	  "only this test; can be given several times" },
	END
};

/* Of a trial, and of `data`, which shows what its work is. */
#define REPLICAS \
	{ "replicas", OPTION_COUNT, AT(replicas), 1, 1024, "N", \
	  "processes that run the test together (1)" }
#define CONCURRENCY \
	{ "concurrency", OPTION_COUNT, AT(concurrency), 1, 10000, "N", \
	  "operations in flight, of each replica (50)" }
#define REQUEST_SIZE \
	{ "request-size", OPTION_COUNT, AT(request_size), 1, 1099511627776.0, \
	  "BYTES", "of one request; 16KiB and 1MiB can be written so (16384)" }
#define HOT_KEY \
	{ "hot-key", OPTION_FLAG, AT(hot_key), 0, 0, NULL, \
	  "all requests read one key (no)" }
#define OPERATION_TIMEOUT \
	{ "operation-timeout", OPTION_NUMBER, AT(operation_timeout), 0.05, \
	  86400, "SECONDS", "limit of one operation (30)" }
#define DATASET \
	{ "dataset", OPTION_TEXT, AT(dataset), 0, 0, "NAME", \
	  "s2, or cog for fewer, decodable files (s2)" }
#define KEYS \
	{ "keys", OPTION_COUNT, AT(keys), 1, PLAN_KEYS_MAX, "N", \
	  "objects in the dataset s2, or the first so many of a bucket (512)" }
#define SEED \
	{ "seed", OPTION_COUNT, AT(seed), 0, WHOLE_MOST, "N", \
	  "of plans and orders: the same seed is the same work (42)" }

const struct option_spec options_trial[] = {
	REPLICAS,
	{ "n-requests", OPTION_COUNT, AT(n_requests), 0, WHOLE_MOST, "N",
	  "operations of each replica; 0: until the timeout (0)" },
	{ "timeout", OPTION_LIMIT, AT(timeout), 0.05, TIMEOUT_MOST_S, "SECONDS",
	  "length of the timed part; it or --n-requests ends it first; -1: only "
	  "--n-requests does (10)" },
	{ "warm-up", OPTION_NUMBER, AT(warm_up), 0, 3600, "SECONDS",
	  "untimed work before the timed part (1)" },
	CONCURRENCY,
	{ "pool-size", OPTION_COUNT, AT(pool_size), 0, 100000, "N",
	  "connections of the library's pool; 0: as --concurrency (0)" },
	{ "keep-alive", OPTION_FLAG, AT(keep_alive), 0, 0, NULL,
	  "connections are used again (yes)" },
	{ "keep-alive-timeout", OPTION_NUMBER, AT(keep_alive_timeout), 0.001,
	  86400, "SECONDS", "idle connections are closed after this (30)" },
	{ "use-dns-cache", OPTION_FLAG, AT(use_dns_cache), 0, 0, NULL,
	  "resolved names are kept (yes)" },
	REQUEST_SIZE,
	HOT_KEY,
	{ "rate", OPTION_NUMBER, AT(rate), 0, 1e9, "PER_SECOND",
	  "operations a second of all replicas, open loop; 0: closed (0)" },
	OPERATION_TIMEOUT,
	{ "ready-timeout", OPTION_NUMBER, AT(ready_timeout), 0.1, 3600,
	  "SECONDS", "a replica must be ready within it and --warm-up (60)" },
	DATASET,
	KEYS,
	SEED,
	END
};

const struct option_spec options_limits[] = {
	{ "cpus", OPTION_NUMBER, AT(cpus), 0.01, 1024, "N",
	  "CPU time of each replica, in CPUs: a quota (no limit)" },
	{ "memory", OPTION_COUNT, AT(memory), 1048576, 1099511627776.0, "BYTES",
	  "memory of each replica; who needs more is killed (no limit)" },
	{ "pids", OPTION_COUNT, AT(pids), 1, 4194304, "N",
	  "processes and threads of each replica (no limit)" },
	{ "link-rate", OPTION_RATE, AT(link_rate), 8000, 1e12, "RATE",
	  "of each replica's link, each way: 100Mbit, 1Gbit (no limit)" },
	{ "pin", OPTION_TEXT, AT(pin), 0, 0, "CPUS",
	  "auto, none, CPUs for all (0,2-3), or the origin's and the "
	  "replicas' (1/0) (auto)" },
	{ "congestion", OPTION_TEXT, AT(congestion), 0, 0, "NAMES",
	  "congestion control of the origin's sockets, the first that may be "
	  "used (cubic,reno)" },
	END
};

const struct option_spec options_isolation[] = {
	{ "isolation", OPTION_TEXT, AT(isolation), 0, 0, "GRADE",
	  "auto, cell, process, or docker: a container each (auto: the best "
	  "of cell and process)" },
	{ "image", OPTION_TEXT, AT(image), 0, 0, "NAME",
	  "of --isolation docker (empty folders and this machine's /usr)" },
	END
};

const struct option_spec options_monitor[] = {
	{ "monitor", OPTION_ADDRESS, AT(monitor), 0, 0, "[ADDRESS:PORT]",
	  "serve the live page and /metrics while it runs "
	  "(" MONITOR_DEFAULT_LISTEN ")" },
	{ "linger", OPTION_NUMBER, AT(linger), 0, 3600, "SECONDS",
	  "with --monitor: so long after the last trial, for a last scrape "
	  "(2)" },
	{ "textfile", OPTION_TEXT, AT(textfile), 0, 0, "PATH.prom",
	  "write each trial's result there, for node_exporter's textfile "
	  "collector" },
	END
};

const struct option_spec options_page[] = {
	{ "listen", OPTION_TEXT, AT(listen), 0, 0, "ADDRESS:PORT",
	  "where to listen; port 0: any free one "
	  "(" MONITOR_DEFAULT_LISTEN ")" },
	{ "tty", OPTION_FLAG, AT(tty), 0, 0, NULL,
	  "show it on the terminal instead" },
	END
};

const struct option_spec options_outside[] = {
	{ "endpoint", OPTION_TEXT, AT(endpoint), 0, 0, "URL",
	  "measure against this store instead of our own origin" },
	{ "bucket", OPTION_TEXT, AT(bucket), 0, 0, "NAME",
	  "its bucket (bench)" },
	{ "region", OPTION_TEXT, AT(region), 0, 0, "NAME",
	  "its region (AWS_REGION, else us-east-1)" },
	{ "prefix", OPTION_TEXT, AT(prefix), 0, 0, "PREFIX",
	  "only objects whose keys start so" },
	{ "anonymous", OPTION_FLAG, AT(anonymous), 0, 0, NULL,
	  "unsigned requests; else AWS_ACCESS_KEY_ID, "
	  "AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN are used" },
	{ "ca-file", OPTION_TEXT, AT(ca_file), 0, 0, "FILE.pem",
	  "certificates to trust instead of the system's" },
	END
};

const struct option_spec options_database[] = {
	{ "db", OPTION_TEXT, AT(db), 0, 0, "URL",
	  "database (the variable db_url, else sqlite:///sqlite.db)" },
	END
};

const struct option_spec options_results[] = {
	{ "per-replica", OPTION_FLAG, AT(per_replica), 0, 0, NULL,
	  "a row for each replica instead of each trial (no)" },
	{ "from", OPTION_TEXT, AT(from), 0, 0, "WHERE",
	  "database, or prometheus: rates and memory by a Prometheus' scrapes "
	  "(database)" },
	{ "timeout", OPTION_NUMBER, AT(timeout), 0.05, 3600, "SECONDS",
	  "with --from prometheus: limit of one of its answers (10)" },
	{ "sampling-interval", OPTION_NUMBER, AT(sampling_interval), 1, 3600,
	  "SECONDS", "with --from prometheus: a rate is taken over at least so "
	  "long (four scrapes)" },
	{ "price-per-hour", OPTION_NUMBER, AT(price_per_hour), 0, 1e6, "USD",
	  "of the machine, for cost_usd; not given: the column is empty" },
	{ "price-per-million-requests", OPTION_NUMBER,
	  AT(price_per_million_requests), 0, 1e6, "USD",
	  "of the store, added to cost_usd" },
	END
};

const struct option_spec options_origin[] = {
	{ "listen", OPTION_TEXT, AT(listen), 0, 0, "ADDRESS:PORT",
	  "where to listen; port 0: any free one (127.0.0.1:9000)" },
	{ "root", OPTION_TEXT, AT(root), 0, 0, "FOLDER",
	  "serve the files below this folder instead of the datasets" },
	{ "bucket", OPTION_TEXT, AT(bucket), 0, 0, "NAME",
	  "name of the bucket for --root (bench)" },
	{ "dataset", OPTION_TEXT, AT(dataset), 0, 0, "NAME",
	  "only s2, or only cog (both)" },
	{ "keys", OPTION_COUNT, AT(keys), 1, 1e9, "N",
	  "objects in the dataset s2 (512)" },
	END
};

const struct option_spec options_data[] = {
	DATASET,
	KEYS,
	SEED,
	REQUEST_SIZE,
	HOT_KEY,
	REPLICAS,
	CONCURRENCY,
	OPERATION_TIMEOUT,
	{ "limit", OPTION_COUNT, AT(limit), 0, 1e15, "N",
	  "at most so many lines; 0: all (0)" },
	END
};

const struct option_spec options_json[] = {
	{ "json", OPTION_FLAG, AT(json), 0, 0, NULL,
	  "one JSON document on the standard output (no)" },
	END
};

const struct option_spec options_common[] = {
	{ "debug", OPTION_AREAS, AT(debug), 0, 0, "[AREA,...]",
	  "tell on stderr what goes on, alone: all of it; areas: origin, run, "
	  "data, plan, measure, store, analyse, cell, cli" },
	{ "help", OPTION_FLAG, AT(help), 0, 0, NULL, "this text" },
	END
};

void options_init(struct options *options)
{
	*options = (struct options){
		.replicas = 1,
		.concurrency = 50,
		.request_size = 16384,
		.seed = 42,
		.keys = 512,
		.timeout = 10,
		.operation_timeout = 30,
		.ready_timeout = 60,
		.warm_up = 1,
		.keep_alive_timeout = 30,
		.keep_alive = true,
		.use_dns_cache = true,
		.linger = 2,
	};
}
