/* Random ranges of objects, as fast as the machine can. */
#include "_client.h"

int main(int argc, char **argv)
{
	return benchmark_worker_main(argc, argv, &reference);
}
