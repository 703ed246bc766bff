#include "data/remote_error.h"

#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "data/xml.h"

/* Text of a store may hold anything, and ends on a person's terminal. */
static void copy_clean(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++) {
		unsigned char c = (unsigned char)*text;
		bool blank = c <= ' ' || c == 0x7f;

		/* C1 controls, which are two bytes in UTF-8. */
		if (c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
		    (unsigned char)text[1] < 0xa0) {
			blank = true;
			text++;
		}
		if (blank && (!n || out[n - 1] == ' '))
			continue;
		out[n++] = blank ? ' ' : (char)c;
	}
	/* No half character where it was cut. */
	while (*text && n && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
		n--;
	if (*text && n && (unsigned char)out[n - 1] >= 0xc0)
		n--;
	while (n && (out[n - 1] == ' ' || out[n - 1] == '.'))
		n--;
	out[n] = '\0';
}

static int take_member(void *context, const struct xml_path *path,
		       const struct str *inside, struct err *err)
{
	struct store_error *error = context;
	const char *name = path->name[path->depth - 1];

	(void)err;
	if (path->depth != 2 || strcmp(path->name[0], "Error") != 0)
		return 0;
	if (!strcmp(name, "Code"))
		copy_clean(error->code, sizeof(error->code), inside->buf);
	else if (!strcmp(name, "Message"))
		copy_clean(error->message, sizeof(error->message),
			   inside->buf);
	else if (!strcmp(name, "Region"))
		copy_clean(error->region, sizeof(error->region), inside->buf);
	return 0;
}

#define LOOK_BYTES 1024 /* of an answer, to tell what it is */

/* What an answer is by its first bytes; NULL if it looks like one of S3's. */
static const char *kind_of(const char *start)
{
	if (*start == '{' || *start == '[')
		return "JSON";
	if (*start != '<')
		return "text";
	if (strcasestr(start, "<!doctype html") ||
	    strcasestr(start, "<html"))
		return "an HTML page";
	if (strstr(start, "ListBucketResult") || strstr(start, "<Error"))
		return NULL;
	return "XML of another kind";
}

/* Its title, or what it begins with. */
static void copy_words(char *out, size_t size, char *start)
{
	char *title = strcasestr(start, "<title>");

	if (title) {
		start = title + strlen("<title>");
		start[strcspn(start, "<")] = '\0';
	}
	copy_clean(out, size, start);
}

static void name_other(const char *text, size_t n, struct store_error *out)
{
	char start[LOOK_BYTES + 1], words[64];
	const char *kind;
	char *at = start;

	n = n < LOOK_BYTES ? n : LOOK_BYTES;
	memcpy(start, text, n);
	start[n] = '\0';
	if (!strncmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	at += strspn(at, " \t\r\n");
	kind = *at ? kind_of(at) : NULL;
	if (!kind)
		return;
	copy_words(words, sizeof(words), at);
	snprintf(out->other, sizeof(out->other), "%s, \"%s\"", kind, words);
}

void store_error_read(const char *text, size_t n, struct store_error *out)
{
	memset(out, 0, sizeof(*out));
	xml_read(text, n, take_member, out, NULL);
	if (n && !*out->code && !*out->message)
		name_other(text, n, out);
}

enum topic {
	TOPIC_NONE,
	TOPIC_ADDRESSING,
	TOPIC_CLOCK,
	TOPIC_SECRET,
	TOPIC_KEY_ID,
	TOPIC_TOKEN,
	TOPIC_ACCESS,
	TOPIC_BUCKET,
	TOPIC_REGION,
	TOPIC_BUSY,
	TOPIC_LACKS,
	TOPIC_RANGE,
	TOPIC_ENDPOINT,
};

/* Codes of S3, and those that its lookalikes made of them. */
static const struct {
	const char *code;
	enum topic topic;
} topics[] = {
	{ "SecondLevelDomainForbidden", TOPIC_ADDRESSING },
	{ "PathStyleRequestNotAllowed", TOPIC_ADDRESSING },
	{ "RequestTimeTooSkewed", TOPIC_CLOCK },
	{ "RequestExpired", TOPIC_CLOCK },
	{ "SignatureDoesNotMatch", TOPIC_SECRET },
	{ "InvalidAccessKeyId", TOPIC_KEY_ID },
	{ "InvalidAccessKey", TOPIC_KEY_ID },
	{ "ExpiredToken", TOPIC_TOKEN },
	{ "InvalidToken", TOPIC_TOKEN },
	{ "TokenRefreshRequired", TOPIC_TOKEN },
	{ "AccessDenied", TOPIC_ACCESS },
	{ "AllAccessDisabled", TOPIC_ACCESS },
	{ "AccountProblem", TOPIC_ACCESS },
	{ "NoSuchBucket", TOPIC_BUCKET },
	{ "InvalidBucketName", TOPIC_BUCKET },
	{ "PermanentRedirect", TOPIC_REGION },
	{ "TemporaryRedirect", TOPIC_REGION },
	{ "AuthorizationHeaderMalformed", TOPIC_REGION },
	{ "IllegalLocationConstraintException", TOPIC_REGION },
	{ "SlowDown", TOPIC_BUSY },
	{ "ServiceUnavailable", TOPIC_BUSY },
	{ "TooManyRequests", TOPIC_BUSY },
	{ "RequestLimitExceeded", TOPIC_BUSY },
	{ "BandwidthLimitExceeded", TOPIC_BUSY },
	{ "OperationAborted", TOPIC_BUSY },
	{ "NotImplemented", TOPIC_LACKS },
	{ "MethodNotAllowed", TOPIC_LACKS },
};

/* Where there is no code, as in answers to HEAD, the status must do. */
static enum topic topic_of(const struct store_error *error, long status,
			   const struct store_settings *settings)
{
	for (size_t i = 0; i < sizeof(topics) / sizeof(*topics); i++)
		if (!strcmp(error->code, topics[i].code))
			return topics[i].topic;
	/* S3 tells the region in answers that have nothing to do with it. */
	if (*error->region && strcmp(error->region, settings->region) != 0)
		return TOPIC_REGION;
	switch (status) {
	case 401:
	case 403:
		return TOPIC_ACCESS;
	case 404:
		if (*error->other)
			return TOPIC_ENDPOINT;
		return *error->code ? TOPIC_NONE : TOPIC_BUCKET;
	case 429:
	case 503:
		return TOPIC_BUSY;
	case 501:
		return TOPIC_LACKS;
	default:
		if (status >= 300 && status < 400)
			return TOPIC_REGION;
		if (*error->other)
			return TOPIC_ENDPOINT;
		return status == 200 && !*error->code && !*error->message
			       ? TOPIC_RANGE
			       : TOPIC_NONE;
	}
}

static void advise_region(const struct store_error *error,
			  const struct store_settings *settings,
			  struct str *out)
{
	if (*error->region && strcmp(error->region, settings->region) != 0)
		str_addf(out, "give --region %s, it was %s", error->region,
			 settings->region);
	else
		str_addf(out, "check --region, which is %s, and the "
			 "endpoint's address", settings->region);
}

static void advise_clock(struct str *out)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%F %T", &tm);
	str_addf(out, "set this machine's clock, which says %s UTC", text);
}

