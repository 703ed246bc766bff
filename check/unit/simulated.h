/*
 * Experiments of which the truth is known: libraries, blocks, rounds and slices
 * with noise as machines have it. Times and numbers are such that the figures of a
 * slice are as drawn, to a part in 10^8.
 *
 *	ln rate of a slice = truth of its library
 *	                   + luck of its process, as long as that lives
 *	                   + drift of the machine, which neighbours share
 *	                   + noise of the slice
 */
#ifndef CHECK_UNIT_SIMULATED_H
#define CHECK_UNIT_SIMULATED_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "record/comparison.h"

#define SIM_ROWS_MOST 8U
/* Slices of time that the start of a block takes. */
#define SIM_START 40U
/* How much of what slows a slice is seen in its CPU an operation too. */
#define SIM_CPU_PART 0.6
#define SIM_CPU_SD 0.03

/* All are parts of the rate, as logarithms. */
struct sim_noise {
	double process;         /* sd over processes */
	double slow, slow_by;   /* so many of them lose so much, in the mean */
	double slice;           /* sd over slices */
	double skew;            /* each slice loses so much, in the mean */
	double spike, spike_by; /* so many of them lose so much, in the mean */
	double burst, burst_by; /* so many of them lose just so much */
};

struct sim {
	unsigned rows, blocks, rounds; /* the last row is the reference */
	double drift, stay;            /* its sd, and what is left of it a slice
					* later: AR(1) */
	double weather;                /* sd of what whole blocks share with the
					* next, by half */
	double truth[SIM_ROWS_MOST];   /* ln of the rate, in thousands a s */
	struct sim_noise noise[SIM_ROWS_MOST];
	unsigned parts[SIM_ROWS_MOST]; /* so many times as long as others' are a
					* row's slices, each time with noise of
					* its own; 0: once */

	/* The rest is made. */
	struct rng rng;
	double spare; /* a normal number; NAN: none */
	double drift_now, weather_now;
	struct block_trial *trials; /* [block][row] */
	struct slice *slices;       /* [block][row][round] */
};

static const char *const sim_names[SIM_ROWS_MOST] = {
	"a", "b", "c", "d", "e", "f", "g", "h",
};

/* In (0, 1]. */
static inline double sim_part(struct sim *sim)
{
	return (double)((rng_next(&sim->rng) >> 11) + 1) * 0x1p-53;
}

static inline double sim_normal(struct sim *sim)
{
	double size, angle, spare = sim->spare;

	if (!isnan(spare)) {
		sim->spare = NAN;
		return spare;
	}
	size = sqrt(-2 * log(sim_part(sim)));
	angle = 6.283185307179586 * sim_part(sim);
	sim->spare = size * sin(angle);
	return size * cos(angle);
}

static inline double sim_loss(struct sim *sim, double mean)
{
	return mean > 0 ? -mean * log(sim_part(sim)) : 0;
}

/* One number of an AR(1) series after another, whose sd is 1. */
static inline void sim_go_on(struct sim *sim, double *series, double stay)
{
	*series = *series * stay + sim_normal(sim) * sqrt(1 - stay * stay);
}

static inline double sim_process(struct sim *sim, const struct sim_noise *noise)
{
	double luck = noise->process * sim_normal(sim);

	return sim_part(sim) <= noise->slow
		       ? luck - sim_loss(sim, noise->slow_by)
		       : luck;
}

/* What noise does to the rate meanwhile, and the drift goes on. */
static inline double sim_noise_of(struct sim *sim,
				  const struct sim_noise *noise, double *cpu)
{
	double x = noise->slice * sim_normal(sim) - sim_loss(sim, noise->skew);

	*cpu = SIM_CPU_SD * sim_normal(sim);
	if (noise->spike > 0 && sim_part(sim) <= noise->spike)
		x -= sim_loss(sim, noise->spike_by);
	if (noise->burst > 0 && sim_part(sim) <= noise->burst)
		x -= noise->burst_by;
	sim_go_on(sim, &sim->drift_now, sim->stay);
	return x + sim->drift * sim->drift_now +
	       sim->weather * sim->weather_now;
}

/* A window may hold several times of noise: what is done in each adds up. */
static inline void sim_slice(struct sim *sim, unsigned row, double process,
			     struct slice *slice)
{
	unsigned parts = sim->parts[row] ? sim->parts[row] : 1;
	double operations = 0, used_ns = 0;

	for (unsigned i = 0; i < parts; i++) {
		double cpu, x = sim_noise_of(sim, &sim->noise[row], &cpu);
		double ln = sim->truth[row] + process;
		double done = 1e9 * exp(ln + x);

		operations += done;
		used_ns += done * 1e6 * exp(-ln - SIM_CPU_PART * x + cpu);
	}
	slice->begin_ns = 1;
	slice->end_ns = 1 + parts * (uint64_t)1e15;
	slice->operations = (uint64_t)operations;
	slice->cpu_ns = (uint64_t)used_ns;
}

static inline void sim_round(struct sim *sim, unsigned block, unsigned round,
			     const double *process)
{
	unsigned order[SIM_ROWS_MOST];

	for (unsigned i = 0; i < sim->rows; i++) {
		unsigned at = (unsigned)rng_below(&sim->rng, i + 1);

		order[i] = order[at];
		order[at] = i;
	}
	for (unsigned i = 0; i < sim->rows; i++) {
		unsigned row = order[i];
		size_t at = ((size_t)block * sim->rows + row) * sim->rounds;
		struct slice *slice = &sim->slices[at + round];

		slice->round = round;
		slice->position = i;
		sim_slice(sim, row, process[row], slice);
	}
}

static inline void sim_block(struct sim *sim, unsigned block)
{
	double process[SIM_ROWS_MOST];

	for (unsigned row = 0; row < sim->rows; row++)
		process[row] = sim_process(sim, &sim->noise[row]);
	sim_go_on(sim, &sim->weather_now, 0.5);
	sim_go_on(sim, &sim->drift_now, pow(sim->stay, SIM_START));
	for (unsigned round = 0; round < sim->rounds; round++)
		sim_round(sim, block, round, process);
}

/* Makes room for an experiment; sim_release() gives it back. */
static inline void sim_init(struct sim *sim)
{
	size_t trials = (size_t)sim->blocks * sim->rows;

	sim->trials = mem_array(trials, sizeof(*sim->trials));
	sim->slices = mem_array(trials * sim->rounds, sizeof(*sim->slices));
	for (unsigned i = 0; i < trials; i++) {
		bool reference = i % sim->rows == sim->rows - 1;

		sim->trials[i] = (struct block_trial){
			.library = reference ? "reference"
					     : sim_names[i % sim->rows],
			.baseline = reference,
			.block = i / sim->rows,
			.slices = &sim->slices[(size_t)i * sim->rounds],
			.slice_count = sim->rounds,
		};
	}
}

static inline void sim_release(struct sim *sim)
{
	free(sim->trials);
	free(sim->slices);
}

/* An experiment, the same for the same seed, into `trials`. */
static inline void sim_run(struct sim *sim, uint64_t seed)
{
	rng_init(&sim->rng, seed);
	sim->spare = NAN;
	sim->drift_now = sim_normal(sim);
	sim->weather_now = sim_normal(sim);
	for (unsigned block = 0; block < sim->blocks; block++)
		sim_block(sim, block);
}

/* Sets the noise of all rows. */
static inline void sim_all_rows(struct sim *sim, struct sim_noise noise)
{
	for (unsigned row = 0; row < sim->rows; row++)
		sim->noise[row] = noise;
}

#endif
