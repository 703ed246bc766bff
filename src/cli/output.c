#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/command.h"

/* A device, a pipe or a link is written to: to rename a file over it would take
 * it away from the system. */
static bool is_replaced(const char *path)
{
	struct stat there;

	return lstat(path, &there) < 0 || S_ISREG(there.st_mode);
}

int output_open(struct output *output, const char *path, struct err *err)
{
	memset(output, 0, sizeof(*output));
	if (!strcmp(path, "-")) {
		output->file = stdout;
		return 0;
	}
	output->path = mem_dup(path);
	if (is_replaced(path))
		output->temporary =
			mem_printf("%s.%ld.tmp", path, (long)getpid());
	output->file = fopen(output->temporary ? output->temporary : path,
			     "we");
	if (output->file)
		return 0;
	err_sys(err, "cannot write %s", path);
	free(output->path);
	free(output->temporary);
	return ERR_SYSTEM;
}

/* `code` is how the writing went: a failure leaves the old file as it was. */
int output_close(struct output *output, int code, struct err *err)
{
	const char *name = output->path ? output->path : "standard output";

	if (code == 0 && (ferror(output->file) || fflush(output->file)))
		code = err_sys(err, "cannot write %s", name);
	if (!output->path)
		return code;
	if (fclose(output->file) && code == 0)
		code = err_sys(err, "cannot write %s", name);
	if (code == 0 && output->temporary &&
	    rename(output->temporary, output->path) < 0)
		code = err_sys(err, "cannot write %s", name);
	if (code < 0 && output->temporary)
		unlink(output->temporary);
	free(output->path);
	free(output->temporary);
	return code;
}
