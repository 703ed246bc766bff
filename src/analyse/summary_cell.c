/* The columns that cells fill: where replicas ran, limits, groups and links. */
#include "analyse/summary_cell.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/due.h"
#include "analyse/limits.h"
#include "analyse/packet.h"
#include "analyse/windows.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/values.h"

static uint64_t or_unknown(uint64_t limit)
{
	return limit ? limit : COUNT_UNKNOWN;
}

static char *or_null(const char *text)
{
	return *text ? mem_dup(text) : NULL;
}

void summary_placement(struct result_row *row, const struct trial *trial)
{
	const struct placement *placement = &trial->placement;
	const struct trial_spec *spec = &trial->spec;
	struct limits limits;

	row->isolation = mem_dup(isolation_name(placement->isolation));
	row->cgroup = or_null(placement->cgroup);
	row->network = or_null(placement->network);
	row->pinning = or_null(placement->pinning);
	row->replica_user = or_null(placement->user);
	row->origin_congestion = or_null(trial->congestion);
	limits_that_hold(trial, &limits);
	row->cpus_limit = limits.cpus > 0 ? limits.cpus : NAN;
	row->memory_limit_bytes = or_unknown(limits.memory_bytes);
	row->pids_limit = or_unknown(limits.pids);
	row->link_bits_per_second = or_unknown(
		limits.link_broken ? 0 : spec->link_bits_per_second);
}

void summary_add_due(struct result_row *row, const struct trial_spec *spec,
		     const struct replica *replica)
{
	count_add(&row->operations_due, due_of_replica(spec));
	count_add(&row->operations_started,
		  replica->done_ns ? replica->started : COUNT_UNKNOWN);
	count_add(&row->operations_never_started,
		  due_never_started(spec, replica));
}

static double seconds_of(uint64_t ns)
{
	return ns == COUNT_UNKNOWN ? NAN : clock_seconds(ns);
}

void summary_begin_cell(struct result_row *row)
{
	row->instructions_per_request = row->cycles_per_request = 0;
	row->throttled_seconds = 0;
	row->memory_peak_bytes = 0;
	row->link_rx_bytes = row->link_tx_bytes = 0;
	row->link_rx_packets = row->link_tx_packets = 0;
	row->wire_rx_bytes = 0;
	row->tcp_segments_in = row->tcp_segments_out = 0;
	row->tcp_retransmitted = 0;
}

/* A GSO packet counts once on veth; a wire would have carried each segment with
 * a header of its own. */
static uint64_t wire_bytes(const struct replica *replica)
{
	uint64_t headers = PACKET_HEADER_BYTES * replica->link_rx_packets;

	if (replica->link_rx_bytes == COUNT_UNKNOWN ||
	    replica->tcp_segments_in == COUNT_UNKNOWN ||
	    replica->link_rx_bytes < headers)
		return COUNT_UNKNOWN;
	return replica->link_rx_bytes - headers +
	       PACKET_HEADER_BYTES * replica->tcp_segments_in;
}

/* Of several replicas the least. */
void summary_scope(struct result_row *row, const struct trial *trial,
		   int replica)
{
	enum cpu_scope least = CPU_SCOPE_GROUP;

	for (unsigned i = 0; i < trial->replica_count; i++)
		if ((replica < 0 || (unsigned)replica == i) &&
		    trial->replica[i].cpu_scope > least)
			least = trial->replica[i].cpu_scope;
	if (trial->go_ns && least != CPU_SCOPE_UNKNOWN)
		row->cpu_scope = mem_dup(cpu_scope_name(least));
}

/* Sums, until summary_per_request(). */
static void add_count(double *sum, uint64_t count)
{
	*sum += count == COUNT_UNKNOWN ? NAN : (double)count;
}

void summary_per_request(struct result_row *row)
{
	double successes = row->number_successes ? (double)row->number_successes
						 : NAN;

	row->instructions_per_request /= successes;
	row->cycles_per_request /= successes;
}

