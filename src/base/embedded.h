/* Text files that tools/embed built into the program. `name` is NULL at the
 * end of each array. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

struct embedded {
	const char *name; /* "0001_first.sql" */
	const char *text;
};

extern const struct embedded embedded_migrations[];
extern const struct embedded embedded_prices[]; /* price tables, YAML */
extern const struct embedded embedded_s2_layout[];
extern const struct embedded embedded_web[]; /* the live page */

/* A report's page: the files of web/report, and of web/vendor `plot.js` and the
 * `plot.LICENSES.txt` that must go wherever it goes. They are in UTF-8. */
extern const struct embedded embedded_report[];

#endif
