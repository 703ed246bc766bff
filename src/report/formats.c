#include "report/formats.h"

#include <string.h>

bool report_format_parse(const char *word, enum report_format *out)
{
	static const char *const words[] = {
#define X(name, word, about) word,
		REPORT_FORMATS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i], word))
			continue;
		*out = (enum report_format)i;
		return true;
	}
	return false;
}

const char *report_format_words(enum report_format format)
{
	static const char *const words[] = {
#define X(name, word, about) about,
		REPORT_FORMATS(X)
#undef X
	};

	return words[format];
}

int report_write(FILE *out, const struct document *document,
		 enum report_format format, struct err *err)
{
	switch (format) {
	case REPORT_HTML:
		return report_page(out, document, err);
	case REPORT_JSON:
		document_write(document, out);
		return 0;
	case REPORT_MD:
		report_markdown(out, document);
		return 0;
	case REPORT_CSV:
		report_libraries_csv(out, document);
		return 0;
	}
	return 0;
}
