#include "base/json.h"

#include <math.h>

static int missing(const char *name, bool required, const char *what,
		   struct err *err)
{
	if (!required)
		return 0;
	return err_set(err, ERR_INVALID, "%s has no member '%s'", what, name);
}

static int wrong(const char *name, const char *want, const char *what,
		 struct err *err)
{
	return err_set(err, ERR_INVALID, "%s: member '%s' is not %s", what, name,
		       want);
}

static const json_t *member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

int json_get_u64(const json_t *object, const char *name, bool required,
		 uint64_t *out, const char *what, struct err *err)
{
	const json_t *value = member(object, name);

	if (!value)
		return missing(name, required, what, err);
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return wrong(name, "a whole number from 0", what, err);
	*out = (uint64_t)json_integer_value(value);
	return 0;
}

int json_get_number(const json_t *object, const char *name, bool required,
		    double *out, const char *what, struct err *err)
{
	const json_t *value = member(object, name);

	if (!value)
		return missing(name, required, what, err);
	if (!json_is_number(value))
		return wrong(name, "a number", what, err);
	*out = json_number_value(value);
	return 0;
}

int json_get_text(const json_t *object, const char *name, bool required,
		  const char **out, const char *what, struct err *err)
{
	const json_t *value = member(object, name);

	if (!value)
		return missing(name, required, what, err);
	if (!json_is_string(value))
		return wrong(name, "a string", what, err);
	*out = json_string_value(value);
	return 0;
}

int json_get_bool(const json_t *object, const char *name, bool required,
		  bool *out, const char *what, struct err *err)
{
	const json_t *value = member(object, name);

	if (!value)
		return missing(name, required, what, err);
	if (!json_is_boolean(value))
		return wrong(name, "true or false", what, err);
	*out = json_is_true(value);
	return 0;
}

int json_get_object(const json_t *object, const char *name, bool required,
		    json_t **out, const char *what, struct err *err)
{
	json_t *value = json_object_get(object, name);

	if (!value || json_is_null(value))
		return missing(name, required, what, err);
	if (!json_is_object(value))
		return wrong(name, "an object", what, err);
	*out = value;
	return 0;
}

json_t *json_double(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}
