/*
 * The page: web/report/report.html with all that it needs put into it. A line of it
 * that is `{{NAME}}` alone is replaced: by the file NAME of web/report or web/vendor,
 * or by one of the parts below.
 *
 * The document stands in it compressed (zlib) and in base64: so it has no character
 * that could end its element, whatever a library is called.
 */
#include "report/formats.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/embedded.h"
#include "base/mem.h"

struct page {
	FILE *out;
	const struct document *document;
	struct err *err;
};

static void put_base64(FILE *out, const unsigned char *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)bytes[i] << 16 |
				 (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				 (left > 2 ? bytes[i + 2] : 0);
		char four[5] = { digits[three >> 18], digits[three >> 12 & 63],
				 left > 1 ? digits[three >> 6 & 63] : '=',
				 left > 2 ? digits[three & 63] : '=', '\0' };

		fputs(four, out);
		if (i % 57 == 54)
			fputc('\n', out);
	}
	fputc('\n', out);
}

static int put_document(struct page *page)
{
	unsigned char *packed;
	uLongf size;
	char *text;
	size_t n;
	FILE *stream = mem_stream(&text, &n);
	int code;

	document_write(page->document, stream);
	fclose(stream);
	size = compressBound(n);
	packed = mem_new(size);
	code = compress2(packed, &size, (const unsigned char *)text, n, 6);
	if (code == Z_OK)
		put_base64(page->out, packed, size);
	free(packed);
	free(text);
	return code == Z_OK ? 0
			    : err_set(page->err, ERR_FAILED,
				      "the report could not be compressed "
				      "(zlib %d)", code);
}

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
	}
}

/* For who has no scripts: what the Markdown says. */
static int put_words(struct page *page)
{
	char *text;
	size_t n;
	FILE *stream = mem_stream(&text, &n);

	report_markdown(stream, page->document);
	fclose(stream);
	put_escaped(page->out, text);
	free(text);
	return 0;
}

static const struct {
	const char *name;
	int (*put)(struct page *page);
} parts[] = { { "document", put_document }, { "words", put_words } };

static const char *file_of(const char *name, size_t n)
{
	for (const struct embedded *e = embedded_report; e->name; e++)
		if (strlen(e->name) == n && !strncmp(e->name, name, n))
			return e->text;
	return NULL;
}

/* `line` is n bytes without its end. */
static int put_line(struct page *page, const char *line, size_t n)
{
	const char *name = line + 2, *text;
	size_t length = n > 4 ? n - 4 : 0;

	if (n <= 4 || strncmp(line, "{{", 2) || strncmp(line + n - 2, "}}", 2)) {
		fwrite(line, 1, n, page->out);
		fputc('\n', page->out);
		return 0;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strlen(parts[i].name) == length &&
		    !strncmp(parts[i].name, name, length))
			return parts[i].put(page);
	text = file_of(name, length);
	fputs(text ? text : "", page->out);
	return 0;
}

int report_page(FILE *out, const struct document *document, struct err *err)
{
	struct page page = { out, document, err };
	const char *text = file_of("report.html", 11);
	int code = 0;

	while (code == 0 && text && *text) {
		size_t n = strcspn(text, "\n");

		code = put_line(&page, text, n);
		text += n + (text[n] != '\0');
	}
	return code;
}
