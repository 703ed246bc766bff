/* All workloads that are made of the verbs in _request.h. */
#include "_client.h"

int main(int argc, char **argv)
{
	return benchmark_worker_main(argc, argv, &reference);
}
