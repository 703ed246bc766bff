#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "experiment/dataset.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "experiment/origin_process.h"
#include "data/data.h"
#include "origin/ledger.h"
#include "origin/origin.h"
#include "plan/plan.h"

#define DEFAULT_PORT 9000
#define DEFAULT_LISTEN "127.0.0.1:9000"
/* For clients that went away or never read; long enough for a client that
 * pauses. */
#define IDLE_TIMEOUT_S 300
#define SEND_TIMEOUT_S 30

static int open_one(struct object_source **out, const struct options *options,
		    const char *dataset, const struct layout *layout,
		    struct err *err)
{
	struct trial_spec one = options->spec;

	one.dataset = dataset;
	return dataset_open(out, &one, layout, err);
}

/* s2 and the COGs, as one bucket. */
static int open_both(struct object_source **out, const struct options *options,
		     const struct layout *layout, struct err *err)
{
	struct object_source *sources[2];
	int code = open_one(&sources[0], options, "s2", layout, err);

	if (code < 0)
		return code;
	code = open_one(&sources[1], options, "cog", layout, err);
	if (code == 0)
		return data_union_new(out, sources, 2, err);
	object_source_free(sources[0]);
	return code;
}

static int open_source(struct object_source **out,
		       const struct options *options, struct err *err)
{
	struct catalogue catalogue;
	int code;

	if (options->root)
		return data_dir_new(out, options->root,
				    dataset_bucket(&options->spec), "root", err);
	code = catalogue_load(&catalogue, plan_workload, err);
	if (code == 0 && options->spec.dataset)
		code = dataset_open(out, &options->spec, &catalogue.layout, err);
	else if (code == 0)
		code = open_both(out, options, &catalogue.layout, err);
	catalogue_release(&catalogue);
	return code;
}

static void announce(const struct origin *origin, const char *address,
		     const struct options *options)
{
	bool v6 = strchr(address, ':') != NULL;

	printf("listening on http://%s%s%s:%u, bucket: %s\n", v6 ? "[" : "",
	       address, v6 ? "]" : "", origin_port(origin, 0),
	       dataset_bucket(&options->spec));
	fflush(stdout);
}

static void print_ledger(const struct ledger *ledger)
{
	struct ledger_counts counts;

	ledger_read(&ledger->row[0], &counts);
	fprintf(stderr,
		"origin: %llu connections, %llu requests, %llu bytes of bodies "
		"sent, %llu answers cut\n",
		(unsigned long long)counts.connections,
		(unsigned long long)counts.requests,
		(unsigned long long)counts.body_bytes,
		(unsigned long long)counts.aborted);
}

/* Takes the port before the sources are made, which may take long. Clients wait
 * in the queue of the kernel meanwhile, and a person hears at once if the port
 * is taken. */
static int open_port(struct origin **out, const struct options *options,
		     const struct listen_at *at, struct ledger *ledger,
		     struct err *err)
{
	struct origin_config config = { .address = at->host, .port = at->port,
					.listeners = 1,
					.congestion = SPEC_CONGESTION,
					.idle_timeout_s = IDLE_TIMEOUT_S,
					.send_timeout_s = SEND_TIMEOUT_S };
	int code = origin_open(out, &config, NULL, 0, ledger, err);

	if (code == ERR_CONFLICT)
		err_set(err, code, "%s is in use: give another with --listen "
				   "ADDRESS:PORT; port 0 is any that is free",
			options->listen);
	return code;
}

static int make_source(struct object_source **out,
		       const struct options *options, struct err *err)
{
	struct progress progress;
	int code;

	progress_init_plain(&progress);
	code = progress_work_begin(&progress, err);
	if (code == 0)
		code = open_source(out, options, err);
	progress_work_end(&progress);
	return code;
}

static int serve(struct origin *origin, struct object_source *source,
		 const char *address, const struct options *options,
		 struct err *err)
{
	int stop_fd = interrupt_open(err);

	if (stop_fd < 0)
		return stop_fd;
	origin_set_sources(origin, &source, 1);
	announce(origin, address, options);
	return origin_serve(origin, stop_fd, -1, err);
}

static int run(struct options *options, struct err *err)
{
	struct object_source *source = NULL;
	struct ledger *ledger = ledger_new(1);
	struct origin *origin = NULL;
	struct listen_at at;
	int code;

	if (!ledger)
		return err_sys(err, "no shared memory for the ledger");
	if (!options->listen)
		options->listen = DEFAULT_LISTEN;
	code = listen_at_parse(&at, options->listen, DEFAULT_PORT, err);
	if (code == 0)
		code = open_port(&origin, options, &at, ledger, err);
	if (code == 0)
		code = make_source(&source, options, err);
	if (code == 0)
		code = serve(origin, source, at.host, options, err);
	if (code == 0)
		print_ledger(ledger);
	origin_free(origin);
	ledger_free(ledger);
	object_source_free(source);
	return code;
}

const struct command command_origin = {
	.name = "origin",
	.arguments = "",
	.summary = "Serve the datasets, or a folder, to any S3 client.",
	.help = "S3's GET, HEAD and listings over HTTP/1.1, read-only, at "
		"/BUCKET/KEY or, below\nBUCKET.localhost, at /KEY; signatures "
		"are accepted and not verified. Who is idle for\n300 s, or takes "
		"nothing of an answer for 30 s, is cut off. Ctrl-C ends it. For\n"
		"instance, beside it:\n\n"
		"    AWS_S3_ENDPOINT=127.0.0.1:9000 AWS_HTTPS=NO "
		"AWS_VIRTUAL_HOSTING=FALSE \\\n"
		"    AWS_NO_SIGN_REQUEST=YES gdalinfo "
		"/vsis3/bench/s2/00000/B04.tif",
	.groups = { options_origin, options_common },
	.run = run,
};
