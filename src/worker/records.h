/*
 * The records file of docs/worker-protocol.md, mapped and filled in the order
 * in which operations end. Writing is a few stores: about 15 ns a record with
 * the page faults of a file in memory.
 */
#ifndef WORKER_RECORDS_H
#define WORKER_RECORDS_H

#include <stdint.h>

#include "base/err.h"
#include "record/record.h"

/* After so many records their pages are given back: they fill 1 MiB. */
#define RECORDS_GIVE_BACK 16384

struct records {
	struct record *map; /* NULL: not open */
	uint64_t capacity;
	uint64_t written;
};

/* Maps the file, which must have room for `capacity` records (>= 1). */
int records_open(struct records *records, const char *path, uint64_t capacity,
		 struct err *err);

/* The same without a file, in memory that no page is spent on before it is
 * written: for a test that runs by itself. */
int records_open_own(struct records *records, uint64_t capacity,
		     struct err *err);
void records_close(struct records *records);

/* Appends one; the caller makes sure that there is room. */
void records_add(struct records *records, const struct record *record);

#endif
