/* Whether two folders of tests are the same. */
#ifndef CATALOGUE_SAME_TESTS_H
#define CATALOGUE_SAME_TESTS_H

#include <stdbool.h>

/* Whether a file or folder of this name says what a library is. What Python makes
 * of one (__pycache__), hidden ones, and what editors leave (NAME~, #NAME#) do
 * not count. */
bool same_tests_counts(const char *name);

/* One folder, or two with the same files of the same bytes, of those that count.
 * What cannot be read is not the same. */
bool same_tests(const char *a, const char *b);

#endif
