#include "record/plan.h"

#include <string.h>

#include "base/near.h"

/* S3 lists no more names a page. */
#define PAGE_KEYS 1000

static const char *const names[] = {
#define X(name, text) text,
	PLAN_VERBS(X)
#undef X
};

const char *plan_verb_name(unsigned verb)
{
	return verb < PLAN_VERB_COUNT ? names[verb] : "none";
}

unsigned plan_verb_number(const char *name)
{
	unsigned verb = 0;

	while (verb < PLAN_VERB_COUNT && strcmp(names[verb], name))
		verb++;
	return verb;
}

const char *plan_verb_near(const char *word)
{
	return near_name(word, names, PLAN_VERB_COUNT);
}

/* A list may need one page more, to learn that there are no more. */
static struct plan_span requests_of(const struct plan_request *r)
{
	struct plan_span span = { 1, 1 };

	if (r->verb == PLAN_GET_RANGES)
		span.most = r->parts;
	if (r->verb == PLAN_LIST) {
		span.least = (r->length + PAGE_KEYS - 1) / PAGE_KEYS;
		span.most = r->length / PAGE_KEYS + 1;
	}
	span.least += !span.least;
	return span;
}

static void add(struct plan_expect *all, const struct plan_request *r)
{
	struct plan_span requests = requests_of(r);

	all->requests.least += requests.least;
	all->requests.most += requests.most;
	all->has_crc32 |= r->has_crc32;
	if (r->verb == PLAN_HEAD)
		all->heads += requests.least;
	if (r->verb == PLAN_LIST)
		all->lists += requests.least;
	if (r->verb == PLAN_LIST || plan_is_reader(r->verb))
		all->body_bytes.most = UINT64_MAX;
	if (r->verb >= PLAN_HEAD)
		return;
	all->answer_bytes += r->length;
}

/* Whoever fails has begun all requests of its first stage, each at least once:
 * they begin at once. */
void plan_expect_requests(const struct plan_request *requests, size_t count,
			  const struct plan_store_sees *sees,
			  struct plan_expect *out)
{
	bool first = true;

	*out = (struct plan_expect){ 0 };
	for (size_t i = 0; i < count; i++) {
		first &= !i || !requests[i].stage;
		out->begun += first;
		add(out, &requests[i]);
	}
	out->body_bytes.least = out->answer_bytes;
	if (out->body_bytes.most != UINT64_MAX)
		out->body_bytes.most = out->answer_bytes;
	if (sees) {
		out->requests = sees->requests;
		out->heads = out->lists = 0; /* each library's own choice */
		out->body_bytes = sees->body_bytes;
	}
}

static bool is_plain(const struct plan *plan, size_t op)
{
	size_t first = plan_first(plan, op);

	return plan_first(plan, op + 1) - first == 1 &&
	       plan->requests[first].verb == PLAN_GET_RANGE;
}

bool plan_is_staged(const struct plan *plan)
{
	for (size_t i = 0; plan->first && i < plan->op_count; i++)
		if (!is_plain(plan, i))
			return true;
	return false;
}

unsigned plan_widest(const struct plan *plan)
{
	unsigned widest = 1, width = 0;

	for (size_t op = 0; plan->first && op < plan->op_count; op++) {
		for (size_t i = plan->first[op]; i < plan->first[op + 1]; i++) {
			const struct plan_request *r = &plan->requests[i];

			if (i == plan->first[op] || r->stage)
				width = 0;
			width += r->verb == PLAN_GET_RANGES ? r->parts : 1;
			widest = width > widest ? width : widest;
		}
	}
	return widest;
}
