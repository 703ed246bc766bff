#include "analyse/reconcile_noise.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "analyse/reconcile_cell.h"
#include "analyse/windows.h"
#include "base/clock.h"

/* CPUs. Processes that are seen have exact clocks; but a desktop, or the agent
 * of a cloud, always does a little. */
#define OTHERS_LIMIT 0.05
#define OTHERS_SEEN_LIMIT 0.1

#define STEAL_SHARE 0.05 /* of the time that programs wanted */
#define SWAPPED_PAGES 256
#define FREQUENCY_SHARE 0.1
#define TICK_NS (4.0 * NS_PER_MS) /* of most kernels */
#define STEP_NS (10.0 * NS_PER_MS) /* of the figures */

double noise_error_ns(const struct trial *trial, uint64_t busy_ns,
		      uint64_t idle_ns)
{
	double busy = (double)busy_ns, idle = (double)idle_ns;
	double tick = trial->tick_ns ? (double)trial->tick_ns : TICK_NS;

	if (busy + idle <= 0)
		return STEP_NS;
	return STEP_NS + 3 * sqrt(tick * busy * idle / (busy + idle));
}

/* As in a PID namespace. */
static bool hides_ksoftirqd(const struct trial *trial)
{
	return trial->machine_count && !trial->irq_apart &&
	       trial->machine[0].ksoftirqd_ns == COUNT_UNKNOWN;
}

double noise_hidden_ns(const struct trial *trial, double ours_ns)
{
	return hides_ksoftirqd(trial) ? KSOFTIRQD_SHARE * ours_ns : 0;
}

/* Where it is unknown, as much may have been idle as there is. */
static uint64_t idle_ns(const struct trial *trial)
{
	double idle = windows_machine(trial, offsetof(struct machine_sample,
						      idle_ns));

	return isnan(idle) ? UINT64_MAX / 2 : (uint64_t)idle;
}

/* Both are known. */
static double ours_ns(const struct trial *trial)
{
	return (double)count_since(trial->busy_ns, trial->others_cpu_ns);
}

static bool others_doubtful(const struct trial *trial, double window_ns)
{
	double limit_ns = OTHERS_LIMIT * window_ns;

	/* In slices that is an estimate. */
	if (!trial->slice_count && (double)trial->others_seen_ns >
					   OTHERS_SEEN_LIMIT * window_ns)
		return true;
	if (trial->busy_ns == COUNT_UNKNOWN ||
	    trial->others_cpu_ns == COUNT_UNKNOWN)
		return false;
	return (double)trial->others_cpu_ns >
	       limit_ns +
		       noise_error_ns(trial, trial->busy_ns, idle_ns(trial)) +
		       noise_hidden_ns(trial, ours_ns(trial));
}

/* Not by processes that are seen. */
static void say_unseen(const struct trial *trial, double unseen_s, char *out,
		       size_t size)
{
	bool named = trial->others_text && *trial->others_text;

	snprintf(out, size,
		 "%s%.2f s%s by programs that this namespace does not show, "
		 "or that soon ended%s", named ? FINDING_OTHERS_UNSEEN : "",
		 unseen_s, trial->slice_count ? " of its slices" : "",
		 hides_ksoftirqd(trial)
			 ? ", or by ksoftirqd, which it does not show either"
			 : "");
}

/* Those that a list of processes shows have names. Of slices it was looked at
 * before the first and behind the last: others_seen_ns is an estimate. */
void reconcile_others(struct trial *trial)
{
	double window_s = trial_seconds(trial), used_s, unseen_s;
	const char *names = trial->others_text ? trial->others_text : "";
	bool sliced = trial->slice_count != 0;
	char unseen[224] = "";

	if (window_s < FINDING_LEAST_S ||
	    !others_doubtful(trial, window_s * NS_PER_S))
		return;
	used_s = clock_seconds(count_or(trial->others_cpu_ns,
					trial->others_seen_ns));
	unseen_s = used_s - clock_seconds(trial->others_seen_ns);
	if (unseen_s > used_s / 2)
		say_unseen(trial, unseen_s, unseen, sizeof(unseen));
	trial_add_finding(trial, FINDING_OTHERS,
			  "other programs used %.2f CPUs meanwhile: rates and "
			  "times are in doubt, CPU per request less so"
			  "%s%s%s%s%s",
			  used_s / window_s,
			  *names || *unseen ? FINDING_OTHERS_MOST : "", names,
			  *names && sliced ? FINDING_OTHERS_BLOCK : "",
			  unseen, *names || *unseen ? ")" : "");
}

