/* Whether two folders of tests are the same. */
#ifndef CATALOGUE_SAME_TESTS_H
#define CATALOGUE_SAME_TESTS_H

#include <stdbool.h>

/* One folder, or two with the same files of the same bytes. What Python makes of
 * them (__pycache__) and hidden files do not count. What cannot be read is not
 * the same. */
bool same_tests(const char *a, const char *b);

#endif
