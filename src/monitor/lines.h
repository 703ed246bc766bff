/* Shows a run in a few lines of plain text, for terminals. Pure. */
#ifndef MONITOR_LINES_H
#define MONITOR_LINES_H

#include "base/str.h"
#include "record/live.h"

/* Sums over the replicas at one look, from which rates are made. */
struct line_totals {
	uint64_t at_wall_ns;
	char trial[40]; /* its id; no rate is made across trials */
	uint64_t ok, bytes, cpu_ns, origin_cpu_ns;
};

void lines_totals(const struct live *live, struct line_totals *out);

/* Two looks, so that a rate covers one to two seconds. Show with `before`, then
 * remember the look. */
struct line_memory {
	struct line_totals now, before;
};
void lines_remember(struct line_memory *memory, const struct live *live);

/*
 * Adds some lines, each ended and of at most `width` columns. Of a trial:
 *
 *	[3/12] aiohttp fetch_range: running 3.2/10 s, about 41 s left
 *	  5,123 requests/s  83.9 MB/s  16,393 ok  50 in flight
 *	  CPU 0.98 cores, origin 0.40  61.2 MiB  2 replicas, cell (veth)
 *
 * `before` is an earlier look, best about a second old. Without it (NULL), or
 * if it is of another trial, there are no rates.
 *
 * Of a block each library has a line, with the rate of all its turns so far, and
 * whose turn it is a mark:
 *
 *	[3/12] fetch_range, block 3 of 12, round 7: 9.3/25 s, about 4 min left
 *	> aiohttp          5,123 requests/s      16,393 ok
 *	  null            61,020 requests/s     195,264 ok
 *
 * Returns how many lines.
 */
unsigned lines_show(const struct live *live, const struct line_totals *before,
		    unsigned width, struct str *out);

/* Operations a second: "5123", "5.1", "0.17". A low rate is not shown as 0. */
void lines_rate(double per_second, char out[32]);

/* "41 s", "3 min 05 s", "1 h 02 min" */
void lines_duration(double seconds, char out[32]);

#endif
