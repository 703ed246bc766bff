#include "experiment/sampler.h"
#include "experiment/sampler_perf.h"
#include "experiment/sampler_processes.h"
#include "experiment/sampler_waits.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/run.h"

/* Takes the readings that cost more once a second. */
#define SELDOM_TICKS 10

/* Reads so many cells in full at each tick. With more cells it still reads CPU
 * time and bytes of all of them, but files of groups only of some, in turns. To
 * read a file of a group that another CPU has used costs 4 us: 100 cells with
 * six files, ten times a second, would take 2.5% of a CPU. */
#define FULL_CELLS 16
#define TURN_CELLS 5
#define TURN_SELDOM_TICKS 100

/* Gives the origin so long to count its answers: for all replicas together,
 * once before GO and once after it. The shorter time is for a replica that gave
 * up requests: those may be all that is left. */
#define COUNTED_ALL_NS (2 * NS_PER_S)
#define COUNTED_NS (5 * NS_PER_MS)

static void read_machine(struct sampler *s)
{
	struct machine_sample machine;

	machine_read(&s->machine, &machine);
	trial_add_machine(s->trial, &machine);
}

void sampler_init(struct sampler *s, struct trial *trial,
		  const struct seats *seats, struct ledger *ledger,
		  pid_t origin_pid, const int *records, size_t capacity,
		  const struct plan *plan)
{
	unsigned n = trial->replica_count;

	memset(s, 0, sizeof(*s));
	s->trial = trial;
	s->seats = seats;
	s->cells = seats->cells;
	s->ledger = ledger;
	s->origin_pid = origin_pid;
	s->records = records;
	s->capacity = capacity;
	s->chunk = mem_array(SAMPLER_CHUNK, sizeof(*s->chunk));
	s->count = n + 1;
	s->cell_count = s->cells->count;
	s->gauges = mem_array(s->count, sizeof(*s->gauges));
	s->waits = mem_array(s->count, sizeof(*s->waits));
	s->cursors = mem_array(n, sizeof(*s->cursors));
	s->ours = mem_array(s->count + 1, sizeof(*s->ours));
	s->links = mem_array(s->cell_count, sizeof(*s->links));
	s->links_before = mem_array(s->cell_count, sizeof(*s->links_before));
	s->links_at_go = mem_array(s->cell_count, sizeof(*s->links_at_go));
	s->tcp_at_go = mem_array(s->count, sizeof(*s->tcp_at_go));
	s->first = mem_array(s->count, sizeof(*s->first));
	s->last = mem_array(s->count, sizeof(*s->last));
	s->open = mem_array(s->count, sizeof(*s->open));
	s->close = mem_array(s->count, sizeof(*s->close));
	s->windows = mem_array(s->count, sizeof(*s->windows));
	s->paused_cpu_ns = COUNT_UNKNOWN;
	machine_open(&s->machine);
	read_machine(s);
	for (unsigned i = 0; i < n; i++)
		possible_init(&s->cursors[i].possible, trial, i, plan);
	if (s->cells->networked)
		net_read(s->cells->net, s->links_before, s->cell_count);
}

/* ------------------------------------------------------------- readings --- */

/* The link of a container is new, and began at 0 by itself. */
static void begin_at_zero(struct net_counts *link, struct net_counts *before)
{
	if (link->rx_packets < before->rx_packets ||
	    link->tx_packets < before->tx_packets)
		memset(before, 0, sizeof(*before));
	link->rx_bytes = count_since(link->rx_bytes, before->rx_bytes);
	link->tx_bytes = count_since(link->tx_bytes, before->tx_bytes);
	link->rx_packets = count_since(link->rx_packets, before->rx_packets);
	link->tx_packets = count_since(link->tx_packets, before->tx_packets);
}

static void read_links(struct sampler *s)
{
	if (!s->cells->networked)
		return;
	if (net_read(s->cells->net, s->links, s->cell_count) < 0) {
		LOG(EXPERIMENT, "the links' counters cannot be read");
		return;
	}
	for (unsigned i = 0; i < s->cell_count; i++)
		begin_at_zero(&s->links[i], &s->links_before[i]);
}

static void fill_link(const struct sampler *s, unsigned number,
		      struct sample *sample)
{
	const struct net_counts *link = &s->links[sampler_cell(s, number)];
	bool known = s->cells->networked;

	sample->link_rx_bytes = known ? link->rx_bytes : COUNT_UNKNOWN;
	sample->link_tx_bytes = known ? link->tx_bytes : COUNT_UNKNOWN;
	sample->link_rx_packets = known ? link->rx_packets : COUNT_UNKNOWN;
	sample->link_tx_packets = known ? link->tx_packets : COUNT_UNKNOWN;
}

