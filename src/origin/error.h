/*
 * The refusals that S3 knows, each with its status and its sentence. Parsers
 * return the negative of one.
 */
#ifndef ORIGIN_ERROR_H
#define ORIGIN_ERROR_H

/* X(NAME, status, "code", "message") */
#define S3_ERRORS(X)                                                           \
	X(BAD_REQUEST, 400, "BadRequest",                                      \
	  "An error occurred when parsing the HTTP request.")                  \
	X(HEAD_TOO_LARGE, 400, "RequestHeaderSectionTooLarge",                 \
	  "Your request header section exceeds the maximum allowed size.")     \
	X(NOT_IMPLEMENTED, 501, "NotImplemented",                              \
	  "A header or parameter you provided implies functionality that is "  \
	  "not implemented.")                                                  \
	X(VERSION, 505, "HttpVersionNotSupported",                             \
	  "The HTTP version specified is not supported.")                      \
	X(INVALID_URI, 400, "InvalidURI", "Couldn't parse the specified URI.") \
	X(INVALID_ARGUMENT, 400, "InvalidArgument",                            \
	  "An argument of the request has a value that is not allowed.")       \
	X(INVALID_REQUEST, 400, "InvalidRequest",                              \
	  "A request of this kind may not have a body.")                       \
	X(REQUEST_TIMEOUT, 400, "RequestTimeout",                              \
	  "Your socket connection to the server was not read from or written " \
	  "to within the timeout period. Idle connections will be closed.")    \
	X(KEY_TOO_LONG, 400, "KeyTooLongError", "Your key is too long.")       \
	X(NO_SUCH_KEY, 404, "NoSuchKey", "The specified key does not exist.")  \
	X(NO_SUCH_BUCKET, 404, "NoSuchBucket",                                 \
	  "The specified bucket does not exist.")                              \
	X(METHOD_NOT_ALLOWED, 405, "MethodNotAllowed",                         \
	  "The specified method is not allowed against this resource.")        \
	X(PRECONDITION_FAILED, 412, "PreconditionFailed",                      \
	  "At least one of the pre-conditions you specified did not hold.")    \
	X(INVALID_RANGE, 416, "InvalidRange",                                  \
	  "The requested range is not satisfiable.")                           \
	X(INTERNAL, 500, "InternalError",                                      \
	  "We encountered an internal error. Please try again.")

enum s3_error {
	S3_NONE,
#define X(name, status, code, message) S3_##name,
	S3_ERRORS(X)
#undef X
	S3_ERROR_COUNT
};

struct s3_error_text {
	unsigned status;
	const char *code;
	const char *message;
};

/* For S3_NONE < error < S3_ERROR_COUNT. */
const struct s3_error_text *s3_error_text(enum s3_error error);

/* "Not Found" for 404, "" for a status that the origin never sends. */
const char *status_reason(unsigned status);

#endif
