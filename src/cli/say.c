#include "cli/say.h"

#include <stdlib.h>

#include "base/text.h"

void say_args(FILE *out, const char *format, va_list args)
{
	char *line;

	if (vasprintf(&line, format, args) < 0)
		return;
	text_clean_sentence(line);
	fprintf(out, "%s\n", line);
	free(line);
}

void say(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_args(out, format, args);
	va_end(args);
}