void summary_add_cell(struct result_row *row, const struct replica *replica)
{
	add_count(&row->instructions_per_request, replica->instructions);
	add_count(&row->cycles_per_request, replica->cycles);
	row->throttled_seconds += seconds_of(replica->throttled_ns);
	count_add(&row->memory_peak_bytes, replica->memory_peak_bytes);
	count_add(&row->link_rx_bytes, replica->link_rx_bytes);
	count_add(&row->link_tx_bytes, replica->link_tx_bytes);
	count_add(&row->link_rx_packets, replica->link_rx_packets);
	count_add(&row->link_tx_packets, replica->link_tx_packets);
	count_add(&row->wire_rx_bytes, wire_bytes(replica));
	count_add(&row->tcp_segments_in, replica->tcp_segments_in);
	count_add(&row->tcp_segments_out, replica->tcp_segments_out);
	count_add(&row->tcp_retransmitted, replica->tcp_retransmitted);
}

/* Readings of all replicas are taken one after the other, so those between two
 * of the first replica belong together. Each replica's newest value stands for
 * it. */
uint64_t summary_anon(const struct trial *trial, int replica)
{
	uint64_t *newest = mem_array(trial->replica_count, sizeof(*newest));
	uint64_t most = 0, sum = 0;
	bool known = false;

	for (size_t i = 0; i < trial->sample_count; i++) {
		const struct sample *sample = &trial->samples[i];
		uint64_t now = sample->memory_anon_bytes;

		if (sample->replica < 0 || now == COUNT_UNKNOWN ||
		    (replica >= 0 && sample->replica != replica))
			continue;
		known = true;
		sum += now - newest[sample->replica];
		newest[sample->replica] = now;
		if (sum > most)
			most = sum;
	}
	free(newest);
	return known ? most : COUNT_UNKNOWN;
}

void summary_machine(struct result_row *row, const struct trial *trial)
{
	row->ksoftirqd_cpu_seconds =
		windows_machine(trial, offsetof(struct machine_sample,
						ksoftirqd_ns)) / NS_PER_S;
	row->stalled_cpu_seconds =
		windows_machine(trial, offsetof(struct machine_sample,
						stalled_cpu_us)) / 1e6;
	if (!(row->duration_seconds > 0))
		return;
	row->steal_seconds = seconds_of(trial->steal_ns);
	row->others_cpu_seconds = seconds_of(trial->others_cpu_ns);
}

void summary_comparison(struct result_row *row, const struct trial *trial)
{
	row->slices = windows_closed(trial);
	if (!*trial->comparison)
		return;
	row->comparison = mem_dup(trial->comparison);
	row->block = trial->block;
}

void summary_skew(struct result_row *row, const struct trial *trial)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		uint64_t late = trial->replica[i].started_late_ns;

		if (late == COUNT_UNKNOWN)
			continue;
		first = late < first ? late : first;
		last = late > last ? late : last;
	}
	if (first <= last)
		row->start_skew_ms = (double)(last - first) / NS_PER_MS;
}

void summary_with_origin(struct result_row *row, uint64_t bytes_ok)
{
	row->cpu_with_origin_seconds =
		row->cpu_total_seconds + row->origin_cpu_seconds;
	if (bytes_ok)
		row->cpu_with_origin_seconds_per_gb =
			row->cpu_with_origin_seconds / ((double)bytes_ok / 1e9);
}

void summary_start_times(struct result_row *row, const struct trial *trial)
{
	double *import = mem_array(trial->replica_count, sizeof(*import));
	double *ready = mem_array(trial->replica_count, sizeof(*ready));
	unsigned count = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		if (!(trial->replica[i].ready_s > 0))
			continue;
		import[count] = trial->replica[i].import_s;
		ready[count++] = trial->replica[i].ready_s;
	}
	row->import_seconds = values_median(import, count);
	row->ready_seconds = values_median(ready, count);
	free(import);
	free(ready);
}