void reconcile_steal(struct trial *trial)
{
	double window_s = trial_seconds(trial), steal_s, wanted_s;

	if (window_s < FINDING_LEAST_S || trial->steal_ns == COUNT_UNKNOWN ||
	    trial->busy_ns == COUNT_UNKNOWN)
		return;
	steal_s = clock_seconds(trial->steal_ns);
	wanted_s = steal_s + clock_seconds(trial->busy_ns);
	if (steal_s > STEAL_SHARE * wanted_s)
		trial_add_finding(trial, FINDING_STEAL,
				  "the hypervisor took %.2f CPUs away for "
				  "other machines of the host (steal): rates "
				  "and times are in doubt, CPU per request less "
				  "so",
				  steal_s / window_s);
}

/* -------------------------------------------------------------- went back --- */

static size_t most(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Windows of which it is not known, where it is of others. */
static size_t unknown_in(const struct trial *trial, size_t offset)
{
	size_t unknown = 0, windows = windows_closed(trial);

	for (size_t i = 0; i < trial->slice_count; i++) {
		const struct slice *slice = &trial->slices[i];
		const char *at = (const char *)slice + offset;

		unknown += slice_seconds(slice) > 0 &&
			   *(const uint64_t *)at == COUNT_UNKNOWN;
	}
	return unknown < windows ? unknown : 0;
}

void reconcile_counters(struct trial *trial)
{
#define IN_MACHINE(member)                                                     \
	windows_machine_back(trial, offsetof(struct machine_sample, member))
#define IN_SLICES(member) unknown_in(trial, offsetof(struct slice, member))
	size_t busy = most(IN_MACHINE(busy_ns), IN_SLICES(others_ns));
	size_t steal = most(IN_MACHINE(steal_ns), IN_SLICES(steal_ns));
	size_t idle = IN_MACHINE(idle_ns);
	size_t windows = windows_closed(trial);

	if (!busy && !steal && !idle)
		return;
	trial_add_finding(trial, FINDING_COUNTER_BACK,
			  "the machine's counter of%s%s%s%s%s time went back, "
			  "or was not there, in %zu of %zu window%s: what is "
			  "computed from it is unknown",
			  busy ? " busy" : "", busy && (steal || idle) ? "," : "",
			  steal ? " stolen" : "", steal && idle ? "," : "",
			  idle ? " idle" : "", most(busy, most(steal, idle)),
			  windows ? windows : 1, windows > 1 ? "s" : "");
#undef IN_MACHINE
#undef IN_SLICES
}

/* ------------------------------------------------- swapping, frequency --- */

void reconcile_swapped(struct trial *trial)
{
	double pages = windows_machine(trial, offsetof(struct machine_sample,
						       swap_pages));

	if (pages >= SWAPPED_PAGES)
		trial_add_finding(trial, FINDING_SWAPPED,
				  "the machine swapped %.0f pages meanwhile, "
				  "so memory was short: end other programs, or "
				  "use fewer replicas",
				  pages);
}

/* Of readings [from, to). NAN: none is known. */
static double mean_mhz(const struct trial *trial, size_t from, size_t to)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = from; i < to; i++) {
		if (isnan(trial->machine[i].cpu_mhz))
			continue;
		sum += trial->machine[i].cpu_mhz;
		count++;
	}
	return count ? sum / (double)count : NAN;
}

/* Slower than at GO: too hot, or it ran out of credits. Where it is faster, it
 * only woke up; so the second half is compared with the first as well. */
void reconcile_frequency(struct trial *trial)
{
	double before, during, first, second;
	size_t from, middle, to;

	windows_readings(trial, &from, &to);
	if (to - from < 4)
		return;
	before = trial->machine[from++].cpu_mhz;
	middle = from + (to - from) / 2;
	during = mean_mhz(trial, from, to);
	first = mean_mhz(trial, from, middle);
	second = mean_mhz(trial, middle, to);
	if (during < before * (1 - FREQUENCY_SHARE))
		trial_add_finding(trial, FINDING_FREQUENCY,
				  "the CPUs ran at %.0f MHz, and at %.0f just "
				  "before: are they too hot, or throttled?",
				  during, before);
	else if (fabs(second - first) > FREQUENCY_SHARE * first)
		trial_add_finding(trial, FINDING_FREQUENCY,
				  "the CPUs ran at %.0f MHz, and then at %.0f: "
				  "set the governor to performance, see that "
				  "they stay cool",
				  first, second);
}
