/*
 * Numbers that people write: decimal, and one grammar for the command line,
 * sweeps and all else.
 *
 *	WHOLE: one or more digits
 *	NUMBER: [-] digits [. digits] [e [+|-] digits]
 *
 * There is no blank, no hexadecimal, no infinity and no not-a-number. A unit
 * may follow, in small or capital letters.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct number_unit {
	const char *name; /* "": a number without unit; NULL ends the table */
	double factor;
};

extern const struct number_unit number_plain[];   /* "" only */
extern const struct number_unit number_bytes[];   /* KiB, MiB, GiB, TiB */
extern const struct number_unit number_bits[];    /* kbit, Mbit, Gbit */
extern const struct number_unit number_seconds[];
extern const struct number_unit number_percent[]; /* ms, s, min, h */

/* Reads all of `text` and applies its unit. false: `text` is no number, or not
 * a finite one. */
bool number_parse(const char *text, const struct number_unit *units,
		  double *out);

/* Reads a whole number from 0 to UINT64_MAX. Digits alone are read exactly.
 * With a unit it may be a fraction that makes a whole number: "1.5KiB". */
bool number_parse_whole(const char *text, const struct number_unit *units,
			uint64_t *out);

/* Writes whole numbers with all their digits, others with 15. */
#define NUMBER_TEXT_BYTES 32
const char *number_text(double value, char out[NUMBER_TEXT_BYTES]);

/*
 * For people, as "%.2g" with `digits` 2, and never with an exponent, which
 * nobody reads in "1.2e+02 s": 120, 3.5, 0.0041.
 *
 *	printf("%s s\n", number_short(119.6, 2).text); // "120 s"
 */
struct number_short {
	char text[NUMBER_TEXT_BYTES];
};

struct number_short number_short(double value, int digits);

/* Writes as few digits, 15 at least, as give the same double again: "0.1". ""
 * for what is not finite. */
const char *number_exact(double value, char out[NUMBER_TEXT_BYTES]);

#endif
