/* library.toml, and the rule for names, on any text. */
#include "fuzz.h"

#include "base/mem.h"
#include "base/text.h"
#include "catalogue/name.h"
#include "catalogue/toml.h"

/* No key twice, a value of each, and found again by its name. */
static void check_entries(const struct toml *toml)
{
	for (size_t i = 0; i < toml->count; i++) {
		const struct toml_entry *entry = &toml->entries[i];

		must(toml_find(toml, entry->key) == entry);
		must((entry->count == 1) == (toml_text(toml, entry->key) != NULL));
	}
}

static void check_name(enum name_kind kind, const char *text)
{
	struct str shown = STR_INIT;
	struct err err = { "" };
	int code = name_check(kind, text, &err);

	must_tell(code, &err);
	text_show(&shown, text);
	for (size_t i = 0; i < shown.len; i++)
		must((unsigned char)shown.buf[i] >= ' ' &&
		     shown.buf[i] != 0x7f);
	/* What is a name is shown as it is. */
	if (code == 0)
		must(!strcmp(shown.buf, text) && !strpbrk(text, "@+/. ") &&
		     strlen(text) <= NAME_BYTES_MAX);
	str_release(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = mem_dup_n((const char *)bytes, n);
	struct err err = { "" };
	struct toml toml;
	int code = toml_parse(&toml, text, "library.toml", &err);

	must_tell(code, &err);
	must(code == 0 || code == ERR_INVALID);
	check_entries(&toml);
	toml_release(&toml);
	check_name(NAME_LIBRARY, text);
	check_name(NAME_TEST, text);
	free(text);
	return 0;
}

#include "replay.h"
