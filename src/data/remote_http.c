#include "data/remote_http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/transfer.h"
#include "base/work.h"
#include "data/remote_error.h"

struct http {
	CURL *curl;
	CURLM *multi; /* has the connections */
	struct curl_slist *headers; /* of signed requests */
	char *endpoint, *bucket, *region;
	bool anonymous;
	struct answer *answer;      /* of the request that is under way */
	char curl_text[CURL_ERROR_SIZE];
};

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct answer *answer = ((struct http *)context)->answer;

	n *= size;
	if (n > answer->limit - answer->body.len) {
		answer->too_long = true;
		return 0; /* curl gives up */
	}
	str_add_n(&answer->body, bytes, n);
	return n;
}

/* Copies the value of header `name`, if this line is one, cut to fit and with
 * nothing in it that a terminal would obey. */
static void take_header(const char *line, size_t n, const char *name, char *out,
			size_t out_size)
{
	size_t name_len = strlen(name);

	if (n <= name_len || strncasecmp(line, name, name_len) ||
	    line[name_len] != ':')
		return;
	line += name_len + 1;
	n -= name_len + 1;
	while (n && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	while (n && (line[n - 1] == '\r' || line[n - 1] == '\n' ||
		     line[n - 1] == ' '))
		n--;
	n = n < out_size ? n : out_size - 1;
	for (size_t i = 0; i < n; i++)
		out[i] = line[i] & 0x60 && line[i] != 0x7f ? line[i] : '?';
	out[n] = '\0';
}

static size_t on_header(char *line, size_t size, size_t n, void *context)
{
	struct answer *answer = ((struct http *)context)->answer;

	n *= size;
	take_header(line, n, "ETag", answer->etag, sizeof(answer->etag));
	take_header(line, n, "Content-Type", answer->content_type,
		    sizeof(answer->content_type));
	take_header(line, n, "Content-Range", answer->content_range,
		    sizeof(answer->content_range));
	take_header(line, n, "x-amz-bucket-region", answer->region,
		    sizeof(answer->region));
	take_header(line, n, "Content-Encoding", answer->encoding,
		    sizeof(answer->encoding));
	if (!strcasecmp(answer->encoding, "identity"))
		*answer->encoding = '\0';
	return n;
}

static bool absent(const char *text)
{
	return !text || !*text;
}

static bool only(const char *text, const char *characters)
{
	size_t n = strlen(text);

	return n && n < 64 && strspn(text, characters) == n;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int check(const struct data_remote *remote, struct endpoint *endpoint,
		 struct err *err)
{
	int code = endpoint_parse(endpoint,
				  remote->endpoint ? remote->endpoint : "",
				  "a store", err);

	if (code < 0)
		return code;
	if (absent(remote->bucket) ||
	    !only(remote->bucket, LETTERS CAPITALS "0123456789.-_"))
		return err_set(err, ERR_USAGE,
			       "\"%s\" is not the name of a bucket: give one "
			       "for %s", remote->bucket ? remote->bucket : "",
			       endpoint->text);
	if (!absent(remote->region) &&
	    !only(remote->region, LETTERS CAPITALS "0123456789-_"))
		return err_set(err, ERR_USAGE,
			       "\"%s\" is not the name of a region",
			       remote->region);
	return 0;
}

/* What is signed as the hash of a request's body: SHA-256 of nothing. */
#define EMPTY_SHA256                                                           \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void add_header(struct http *http, const char *name, const char *value)
{
	char *line = mem_printf("%s: %s", name, value);

	http->headers = curl_slist_append(http->headers, line);
	explicit_bzero(line, strlen(line));
	free(line);
}

/*
 * SigV4. Curl signs what it sends, so queries must come in their canonical form
 * (remote.c does so). Everything else that S3 wants signed must be a header. So
 * is the hash of the body: curl 7.88 does not send it by itself, and S3 refuses
 * a request without it.
 */
static void set_credentials(struct http *http, const struct data_remote *remote)
{
	const struct credentials *c = remote->credentials;
	char *signer = mem_printf("aws:amz:%s:s3", http->region);

	curl_easy_setopt(http->curl, CURLOPT_AWS_SIGV4, signer);
	curl_easy_setopt(http->curl, CURLOPT_USERNAME, c->access_key_id);
	curl_easy_setopt(http->curl, CURLOPT_PASSWORD, c->secret_access_key);
	add_header(http, "x-amz-content-sha256", EMPTY_SHA256);
	if (!absent(c->session_token))
		add_header(http, "x-amz-security-token", c->session_token);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
	free(signer);
}

/* That file alone, and not what curl was built to trust beside it. */
static void trust(CURL *curl, const char *ca_file)
{
	curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
}

static void set_options(struct http *http, const struct data_remote *remote)
{
	double connect_s = remote->connect_timeout_s > 0
				   ? remote->connect_timeout_s : 10;
	double whole_s = remote->timeout_s > 0 ? remote->timeout_s : 60;
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* none, not even by env */
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_FILETIME, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT,
			 "geoio-benchmark/" BENCHMARK_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(connect_s * 1000) + 1);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(whole_s * 1000) + 1);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, http);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->curl_text);
	if (!absent(remote->ca_file))
		trust(curl, remote->ca_file);
	if (remote->credentials && !absent(remote->credentials->access_key_id))
		set_credentials(http, remote);
	else
		http->anonymous = true;
}

