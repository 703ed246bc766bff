/* What the options say of a run as a whole. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli/option.h"
#include "experiment/experiment.h"

void settings_init(struct experiment_settings *settings,
		   const struct options *options);
void settings_release(struct experiment_settings *settings);

#endif