bool sampler_by_records(const struct sampler *s)
{
	return !s->cells->networked && !s->ledger;
}

static uint64_t received(const struct sampler *s, unsigned i)
{
	if (s->cells->networked)
		return s->links[sampler_cell(s, i + 1)].rx_bytes;
	return s->ledger ? atomic_load(&sampler_row(s, i)->body_bytes)
			 : s->cursors[i].bytes;
}

uint64_t sampler_in_flight(const struct sampler *s, unsigned i)
{
	const struct replica *replica = &s->trial->replica[i];
	const struct record_cursor *cursor = &s->cursors[i];
	uint64_t asked = atomic_load(&sampler_row(s, i)->requests) -
			 replica->ledger_setup.requests;
	uint64_t open = asked > cursor->requests ? asked - cursor->requests : 0;
	uint64_t most = s->trial->spec.concurrency * s->trial->widest;

	if (replica->done_ns || *replica->text)
		return 0;
	return open < most ? open : most;
}

static uint64_t in_flight(const struct sampler *s, unsigned number)
{
	if (!s->ledger)
		return COUNT_UNKNOWN;
	return number == CELL_ORIGIN ? atomic_load(&s->ledger->all.in_flight)
				     : sampler_in_flight(s, number - 1);
}

/* Cells take turns, so that no tick is longer than the others. */
static enum gauge_what what_of(const struct sampler *s, unsigned number)
{
	bool few = s->count <= FULL_CELLS;
	unsigned turns = few ? 1 : (s->count + TURN_CELLS - 1) / TURN_CELLS;
	unsigned seldom = few ? SELDOM_TICKS : TURN_SELDOM_TICKS;

	if ((s->ticks + number) % seldom == 0)
		return GAUGE_SELDOM;
	return (s->ticks + number) % turns ? GAUGE_BRIEF : GAUGE_OFTEN;
}

static void fill_records(struct sampler *s, unsigned i, bool counting,
			 struct sample *sample)
{
	const struct record_cursor *cursor = &s->cursors[i];

	if (counting)
		sampler_count(s, i);
	sample->operations_ok = cursor->ok;
	sample->operations_failed = cursor->failed;
	sample->received_bytes = received(s, i);
}

static void sample_cell(struct sampler *s, unsigned number,
			enum gauge_what what, bool counting)
{
	struct sample sample = s->last[number];

	if (gauge_read(&s->gauges[number], what, &sample) < 0)
		return; /* gone: its last reading stands */
	processes_add(s, number, &sample);
	sample.replica = (int32_t)number - 1;
	fill_link(s, number, &sample);
	if (number != CELL_ORIGIN)
		fill_records(s, number - 1, counting, &sample);
	/* At the edge of a slice records wait to be counted. */
	sample.in_flight = counting ? in_flight(s, number) : COUNT_UNKNOWN;
	s->last[number] = sample;
	trial_add_sample(s->trial, &sample);
}

static enum gauge_what depth_of(const struct sampler *s, unsigned number,
				enum sampler_depth depth)
{
	if (depth == SAMPLER_ALL)
		return GAUGE_SELDOM;
	return depth == SAMPLER_EDGE ? GAUGE_OFTEN : what_of(s, number);
}

void sampler_read(struct sampler *s, enum sampler_depth depth, bool counting)
{
	read_links(s);
	if (s->groupless)
		families_scan(&s->families);
	for (unsigned i = s->origin_pid ? CELL_ORIGIN : 1; i < s->count; i++)
		sample_cell(s, i, depth_of(s, i, depth), counting);
	read_machine(s);
}

/* -------------------------------------------------------------- moments --- */

static void open_gauge(struct sampler *s, unsigned number)
{
	gauge_open(&s->gauges[number], &s->cells->group[sampler_cell(s, number)],
		    s->ours[number],
		    s->cells->isolation == ISOLATION_DOCKER &&
			    number != CELL_ORIGIN);
}

/* The origin counts an answer when its sendmsg() has returned. The client may
 * have the answer, and say so, before that. Requests that the client `gave_up`
 * may stay in flight. */
static void let_origin_count(struct sampler *s, unsigned i, uint64_t gave_up)
{
	const struct ledger_row *row = sampler_row(s, i);
	uint64_t began_ns = clock_now_ns(), now_ns = began_ns, left;

	while ((left = atomic_load(&row->in_flight)) &&
	       now_ns - began_ns < s->counting_left_ns &&
	       (left > gave_up || now_ns - began_ns < COUNTED_NS)) {
		clock_sleep_until(now_ns + NS_PER_MS / 10);
		now_ns = clock_now_ns();
	}
	now_ns -= began_ns;
	s->counting_left_ns -= now_ns < s->counting_left_ns
				       ? now_ns : s->counting_left_ns;
}

