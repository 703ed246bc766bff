/* The hooks, as the rest of the room calls them. */
#include "experiment/hooks.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiment/experiment.h"

void experiment_say(const struct experiment *experiment,
		    const char *format, ...)
{
	const struct experiment_hooks *hooks = experiment->hooks;
	va_list args;
	char *sentence;
	int n;

	va_start(args, format);
	n = vasprintf(&sentence, format, args);
	va_end(args);
	if (n < 0)
		return;
	hooks->say(hooks->context, sentence);
	free(sentence);
}

int experiment_work_begin(const struct experiment *experiment, struct err *err)
{
	return experiment->hooks->work_begin(experiment->hooks->context, err);
}

void experiment_work_end(const struct experiment *experiment)
{
	experiment->hooks->work_end(experiment->hooks->context);
}

bool experiment_is_interrupted(const struct experiment *experiment)
{
	struct pollfd asked = { .fd = experiment->hooks->interrupt_fd,
				.events = POLLIN };

	return poll(&asked, 1, 0) > 0;
}
