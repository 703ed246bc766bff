/* What makes figures of this machine doubtful, whoever is measured: a second of
 * its noise, and settings that let the CPUs change their speed. */
#include "cli/doctor_noise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "experiment/sampler_noise.h"
#include "measure/environment_more.h"
#include "measure/machine.h"
#include "measure/others.h"

#define STEAL_LIMIT 0.02  /* CPUs */
#define OTHERS_LIMIT 0.05 /* CPUs */

static double seconds_of(uint64_t ns)
{
	return ns == COUNT_UNKNOWN ? (double)NAN : clock_seconds(ns);
}

void doctor_noise_watch(uint64_t length_ns, struct doctor_noise *out)
{
	struct noise_reading before, after;
	struct noise_between between;
	struct machine_meter meter;
	struct others others;
	struct others_used used;
	struct noise noise;
	uint64_t began_ns;

	memset(out, 0, sizeof(*out));
	machine_open(&meter);
	noise_open(&noise, &meter, 0);
	others_begin(&others, NULL, 0);
	noise_read(&noise, &before);
	began_ns = clock_now_ns();
	clock_sleep_until(began_ns + length_ns);
	noise_read(&noise, &after);
	out->seconds = clock_seconds(clock_now_ns() - began_ns);
	others_end(&others, NULL, 0, &used);
	machine_close(&meter);
	noise_between(&before, &after, 0, &between);
	out->steal_s = seconds_of(between.steal_ns);
	out->seen_s = clock_seconds(used.cpu_ns);
	out->others_s = seconds_of(between.others_ns);
	if (out->others_s < out->seen_s)
		out->others_s = out->seen_s;
	snprintf(out->names, sizeof(out->names), "%s", used.text);
}

/* The text of a member of environment_more(), or "". */
static void fill(const json_t *more, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(more, name));

	snprintf(out, size, "%s", text ? text : "");
}

static void ask_environment(struct doctor_noise *out)
{
	char *text = environment_more("");
	char irq_time[32];
	json_t *more = text ? json_loads(text, 0, NULL) : NULL;

	fill(more, "governor", out->governor, sizeof(out->governor));
	fill(more, "turbo", out->turbo, sizeof(out->turbo));
	fill(more, "irq_time", irq_time, sizeof(irq_time));
	out->apart = strcmp(irq_time, IRQ_TIME_APART) == 0;
	fill(more, "virtualization", out->inside, sizeof(out->inside));
	json_decref(more);
	free(text);
}

static bool changes_speed(const struct doctor_noise *noise)
{
	return *noise->governor && strcmp(noise->governor, "performance") != 0;
}

static void advise(const struct doctor_noise *noise, struct diagnosis *f)
{
	const char *remedy = "";

	if (fmax(noise->others_s, noise->seen_s) >
	    OTHERS_LIMIT * noise->seconds)
		remedy = "end other programs, or wait for them";
	else if (noise->steal_s > STEAL_LIMIT * noise->seconds)
		remedy = "use a machine with CPUs of its own; here compare "
			 "what was measured in the same slices (run-all)";
	else if (changes_speed(noise))
		remedy = "as root: `cpupower frequency-set -g performance`";
	f->verdict = *remedy ? VERDICT_DOUBT : VERDICT_OK;
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy);
}

/* "others used 0.40 s of CPU (cc1 (pid 7) 0.30 s), 0.10 s were stolen" */
static void say_noise(const struct doctor_noise *noise, struct str *out)
{
	bool known = !isnan(noise->others_s);

	str_addf(out, "others used %s%.2f s of CPU",
		 known ? "" : "an unknown time, and those that are seen ",
		 known ? noise->others_s : noise->seen_s);
	if (*noise->names)
		str_addf(out, " (%s)", noise->names);
	if (isnan(noise->steal_s))
		str_addf(out, ", what was stolen is unknown");
	else
		str_addf(out, ", %.2f s were stolen", noise->steal_s);
}

void doctor_noise_judge(const struct doctor_noise *noise, struct diagnosis *f)
{
	struct str text = STR_INIT;

	advise(noise, f);
	str_addf(&text, "in %.1f s ", noise->seconds);
	say_noise(noise, &text);
	if (*noise->inside && strcmp(noise->inside, "none") != 0)
		str_addf(&text, ", virtual machine: %s", noise->inside);
	if (*noise->governor)
		str_addf(&text, ", governor %s", noise->governor);
	if (*noise->turbo)
		str_addf(&text, ", turbo %s", noise->turbo);
	if (noise->apart)
		str_addf(&text, ", interrupts are charged to nobody");
	snprintf(f->text, sizeof(f->text), "%s", text.buf);
	str_release(&text);
}

void probe_noise(const struct doctor *doctor, struct diagnosis *f)
{
	struct doctor_noise noise;

	(void)doctor;
	doctor_noise_watch(NS_PER_S, &noise);
	ask_environment(&noise);
	doctor_noise_judge(&noise, f);
}
