#include "record/finding.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

const char *finding_name(enum finding_kind kind)
{
	static const char *const words[] = {
#define X(name, word, meaning) word,
		FINDINGS(X)
#undef X
	};

	return words[kind];
}

void findings_add(struct findings *findings, const char *name,
		  const char *text)
{
	struct finding *finding;

	MEM_ROOM(findings->list, findings->count, findings->capacity);
	finding = &findings->list[findings->count++];
	snprintf(finding->name, sizeof(finding->name), "%s", name);
	finding->text = mem_dup(text);
}

void findings_copy(const struct findings *from, struct findings *to)
{
	for (size_t i = 0; i < from->count; i++)
		findings_add(to, from->list[i].name, from->list[i].text);
}

void findings_release(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->list[i].text);
	free(findings->list);
	memset(findings, 0, sizeof(*findings));
}

char *findings_texts(const struct findings *findings)
{
	struct str all = STR_INIT;

	for (size_t i = 0; i < findings->count; i++)
		str_addf(&all, "%s%s", i ? "; " : "", findings->list[i].text);
	return findings->count ? str_detach(&all) : NULL;
}

/* Among the first `count`. */
static bool is_named(const struct findings *findings, size_t count,
		     const char *name)
{
	for (size_t i = 0; *name && i < count; i++)
		if (!strcmp(findings->list[i].name, name))
			return true;
	return false;
}

bool finding_is_of_others(const char *name)
{
	static const enum finding_kind kinds[] = {
		FINDING_OTHERS, FINDING_STEAL, FINDING_STARVED
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(name, finding_name(kinds[i])))
			return true;
	return false;
}

bool findings_have(const struct findings *findings, enum finding_kind kind)
{
	return is_named(findings, findings->count, finding_name(kind));
}

char *findings_names(const struct findings *findings)
{
	struct str all = STR_INIT;

	for (size_t i = 0; i < findings->count; i++)
		if (!is_named(findings, i, findings->list[i].name))
			str_addf(&all, "%s%s", i ? ";" : "",
				 findings->list[i].name);
	return findings->count ? str_detach(&all) : NULL;
}
