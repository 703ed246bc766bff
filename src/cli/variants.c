#include "cli/variants.h"

#include <stdlib.h>

#include "catalogue/variant.h"
#include "catalogue/vary.h"
#include "cli/progress.h"
#include "store/store.h"

int variants_add(struct catalogue *catalogue, const char *const *words,
		 unsigned count, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < count; i++) {
		size_t before = catalogue->variant_count;

		code = vary_add(catalogue, words[i], err);
		if (code == 0 && variant_is(words[i]) &&
		    catalogue->variant_count == before)
			code = err_set(err, ERR_USAGE,
				       "%s is named twice: leave one of the two "
				       "out", vary_find(catalogue,
							words[i])->name);
	}
	return code;
}

static int make_all(struct catalogue *catalogue, const char *url,
		    struct err *err)
{
	char *database = store_file(url);
	int code = 0;

	for (size_t i = 0; code == 0 && i < catalogue->variant_count; i++)
		code = vary_make(catalogue, catalogue->variants[i],
				 database, err);
	free(database);
	return code;
}

int variants_make(struct catalogue *catalogue, const char *url,
		  struct progress *progress, struct err *err)
{
	int code;

	if (!progress || !catalogue->variant_count)
		return make_all(catalogue, url, err);
	code = progress_work_begin(progress, err);
	if (code == 0)
		code = make_all(catalogue, url, err);
	progress_work_end(progress);
	return code;
}
