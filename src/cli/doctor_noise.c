/* What makes figures of this machine doubtful, whoever is measured: a second of
 * its noise, and settings that let the CPUs change their speed. */
#include "cli/doctor_noise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "experiment/sampler_noise.h"
#include "measure/environment_more.h"
#include "measure/machine.h"
#include "measure/others.h"

#define STEAL_LIMIT 0.02  /* CPUs */
#define OTHERS_LIMIT 0.05 /* CPUs */

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
	out->steal_s = clock_seconds(count_or(between.steal_ns, 0));
	out->others_s = clock_seconds(count_or(between.others_ns, 0));
	if (out->others_s < clock_seconds(used.cpu_ns))
		out->others_s = clock_seconds(used.cpu_ns);
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
	json_t *more = text ? json_loads(text, 0, NULL) : NULL;

	fill(more, "governor", out->governor, sizeof(out->governor));
	fill(more, "turbo", out->turbo, sizeof(out->turbo));
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

	if (noise->others_s > OTHERS_LIMIT * noise->seconds)
		remedy = "end other programs, or wait for them";
	else if (noise->steal_s > STEAL_LIMIT * noise->seconds)
		remedy = "use a machine with CPUs of its own; here compare "
			 "what was measured in the same slices (run-all)";
	else if (changes_speed(noise))
		remedy = "as root: `cpupower frequency-set -g performance`";
	f->verdict = *remedy ? VERDICT_DOUBT : VERDICT_OK;
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy);
}

void doctor_noise_judge(const struct doctor_noise *noise, struct diagnosis *f)
{
	advise(noise, f);
	snprintf(f->text, sizeof(f->text),
		 "in %.1f s others used %.2f s of CPU%s%s%s, %.2f s were stolen"
		 "%s%s%s%s%s%s",
		 noise->seconds, noise->others_s, *noise->names ? " (" : "",
		 noise->names, *noise->names ? ")" : "", noise->steal_s,
		 *noise->inside && strcmp(noise->inside, "none")
			 ? ", virtual machine: " : "",
		 strcmp(noise->inside, "none") ? noise->inside : "",
		 *noise->governor ? ", governor " : "", noise->governor,
		 *noise->turbo ? ", turbo " : "", noise->turbo);
}

void probe_noise(const struct doctor *doctor, struct diagnosis *f)
{
	struct doctor_noise noise;

	(void)doctor;
	doctor_noise_watch(NS_PER_S, &noise);
	ask_environment(&noise);
	doctor_noise_judge(&noise, f);
}
