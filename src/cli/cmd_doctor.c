#include "cli/command.h"

#include <jansson.h>
#include <string.h>

#include "cell/cell.h"
#include "cli/doctor.h"
#include "cli/interrupt.h"
#include "cli/say.h"
#include "docker/container.h"
#include "run/scratch.h"
#include "plan/plan.h"

#define TEXT_COLUMN 21 /* behind "doubt   isolation    " */

static const char *const verdict_words[] = { "ok", "doubt", "cannot" };

struct report {
	json_t *json; /* NULL: lines on stdout */
	enum verdict worst;
};

static void tell(struct report *report, const char *name,
		 const struct diagnosis *f)
{
	const char *word = verdict_words[f->verdict];

	if (f->verdict > report->worst)
		report->worst = f->verdict;
	if (report->json) {
		json_array_append_new(
			report->json,
			json_pack("{s:s, s:s, s:s, s:s?}", "name", name,
				  "verdict", word, "text", f->text, "remedy",
				  *f->remedy ? f->remedy : NULL));
		return;
	}
	say_indented(stdout, TEXT_COLUMN, "%-7s %-12s %s", word, name,
		     f->text);
	if (*f->remedy)
		say_indented(stdout, TEXT_COLUMN + 3, "%-20s -> %s", "",
			     f->remedy);
}

/* Ctrl-C ends it; what was probed at that moment is not told. */
static int examine(const struct doctor *doctor, struct report *report,
		   struct err *err)
{
	const struct catalogue *catalogue = doctor->catalogue;

	for (const struct probe *p = doctor_probes;
	     p->name && !interrupt_seen(); p++) {
		struct diagnosis finding = { 0 };

		p->run(doctor, &finding);
		if (!interrupt_seen())
			tell(report, p->name, &finding);
	}
	for (size_t i = 0; i < catalogue->count && !interrupt_seen(); i++) {
		struct diagnosis finding = { 0 };

		if (catalogue->libraries[i].kind == LIBRARY_CHECK)
			continue;
		doctor_library(&catalogue->libraries[i], &finding);
		tell(report, catalogue->libraries[i].name, &finding);
	}
	return interrupt_seen() ? err_set(err, ERR_INTERRUPTED, "interrupted")
				: 0;
}

static int run(struct options *options, struct err *err)
{
	struct report report = { .json = options->json ? json_array() : NULL };
	struct catalogue catalogue;
	struct doctor doctor = { &catalogue, options };
	struct err stale;
	int code = catalogue_load(&catalogue, plan_workload, err);

	if (scratch_clear_stale(&stale) < 0)
		say(stderr, "benchmark: left of an earlier run: %s",
		    stale.text);
	cells_clear_stale();
	container_clear_stale();
	if (code == 0)
		code = examine(&doctor, &report, err);
	if (code == 0 && report.json) {
		json_dumpf(report.json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
		putchar('\n');
	}
	json_decref(report.json);
	catalogue_release(&catalogue);
	if (code < 0)
		return code;
	return report.worst == VERDICT_CANNOT;
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "Say what this machine can and cannot do, and the remedies.",
	.help = "ok: works. doubt: works, but figures suffer. cannot: does not "
		"work; the arrow says\nwhat would change it. The exit status "
		"is 1 when anything says cannot.",
	.groups = { options_database, options_json, options_common },
	.run = run,
};
