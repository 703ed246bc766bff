/* sleeper: an operation takes a millisecond of sleep, and no I/O. With one in
 * flight a replica gives its CPU to the next one as soon as it has started. */
#include <benchmark/worker.h>
#include <time.h>

#define LATENCY_NS 1000000

static struct benchmark_slot *in_flight;

static const char *version(void)
{
	return "1";
}

static void start(void *client, struct benchmark_slot *slot)
{
	(void)client;
	in_flight = slot;
}

static void answer(struct benchmark_slot *slot)
{
	static const char zeros[1 << 16];

	for (uint64_t left = slot->op->length; left;) {
		uint64_t n = left < sizeof(zeros) ? left : sizeof(zeros);

		benchmark_body(slot, zeros, n);
		left -= n;
	}
	benchmark_end(slot, BENCHMARK_OK);
}

static int sleep_a_while(void *client, uint64_t timeout_ns)
{
	struct timespec pause = { .tv_nsec = LATENCY_NS };
	struct benchmark_slot *slot = in_flight;

	(void)client;
	if (timeout_ns < LATENCY_NS)
		pause.tv_nsec = (long)timeout_ns;
	nanosleep(&pause, NULL);
	in_flight = NULL;
	if (slot)
		answer(slot);
	return 0;
}

static void cancel(void *client, struct benchmark_slot *slot)
{
	(void)client;
	(void)slot;
	in_flight = NULL;
}

static void *open_one(struct benchmark_worker *worker,
		      const struct benchmark_target *target)
{
	if (target->concurrency != 1)
		benchmark_refuse(worker, "sleeper has one operation in flight: "
					 "give --concurrency 1");
	return target->concurrency == 1 ? &in_flight : NULL;
}

int main(int argc, char **argv)
{
	static const struct benchmark_test test = {
		.version = version,
		.open = open_one,
		.start = start,
		.wait = sleep_a_while,
		.cancel = cancel,
		.no_io = true,
	};

	return benchmark_worker_main(argc, argv, &test);
}
