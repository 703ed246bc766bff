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
	X(RANGE_OF_PART, 400, "InvalidRequest",                                \
	  "Cannot specify both Range header and partNumber query parameter.")  \
	X(NO_OBJECT_LOCK, 400, "InvalidRequest",                               \
	  "Bucket is missing Object Lock Configuration.")                      \
	X(INVALID_PART, 400, "InvalidPart",                                    \
	  "The object has no part of that number.")                            \
	X(NO_PAGE_ORIGIN, 400, "BadRequest",                                   \
	  "Insufficient information. Origin request header needed.")           \
	X(NO_PAGE_METHOD, 400, "BadRequest",                                   \
	  "Invalid Access-Control-Request-Method: null")                       \
	X(NO_CORS, 403, "AccessForbidden",                                     \
	  "CORSResponse: CORS is not enabled for this bucket.")                \
	X(REQUEST_TIMEOUT, 400, "RequestTimeout",                              \
	  "Your socket connection to the server was not read from or written " \
	  "to within the timeout period. Idle connections will be closed.")    \
	X(KEY_TOO_LONG, 400, "KeyTooLongError", "Your key is too long.")       \
	X(NO_SUCH_KEY, 404, "NoSuchKey", "The specified key does not exist.")  \
	X(NO_SUCH_BUCKET, 404, "NoSuchBucket",                                 \
	  "The specified bucket does not exist.")                              \
	X(NO_SUCH_UPLOAD, 404, "NoSuchUpload",                                 \
	  "The specified upload does not exist.")                              \
	X(NO_CORS_RULES, 404, "NoSuchCORSConfiguration",                       \
	  "The CORS configuration does not exist.")                            \
	X(NO_ENCRYPTION, 404,                                                  \
	  "ServerSideEncryptionConfigurationNotFoundError",                    \
	  "The server side encryption configuration was not found.")           \
	X(NO_LIFECYCLE, 404, "NoSuchLifecycleConfiguration",                   \
	  "The lifecycle configuration does not exist.")                       \
	X(NO_LOCK_RULES, 404, "ObjectLockConfigurationNotFoundError",          \
	  "Object Lock configuration does not exist for this bucket.")         \
	X(NO_OWNERSHIP, 404, "OwnershipControlsNotFoundError",                 \
	  "The bucket ownership controls were not found.")                     \
	X(NO_POLICY, 404, "NoSuchBucketPolicy",                                \
	  "The bucket policy does not exist.")                                 \
	X(NO_ACCESS_BLOCK, 404, "NoSuchPublicAccessBlockConfiguration",        \
	  "The public access block configuration was not found.")              \
	X(NO_REPLICATION, 404, "ReplicationConfigurationNotFoundError",        \
	  "The replication configuration was not found.")                      \
	X(NO_TAGS, 404, "NoSuchTagSet", "The TagSet does not exist.")          \
	X(NO_WEBSITE, 404, "NoSuchWebsiteConfiguration",                       \
	  "The bucket does not have a website configuration.")                 \
	X(NO_CONFIGURATION, 404, "NoSuchConfiguration",                        \
	  "The specified configuration does not exist.")                       \
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
