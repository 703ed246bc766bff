#include "catalogue/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/str.h"

static const struct {
	const char *name;
	enum toml_type type;
} keys[] = {
	{ "name", TOML_TEXT },	   { "language", TOML_TEXT },
	{ "kind", TOML_TEXT },	   { "home_page", TOML_TEXT },
	{ "packages", TOML_LIST }, { "version_of", TOML_TEXT },
	{ "protocol", TOML_NUMBER }, { "verbs", TOML_LIST },
	{ "workload", TOML_TEXT }, { "notes", TOML_LIST },
};

#define KEY_COUNT (sizeof(keys) / sizeof(*keys))

static const struct {
	const char *name, *article, *example;
} types[] = {
	[TOML_TEXT] = { "text", "a ", "\"...\"" },
	[TOML_NUMBER] = { "whole number", "a ", "2" },
	[TOML_FLAG] = { "true or false", "", "true" },
	[TOML_LIST] = { "list of texts", "a ", "[\"...\"]" },
};

const char *keys_name(size_t i, const char **type)
{
	if (i >= KEY_COUNT)
		return NULL;
	*type = types[keys[i].type].name;
	return keys[i].name;
}

static int refuse_unknown(const struct toml_entry *entry, const char *path,
			  struct err *err)
{
	const char *names[KEY_COUNT];
	struct str near = STR_INIT;

	for (size_t i = 0; i < KEY_COUNT; i++)
		names[i] = keys[i].name;
	near_add(entry->key, names, KEY_COUNT, "there are ", &near);
	err_set(err, ERR_INVALID, "%s, line %u: there is no key '%.60s': %s",
		path, entry->line, entry->key, near.buf);
	str_release(&near);
	return ERR_INVALID;
}

static int check_entry(const struct toml_entry *entry, const char *path,
		       struct err *err)
{
	size_t i = 0;

	while (i < KEY_COUNT && strcmp(entry->key, keys[i].name) != 0)
		i++;
	if (i == KEY_COUNT)
		return refuse_unknown(entry, path, err);
	if (entry->type == keys[i].type)
		return 0;
	return err_set(err, ERR_INVALID,
		       "%s, line %u: %s is %s%s, not %s%s: write %s = %s", path,
		       entry->line, entry->key, types[keys[i].type].article,
		       types[keys[i].type].name, types[entry->type].article,
		       types[entry->type].name, entry->key,
		       types[keys[i].type].example);
}

int keys_check(const struct toml *toml, const char *library, const char *path,
	       struct err *err)
{
	const char *name;
	int code = 0;

	for (size_t i = 0; code == 0 && i < toml->count; i++)
		code = check_entry(&toml->entries[i], path, err);
	name = toml_text(toml, "name");
	if (code < 0 || !name || !strcmp(name, library))
		return code;
	return err_set(err, ERR_INVALID,
		       "%s, line %u: name is '%.60s', and its folder's name is "
		       "'%s': make them one", path,
		       toml_find(toml, "name")->line, name, library);
}
