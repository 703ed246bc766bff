/* The options that are not of a trial. Help texts are one line each, with unit and
 * default. */
#include <math.h>

#include "cli/option.h"
#include "monitor/monitor.h"

#define AT(field) offsetof(struct options, field)
#define OPTION(name_, kind_, field_, min_, max_, value_, help_)                \
	{ .name = name_, .kind = OPTION_##kind_, .offset = AT(field_),         \
	  .min = min_, .max = max_, .unset = NAN, .value = value_,             \
	  .help = help_ }
#define CHOICE(name_, field_, value_, choices_, help_)                         \
	{ .name = name_, .kind = OPTION_TEXT, .offset = AT(field_),            \
	  .unset = NAN, .value = value_, .choices = choices_, .help = help_ }
#define END { .name = NULL }

/* The fields of a trial that belong to a part: KEEP_PART(entry) is the entry in
 * the groups that have that part, and nothing in the others. */
#define FIELD(member, name_, kind_, part, column, least, most, unset_, start,  \
	      option, unit, choices_, words, help_)                            \
	KEEP_##part({ .name = option, .kind = OPTION_##kind_,                  \
		      .offset = AT(spec.member), .min = least, .max = most,    \
		      .unset = unset_, .value = unit, .choices = choices_,     \
		      .help = help_, .shows_default = true })
#define TAKE(...) __VA_ARGS__,
#define LEAVE(...)
#define KEEP_NAME LEAVE
#define KEEP_TEST LEAVE

const struct option_spec options_select[] = {
	OPTION("library", LIST, library, 0, 0, "NAME[@WHAT],...",
	       "only these libraries; NAME@1.2.0 is one in another version, "
	       "NAME@PATH.whl a wheel, NAME@FOLDER/ a project of yours"),
	OPTION("test", LIST, test, 0, 0, "NAME,...", "only these tests"),
	END
};

#define KEEP_PLAN TAKE
#define KEEP_CLIENT TAKE
#define KEEP_LOAD TAKE
#define KEEP_NONE TAKE
#define KEEP_PLACEMENT LEAVE
#define KEEP_STORE LEAVE

const struct option_spec options_trial[] = { SPEC_FIELDS(FIELD) END };

#undef KEEP_PLAN
#undef KEEP_CLIENT
#undef KEEP_LOAD
#undef KEEP_NONE
#define KEEP_PLAN LEAVE
#define KEEP_CLIENT LEAVE
#define KEEP_LOAD LEAVE
#define KEEP_NONE LEAVE
#undef KEEP_PLACEMENT
#define KEEP_PLACEMENT TAKE

const struct option_spec options_limits[] = { SPEC_FIELDS(FIELD) END };

#undef KEEP_PLACEMENT
#define KEEP_PLACEMENT LEAVE
#undef KEEP_STORE
#define KEEP_STORE TAKE

const struct option_spec options_outside[] = { SPEC_FIELDS(FIELD) END };

#undef KEEP_STORE
#define KEEP_STORE LEAVE
#undef KEEP_PLAN
#define KEEP_PLAN TAKE

const struct option_spec options_work[] = { SPEC_FIELDS(FIELD) END };

const struct option_spec options_isolation[] = {
	CHOICE("isolation", isolation, "GRADE", "auto cell process docker",
	       "auto, cell, process, or docker: a container each (auto: the best "
	       "of cell and process)"),
	OPTION("image", TEXT, image, 0, 0, "NAME",
	       "of --isolation docker (empty folders and this machine's /usr)"),
	END
};

const struct option_spec options_comparison[] = {
	OPTION("budget", NUMBER, budget, 1, 864000, "SECONDS",
	       "whole time of a test that compares libraries, their starts "
	       "included; 5min and 2h can be written so (5min)"),
	OPTION("blocks", COUNT, blocks, 1, 1000, "N",
	       "of a comparison: in each all libraries start anew and take "
	       "turns; six libraries need 11 for verdicts, seven 12 (12)"),
	OPTION("until-precise", NUMBER, until_precise, 0.1, 100, "PERCENT",
	       "add blocks until each difference of so much could be seen, within "
	       "--budget (1h then)"),
	OPTION("resume", TEXT, resume, 0, 0, "RUN",
	       "go on where the run of this id was interrupted; all other "
	       "options must be its"),
	OPTION("slices", FLAG, slices, 0, 0, NULL,
	       "libraries take turns; --no-slices: a trial of --timeout each "
	       "(yes)"),
	OPTION("repeats", COUNT, repeats, 1, 1000, "N",
	       "with --no-slices: so many trials each, in balanced orders (1)"),
	END
};

const struct option_spec options_monitor[] = {
	OPTION("monitor", ADDRESS, monitor, 0, 0, "[ADDRESS:PORT]",
	       "serve the live page and /metrics while it runs "
	       "(" MONITOR_DEFAULT_LISTEN ")"),
	OPTION("linger", NUMBER, linger, 0, 3600, "SECONDS",
	       "with --monitor: so long after the last trial, for a last scrape "
	       "(2)"),
	OPTION("textfile", TEXT, textfile, 0, 0, "PATH.prom",
	       "write each trial's result there, for node_exporter's textfile "
	       "collector"),
	END
};

