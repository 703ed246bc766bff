#include "origin/date.h"

#include <string.h>

#define DAY_SECONDS 86400
#define FIRST_SECOND (-62167219200LL) /* 0000-01-01 */
#define LAST_SECOND 253402300799LL    /* 9999-12-31T23:59:59 */

static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 first */
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct date {
	unsigned year, month, day; /* month and day from 1 */
	unsigned weekday;          /* 0: Thursday */
	unsigned hour, minute, second;
};

/* Days since 1970-01-01 of a day in the Gregorian calendar. Years begin in
 * March, so that the leap day is the last one and months have a regular
 * pattern of lengths; 400 years have 146,097 days. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
		(153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

/* The inverse of days_of(). */
static void date_of_days(int64_t number, struct date *out)
{
	int64_t z = number + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t d = z - era * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t day_of_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	out->day = (unsigned)(day_of_year - (153 * m + 2) / 5 + 1);
	out->month = (unsigned)(m < 10 ? m + 3 : m - 9);
	out->year = (unsigned)(y + era * 400 + (out->month <= 2));
}

static void date_split(int64_t seconds, struct date *out)
{
	int64_t day, rest;

	if (seconds < FIRST_SECOND)
		seconds = FIRST_SECOND;
	if (seconds > LAST_SECOND)
		seconds = LAST_SECOND;
	day = (seconds - FIRST_SECOND) / DAY_SECONDS +
	      FIRST_SECOND / DAY_SECONDS;
	rest = seconds - day * DAY_SECONDS;
	date_of_days(day, out);
	out->weekday = (unsigned)((day % 7 + 7) % 7);
	out->hour = (unsigned)(rest / 3600);
	out->minute = (unsigned)(rest / 60 % 60);
	out->second = (unsigned)(rest % 60);
}

static void two(char *to, unsigned value)
{
	to[0] = (char)('0' + value / 10);
	to[1] = (char)('0' + value % 10);
}

void date_http(int64_t seconds, char out[DATE_HTTP_LEN])
{
	struct date d;

	date_split(seconds, &d);
	memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", DATE_HTTP_LEN);
	memcpy(out, days + (size_t)3 * d.weekday, 3);
	two(out + 5, d.day);
	memcpy(out + 8, months + (size_t)3 * (d.month - 1), 3);
	two(out + 12, d.year / 100);
	two(out + 14, d.year % 100);
	two(out + 17, d.hour);
	two(out + 20, d.minute);
	two(out + 23, d.second);
}

void date_iso(int64_t seconds, char out[DATE_ISO_LEN])
{
	struct date d;

	date_split(seconds, &d);
	memcpy(out, "1970-01-01T00:00:00.000Z", DATE_ISO_LEN);
	two(out, d.year / 100);
	two(out + 2, d.year % 100);
	two(out + 5, d.month);
	two(out + 8, d.day);
	two(out + 11, d.hour);
	two(out + 14, d.minute);
	two(out + 17, d.second);
}

/* Two digits, or a number that is too large for anything. */
static unsigned read_two(const char *at)
{
	unsigned high = (unsigned)(unsigned char)at[0] - '0';
	unsigned low = (unsigned)(unsigned char)at[1] - '0';

	return high > 9 || low > 9 ? 1000 : high * 10 + low;
}

/* 1 to 12, or 0. */
static unsigned read_month(const char *at)
{
	for (unsigned m = 0; m < 12; m++)
		if (memcmp(at, months + (size_t)3 * m, 3) == 0)
			return m + 1;
	return 0;
}

bool date_parse(const char *text, size_t len, int64_t *seconds)
{
	char again[DATE_HTTP_LEN];
	unsigned century, year, month, day, hour, minute, second;

	if (len != DATE_HTTP_LEN)
		return false;
	day = read_two(text + 5);
	month = read_month(text + 8);
	century = read_two(text + 12);
	year = read_two(text + 14);
	hour = read_two(text + 17);
	minute = read_two(text + 20);
	second = read_two(text + 23);
	if (!month || day > 31 || century > 99 || year > 99 || hour > 23 ||
	    minute > 59 || second > 59)
		return false;
	*seconds = days_of(century * 100 + year, month, day) * DAY_SECONDS +
		   hour * 3600 + minute * 60 + second;
	/* The rest of the form, the day of the week and days that a month does
	 * not have: a right date is the one that we would have written. */
	date_http(*seconds, again);
	return memcmp(text, again, DATE_HTTP_LEN) == 0;
}
