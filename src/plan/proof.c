/* Proofs and bursts: what is asked for before a replica is ready. */
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/work.h"
#include "plan/plan.h"
#include "plan/workload.h"

static uint64_t answer_bytes(const struct plan *plan, size_t op)
{
	struct plan_expect expect;

	plan_expect(plan, op, &expect);
	return expect.answer_bytes;
}

/* Adds the bytes of the answer, and sets its CRC. */
static int prove_request(const struct plan *plan, struct object_source *source,
			 struct plan_request *r, struct str *bytes,
			 struct err *err)
{
	size_t before = bytes->len;
	int code;

	if (!has_body(r))
		return answer_crc(plan, source, r, err);
	code = answer_read(plan, source, r, bytes, err);
	r->crc32 = (uint32_t)crc32_z(0, (const Bytef *)bytes->buf + before,
				     bytes->len - before);
	r->has_crc32 = true;
	return code;
}

/* One operation of the proof: its bytes, then its line. */
static int prove(const struct plan *plan, struct object_source *source,
		 size_t op, struct output *lines, struct output *bytes,
		 struct err *err)
{
	struct plan_request requests[PLAN_REQUESTS_MAX];
	struct line line = line_of(plan, op);
	size_t count = line.request_count;
	bool cut = answer_bytes(plan, op) > PLAN_PROOF_BYTES;
	int code = 0;

	memcpy(requests, line.requests, count * sizeof(*requests));
	line.requests = requests;
	line.sees = cut ? NULL : line.sees;
	for (size_t i = 0; code == 0 && i < count; i++) {
		if (cut)
			answer_shorten(plan, &requests[i],
				       PLAN_PROOF_BYTES / count);
		code = prove_request(plan, source, &requests[i], &bytes->text,
				     err);
	}
	if (code == 0)
		code = line_add(&line, &lines->text, err);
	return code < 0 ? code : output_flush(bytes, FLUSH_BYTES, err);
}

int plan_write_proof(const struct plan *plan, struct object_source *source,
		     unsigned count, int lines_fd, int bytes_fd,
		     struct err *err)
{
	struct output lines = OUTPUT(lines_fd), bytes = OUTPUT(bytes_fd);
	uint64_t left = PLAN_PROOF_BYTES;
	int code = 0;

	work_begin(0, "operations", "reading the proof of %s", source->name);
	for (size_t i = 0; code == 0 && i < count && i < plan->op_count; i++) {
		uint64_t length = answer_bytes(plan, i);

		if (i && length > left)
			break;
		code = prove(plan, source, i, &lines, &bytes, err);
		left -= length < left ? length : left;
		if (code == 0)
			code = work_done(1, 0, err);
	}
	work_end();
	code = output_end(&bytes, code, err);
	return output_end(&lines, code, err);
}

/* From *at on the requests of one stage that have a body; *at is the next
 * stage's first then. */
static size_t take_stage(const struct line *line, size_t *at,
			 struct plan_request *out)
{
	size_t begin = *at, count = 0;

	for (; *at < line->request_count &&
	       (*at == begin || !line->requests[*at].stage); ++*at)
		if (has_body(&line->requests[*at]))
			out[count++] = line->requests[*at];
	return count;
}

/* The widest stage of an operation, each request as short as a burst's. */
static void widest_stage(struct line *line, struct plan_request *out)
{
	struct plan_request stage[PLAN_REQUESTS_MAX];
	size_t widest = 0;

	for (size_t at = 0; at < line->request_count;) {
		size_t count = take_stage(line, &at, stage);

		if (count > widest) {
			widest = count;
			memcpy(out, stage, count * sizeof(*out));
		}
	}
	for (size_t i = 0; i < widest; i++) {
		answer_as_range(line->plan, &out[i]);
		answer_shorten(line->plan, &out[i], PLAN_BURST_BYTES);
	}
	line->requests = out;
	line->request_count = widest;
	line->sees = NULL;
}

static int burst_of(const struct plan *plan, struct object_source *source,
		    struct line *line, struct plan_request *requests,
		    struct err *err)
{
	const struct workload_ops *ops = workload_named(plan->workload.test);
	size_t number = line->number;
	int code = 0;

	if (ops->burst) {
		*requests = (struct plan_request){ 0 };
		code = ops->burst(plan, number, source, requests, err);
		line->requests = requests;
		line->request_count = 1;
		if (plan->layouts)
			line->layout = plan->layouts[requests->key];
	} else {
		*line = line_of(plan, number % plan->op_count);
		line->number = number;
		widest_stage(line, requests);
	}
	for (size_t i = 0; code == 0 && i < line->request_count; i++)
		code = answer_crc(plan, source, &requests[i], err);
	return code;
}

int plan_write_burst(const struct plan *plan, struct object_source *source,
		     const char *key_prefix, int fd, unsigned *requests,
		     struct err *err)
{
	struct plan_request of_line[PLAN_REQUESTS_MAX];
	struct output out = OUTPUT(fd);
	int code = 0;

	*requests = 0;
	work_begin(plan->workload.concurrency, "operations",
		   "reading the burst of %s", source->name);
	for (size_t i = 0; code == 0 && i < plan->workload.concurrency; i++) {
		struct line line = { .plan = plan, .number = i };

		code = burst_of(plan, source, &line, of_line, err);
		line.key_prefix = key_prefix;
		if (code == 0)
			code = line_add(&line, &out.text, err);
		if (code == 0)
			code = work_done(1, 0, err);
		*requests += (unsigned)line.request_count;
	}
	work_end();
	return output_end(&out, code, err);
}