static void read_setup(struct sampler *s)
{
	s->counting_left_ns = COUNTED_ALL_NS;
	for (unsigned i = 0; s->ledger && i < s->trial->replica_count; i++) {
		let_origin_count(s, i, 0);
		ledger_read(sampler_row(s, i),
			    &s->trial->replica[i].ledger_setup);
	}
	s->counting_left_ns = COUNTED_ALL_NS;
}

/* Reads the links while all are quiet, like the ledger. On a busy machine the
 * reading at GO may end after GO, and would miss what arrived until then. */
static void links_at_go(struct sampler *s)
{
	if (!s->cells->networked)
		return;
	read_links(s);
	memcpy(s->links_at_go, s->links, s->cell_count * sizeof(*s->links));
	for (unsigned i = 0; i < s->count; i++)
		net_read_tcp(s->cells->net, sampler_cell(s, i),
			     &s->tcp_at_go[i]);
}

void sampler_ready(struct sampler *s)
{
	const struct trial *trial = s->trial;

	s->metering = true;
	s->ours[CELL_ORIGIN] = s->origin_pid;
	for (unsigned i = 0; i < trial->replica_count; i++)
		s->ours[CELL_OF(i)] = trial->replica[i].pid;
	s->others_since_ns = clock_now_ns();
	others_begin(&s->others, s->ours, s->count + 1);
	for (unsigned i = 0; i < s->count; i++)
		if (s->ours[i])
			open_gauge(s, i);
	processes_begin(s);
	sampler_perf_ready(s);
	for (unsigned i = 0; i < trial->replica_count; i++)
		sampler_reserve(s, i, 0);
	links_at_go(s);
	read_setup(s);
	waits_begin(s);
	read_machine(s);
}

/* The replicas still sleep: the counters are those at GO. */
void sampler_go(struct sampler *s)
{
	struct trial *trial = s->trial;

	if (s->ledger)
		s->still_ns = ledger_still_ns(s->ledger, trial->go_ns);
	sampler_read(s, SAMPLER_ALL, true);
	for (size_t i = 0; i < trial->sample_count; i++)
		trial->samples[i].at_ns = trial->go_ns;
	trial->machine[trial->machine_count - 1].at_ns = trial->go_ns;
	for (unsigned i = 0; i < s->count; i++)
		s->last[i].at_ns = trial->go_ns;
	memcpy(s->first, s->last, s->count * sizeof(*s->first));
	noise_begin(s);
	sampler_perf_begin(s);
}

void sampler_tick(struct sampler *s)
{
	s->ticks++;
	sampler_read(s, SAMPLER_TICK, true);
}

/* An origin that does not go on is still until the end. A part of that before
 * GO may be in what it said later. */
static void take_still(struct sampler *s)
{
	struct trial *trial = s->trial;
	uint64_t window_ns = trial->window_end_ns - trial->go_ns, still_ns;

	if (!s->ledger)
		return;
	still_ns = ledger_still_ns(s->ledger, trial->window_end_ns);
	still_ns = count_since(still_ns, s->still_ns);
	trial->origin_still_ns = still_ns < window_ns ? still_ns : window_ns;
}

void sampler_window_end(struct sampler *s)
{
	if (!s->groupless)
		families_scan(&s->families);
	sampler_read(s, SAMPLER_ALL, true);
	take_still(s);
	sampler_perf_end(s);
	sampler_perf_take(s);
	noise_end(s);
	waits_end(s);
	waits_take(s, trial_seconds(s->trial));
}

static void take_ledger(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	struct ledger_counts now;

	if (!s->ledger)
		return;
	/* A replica that never was done gave up whatever is left. */
	let_origin_count(s, i, replica->done_ns
				       ? replica->unfinished *
						 s->trial->widest
				       : UINT64_MAX);
	ledger_read(sampler_row(s, i), &now);
	ledger_subtract(&now, &replica->ledger_setup, &replica->ledger);
	replica->ledger.hold_reached = replica->ledger_setup.hold_reached;
}

