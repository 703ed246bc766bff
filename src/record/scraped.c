#include "record/scraped.h"

#include <stdlib.h>
#include <string.h>

void scraped_matrix_release(struct scraped_matrix *matrix)
{
	for (size_t i = 0; i < matrix->count; i++) {
		free(matrix->series[i].job);
		free(matrix->series[i].instance);
		free(matrix->series[i].point);
	}
	free(matrix->series);
	memset(matrix, 0, sizeof(*matrix));
}

void scraped_trial_release(struct scraped_trial *trial)
{
	scraped_matrix_release(&trial->bytes);
	scraped_matrix_release(&trial->cpu);
	scraped_matrix_release(&trial->memory);
}