const struct option_spec options_page[] = {
	OPTION("listen", TEXT, listen, 0, 0, "ADDRESS:PORT",
	       "where to listen; port 0: any free one "
	       "(" MONITOR_DEFAULT_LISTEN ")"),
	OPTION("tty", FLAG, tty, 0, 0, NULL,
	       "show it on the terminal instead"),
	END
};

const struct option_spec options_database[] = {
	OPTION("db", TEXT, db, 0, 0, "URL",
	       "database (the variable db_url, else sqlite:///sqlite.db)"),
	END
};

const struct option_spec options_results[] = {
	OPTION("per-replica", FLAG, per_replica, 0, 0, NULL,
	       "a row for each replica instead of each trial (no)"),
	OPTION("per-round", TEXT, per_round, 0, 0, "PATH.csv",
	       "write a row for each slice there, or for a trial in one piece; - "
	       "is the standard output"),
	CHOICE("from", from, "WHERE", "database prometheus",
	       "database, or prometheus: rates and memory by a Prometheus' scrapes "
	       "(database)"),
	OPTION("timeout", NUMBER, spec.timeout_s, 0.05, 3600, "SECONDS",
	       "with --from prometheus: limit of one of its answers (10)"),
	OPTION("sampling-interval", NUMBER, sampling_interval, 1, 3600,
	       "SECONDS", "with --from prometheus: a rate is taken over at least so "
	       "long (four scrapes)"),
	OPTION("price-per-hour", NUMBER, price_per_hour, 0, 1e6, "USD",
	       "of the machine, for cost_usd; not given: the column is empty"),
	OPTION("price-per-million-requests", NUMBER, price_per_million_requests,
	       0, 1e6, "USD", "of the store, added to cost_usd"),
	END
};

const struct option_spec options_report[] = {
	CHOICE("format", format, "WORD", "html json md csv",
	       "html, json, md or csv (as the name of the file ends)"),
	OPTION("run", TEXT, run, 0, 0, "ID",
	       "of this run alone: the column run_id of get-results (all of the "
	       "database)"),
	END
};

const struct option_spec options_compare[] = {
	OPTION("run", LIST, runs, 0, 0, "ID",
	       "of this run; twice: of these, the older one first (the newest)"),
	OPTION("library", LIST, library, 0, 0, "NAME",
	       "twice: the two of one run, the older version first"),
	OPTION("all-runs", FLAG, all_runs, 0, 0, NULL,
	       "of each side all runs that did the same work: six and more tell "
	       "how much runs differ (no)"),
	OPTION("fail-above", NUMBER, fail_above, 0, 100, "PERCENT",
	       "exit status 3 where something is proven worse, and by more than "
	       "this: 5%"),
	CHOICE("format", format, "WORD", "text json md",
	       "text, json, or md: Markdown for a pull request (text)"),
	END
};

const struct option_spec options_prices[] = {
	CHOICE("prices", prices, "NAME|FILE.yaml", "aws-s3 FILE",
	       "price table for costs: aws-s3, or a file of yours"),
	OPTION("region", TEXT, price_region, 0, 0, "NAME",
	       "with --prices: whose prices count"),
	OPTION("instance", TEXT, instance, 0, 0, "NAME",
	       "with --prices: the machine; not given: compute is unknown"),
	CHOICE("egress", egress, "WHERE", "same-region cross-region internet",
	       "with --prices: where the store's bytes go; not given: what that "
	       "costs is unknown"),
	END
};

const struct option_spec options_origin[] = {
	OPTION("listen", TEXT, listen, 0, 0, "ADDRESS:PORT",
	       "where to listen; port 0: any free one (127.0.0.1:9000)"),
	OPTION("root", TEXT, root, 0, 0, "FOLDER",
	       "serve the files below this folder instead of the datasets"),
	OPTION("bucket", TEXT, spec.bucket, 0, 0, "NAME",
	       "name of the bucket for --root (bench)"),
	CHOICE("dataset", spec.dataset, "NAME", "s2 cog",
	       "only s2, or only cog (both)"),
	OPTION("keys", COUNT, spec.keys, 1, 1e9, "N",
	       "objects in the dataset s2 (512)"),
	END
};

const struct option_spec options_data[] = {
	OPTION("operation-timeout", NUMBER, spec.operation_timeout_s, 0.05,
	       86400, "SECONDS", "limit of one answer of the store (30)"),
	OPTION("limit", COUNT, limit, 0, 1e15, "N",
	       "at most so many lines; 0: all (0)"),
	END
};

const struct option_spec options_json[] = {
	OPTION("json", FLAG, json, 0, 0, NULL,
	       "one JSON document on the standard output (no)"),
	END
};

const struct option_spec options_common[] = {
	OPTION("debug", AREAS, debug, 0, 0, "[AREA,...]",
	       "tell on stderr what goes on, alone: all of it; areas: origin, run, "
	       "docker, data, plan, measure, store, analyse, cell, experiment, "
	       "cli"),
	OPTION("help", FLAG, help, 0, 0, NULL, "this text"),
	END
};

void options_init(struct options *options)
{
	*options = (struct options){
		.linger = 2,
		.slices = true,
		.budget = NAN,
		.until_precise = NAN,
		.fail_above = NAN,
		.blocks = 12,
		.repeats = 1,
	};
	spec_init(&options->spec);
}
