#include "analyse/reconcile_cell.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "analyse/packet.h"
#include "analyse/windows.h"
#include "base/clock.h"
#include "base/number.h"

/* Both sums of CPU are exact; a replica is not yet in its group when it is
 * forked, and rusage lacks children that nobody waited for. */
#define CPU_SHARE 0.005
#define CPU_SLACK_NS (5.0 * NS_PER_MS)

/* After the last reading a replica closes its clients and ends. */
#define SEEN_SHARE 0.1
#define SEEN_SLACK_NS (300.0 * NS_PER_MS)

/* A replica that got no CPU for some milliseconds is sent its last packet, of up
 * to 64 KiB, again: the slack is four of them. */
#define LINK_SHARE 0.01
#define LINK_SLACK_BYTES (4 * 65536.0)

#define THROTTLED_SHARE 0.05
/* A share of next to nothing is none: less than this is not worth a word. */
#define KSOFTIRQD_LEAST_NS (50.0 * NS_PER_MS)
#define KSOFTIRQD_LEAST_OPERATIONS 100

/* Without a group: rusage has what it waited for, and what it used until it
 * ended. Less than that is not all. */
static bool is_seen(const struct replica *replica)
{
	double rusage = (double)replica->rusage_ns;

	return replica->seen_cpu_ns == COUNT_UNKNOWN || !replica->rusage_ns ||
	       rusage <= (double)replica->seen_cpu_ns * (1 + SEEN_SHARE) +
				 SEEN_SLACK_NS;
}

static void reconcile_seen(struct trial *trial)
{
	bool said = false;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		struct replica *replica = &trial->replica[i];

		if (is_seen(replica))
			continue;
		replica->cpu_scope = CPU_SCOPE_INCOMPLETE;
		if (!said)
			trial_add_finding(
				trial, FINDING_CPU_UNSEEN,
				"replica %u: of its processes %.3f s of CPU "
				"were seen, and rusage is %.3f s: without a "
				"control group what begins and ends in between "
				"is missed, so its CPU figures are too low",
				i, (double)replica->seen_cpu_ns / NS_PER_S,
				(double)replica->rusage_ns / NS_PER_S);
		said = true;
	}
}

static void reconcile_strays(struct trial *trial)
{
	if (!trial->strays)
		return;
	for (unsigned i = 0; i < trial->replica_count; i++)
		trial->replica[i].cpu_scope = CPU_SCOPE_INCOMPLETE;
	trial_add_finding(trial, FINDING_STRAYS,
			  "%llu processes left their replicas, and without "
			  "control groups nobody knows whose they are: their "
			  "CPU and memory are in no figure",
			  (unsigned long long)trial->strays);
}

void reconcile_cpu(struct trial *trial)
{
	reconcile_seen(trial);
	reconcile_strays(trial);
	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *replica = &trial->replica[i];
		double group = (double)replica->group_cpu_ns;
		double rusage = (double)replica->rusage_ns;

		if (replica->group_cpu_ns == COUNT_UNKNOWN ||
		    !replica->rusage_ns)
			continue;
		if (fabs(group - rusage) <= rusage * CPU_SHARE + CPU_SLACK_NS)
			continue;
		trial_add_finding(
			trial, FINDING_CPU_DIFFERS,
			"replica %u: its control group counted %.3f s "
			"of CPU, rusage %.3f s: did it leave child "
			"processes that nobody waited for?", i,
			group / NS_PER_S, rusage / NS_PER_S);
		return;
	}
}

static bool differs(double counted, double expected)
{
	return fabs(counted - expected) >
	       expected * LINK_SHARE + LINK_SLACK_BYTES;
}

/* Only where all answers have arrived does the link have what was sent. */
static bool has_link(const struct trial *trial, const struct replica *replica)
{
	return trial->own_origin && replica->done_ns &&
	       replica->link_rx_bytes != COUNT_UNKNOWN &&
	       !replica->ledger.aborted && !replica->unfinished;
}

/* One direction; true: it was worth a finding. */
static bool check_bytes(struct trial *trial, unsigned replica,
			const char *link_did, const char *origin_did,
			uint64_t counted, uint64_t ledger, uint64_t packets)
{
	double expected = (double)ledger + PACKET_HEADER_BYTES * (double)packets;

	if (!differs((double)counted, expected))
		return false;
	trial_add_finding(trial, FINDING_LINK_DIFFERS,
			  "replica %u: its link %s %.0f B, the origin "
			  "%s %.0f B, headers included",
			  replica, link_did, (double)counted, origin_did,
			  expected);
	return true;
}