int http_new(struct http **out, const struct data_remote *remote,
	     struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct endpoint endpoint;
	struct http *http;
	int code;

	pthread_once(&once, init_curl);
	code = check(remote, &endpoint, err);
	if (code < 0)
		return code;
	http = mem_new(sizeof(*http));
	http->endpoint = mem_dup(endpoint.text);
	http->bucket = mem_dup(remote->bucket);
	http->region = mem_dup(absent(remote->region) ? "us-east-1"
						      : remote->region);
	http->curl = curl_easy_init();
	http->multi = curl_multi_init();
	if (!http->curl || !http->multi) {
		http_free(http);
		return err_set(err, ERR_SYSTEM, "libcurl cannot be started");
	}
	set_options(http, remote);
	*out = http;
	return 0;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	free(http->endpoint);
	free(http->bucket);
	free(http->region);
	free(http);
}

const char *http_endpoint(const struct http *http)
{
	return http->endpoint;
}

const char *http_bucket(const struct http *http)
{
	return http->bucket;
}

static char *make_url(const struct http *http, const char *key,
		      const char *query)
{
	struct str url = STR_INIT;

	str_addf(&url, "%s/%s", http->endpoint, http->bucket);
	if (key) {
		str_add_char(&url, '/');
		text_encode(&url, key, true);
	}
	if (query)
		str_addf(&url, "?%s", query);
	return str_detach(&url);
}

void http_add_asked(const struct http *http, const char *key,
		    const char *range, struct str *out)
{
	if (key)
		str_add(out, key);
	else
		str_add(out, "the listing");
	if (range)
		str_addf(out, " at byte %.*s", (int)strcspn(range, "-"), range);
	str_addf(out, " of %s/%s", http->endpoint, http->bucket);
}

/* What nobody asked for cannot be read, and tells nothing of the store. */
static void name_encoding(const struct answer *answer,
			  struct store_error *error)
{
	snprintf(error->other, sizeof(error->other),
		 "a body whose Content-Encoding is %s", answer->encoding);
}

static void add_advice(const struct http *http, const struct answer *answer,
		       const struct store_error *error, bool encoded,
		       struct str *text)
{
	struct store_settings settings = { http->region, http->bucket,
					   http->anonymous };

	if (encoded && answer->status == 200)
		str_add(text, "that was not asked for: have the store, or the "
			      "proxy before it, answer without compression");
	else
		store_error_advise(error, answer->status, &settings, text);
}

