#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIB 1024.0
/* Of what is written short. */
#define DECIMALS_MOST 9

const struct number_unit number_plain[] = { { "", 1 }, { NULL, 0 } };

const struct number_unit number_bytes[] = {
	{ "", 1 }, { "KiB", KIB }, { "MiB", KIB * KIB },
	{ "GiB", KIB * KIB * KIB }, { "TiB", KIB * KIB * KIB * KIB },
	{ NULL, 0 },
};

/* As tc(8) has them. */
const struct number_unit number_bits[] = {
	{ "", 1 }, { "bit", 1 }, { "kbit", 1e3 }, { "Mbit", 1e6 },
	{ "Gbit", 1e9 }, { NULL, 0 },
};

const struct number_unit number_seconds[] = {
	{ "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "min", 60 }, { "m", 60 },
	{ "h", 3600 }, { NULL, 0 },
};

const struct number_unit number_percent[] = {
	{ "", 1 }, { "%", 1 }, { NULL, 0 },
};

static const char *skip_digits(const char *at)
{
	while (isdigit((unsigned char)*at))
		at++;
	return at;
}

/* The end of the number that `text` begins with; NULL: it begins with none. */
static const char *end_of(const char *text)
{
	const char *at = text + (*text == '-');
	const char *end = skip_digits(at);

	if (end == at)
		return NULL;
	if (*end == '.') {
		at = end + 1;
		end = skip_digits(at);
		if (end == at)
			return NULL;
	}
	if (*end == 'e' || *end == 'E') {
		at = end + 1 + (end[1] == '-' || end[1] == '+');
		if (isdigit((unsigned char)*at))
			end = skip_digits(at);
	}
	return end;
}

/* 0: there is no such unit. */
static double factor_of(const char *name, const struct number_unit *units)
{
	for (; units->name; units++)
		if (!strcasecmp(name, units->name))
			return units->factor;
	return 0;
}

bool number_parse(const char *text, const struct number_unit *units,
		  double *out)
{
	const char *end = end_of(text);
	double factor = end ? factor_of(end, units) : 0;
	double value = strtod(text, NULL) * factor;

	if (!factor || !isfinite(value))
		return false;
	*out = value;
	return true;
}

bool number_parse_whole(const char *text, const struct number_unit *units,
			uint64_t *out)
{
	const char *end;
	double value;

	if (*text && !*skip_digits(text)) {
		errno = 0;
		*out = strtoull(text, NULL, 10);
		return !errno;
	}
	end = end_of(text);
	if (!end || !*end || strcspn(text, "eE-") != strlen(text) ||
	    !number_parse(text, units, &value) || value != floor(value) ||
	    value >= 18446744073709551616.0)
		return false;
	*out = (uint64_t)value;
	return true;
}

const char *number_text(double value, char out[NUMBER_TEXT_BYTES])
{
	bool whole = fabs(value) < 1e18 && value == trunc(value);

	snprintf(out, NUMBER_TEXT_BYTES, whole ? "%.0f" : "%.15g", value);
	return out;
}

/* Behind the point, so that so many digits of the value are seen. */
static int decimals_of(double value, int digits)
{
	int decimals;

	if (!isfinite(value) || value == 0)
		return 0;
	decimals = digits - 1 - (int)floor(log10(fabs(value)));
	return decimals < 0 ? 0 : decimals > DECIMALS_MOST ? DECIMALS_MOST
							  : decimals;
}

struct number_short number_short(double value, int digits)
{
	int decimals = decimals_of(value, digits);
	struct number_short out;
	char *end;

	snprintf(out.text, sizeof(out.text), "%.*f", decimals, value);
	end = out.text + strlen(out.text);
	while (decimals && end[-1] == '0')
		*--end = '\0';
	if (decimals && end[-1] == '.')
		*--end = '\0';
	return out;
}

/* 15 digits are enough for most doubles, 17 for all. */
const char *number_exact(double value, char out[NUMBER_TEXT_BYTES])
{
	*out = '\0';
	for (int digits = 15; isfinite(value) && digits <= 17; digits++) {
		snprintf(out, NUMBER_TEXT_BYTES, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
	return out;
}
