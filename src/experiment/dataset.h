/* The objects that a configuration names: s2, cog, or those of a store outside. */
#ifndef EXPERIMENT_DATASET_H
#define EXPERIMENT_DATASET_H

#include "catalogue/catalogue.h"
#include "objects/objects.h"
#include "record/trial.h"

/* The caller frees *out with object_source_free(). */
int dataset_open(struct object_source **out, const struct trial_spec *spec,
		 const struct layout *layout, struct err *err);

/* Makes the COGs where they are not made yet: long work (base/work.h). */
int dataset_make_cogs(const struct layout *layout, char **folder,
		      struct err *err);

/* AWS_* of the environment, for a store outside; NULL: anonymous. ERR_USAGE
 * when neither --anonymous nor a pair of keys is given. */
int dataset_credentials(const struct trial_spec *spec,
			const struct credentials **out, struct err *err);

/* --dataset, or s2. */
const char *dataset_name(const struct trial_spec *spec);

/* --bucket, or bench. */
const char *dataset_bucket(const struct trial_spec *spec);

const char *dataset_region(const struct trial_spec *spec);

#endif
