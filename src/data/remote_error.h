/* Inside of the outside store: tells a person what went wrong with a
 * request. */
#ifndef DATA_REMOTE_ERROR_H
#define DATA_REMOTE_ERROR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* The members of an error in a response; "" for one that it lacks. */
struct store_error {
	char code[64];     /* "SlowDown" */
	char message[256]; /* one line, without control characters */
	char region[64];   /* where the store says that the bucket is */
	char other[128];   /* what the body is instead of an error of S3: 'an
			    * HTML page, "Welcome"', with its first words */
};

/* The settings that advice depends on. */
struct store_settings {
	const char *region; /* that requests are signed for */
	const char *bucket;
	bool anonymous;
};

/* Fills *out from the body of a response; it stays empty if that is no
 * error. */
void store_error_read(const char *text, size_t n, struct store_error *out);

/* Adds the advice for an unexpected status. */
void store_error_advise(const struct store_error *error, long status,
			const struct store_settings *settings,
			struct str *out);

/* The advice if no response came. `verified` is curl's
 * CURLINFO_SSL_VERIFYRESULT, `text` its sentence. */
const char *store_silence_advice(CURLcode code, long verified,
				 const char *text);

#endif
