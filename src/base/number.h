/*
 * Numbers that people write: decimal, and one grammar for the command line,
 * sweeps and all else.
 *
 *	WHOLE: one or more digits
 *	NUMBER: [-] digits [. digits] [e [+|-] digits]
 *
 * Nothing stands before or between; no hexadecimal, no infinity, nothing that
 * is none. What may follow is a unit, its capitals as one likes.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct number_unit {
	const char *name; /* "" for what has none; NULL ends the table */
	double factor;
};

extern const struct number_unit number_plain[];   /* none but "" */
extern const struct number_unit number_bytes[];   /* KiB, MiB, GiB, TiB */
extern const struct number_unit number_bits[];    /* kbit, Mbit, Gbit */
extern const struct number_unit number_seconds[]; /* ms, s, min, h */

/* All of `text`, its unit applied. false: it is none, or not finite. */
bool number_parse(const char *text, const struct number_unit *units,
		  double *out);

/* A whole number from 0 to UINT64_MAX: of digits alone, exactly; with a unit
 * also a fraction that makes one, "1.5KiB". */
bool number_parse_whole(const char *text, const struct number_unit *units,
			uint64_t *out);

/* Whole numbers whole, others to 15 digits. */
#define NUMBER_TEXT_BYTES 32
const char *number_text(double value, char out[NUMBER_TEXT_BYTES]);

#endif
