#include "experiment/sampler_noise.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "experiment/sampler.h"
#include "experiment/sampler_processes.h"
#include "record/finding.h"

#define WAITED_SHARE 0.01

#define LLU_MS(ns) ((unsigned long long)((ns) / NS_PER_MS))

static uint64_t cpu_of(clockid_t clock)
{
	struct timespec used;

	if (clock_gettime(clock, &used) < 0)
		return 0;
	return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

void noise_open(struct noise *noise, const struct machine_meter *machine,
		pid_t monitor)
{
	*noise = (struct noise){ .machine = machine };
	if (monitor && clock_getcpuclockid(monitor, &noise->monitor) != 0)
		noise->monitor = 0;
}

void noise_read(const struct noise *noise, struct noise_reading *out)
{
	struct machine_time time;

	machine_read_time(noise->machine, &time);
	out->busy_ns = time.busy_ns;
	out->steal_ns = time.steal_ns;
	out->harness_ns = cpu_of(CLOCK_PROCESS_CPUTIME_ID);
	if (noise->monitor)
		out->harness_ns += cpu_of(noise->monitor);
	out->nobody_ns = time.apart ? time.interrupts_ns
				    : machine_read_ksoftirqd(noise->machine);
	out->waited_ns = noise->quota ? cgroup_quota_waited_ns(noise->quota)
				      : 0;
}

void noise_between(const struct noise_reading *from,
		   const struct noise_reading *to, uint64_t cells_ns,
		   struct noise_between *out)
{
	uint64_t ours_ns = cells_ns +
			   count_since(to->harness_ns, from->harness_ns) +
			   count_or(count_grown(to->nobody_ns,
						from->nobody_ns), 0);

	*out = (struct noise_between){
		.busy_ns = count_grown(to->busy_ns, from->busy_ns),
		.steal_ns = count_grown(to->steal_ns, from->steal_ns),
		.others_ns = COUNT_UNKNOWN,
		.ours_ns = ours_ns,
		.waited_ns = count_since(to->waited_ns, from->waited_ns),
	};
	if (out->busy_ns != COUNT_UNKNOWN)
		out->others_ns = count_since(out->busy_ns, ours_ns);
}

void noise_begin(struct sampler *s)
{
	noise_open(&s->noise, &s->machine, s->ours[s->count]);
	s->noise.quota = &s->cells->quota;
	noise_read(&s->noise, &s->noise.at_go);
}

static uint64_t cells_cpu_ns(const struct sampler *s)
{
	uint64_t sum = 0;

	for (unsigned i = s->origin_pid ? CELL_ORIGIN : 1; i < s->count; i++)
		sum += count_since(s->last[i].cpu_ns, s->first[i].cpu_ns);
	return sum;
}

static void take_names(struct trial *trial, const struct others_used *seen)
{
	free(trial->others_text);
	trial->others_text = *seen->text ? mem_dup(seen->text) : NULL;
}

/* Processes have exact clocks, but not all of them are seen. The time of the
 * machine has all, but is not exact. Neither says too little by much. */
void noise_end(struct sampler *s)
{
	struct trial *trial = s->trial;
	struct noise_reading now;
	struct noise_between between;
	struct others_used seen;

	noise_read(&s->noise, &now);
	noise_between(&s->noise.at_go, &now, cells_cpu_ns(s), &between);
	processes_end_others(s, &seen);
	LOG(EXPERIMENT, "busy %llu ms, steal %llu ms, ours %llu ms, harness "
	    "%llu ms, seen of others %llu ms: %s",
	    LLU_MS(between.busy_ns), LLU_MS(between.steal_ns),
	    LLU_MS(cells_cpu_ns(s)),
	    LLU_MS(now.harness_ns - s->noise.at_go.harness_ns),
	    LLU_MS(seen.cpu_ns), seen.text);
	s->waited_ns = between.waited_ns;
	trial->busy_ns = between.busy_ns;
	trial->steal_ns = between.steal_ns;
	trial->others_cpu_ns = between.others_ns;
	if (trial->others_cpu_ns < seen.cpu_ns) /* not what is unknown */
		trial->others_cpu_ns = seen.cpu_ns;
	trial->others_seen_ns = seen.cpu_ns;
	take_names(trial, &seen);
}

/* The kernel counts each CPU that may not run the group: it is no share. */
void noise_tell_quota(struct sampler *s)
{
	double window_s = trial_seconds(s->trial);
	double waited_s = clock_seconds(s->waited_ns);

	if (!(window_s > 0) || waited_s <= WAITED_SHARE * window_s)
		return;
	trial_add_finding(s->trial, FINDING_THROTTLED,
			  "store and replicas waited %s s, all CPUs added up, "
			  "in a window of %s s for the quota of %.3g CPU%s of "
			  "the control group that this program was started in: "
			  "it limits this result; start it where there is none "
			  "(docker run --cpus, a Kubernetes limit, CPUQuota=)",
			  number_short(waited_s, 3).text,
			  number_short(window_s, 3).text, s->cells->quota.cpus,
			  s->cells->quota.cpus == 1 ? "" : "s");
}

void noise_name_others(struct sampler *s)
{
	uint64_t whole_ns = count_since(clock_now_ns(), s->others_since_ns);
	double windows_s = trial_seconds(s->trial);
	struct others_used seen;

	processes_end_others(s, &seen);
	take_names(s->trial, &seen);
	if (whole_ns)
		s->trial->others_seen_ns =
			(uint64_t)((double)seen.cpu_ns * windows_s /
				   clock_seconds(whole_ns));
}
