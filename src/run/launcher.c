#include "run/launcher.h"

#include <string.h>

#include "base/str.h"

static const struct launcher *const launchers[] = {
	&launcher_process,
	&launcher_docker,
};

#define LAUNCHER_COUNT (sizeof(launchers) / sizeof(*launchers))

int launcher_find(const char *name, const struct launcher **out,
		  struct err *err)
{
	struct str known = STR_INIT;
	int code;

	for (size_t i = 0; i < LAUNCHER_COUNT; i++) {
		if (!name || strcmp(launchers[i]->name, name) == 0) {
			*out = launchers[i];
			str_release(&known);
			return 0;
		}
		str_addf(&known, " %s", launchers[i]->name);
	}
	code = err_set(err, ERR_USAGE,
		       "there is no way '%s' to start replicas: take one of:%s",
		       name, known.buf);
	str_release(&known);
	return code;
}
