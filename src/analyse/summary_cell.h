/*
 * The columns of a result row that cells fill; summary.c puts them together.
 * What a trial has no source for stays unknown.
 */
#ifndef ANALYSE_SUMMARY_CELL_H
#define ANALYSE_SUMMARY_CELL_H

#include "record/result.h"
#include "record/trial.h"

/* Where replicas ran and their limits: the same in all rows of a trial. */
void summary_placement(struct result_row *row, const struct trial *trial);

/* Sums over replicas: sets them to 0, then adds one; a replica without a
 * counter makes its sum unknown. */
void summary_begin_cell(struct result_row *row);
void summary_add_cell(struct result_row *row, const struct replica *replica);

/* When all are added: instructions and cycles, by the successes in the row. */
void summary_per_request(struct result_row *row);

/* Whose CPU the figures are of: of one replica or (-1) of all. */
void summary_scope(struct result_row *row, const struct trial *trial,
		   int replica);

/* What was due and what was started; unknown as in analyse/due.h. */
void summary_add_due(struct result_row *row, const struct trial_spec *spec,
		     const struct replica *replica);

/* The most anonymous memory at one time, of one replica or (-1) of all of them
 * together; COUNT_UNKNOWN. */
uint64_t summary_anon(const struct trial *trial, int replica);

/* What the machine did over the window; duration_seconds stands in the row. */
void summary_machine(struct result_row *row, const struct trial *trial);

/* Which comparison it is of, and in how many slices it was made. */
void summary_comparison(struct result_row *row, const struct trial *trial);

/* How far apart the replicas began. */
void summary_skew(struct result_row *row, const struct trial *trial);

/* Sums of replicas and origin; both must stand in the row. */
void summary_with_origin(struct result_row *row, uint64_t bytes_ok);

/* Medians over replicas that were ready. */
void summary_start_times(struct result_row *row, const struct trial *trial);

#endif
