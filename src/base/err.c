#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	text_clean_sentence(err->text);
	return code;
}

bool err_file_limit(char out[ERR_LIMIT_BYTES])
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return false;
	snprintf(out, ERR_LIMIT_BYTES,
		 "`ulimit -f` allows no file above %llu KiB here: raise it",
		 (unsigned long long)limit.rlim_cur / 1024);
	return true;
}

int err_sys(struct err *err, const char *format, ...)
{
	int saved = errno;
	char limit[ERR_LIMIT_BYTES];
	va_list args;
	size_t used;

	if (!err)
		return ERR_SYSTEM;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		 saved == EFBIG && err_file_limit(limit) ? limit
							 : strerror(saved));
	text_clean_sentence(err->text);
	errno = saved;
	return ERR_SYSTEM;
}

int err_wrap(struct err *err, int code, const char *format, ...)
{
	char inner[sizeof(err->text)];
	va_list args;
	size_t used;

	if (!err)
		return code;
	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %.900s", inner);
	text_clean_sentence(err->text);
	return code;
}