void reconcile_link(struct trial *trial)
{
	bool found = false;

	for (unsigned i = 0; !found && i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];
		const struct ledger_counts *ledger = &r->ledger;

		if (!has_link(trial, r))
			continue;
		found = check_bytes(trial, i, "received", "sent",
				    r->link_rx_bytes,
				    ledger->body_bytes + ledger->head_bytes,
				    r->link_rx_packets);
		found |= check_bytes(trial, i, "sent", "received",
				     r->link_tx_bytes, ledger->received_bytes,
				     r->link_tx_packets);
	}
}

static bool happened(uint64_t count)
{
	return count && count != COUNT_UNKNOWN;
}

/* The kernel counts each CPU that may not run the group, so the sum can exceed
 * the window: it is no share of it. */
static bool check_throttled(struct trial *trial, const struct replica *replica)
{
	double window_s = trial_seconds(trial);
	double waited_s;

	if (!(trial->spec.cpus_limit > 0) || !(window_s > 0) ||
	    !happened(replica->throttled_ns))
		return false;
	waited_s = clock_seconds(replica->throttled_ns);
	if (waited_s <= THROTTLED_SHARE * window_s)
		return false;
	trial_add_finding(
		trial, FINDING_THROTTLED,
		"replica %u waited %s s for its quota of %.3g CPU%s, "
		"all CPUs added up, in a window of %s s: --cpus "
		"limits this result",
		replica->number, number_short(waited_s, 3).text,
		trial->spec.cpus_limit, trial->spec.cpus_limit == 1 ? "" : "s",
		number_short(window_s, 3).text);
	return true;
}

static bool check_kills(struct trial *trial, const struct replica *replica)
{
	if (!happened(replica->memory_kills))
		return false;
	trial_add_finding(trial, FINDING_MEMORY_KILLS,
			  "replica %u: %llu of its processes were "
			  "killed at its memory limit",
			  replica->number,
			  (unsigned long long)replica->memory_kills);
	return true;
}

static bool check_pids(struct trial *trial, const struct replica *replica)
{
	if (!happened(replica->pids_refused))
		return false;
	trial_add_finding(trial, FINDING_PIDS_REFUSED,
			  "replica %u met its limit of %llu processes "
			  "and threads %llu times",
			  replica->number,
			  (unsigned long long)trial->spec.pids_limit,
			  (unsigned long long)replica->pids_refused);
	return true;
}

/* Of each kind the first replica. */
void reconcile_limits(struct trial *trial)
{
	static bool (*const checks[])(struct trial *,
				      const struct replica *) = {
		check_kills, check_pids, check_throttled,
	};

	for (size_t c = 0; c < sizeof(checks) / sizeof(*checks); c++)
		for (unsigned i = 0; i < trial->replica_count; i++)
			if (checks[c](trial, &trial->replica[i]))
				break;
}

static uint64_t replicas_ok(const struct trial *trial)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		sum += trial->replica[i].outcomes[OUTCOME_OK];
	return sum;
}

static double replicas_cpu_ns(const struct trial *trial)
{
	double sum = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		sum += (double)trial->replica[i].cpu_ns;
	return sum;
}

void reconcile_ksoftirqd(struct trial *trial)
{
	/* Where it went back a thread ended with its CPU. */
	double used = windows_machine(trial, offsetof(struct machine_sample,
						      ksoftirqd_ns));
	double replicas = replicas_cpu_ns(trial);

	if (replicas_ok(trial) < KSOFTIRQD_LEAST_OPERATIONS)
		return;
	if (replicas >= KSOFTIRQD_LEAST_NS && used >= KSOFTIRQD_LEAST_NS &&
	    used > KSOFTIRQD_SHARE * replicas)
		trial_add_finding(trial, FINDING_KSOFTIRQD,
				  "ksoftirqd used %.0f ms of CPU for network "
				  "input, %.0f%% of what the replicas used, "
				  "which is charged to nobody",
				  used / NS_PER_MS, 100 * used / replicas);
}
