/* Which database: --db, else the environment's db_url, else sqlite.db here. */
#ifndef CLI_DATABASE_H
#define CLI_DATABASE_H

#include "cli/option.h"

const char *database_url(const struct options *options);

#endif