/* Counts from GO on, like the ledger: the two are compared. */
static void take_link(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	unsigned cell = sampler_cell(s, CELL_OF(i));
	const struct net_counts *now = &s->links[cell];
	const struct net_counts *then = &s->links_at_go[cell];
	const struct net_tcp *tcp_then = &s->tcp_at_go[CELL_OF(i)];
	struct net_tcp tcp;

	if (!s->cells->networked)
		return;
	read_links(s);
	replica->link_rx_bytes = now->rx_bytes - then->rx_bytes;
	replica->link_tx_bytes = now->tx_bytes - then->tx_bytes;
	replica->link_rx_packets = now->rx_packets - then->rx_packets;
	replica->link_tx_packets = now->tx_packets - then->tx_packets;
	if (net_read_tcp(s->cells->net, cell, &tcp) < 0)
		return;
	replica->tcp_segments_in = tcp.segments_in - tcp_then->segments_in;
	replica->tcp_segments_out = tcp.segments_out - tcp_then->segments_out;
	replica->tcp_retransmitted =
		tcp.retransmitted - tcp_then->retransmitted;
}

/* Reads what only the group knows, at its end. */
static void take_group(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	struct gauge *gauge = &s->gauges[CELL_OF(i)];
	struct cgroup_counts counts;

	if (!gauge->group ||
	    cgroup_read(gauge->group, CGROUP_SELDOM, &counts) < 0)
		return;
	replica->memory_peak_bytes = counts.memory_peak_bytes;
	replica->memory_kills = counts.memory_kills;
	replica->pids_refused = counts.pids_refused;
}

void sampler_done(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	struct err err;

	take_ledger(s, i);
	take_link(s, i);
	take_group(s, i);
	if (measure_peak_rss(replica->pid, &replica->peak_rss_bytes, &err) < 0)
		LOG(EXPERIMENT, "%s", err.text);
	processes_done(s, i);
}

/* ------------------------------------------------------------- afterwards --- */

void sampler_over(struct sampler *s)
{
	if (!s->metering)
		return;
	read_machine(s);
	if (s->trial->slice_count)
		noise_name_others(s);
}

/* All processes have ended, so that the sum of the group is final. */
static void take_total(struct sampler *s, unsigned i)
{
	struct gauge *gauge = &s->gauges[CELL_OF(i)];
	struct cgroup_counts counts;

	if (gauge->group && gauge->group != &gauge->container &&
	    cgroup_read(gauge->group, CGROUP_OFTEN, &counts) == 0)
		s->trial->replica[i].group_cpu_ns = counts.cpu_ns;
}

/* What was used in the window, or in all windows of its slices. */
static struct sample used(const struct sampler *s, unsigned number)
{
	const struct sample *first = &s->first[number];
	struct sample used = s->last[number];

	if (s->trial->slice_count)
		return s->windows[number];
	used.cpu_ns -= first->cpu_ns;
	used.cpu_user_ns -= first->cpu_user_ns;
	if (!s->metering)
		used.throttled_ns = COUNT_UNKNOWN;
	else if (used.throttled_ns != COUNT_UNKNOWN)
		used.throttled_ns -= first->throttled_ns;
	return used;
}

static void finish_replica(struct sampler *s, unsigned i)
{
	const struct sample all = used(s, CELL_OF(i));
	struct replica *replica = &s->trial->replica[i];

	if (!replica->done_ns && s->metering) {
		take_ledger(s, i);
		take_link(s, i);
		take_group(s, i);
	}
	take_total(s, i);
	if (!replica->peak_rss_bytes)
		/* It died before anybody could ask for its peak. */
		replica->peak_rss_bytes = trial_sampled_memory(s->trial, i);
	replica->cpu_ns = all.cpu_ns;
	replica->cpu_user_ns = all.cpu_user_ns;
	replica->throttled_ns = all.throttled_ns;
}

void sampler_finish(struct sampler *s)
{
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		finish_replica(s, i);
	processes_finish(s);
	slices_finish(s);
	waits_finish(s);
	noise_tell_quota(s);
	s->trial->origin_cpu_ns = used(s, CELL_ORIGIN).cpu_ns;
}

void sampler_release(struct sampler *s)
{
	if (!s->trial)
		return;
	for (unsigned i = 0; s->metering && i < s->count; i++)
		if (s->ours[i])
			gauge_close(&s->gauges[i]);
	machine_close(&s->machine);
	sampler_perf_release(s);
	others_release(&s->others);
	families_release(&s->families);
	for (unsigned i = 0; i < s->trial->replica_count; i++) {
		possible_release(&s->cursors[i].possible);
		free(s->cursors[i].probed.latency_ns);
	}
	free(s->gauges);
	free(s->cursors);
	free(s->chunk);
	free(s->ours);
	free(s->waits);
	free(s->links);
	free(s->links_before);
	free(s->links_at_go);
	free(s->tcp_at_go);
	free(s->first);
	free(s->last);
	free(s->open);
	free(s->close);
	free(s->windows);
	memset(s, 0, sizeof(*s));
}
