#include "monitor/lines.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"

/* A terminal has 24 lines, or more. */
#define LIBRARIES_MOST 16

void lines_duration(double seconds, char out[32])
{
	unsigned s = (unsigned)(seconds + 0.5);

	if (s >= 3600)
		snprintf(out, 32, "%u h %02u min", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(out, 32, "%u min %02u s", s / 60, s % 60);
	else
		snprintf(out, 32, "%u s", s);
}

void lines_totals(const struct live *live, struct line_totals *out)
{
	*out = (struct line_totals){
		.origin_cpu_ns = live->origin.last.cpu_ns,
	};
	memcpy(out->trial, live->run.trial.id, sizeof(out->trial));
	for (uint32_t i = 0; i < live->cell_count; i++) {
		const struct live_cell *cell = &live->cell[i];

		out->ok += cell->outcomes[OUTCOME_OK];
		out->bytes += cell->bytes_ok;
		out->cpu_ns += cell->last.cpu_ns;
		if (cell->at_wall_ns > out->at_wall_ns)
			out->at_wall_ns = cell->at_wall_ns;
	}
}

void lines_remember(struct line_memory *memory, const struct live *live)
{
	struct line_totals now;

	lines_totals(live, &now);
	if (now.at_wall_ns < memory->now.at_wall_ns + NS_PER_S &&
	    !strcmp(now.trial, memory->now.trial))
		return;
	memory->before = memory->now;
	memory->now = now;
}

void lines_rate(double per_second, char out[32])
{
	snprintf(out, 32, "%s",
		 number_short(per_second, per_second < 9.95 ? 2 : 1).text);
}

/* "16,393" */
static void grouped(uint64_t number, char out[32])
{
	char plain[24];
	int n = snprintf(plain, sizeof(plain), "%llu",
			 (unsigned long long)number);
	char *to = out;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*to++ = ',';
		*to++ = plain[i];
	}
	*to = '\0';
}

static double per_second(uint64_t now, uint64_t before, double seconds)
{
	return now > before ? (double)(now - before) / seconds : 0;
}

/* Before the first round slices are settled. */
static void add_turn(const struct live_trial *trial, struct str *line)
{
	str_addf(line, "%s, block %u of %u", trial->test, trial->block,
		 trial->block_count);
	if (trial->round)
		str_addf(line, ", round %u:", trial->round);
	else
		str_addf(line, ": %s", trial->stage);
}

static void add_head(const struct live_run *run, struct str *line)
{
	const struct live_trial *trial = &run->trial;
	char left[32];

	str_addf(line, "[%u/%u] ", run->trial_number, run->trial_count);
	if (run->ended) {
		str_addf(line, "the run %s, %u failed",
			 run->ended == LIVE_KILLED ? "was killed" : "has ended",
			 run->trials_failed);
		return;
	}
	if (!*trial->library)
		str_add(line, "starting");
	else if (trial->block)
		add_turn(trial, line);
	else
		str_addf(line, "%s %s: %s", trial->library, trial->test,
			 trial->stage);
	if (trial->go_wall_ns || trial->block)
		str_addf(line, " %.1f/%g s", trial->elapsed_s,
			 trial->timeout_s);
	lines_duration(run->left_s, left);
	str_addf(line, ", %s %s left", run->left_is_most ? "at most" : "about",
		 left);
}

/* "  5 failed (timeout 3, reset 2)"; nothing where none did. */
static void add_failures(const struct live *live, struct str *line)
{
	uint64_t failed[OUTCOME_COUNT] = { 0 }, all = 0;
	const char *between = " (";

	for (uint32_t i = 0; i < live->cell_count; i++)
		for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++) {
			failed[o] += live->cell[i].outcomes[o];
			all += live->cell[i].outcomes[o];
		}
	if (!all)
		return;
	str_addf(line, "  %llu failed", (unsigned long long)all);
	for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++) {
		if (!failed[o])
			continue;
		str_addf(line, "%s%s %llu", between, outcome_name(o),
			 (unsigned long long)failed[o]);
		between = ", ";
	}
	str_add_char(line, ')');
}

static void put_rate(double rate, char out[32])
{
	if (rate < 9.95)
		lines_rate(rate, out);
	else
		grouped((uint64_t)(rate + 0.5), out);
}

static void add_work(const struct live *live, const struct line_totals *now,
		     const struct line_totals *before, double seconds,
		     struct str *line)
{
	uint32_t in_flight = 0;
	char text[32];

