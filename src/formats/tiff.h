/*
 * The header parser of all tests. It reads the image directories of a tiled
 * TIFF from the first bytes of the file: classic TIFF and BigTIFF, both byte
 * orders. It reads only the tags that a reader of tiles needs. It allocates
 * nothing. Its work is in proportion to the bytes of the tables: a header like
 * Sentinel-2's (five levels, 291 tiles) takes a few microseconds.
 *
 * Tests in Python call it too: it is in libgeoio-formats.so, and
 * benchmark/tiff.py knows tiff_parse(), tiff_compare() and the structs that
 * they take.
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
 * Fills *out from the first `n` bytes of a file. Each image directory becomes a
 * level, in the order of the file. docs/worker-protocol.md defines
 * `tables_crc32`.
 *
 * ERR_INVALID, and *out must not be used, if
 * - the bytes are no TIFF, or an image is not tiled;
 * - a directory or table lies outside of the bytes given, or partly so;
 * - the chain of directories returns to itself, or has more than
 *   TIFF_LEVELS_MAX links;
 * - a count contradicts the sizes. The sentence says what and where; `err` may
 * be NULL. check/tiff holds odd files and the verdict on each.
 */
int tiff_parse(const void *bytes, size_t n, struct tiff_layout *out,
	       struct err *err);

/* Parses, and returns whether the levels are those of *expected: 1 or 0.
 * ERR_INVALID as tiff_parse(). */
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
 * As tiff_parse(), but says which flaw a header has. With TIFF_LONG, *needed is
 * the number of first bytes that hold all directories and tables that these
 * bytes point to. That is the whole header, unless a directory lies beyond
 * these bytes: it may point further.
 */
enum tiff_flaw tiff_judge(const void *bytes, size_t n, struct tiff_layout *out,
			  uint64_t *needed, struct err *err);

/* The bytes of the struct up to the last of its levels. */
size_t tiff_layout_bytes(const struct tiff_layout *layout);

/* Whether all levels agree in all members. */
bool tiff_layout_equal(const struct tiff_layout *a,
		       const struct tiff_layout *b);

#endif
