/*
 * From records, samples and ledger rows to figures. Pure: no I/O, no clock; the
 * memory it needs does not depend on how many operations there were.
 *
 * Order: analyse_records() for each replica, analyse_reconcile(), then
 * analyse_summary(). Formulas, units and sources of every column are in
 * docs/metrics.md.
 */
#ifndef ANALYSE_ANALYSE_H
#define ANALYSE_ANALYSE_H

#include <stddef.h>

#include "record/plan.h"
#include "record/record.h"
#include "record/result.h"
#include "record/trial.h"

/*
 * Goes through one replica's records (up to the first without an outcome) and
 * fills outcomes, bytes_ok, crc_checked and latency from those that ended after
 * go_ns and not after window_end_ns, or, in slices, within a window; adds these
 * to the slices. records_after, which ended outside, records, bytes_recorded and
 * in_flight_peak are from all. A record that cannot be true (possible.h) only counts
 * in bad_records; of the first of them bad_text says why.
 *
 * `plan` is borrowed; read_ns is a moment after the records were read.
 */
void analyse_records(struct trial *trial, unsigned replica,
		     const struct record *records, size_t capacity,
		     const struct plan *plan, uint64_t read_ns);

/* Adds to trial->findings what the ledger, the plan and the replicas say
 * differently, and what makes a figure doubtful or not comparable; marks slices
 * that are doubtful (marks.h); sets trial->failed and text where no figure can be
 * believed (judge.h). */
void analyse_reconcile(struct trial *trial);

/* Of what analyse_summary() makes: a higher one when it makes something else of
 * the same trial, so that stored results are made again. A new column of the
 * results is something else. */
#define ANALYSIS_NUMBER 6

/* One row for the trial and one for each replica; the caller releases. */
void analyse_summary(const struct trial *trial, const struct run *run,
		     struct summary *out);

/* The describe() of pandas: linear interpolation, std with n - 1. Sorts
 * `values`; NANs must not be among them. All NAN (count 0) for n = 0. */
void analyse_describe(double *values, size_t n, struct distribution *out);

#endif
