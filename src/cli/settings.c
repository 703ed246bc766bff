#include "cli/settings.h"

#include <stdlib.h>
#include <string.h>

#include "cli/database.h"
#include "cli/typed.h"

void settings_init(struct experiment_settings *settings,
		   const struct options *options)
{
	*settings = (struct experiment_settings){
		.command = typed_line(options->word_count, options->words),
		.database = database_url(options),
		.isolation = options->isolation,
		.image = options->image,
		.monitor = options->monitor,
		.textfile = options->textfile,
		.linger_s = options->linger,
		.json = options->json,
		.seed = options->spec.seed,
	};
}

void settings_release(struct experiment_settings *settings)
{
	free(settings->command);
	memset(settings, 0, sizeof(*settings));
}
