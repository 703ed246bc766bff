/* Plans, proofs and bursts as a test in C reads them: JSON lines. The first byte
 * says which lines are its own. */
#include "fuzz.h"

#include "worker/operations.h"

static void check_operation(const struct operations *ops, size_t i)
{
	const struct tiff_layout *layout = operations_expect(ops, i);
	struct benchmark_operation op;

	operations_get(ops, i, &op);
	must(op.length >= 1 && op.length <= ops->longest_bytes);
	must(op.start <= UINT64_MAX - op.length);
	must(op.key && !strncmp(op.url, "http://h:1/p/b/", 15));
	must(op.path >= op.url && op.path[0] == '/');
	must(!layout || (layout->count >= 1 &&
			 layout->count <= TIFF_LEVELS_MAX &&
			 op.length <= ops->header_bytes));
	operations_crc32(ops, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct operations_part part = { n ? bytes[0] % 3 : 0, 3, 50 };
	struct err err = { "" };
	struct operations ops;
	int code;

	operations_init(&ops);
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
