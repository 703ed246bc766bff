#include "analyse/compare_cell.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/unknown.h"

static double ln_or_unknown(double value)
{
	return isfinite(value) && value > 0 ? log(value) : NAN;
}

static struct figures figures_of(double seconds, double ok, double cpu_us)
{
	struct figures figures = { { ln_or_unknown(ok / seconds),
				     ln_or_unknown(cpu_us / ok) } };

	if (isnan(figures.ln[BY_RATE]))
		figures.ln[BY_CPU] = NAN;
	return figures;
}

static double cpu_us_of(const struct slice *slice)
{
	return slice->cpu_ns == COUNT_UNKNOWN ? NAN
					      : (double)slice->cpu_ns / 1e3;
}

static struct figures figures_of_slice(const struct slice *slice)
{
	double ok = slice->operations ? (double)slice->operations : 0.5;

	return figures_of(slice_seconds(slice), ok, cpu_us_of(slice));
}

static int by_round(const void *a, const void *b)
{
	uint32_t x = ((const struct turn *)a)->round;
	uint32_t y = ((const struct turn *)b)->round;

	return (x > y) - (x < y);
}

bool cell_has_figures(const struct figures *figures)
{
	return !isnan(figures->ln[BY_RATE]);
}

static void collect_turns(struct cell *cell)
{
	const struct block_trial *trial = cell->trial;

	cell->turns = mem_array(trial->slice_count + 1, sizeof(*cell->turns));
	for (size_t i = 0; i < trial->slice_count; i++) {
		struct turn turn = { trial->slices[i].round,
				     figures_of_slice(&trial->slices[i]) };

		if (!cell_has_figures(&turn.figures))
			continue;
		cell->turns[cell->turn_count++] = turn;
		cell->empty += !trial->slices[i].operations;
		cell->window_s += slice_seconds(&trial->slices[i]);
	}
	cell->window_s /= (double)cell->turn_count;
	qsort(cell->turns, cell->turn_count, sizeof(*cell->turns), by_round);
}

/* All of its windows together; CPU of those of which it is known. */
static struct figures figures_of_slices(const struct block_trial *trial)
{
	double seconds = 0, ok = 0, cpu_us = 0, cpu_ok = 0;
	struct figures figures;

	for (size_t i = 0; i < trial->slice_count; i++) {
		const struct slice *slice = &trial->slices[i];
		bool known = slice->cpu_ns != COUNT_UNKNOWN;

		if (!(slice_seconds(slice) > 0))
			continue;
		seconds += slice_seconds(slice);
		ok += (double)slice->operations;
		cpu_us += known ? cpu_us_of(slice) : 0;
		cpu_ok += known ? (double)slice->operations : 0;
	}
	figures = figures_of(seconds, ok, NAN);
	figures.ln[BY_CPU] = ln_or_unknown(cpu_us / cpu_ok);
	return figures;
}

static struct figures figures_of_trial(const struct block_trial *trial)
{
	return figures_of(trial->seconds,
			  trial->operations == COUNT_UNKNOWN
				  ? NAN
				  : (double)trial->operations,
			  trial->cpu_seconds * 1e6);
}

void cell_fill(struct cell *cell)
{
	const struct block_trial *trial = cell->trial;

	cell->figures = (struct figures){ { NAN, NAN } };
	if (trial->failed)
		return;
	cell->figures = trial->slices ? figures_of_slices(trial)
				      : figures_of_trial(trial);
	if (trial->slices && cell_has_figures(&cell->figures))
		collect_turns(cell);
}

void cell_release(struct cell *cell)
{
	free(cell->turns);
}
