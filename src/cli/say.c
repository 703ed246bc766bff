#include "cli/say.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "base/text.h"
#include "catalogue/layout.h"

/* Of ours; a file's is -1. */
static int descriptor_of(const FILE *out)
{
	return out == stdout   ? STDOUT_FILENO
	       : out == stderr ? STDERR_FILENO
			       : -1;
}

void say_wrapped(FILE *out, char *line, unsigned width, unsigned indent)
{
	struct str text = STR_INIT;

	text_clean_sentence(line);
	text_wrap(&text, line, strlen(line), width, 0, indent);
	fprintf(out, "%s\n", text.buf);
	str_release(&text);
}

/* Elsewhere a sentence stays one line, which programs can look for. */
__attribute__((format(printf, 3, 0)))
static void say_folded(FILE *out, unsigned indent, const char *format,
		       va_list args)
{
	int fd = descriptor_of(out);
	char *line;

	if (vasprintf(&line, format, args) < 0)
		return;
	say_wrapped(out, line,
		    fd >= 0 && isatty(fd) ? say_columns(fd) : UINT_MAX, indent);
	free(line);
}

void say_args(FILE *out, const char *format, va_list args)
{
	say_folded(out, 2, format, args);
}

void say_indented(FILE *out, unsigned indent, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_folded(out, indent, format, args);
	va_end(args);
}

void say(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_args(out, format, args);
	va_end(args);
}

unsigned say_columns(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
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
