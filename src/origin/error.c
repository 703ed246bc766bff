#include "origin/error.h"

#include <stddef.h>

static const struct s3_error_text texts[S3_ERROR_COUNT] = {
#define X(name, status, code, message) [S3_##name] = { status, code, message },
	S3_ERRORS(X)
#undef X
};

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 206, "Partial Content" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 412, "Precondition Failed" },
	{ 416, "Requested Range Not Satisfiable" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 505, "HTTP Version Not Supported" },
};

const struct s3_error_text *s3_error_text(enum s3_error error)
{
	return &texts[error];
}

const char *status_reason(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}
