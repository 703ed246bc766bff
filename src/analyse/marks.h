/*
 * Marks the slices of a trial that are doubtful (record/slice.h, SLICE_MARKS),
 * from what was counted in them. A mark leaves nothing out. It tells who reads
 * the rounds where noise was, and the table how much of it there was. A part of
 * analyse_reconcile().
 */
#ifndef ANALYSE_MARKS_H
#define ANALYSE_MARKS_H

#include "record/trial.h"

/* STEAL, OTHERS and WOKE. Marks that are there stay. */
void marks_set(struct trial *trial);

/* The findings of a trial in which more than a few slices are marked WOKE, or whose
 * slices were too short for its slow operations. After marks_set(). */
void marks_reconcile(struct trial *trial);

#endif