void store_error_advise(const struct store_error *error, long status,
			const struct store_settings *settings,
			struct str *out)
{
	static const char *const fixed[] = {
		[TOPIC_NONE] = "check that it is a store that speaks S3",
		[TOPIC_ADDRESSING] = "it wants the bucket's name in the host's "
				     "name, and requests here have it in the "
				     "path: give an endpoint that takes that",
		[TOPIC_KEY_ID] = "check AWS_ACCESS_KEY_ID",
		[TOPIC_TOKEN] = "fetch new credentials: AWS_SESSION_TOKEN is "
				"none or no longer one",
		[TOPIC_BUSY] = "it is busy, try later",
		[TOPIC_LACKS] = "the store lacks what is needed: ranges, and "
				"listings of version 2",
		[TOPIC_RANGE] = "it does not honour the Range header, and "
				"cannot be measured",
		[TOPIC_ENDPOINT] = "check that --endpoint is the address of "
				   "the store's S3 service, and not that of "
				   "its console or another service",
	};
	enum topic topic = topic_of(error, status, settings);

	switch (topic) {
	case TOPIC_CLOCK:
		advise_clock(out);
		break;
	case TOPIC_SECRET:
		str_addf(out, "check AWS_SECRET_ACCESS_KEY, and --region, "
			 "which is %s", settings->region);
		break;
	case TOPIC_ACCESS:
		str_add(out, settings->anonymous
			? "the bucket is not public: leave --anonymous out and "
			  "give credentials"
			: "check the credentials, and what they may do");
		break;
	case TOPIC_BUCKET:
		str_addf(out, "check --bucket, which is %s", settings->bucket);
		break;
	case TOPIC_REGION:
		advise_region(error, settings, out);
		break;
	default:
		str_add(out, fixed[topic]);
	}
}

/* A certificate that was not believed. */
static const char *certificate_advice(long verified, const char *text)
{
	switch (verified) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "the store's certificate has expired: renew it, or set "
		       "this machine's clock";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "the store's certificate is not valid yet: set this "
		       "machine's clock";
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "who signed its certificate is not known here: give "
		       "--ca-file with that authority's certificate";
	default:
		return strstr(text, "does not match") ||
				       strstr(text, "subject name")
			       ? "its certificate is for another name: give "
				 "the endpoint by the name that it has there"
			       : "its certificate is not believed here: check "
				 "it, or give --ca-file";
	}
}

const char *store_silence_advice(CURLcode code, long verified,
				 const char *text)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return certificate_advice(verified, text);
	case CURLE_SSL_CONNECT_ERROR:
		return strstr(text, "wrong version number") ||
				       strstr(text, "packet length")
			       ? "it does not speak TLS there: give http:// "
				 "for https://, or its port for TLS"
			       : "check which versions of TLS it speaks";
	case CURLE_SSL_CACERT_BADFILE:
		return "check --ca-file: it is no file of certificates in PEM";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "check the spelling of the endpoint's name, and this "
		       "machine's DNS";
	case CURLE_COULDNT_CONNECT:
		return "check the endpoint's address and port, and that the "
		       "store is started";
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return "what comes is no HTTP: give https:// where the port is "
		       "for TLS";
	case CURLE_OPERATION_TIMEDOUT:
		return "check the endpoint's address, or give a longer "
		       "--operation-timeout";
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		/* curl has no code for that. */
		if (strstr(text, "response headers"))
			return "no store answers with so long a head: check "
			       "that --endpoint is the address of its S3 "
			       "service, and what stands before it";
		return "it ended the connection early: give https:// where the "
		       "port is for TLS, or see what its log says";
	default:
		return "check the endpoint's address";
	}
}