int http_refused(const struct http *http, const char *key, const char *range,
		 const struct answer *answer, struct err *err)
{
	bool encoded = *answer->encoding && !range;
	struct store_error error;
	struct str text = STR_INIT;

	store_error_read(answer->body.buf, answer->body.len, &error);
	if (!*error.region)
		strcpy(error.region, answer->region);
	if (encoded)
		name_encoding(answer, &error);
	/* An object may well be a page. */
	if (range && answer->status == 200)
		*error.other = '\0';
	str_addf(&text, "the store answered %ld", answer->status);
	if (*error.code)
		str_addf(&text, " %s", error.code);
	if (*error.message)
		str_addf(&text, ": %s,", error.message);
	if (*error.other)
		str_addf(&text, " with %s,", error.other);
	str_add(&text, " for ");
	http_add_asked(http, key, range, &text);
	str_add(&text, ": ");
	add_advice(http, answer, &error, encoded, &text);
	err_set(err, ERR_FAILED, "%s", text.buf);
	str_release(&text);
	return ERR_FAILED;
}

/* What came of it is in the answer. A listing has its own limit. */
static int too_long(const struct http *http, const char *key,
		    const char *range, const struct answer *answer,
		    struct err *err)
{
	struct store_error error;
	struct str asked = STR_INIT;

	store_error_read(answer->body.buf, answer->body.len, &error);
	if (answer->status > 206 || (!range && *error.other))
		return http_refused(http, key, range, answer, err);
	http_add_asked(http, key, range, &asked);
	if (range)
		err_set(err, ERR_FAILED,
			"the store sends more than %zu bytes for %s, and was "
			"asked for the range %s: does it honour the Range "
			"header?", answer->limit, asked.buf, range);
	else
		err_set(err, ERR_FAILED,
			"%s has more than %zu MiB on one page, which is the "
			"most that is read: the store does not keep to the "
			"max-keys of 1000, it seems; give a --prefix with "
			"fewer keys", asked.buf, answer->limit >> 20);
	str_release(&asked);
	return ERR_FAILED;
}

static int failed(const struct http *http, CURLcode code, const char *key,
		  const char *range, const struct answer *answer,
		  struct err *err)
{
	const char *reason = *http->curl_text ? http->curl_text
					      : curl_easy_strerror(code);
	struct str asked = STR_INIT;
	long verified = 0;

	if (code == CURLE_ABORTED_BY_CALLBACK)
		return work_done(0, 0, err);
	if (answer->too_long)
		return too_long(http, key, range, answer, err);
	curl_easy_getinfo(http->curl, CURLINFO_SSL_VERIFYRESULT, &verified);
	http_add_asked(http, key, range, &asked);
	err_set(err, ERR_FAILED, "the store %s (%s) for %s: %s",
		answer->status ? "does not answer to the end"
			       : "does not answer",
		reason, asked.buf, store_silence_advice(code, verified, reason));
	str_release(&asked);
	return ERR_FAILED;
}

static void read_info(CURL *curl, struct answer *answer)
{
	curl_off_t length = -1, modified = -1;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	curl_easy_getinfo(curl, CURLINFO_FILETIME_T, &modified);
	answer->length = length;
	answer->modified_s = modified;
}

int http_request(struct http *http, bool head, const char *key,
		 const char *query, const char *range, struct answer *answer,
		 struct err *err)
{
	char *url = make_url(http, key, query);
	CURLcode code;

	curl_easy_setopt(http->curl, CURLOPT_URL, url);
	curl_easy_setopt(http->curl, CURLOPT_RANGE, range);
	if (head)
		curl_easy_setopt(http->curl, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
	http->answer = answer;
	http->curl_text[0] = '\0';
	code = transfer_perform(http->multi, http->curl);
	read_info(http->curl, answer);
	LOG(DATA, "%s %s %s: status %ld, %zu bytes", head ? "HEAD" : "GET",
	    url, range ? range : "", answer->status, answer->body.len);
	http->answer = NULL;
	free(url);
	return code == CURLE_OK ? 0 : failed(http, code, key, range, answer,
					     err);
}
