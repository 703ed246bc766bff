/* The packet 'setup' as a test in C reads it. */
#include "fuzz.h"

#include <jansson.h>
#include <math.h>

#include "worker/setup.h"

static void check_setup(const struct setup *setup)
{
	const struct benchmark_target *target = &setup->target;

	must(setup->library && setup->test && setup->plan);
	must(target->endpoint && target->bucket);
	must(target->concurrency >= 1);
	must(isfinite(setup->warm_up_s) && setup->warm_up_s >= 0);
	must(isfinite(setup->rate) && setup->rate >= 0);
	must(target->timeout_seconds > 0 && target->timeout_seconds <= 1e9);
	must(setup->n_requests >= 1 && setup->records_capacity >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	json_t *packet = json_loadb((const char *)bytes, n, 0, NULL);
	struct setup setup = { 0 };
	struct err err = { "" };
	const char *type = json_string_value(json_object_get(packet, "type"));
	bool is_setup = type && !strcmp(type, "setup");
	int code;

	*fuzz_accepted() = false;
	if (!packet)
		return 0;
	code = setup_read(&setup, packet, &err);
	must_tell(code, &err);
	must(code == 0 || code == ERR_INVALID || code == ERR_CONFLICT);
	*fuzz_accepted() = code == 0 && is_setup;
	if (code == 0)
		check_setup(&setup);
	setup_release(&setup);
	return 0;
}

#include "replay.h"
