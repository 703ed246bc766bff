/*
 * The header parser of all tests: from the first bytes of a tiled TIFF to what
 * its image directories say. Classic TIFF and BigTIFF, both byte
 * orders. It reads only what a reader of tiles needs, allocates nothing and
 * does work in proportion to the bytes of the tables alone; a header like
 * Sentinel-2's (five levels, 291 tiles) takes a few microseconds.
 *
 * Tests in Python call it too: it is in libgeoio-formats.so, and benchmark/tiff.py
 * knows tiff_parse(), tiff_compare() and the structs that they take.
 */
#ifndef FORMATS_TIFF_H
#define FORMATS_TIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/plan.h"

/* Whether the bytes begin as a TIFF does. Says nothing about the rest. */
bool tiff_is_tiff(const void *bytes, size_t n);

/*
 * Fills *out, one level an image directory in file order, from the first `n`
 * bytes of a file. `tables_crc32` is docs/worker-protocol.md's.
 *
 * ERR_INVALID, and *out is not to be used, when
 * - the bytes are no TIFF, or an image is not tiled;
 * - a directory or table lies outside of the bytes given, or partly so;
 * - the chain of directories returns to itself, or has more than
 *   TIFF_LEVELS_MAX links;
 * - a count contradicts the sizes.
 * The sentence says what and where; `err` may be NULL. check/tiff holds odd files
 * and the verdict on each.
 */
int tiff_parse(const void *bytes, size_t n, struct tiff_layout *out,
	       struct err *err);

/* Parses, and returns whether that is what was expected: 1 or 0; ERR_INVALID as
 * tiff_parse(). Of *expected only its levels are read. */
int tiff_compare(const void *bytes, size_t n,
		 const struct tiff_layout *expected, struct err *err);

/* X(NAME, "words behind a count of objects"): what is wrong with a header. */
#define TIFF_FLAWS(X)                                                          \
	X(NONE, "fine")                                                        \
	X(NO_TIFF, "no TIFF")                                                  \
	X(LONG, "with a header longer than the request")                       \
	X(UNTILED, "not tiled")                                                \
	X(DIRECTORIES, "of too many directories")                              \
	X(DAMAGED, "damaged")

enum tiff_flaw {
#define X(name, words) TIFF_##name,
	TIFF_FLAWS(X)
#undef X
	TIFF_FLAW_COUNT
};

const char *tiff_flaw_words(enum tiff_flaw flaw);

/*
 * As tiff_parse(), for who must tell flaws apart. With TIFF_LONG, *needed is
 * the least number of first bytes that hold all that these bytes speak of: the
 * whole header, unless a directory lies beyond them, which may have more.
 */
enum tiff_flaw tiff_judge(const void *bytes, size_t n, struct tiff_layout *out,
			  uint64_t *needed, struct err *err);

/* How much of the struct its levels take. */
size_t tiff_layout_bytes(const struct tiff_layout *layout);

/* Whether all levels agree in all members. */
bool tiff_layout_equal(const struct tiff_layout *a,
		       const struct tiff_layout *b);

#endif
