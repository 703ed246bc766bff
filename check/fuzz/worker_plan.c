/* Plans, proofs and bursts as a test in C reads them: JSON lines. The first byte
 * says which lines are its own. */
#include "fuzz.h"

#include "worker/operations.h"
#include "worker/verb.h"

static void check_place(const struct benchmark_operation *op)
{
	must(op->key && !strncmp(op->url, "http://h:1/p/b", 14));
	must(op->url[14] == (op->verb == BENCHMARK_LIST ? '?' : '/'));
	must(op->path >= op->url && op->path[0] == '/');
}

static void check_range(uint64_t start, uint64_t length)
{
	must(length >= 1 && start <= INT64_MAX - length);
}

static void check_request(const struct operations *ops,
			  const struct benchmark_operation *op)
{
	uint64_t sum = 0;

	check_place(op);
	must((op->verb == BENCHMARK_GET_RANGES) == (op->range_count > 0));
	must(op->length <= INT64_MAX && op->range_count <= PLAN_PARTS_MAX);
	must(!verb_has_body(op->verb) || op->length <= ops->longest_bytes);
	if (op->verb == BENCHMARK_GET_RANGE)
		check_range(op->start, op->length);
	for (unsigned i = 0; i < op->range_count; i++) {
		check_range(op->ranges[i].start, op->ranges[i].length);
		sum += op->ranges[i].length;
	}
	must(!op->range_count || sum == op->length);
}

/* Returns the length of the first request. */
static uint64_t check_stages(const struct operations *ops, size_t i,
			     const struct request *requests, unsigned count)
{
	struct benchmark_operation op;
	unsigned width = 0, stages = 0;

	must(count <= PLAN_REQUESTS_MAX && requests[count - 1].ends_stage);
	for (unsigned r = 0; r < count; r++) {
		operations_get_request(ops, i, &requests[r], &op);
		check_request(ops, &op);
		must(++width <= ops->widest);
		stages += requests[r].ends_stage;
		width = requests[r].ends_stage ? 0 : width;
	}
	must(stages <= PLAN_STAGES_MAX);
	return requests[0].length;
}

static uint64_t check_single(const struct operations *ops, size_t i)
{
	struct benchmark_operation op;

	operations_get(ops, i, &op);
	check_place(&op);
	check_range(op.start, op.length);
	must(op.length <= ops->longest_bytes);
	operations_crc32(ops, i);
	return op.length;
}

static void check_operation(const struct operations *ops, size_t i)
{
	const struct tiff_layout *layout = operations_expect(ops, i);
	unsigned count;
	const struct request *requests = operations_requests(ops, i, &count);
	uint64_t first = count ? check_stages(ops, i, requests, count) :
				 check_single(ops, i);

	must(!layout || (layout->count >= 1 &&
			 layout->count <= TIFF_LEVELS_MAX &&
			 first <= ops->header_bytes));
	operations_body_bytes(ops, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct operations_part part = { n ? bytes[0] % 3 : 0, 3, 50 };
	struct err err = { "" };
	struct operations ops;
	int code;

	operations_init(&ops, (1U << VERB_COUNT) - 1);
	code = operations_load(&ops, fuzz_file(bytes + !!n, n - !!n),
			       "http://h:1/p", "b", &part, &err);
	must_tell(code, &err);
	must(code == 0 || code == ERR_INVALID);
	must(ops.count <= part.most);
	*fuzz_accepted() = code == 0;
	for (size_t i = 0; code == 0 && i < ops.count; i++)
		check_operation(&ops, i);
	operations_release(&ops);
	return 0;
}

#include "replay.h"
