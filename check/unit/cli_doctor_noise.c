/* What the doctor says of a noisy machine. */
#include "check.h"

#include <math.h>

#include "base/clock.h"
#include "cli/doctor_noise.h"

static struct doctor_noise quiet(void)
{
	return (struct doctor_noise){ .seconds = 1, .inside = "none" };
}

static void expect(struct doctor_noise noise, enum verdict verdict,
		   const char *text, const char *remedy)
{
	struct diagnosis f = { 0 };

	doctor_noise_judge(&noise, &f);
	assert_int_equal(f.verdict, verdict);
	assert_string_equal(f.text, text);
	if (!strstr(f.remedy, remedy) || (!*remedy && *f.remedy))
		fail_msg("'%s' and not '%s'", f.remedy, remedy);
}

static void check_judge(void **state)
{
	struct doctor_noise noise = quiet();

	(void)state;
	expect(noise, VERDICT_OK,
	       "in 1.0 s others used 0.00 s of CPU, 0.00 s were stolen", "");
	strcpy(noise.governor, "performance");
	strcpy(noise.turbo, "off");
	strcpy(noise.inside, "kvm");
	expect(noise, VERDICT_OK,
	       "in 1.0 s others used 0.00 s of CPU, 0.00 s were stolen, "
	       "virtual machine: kvm, governor performance, turbo off", "");
	noise = quiet();
	strcpy(noise.governor, "powersave");
	expect(noise, VERDICT_DOUBT,
	       "in 1.0 s others used 0.00 s of CPU, 0.00 s were stolen, "
	       "governor powersave", "cpupower");
	noise.steal_s = 0.1;
	expect(noise, VERDICT_DOUBT,
	       "in 1.0 s others used 0.00 s of CPU, 0.10 s were stolen, "
	       "governor powersave", "CPUs of its own");
	noise.others_s = 0.4;
	strcpy(noise.names, "cc1 (pid 7) 0.30 s");
	expect(noise, VERDICT_DOUBT,
	       "in 1.0 s others used 0.40 s of CPU (cc1 (pid 7) 0.30 s), 0.10 s "
	       "were stolen, governor powersave", "end other programs");
}

static void check_unknown(void **state)
{
	struct doctor_noise noise = quiet();

	(void)state;
	noise.others_s = noise.steal_s = NAN;
	expect(noise, VERDICT_OK,
	       "in 1.0 s others used an unknown time, and those that are seen "
	       "0.00 s of CPU, what was stolen is unknown", "");
	noise.seen_s = 0.3;
	noise.apart = true;
	strcpy(noise.names, "cc1 (pid 7) 0.30 s");
	expect(noise, VERDICT_DOUBT,
	       "in 1.0 s others used an unknown time, and those that are seen "
	       "0.30 s of CPU (cc1 (pid 7) 0.30 s), what was stolen is unknown, "
	       "interrupts are charged to nobody", "end other programs");
}

static void check_watch(void **state)
{
	struct doctor_noise noise;

	(void)state;
	doctor_noise_watch(50 * NS_PER_MS, &noise);
	assert_true(noise.seconds >= 0.05);
	assert_true(noise.steal_s >= 0 && noise.others_s >= 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_judge),
		cmocka_unit_test(check_unknown),
		cmocka_unit_test(check_watch),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
