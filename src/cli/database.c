#include "cli/database.h"

#include <stdlib.h>

const char *database_url(const struct options *options)
{
	const char *url = options->db ? options->db : getenv("db_url");

	return url && *url ? url : "sqlite:///sqlite.db";
}
