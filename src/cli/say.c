#include "cli/say.h"

#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/text.h"
#include "catalogue/layout.h"

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

unsigned say_columns(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return 100;
}

void say_monitor(FILE *out, const char *url, bool is_public)
{
	say(out, "monitor: %s%s", url,
	    is_public ? " (other machines can read it, without a password)"
		      : "");
	fflush(out);
}

void say_whose_tests(const struct layout *layout)
{
	char *here = layout_other_checkout(layout);

	if (here)
		say(stderr, "benchmark: uses the tests of %s; those of this "
			    "checkout are used by %s/build/benchmark, and by "
			    "the installed program after `make install` "
			    "(GEOIO_TESTS adds only those of new names)",
		    layout->tests[0], here);
	free(here);
}
