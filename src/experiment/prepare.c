/* Plans in sealed memory, made once for all trials that do the same work. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/file.h"
#include "experiment/dataset.h"
#include "experiment/experiment.h"
#include "plan/plan.h"
#include "record/ledger.h"

#define PROOF_OPERATIONS 8
#define CERTIFICATES_MOST (16 << 20) /* bytes; the system's are some 200,000 */

void experiment_workload(const struct job *job, struct workload *workload)
{
	const struct trial_spec *spec = &job->spec;

	memset(workload, 0, sizeof(*workload));
	snprintf(workload->test, sizeof(workload->test), "%s",
		 job->test->workload);
	workload->request_size = spec->request_size;
	workload->hot_key = spec->hot_key;
	workload->replicas = (unsigned)spec->replicas;
	workload->concurrency = (unsigned)spec->concurrency;
	workload->seed = spec->seed;
}

/* All that the plan is made of: "fetch_range\nreplicas=1\n…". */
static char *key_of(const struct trial_spec *spec, const struct workload *w)
{
	struct str key = STR_INIT;

	str_addf(&key, "%s\n", w->test);
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (f->part & (SPEC_PLAN | SPEC_STORE))
			spec_add_line(spec, f, &key);
	return str_detach(&key);
}

static int make_files(struct prepared *p, struct err *err)
{
	static const char *const names[HANDED_READ] = {
		"plan", "proof", "proof-bytes", "burst", NULL
	};

	for (unsigned i = 0; names[i]; i++) {
		p->handed[i] = handed_make(names[i], err);
		if (p->handed[i] < 0)
			return p->handed[i];
	}
	return 0;
}

static int write_files(struct prepared *p, const struct plan *plan,
		       bool own_origin, struct err *err)
{
	int code = make_files(p, err);

	if (code == 0)
		code = plan_write(plan, p->handed[HANDED_PLAN], err);
	if (code == 0)
		code = plan_write_proof(plan, p->source, PROOF_OPERATIONS,
					p->handed[HANDED_PROOF],
					p->handed[HANDED_PROOF_BYTES], err);
	if (code == 0)
		code = plan_write_burst(plan, p->source,
					own_origin ? LEDGER_HOLD_PREFIX : "",
					p->handed[HANDED_BURST],
					&p->burst_requests, err);
	for (unsigned i = 0; code == 0 && i < HANDED_READ; i++)
		if (p->handed[i] >= 0)
			code = handed_seal(p->handed[i], err);
	return code;
}

/* The file goes into memory too: a replica may run as a user who cannot read
 * it. */
static int hand_certificates(struct prepared *p, const struct trial_spec *o,
			     struct err *err)
{
	struct str text = STR_INIT;
	int code;

	if (!o->ca_file)
		return 0;
	if (!o->endpoint || strncasecmp(o->endpoint, "https://", 8))
		return err_set(err, ERR_USAGE,
			       "--ca-file is for a store that speaks TLS: give "
			       "its --endpoint https://HOST");
	code = file_read_regular(o->ca_file, CERTIFICATES_MOST, &text, err);
	if (code == 0 && !strstr(text.buf, "-----BEGIN "))
		code = err_set(err, ERR_USAGE,
			       "--ca-file %s holds no certificate in PEM",
			       o->ca_file);
	if (code == 0)
		code = p->handed[HANDED_CA] = handed_make("certificates", err);
	if (code >= 0 && (code = file_write_all(code, text.buf, text.len)) < 0)
		code = err_sys(err, "no memory for %s", o->ca_file);
	str_release(&text);
	return code;
}

static int make_work(const struct experiment *experiment, const struct job *job,
		     const struct workload *workload, struct prepared *p,
		     struct err *err)
{
	int code = plan_make(&p->work, workload, p->source, job->spec.keys,
			     err);

	if (code == 0)
		code = write_files(p, &p->work, !job->spec.endpoint, err);
	/* Objects that suit one test may not suit the next. Among several
	 * trials that is a result of this one, and no mistake in the
	 * command. */
	if (code == ERR_USAGE && experiment->job_count > 1)
		code = ERR_FAILED;
	return code;
}

static int make(struct experiment *experiment, const struct job *job,
		const struct workload *workload, struct prepared *p,
		struct err *err)
{
	uint64_t start_ns = clock_now_ns();
	int code;

	code = hand_certificates(p, &job->spec, err);
	if (code == 0)
		code = dataset_open(&p->source, &job->spec,
				    &experiment->catalogue.layout, err);
	if (code == 0)
		code = make_work(experiment, job, workload, p, err);
	p->request_size = plan_is_staged(&p->work) || !p->work.op_count
				  ? p->work.workload.request_size
				  : p->work.requests[0].length;
	p->widest = plan_widest(&p->work);
	if (code == 0 && p->work.left_out)
		experiment_say(experiment, "%s: %s", p->source->name,
			       p->work.left_out);
	if (code == 0)
		LOG(EXPERIMENT, "plan of %zu operations in %.3f s",
		    p->work.op_count,
		    clock_seconds(clock_now_ns() - start_ns));
	return code;
}

static void release(struct prepared *p)
{
	free(p->key);
	for (unsigned i = 0; i < HANDED_READ; i++)
		if (p->handed[i] >= 0)
			close(p->handed[i]);
	plan_release(&p->work);
	object_source_free(p->source);
}

int experiment_prepare(struct experiment *experiment, const struct job *job,
		       const struct prepared **out, struct err *err)
{
	struct prepared fresh = { .handed = { -1, -1, -1, -1, -1 } };
	struct workload workload;
	int code;

	experiment_workload(job, &workload);
	fresh.key = key_of(&job->spec, &workload);
	for (size_t i = 0; i < experiment->prepared_count; i++) {
		if (!strcmp(experiment->prepared[i].key, fresh.key)) {
			release(&fresh);
			*out = &experiment->prepared[i];
			return 0;
		}
	}
	code = make(experiment, job, &workload, &fresh, err);
	if (code < 0) {
		release(&fresh);
		return code;
	}
	MEM_ROOM(experiment->prepared, experiment->prepared_count,
		 experiment->prepared_capacity);
	experiment->prepared[experiment->prepared_count] = fresh;
	*out = &experiment->prepared[experiment->prepared_count++];
	return 0;
}

void experiment_release_prepared(struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->prepared_count; i++)
		release(&experiment->prepared[i]);
	free(experiment->prepared);
	experiment->prepared = NULL;
	experiment->prepared_count = experiment->prepared_capacity = 0;
}
