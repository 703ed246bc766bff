#include "cli/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/database.h"
#include "cli/typed.h"

#define LIMIT_S 3600 /* of --until-precise */

/* With --until-precise the budget is the limit. The first blocks have as much as
 * they have without, or half of it: it must leave time for more. */
static void set_budget(struct experiment_settings *settings,
		       const struct options *options)
{
	double given = options->budget;

	settings->budget_s = isnan(given) ? EXPERIMENT_BUDGET_S : given;
	settings->limit_s = settings->budget_s;
	if (isnan(options->until_precise))
		return;
	settings->until_precise = options->until_precise / 100;
	settings->limit_s = isnan(given) ? LIMIT_S : given;
	settings->budget_s = fmin(EXPERIMENT_BUDGET_S, settings->limit_s / 2);
}

static const char *option_for_turns(const struct options *options)
{
	struct options defaults;

	options_init(&defaults);
	return !isnan(options->until_precise)	     ? "--until-precise"
	       : !isnan(options->budget)	     ? "--budget"
	       : options->blocks != defaults.blocks ? "--blocks"
						     : NULL;
}

/* As typed, but for --resume: a run that goes on keeps its command. */
static char *command_of(const struct options *options)
{
	char **words = mem_array((size_t)options->word_count + 1,
				 sizeof(*words));
	char *line;
	int n = 0;

	for (int i = 0; i < options->word_count; i++) {
		if (!strcmp(options->words[i], "--resume"))
			i++;
		else if (strncmp(options->words[i], "--resume=", 9) != 0)
			words[n++] = options->words[i];
	}
	line = typed_line(n, words);
	free(words);
	return line;
}

void settings_init(struct experiment_settings *settings,
		   const struct options *options)
{
	*settings = (struct experiment_settings){
		.command = command_of(options),
		.database = database_url(options),
		.isolation = options->isolation,
		.image = options->image,
		.monitor = options->monitor,
		.textfile = options->textfile,
		.linger_s = options->linger,
		.json = options->json,
		.seed = options->spec.seed,
		.slices = options->slices,
		.blocks = (unsigned)options->blocks,
		.repeats = (unsigned)options->repeats,
		.resume = options->resume,
	};
	set_budget(settings, options);
	settings->for_turns = option_for_turns(options);
}

void settings_release(struct experiment_settings *settings)
{
	free(settings->command);
	memset(settings, 0, sizeof(*settings));
}
