/* Headers of COGs: the worker parses what the operations expect to find. */
#include "_client.h"

int main(int argc, char **argv)
{
	return benchmark_worker_main(argc, argv, &reference);
}
