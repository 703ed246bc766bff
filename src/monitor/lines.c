#include "monitor/lines.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

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
	snprintf(out, 32, per_second > 0 && per_second < 9.95 ? "%.2g" : "%.0f",
		 per_second);
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
	else
		str_addf(line, "%s %s: %s", trial->library, trial->test,
			 trial->stage);
	if (trial->go_wall_ns)
		str_addf(line, " %.1f/%g s", trial->elapsed_s,
			 trial->timeout_s);
	lines_duration(run->left_s, left);
	str_addf(line, ", about %s left", left);
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

static void add_work(const struct live *live, const struct line_totals *now,
		     const struct line_totals *before, double seconds,
		     struct str *line)
{
	uint32_t in_flight = 0;
	char text[32];

	str_add(line, " ");
	if (seconds > 0) {
		double rate = per_second(now->ok, before->ok, seconds);

		if (rate < 9.95)
			lines_rate(rate, text);
		else
			grouped((uint64_t)(rate + 0.5), text);
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

static void end_line(const struct str *line, unsigned width, struct str *out)
{
	str_add_n(out, line->buf, line->len > width ? width : line->len);
	str_add_char(out, '\n');
}

unsigned lines_show(const struct live *live, const struct line_totals *before,
		    unsigned width, struct str *out)
{
	struct str line = STR_INIT;
	struct line_totals now;
	double seconds = 0;

	lines_totals(live, &now);
	if (before && before->at_wall_ns && !strcmp(before->trial, now.trial) &&
	    now.at_wall_ns > before->at_wall_ns)
		seconds = clock_seconds(now.at_wall_ns - before->at_wall_ns);
	add_head(&live->run, &line);
	end_line(&line, width, out);
	if (!now.at_wall_ns || live->run.ended || !*live->run.trial.library) {
		str_release(&line);
		return 1;
	}
	str_reset(&line);
	add_work(live, &now, before, seconds, &line);
	end_line(&line, width, out);
	str_reset(&line);
	add_cost(live, &now, before, seconds, &line);
	end_line(&line, width, out);
	str_release(&line);
	return 3;
}
