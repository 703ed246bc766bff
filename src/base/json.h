/*
 * Reads members of a JSON object (jansson). Each way in which a member can be
 * wrong has its sentence. There `what` names the document, for instance "the
 * packet 'ready' of replica 2".
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* If the member is absent, each leaves *out as it is and returns 0, unless the
 * member is `required`. JSON null counts as absent. ERR_INVALID: the member has
 * another type or is out of range. Strings are borrowed from `object`. */
int json_get_u64(const json_t *object, const char *name, bool required,
		 uint64_t *out, const char *what, struct err *err);
int json_get_number(const json_t *object, const char *name, bool required,
		    double *out, const char *what, struct err *err);
int json_get_text(const json_t *object, const char *name, bool required,
		  const char **out, const char *what, struct err *err);
int json_get_bool(const json_t *object, const char *name, bool required,
		  bool *out, const char *what, struct err *err);
int json_get_object(const json_t *object, const char *name, bool required,
		    json_t **out, const char *what, struct err *err);

/* A JSON number with all its digits; not-a-number and infinities become
 * null. */
json_t *json_double(double value);

#endif
