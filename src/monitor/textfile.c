#include "monitor/textfile.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "monitor/expose_family.h"
#include "record/result.h"

typedef void (*add_fn)(struct page *page, const struct live_finished *row,
		       unsigned number);

static void begin(struct page *page, const struct live_finished *row,
		  unsigned number)
{
	sample_begin(page, "");
	sample_label(page, "run_id", row->run_id);
	sample_label_u64(page, "trial", number);
	sample_label(page, "library", row->library);
	sample_label(page, "test", row->test);
	sample_label(page, "isolation", row->isolation);
	sample_label_u64(page, "replicas", row->replicas);
	sample_label_u64(page, "concurrency", row->concurrency);
	/* As the column of the results, which counts from 0. */
	if (row->block)
		sample_label_u64(page, "block", row->block - 1);
}

static void add_info(struct page *page, const struct live_finished *row,
		     unsigned number)
{
	begin(page, row, number);
	sample_label(page, "trial_id", row->trial_id);
	sample_label(page, "library_version", row->library_version);
	sample_label(page, "params", row->params_json);
	sample_label(page, "state", row->state);
	sample_label(page, "findings", row->findings);
	sample_u64(page, 1, 0);
}

static void add_ok(struct page *page, const struct live_finished *row,
		   unsigned number)
{
	begin(page, row, number);
	sample_u64(page, !strcmp(row->state, result_state_name(RESULT_OK)), 0);
}

static void add_successes(struct page *page, const struct live_finished *row,
			  unsigned number)
{
	begin(page, row, number);
	sample_u64(page, row->successes, 0);
}

static void add_failures(struct page *page, const struct live_finished *row,
			 unsigned number)
{
	begin(page, row, number);
	sample_u64(page, row->failures, 0);
}

/* Unknown figures have no sample. */
static void add_seconds(struct page *page, const struct live_finished *row,
			unsigned number, double seconds)
{
	if (!isfinite(seconds))
		return;
	begin(page, row, number);
	sample_seconds(page, clock_ns(seconds), 0);
}

static void add_duration(struct page *page, const struct live_finished *row,
			 unsigned number)
{
	add_seconds(page, row, number, row->duration_s);
}

static void add_cpu(struct page *page, const struct live_finished *row,
		    unsigned number)
{
	add_seconds(page, row, number, row->cpu_s);
}

static void add_bytes(struct page *page, const struct live_finished *row,
		      unsigned number)
{
	double bytes = row->bytes_per_second * row->duration_s;

	if (!isfinite(bytes))
		return;
	begin(page, row, number);
	sample_u64(page, (uint64_t)(bytes + 0.5), 0);
}

static void add_memory(struct page *page, const struct live_finished *row,
		       unsigned number)
{
	if (!row->memory_peak_bytes)
		return;
	begin(page, row, number);
	sample_u64(page, row->memory_peak_bytes, 0);
}

static void add_p50(struct page *page, const struct live_finished *row,
		    unsigned number)
{
	add_seconds(page, row, number, row->p50_ms / 1e3);
}

static void add_p99(struct page *page, const struct live_finished *row,
		    unsigned number)
{
	add_seconds(page, row, number, row->p99_ms / 1e3);
}

static void add_end(struct page *page, const struct live_finished *row,
		    unsigned number)
{
	begin(page, row, number);
	sample_seconds(page, row->end_wall_ns, 0);
}

#define GAUGE(name, unit, help) { "geoio_trial_" name, FAMILY_GAUGE, unit, help }
static const struct {
	struct family family;
	add_fn add;
} parts[] = {
	{ { "geoio_trial_result", FAMILY_INFO, "",
	    "A finished trial: its settings, state and findings; always 1." },
	  add_info },
	{ GAUGE("ok", "", "1 for a trial that ended well, else 0."), add_ok },
	{ GAUGE("successes", "", "Operations that succeeded in the window."),
	  add_successes },
	{ GAUGE("failures", "", "Operations that failed in the window."),
	  add_failures },
	{ GAUGE("duration_seconds", "seconds", "Length of the window."),
	  add_duration },
	{ GAUGE("payload_bytes", "bytes", "Payload of what succeeded."),
	  add_bytes },
	{ GAUGE("cpu_seconds", "seconds",
		"CPU time of all replicas in the window, user and system."),
	  add_cpu },
	{ GAUGE("memory_peak_bytes", "bytes",
		"Most resident memory, the sum of the replicas."),
	  add_memory },
	{ GAUGE("latency_p50_seconds", "seconds",
		"Median of all operations, failed ones the slowest, from "
		"the intended start."),
	  add_p50 },
	{ GAUGE("latency_p99_seconds", "seconds",
		"99% of all operations took less, failed ones the "
		"slowest, from the intended start."),
	  add_p99 },
	{ GAUGE("end_timestamp_seconds", "seconds",
		"When the window ended, since 1970."),
	  add_end },
};

void textfile_add(const struct live_finished *finished, unsigned count,
		  struct str *out)
{
	struct page page = { .format = EXPOSE_PROMETHEUS, .out = out };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		family_begin(&page, &parts[i].family);
		for (unsigned n = 0; n < count; n++)
			parts[i].add(&page, &finished[n], n + 1);
	}
}