	str_add(line, " ");
	if (seconds > 0) {
		put_rate(per_second(now->ok, before->ok, seconds), text);
		str_addf(line, " %s requests/s  %.1f MB/s ", text,
			 per_second(now->bytes, before->bytes, seconds) / 1e6);
	}
	for (uint32_t i = 0; i < live->cell_count; i++)
		in_flight += live->cell[i].in_flight;
	grouped(now->ok, text);
	str_addf(line, " %s ok", text);
	if (*live->origin.name)
		str_addf(line, "  %u in flight", in_flight);
	add_failures(live, line);
}

static void add_cost(const struct live *live, const struct line_totals *now,
		     const struct line_totals *before, double seconds,
		     struct str *line)
{
	const struct live_trial *trial = &live->run.trial;
	uint64_t memory = 0;

	for (uint32_t i = 0; i < live->cell_count; i++)
		memory += live->cell[i].last.memory_bytes;
	str_add(line, " ");
	if (seconds > 0)
		str_addf(line, " CPU %.2f cores", per_second(now->cpu_ns,
							     before->cpu_ns,
							     seconds) / 1e9);
	if (seconds > 0 && *live->origin.name)
		str_addf(line, ", origin %.2f",
			 per_second(now->origin_cpu_ns, before->origin_cpu_ns,
				    seconds) / 1e9);
	str_addf(line, "  %.1f MiB  %u replica%s, %s (%s)",
		 (double)memory / (1 << 20), live->cell_count,
		 live->cell_count == 1 ? "" : "s", trial->isolation,
		 trial->network);
}

/* The replicas of one trial of the block, which stand together. Rates are of the
 * time that it worked. Returns the place behind them. */
static uint32_t add_library(const struct live *live, uint32_t first,
			    struct str *line)
{
	const struct live_cell *one = &live->cell[first];
	uint64_t ok = 0, failed = 0;
	double worked_s = clock_seconds(one->worked_ns);
	uint32_t i = first;
	char rate[32] = "-", sum[32];

	for (; i < live->cell_count &&
	       !strcmp(live->cell[i].library, one->library); i++) {
		const struct live_cell *cell = &live->cell[i];

		ok += cell->outcomes[OUTCOME_OK];
		for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++)
			failed += cell->outcomes[o];
	}
	if (worked_s > 0)
		put_rate((double)ok / worked_s, rate);
	grouped(ok, sum);
	str_addf(line, "%c %-12s %9s requests/s %11s ok",
		 strcmp(one->library, live->run.trial.library) ? ' ' : '>',
		 one->library, rate, sum);
	if (failed)
		str_addf(line, "  %llu failed", (unsigned long long)failed);
	return i;
}

static void end_line(const struct str *line, unsigned width, struct str *out)
{
	str_add_n(out, line->buf, line->len > width ? width : line->len);
	str_add_char(out, '\n');
}

static unsigned show_libraries(const struct live *live, unsigned width,
			       struct str *out)
{
	struct str line = STR_INIT;
	unsigned lines = 0;

	for (uint32_t i = 0; i < live->cell_count && lines < LIBRARIES_MOST;
	     lines++) {
		str_reset(&line);
		i = add_library(live, i, &line);
		end_line(&line, width, out);
	}
	str_release(&line);
	return lines;
}

static unsigned show_trial(const struct live *live,
			   const struct line_totals *now,
			   const struct line_totals *before, unsigned width,
			   struct str *out)
{
	struct str line = STR_INIT;
	double seconds = 0;

	if (before && before->at_wall_ns &&
	    !strcmp(before->trial, now->trial) &&
	    now->at_wall_ns > before->at_wall_ns)
		seconds = clock_seconds(now->at_wall_ns - before->at_wall_ns);
	add_work(live, now, before, seconds, &line);
	end_line(&line, width, out);
	str_reset(&line);
	add_cost(live, now, before, seconds, &line);
	end_line(&line, width, out);
	str_release(&line);
	return 2;
}

unsigned lines_show(const struct live *live, const struct line_totals *before,
		    unsigned width, struct str *out)
{
	struct str line = STR_INIT;
	struct line_totals now;

	lines_totals(live, &now);
	add_head(&live->run, &line);
	end_line(&line, width, out);
	str_release(&line);
	if (!now.at_wall_ns || live->run.ended || !*live->run.trial.library)
		return 1;
	if (live->run.trial.block)
		return 1 + show_libraries(live, width, out);
	return 1 + show_trial(live, &now, before, width, out);
}
