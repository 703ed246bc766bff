#include "record/limited.h"

#include <string.h>

enum whose { WHOSE_LIBRARYS, WHOSE_BOTH, WHOSE_AROUND };

static const struct {
	const char *word, *text;
	enum whose whose;
} limits[LIMITED_BY_COUNT] = {
#define X(name, word, whose, text) { word, text, WHOSE_##whose },
	LIMITED_BY(X)
#undef X
};

const char *limited_by_word(enum limited_by by)
{
	return limits[by].word;
}

const char *limited_by_text(enum limited_by by)
{
	return limits[by].text;
}

enum limited_by limited_by_parse(const char *word)
{
	for (unsigned i = 0; word && i < LIMITED_BY_COUNT; i++)
		if (!strcmp(limits[i].word, word))
			return (enum limited_by)i;
	return LIMITED_BY_UNKNOWN;
}

bool limited_by_library(enum limited_by by)
{
	return limits[by].whose == WHOSE_LIBRARYS;
}

bool limited_by_surroundings(enum limited_by by)
{
	return limits[by].whose == WHOSE_AROUND;
}
