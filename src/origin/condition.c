#include "origin/condition.h"

#include <string.h>

#include "origin/date.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

/* Takes one entity tag off a list: "W/" is dropped and *weak set. S3's clients
 * also send tags without quotes, so those are read up to the next comma. */
static bool next_tag(struct view *list, struct view *tag, bool *weak)
{
	const char *end;

	while (list->len && is_space(*list->at)) {
		list->at++;
		list->len--;
	}
	*weak = list->len > 2 && memcmp(list->at, "W/\"", 3) == 0;
	if (*weak) {
		list->at += 2;
		list->len -= 2;
	}
	if (!list->len)
		return false;
	if (*list->at == '"') {
		end = memchr(list->at + 1, '"', list->len - 1);
		end = end ? end + 1 : list->at + list->len;
	} else {
		end = memchr(list->at, ',', list->len);
		end = end ? end : list->at + list->len;
	}
	tag->at = list->at;
	tag->len = (size_t)(end - list->at);
	list->len -= tag->len;
	list->at = end;
	while (tag->len && is_space(tag->at[tag->len - 1]))
		tag->len--;
	return true;
}

static bool same_tag(struct view tag, const char *etag)
{
	size_t len = strlen(etag);

	if (tag.len + 2 == len && tag.at[0] != '"')
		return memcmp(tag.at, etag + 1, tag.len) == 0;
	return tag.len == len && memcmp(tag.at, etag, len) == 0;
}

/* Whether a list has the object's tag. Ours are strong, so a weak one is the
 * same only where weak comparison is right. */
static bool list_has(struct view list, const char *etag, bool weak_counts)
{
	struct view tag;
	bool weak;

	while (next_tag(&list, &tag, &weak)) {
		if (tag.len == 1 && tag.at[0] == '*')
			return true;
		if (same_tag(tag, etag) && (weak_counts || !weak))
			return true;
	}
	return false;
}

/* A date that cannot be read counts as absent (RFC 9110, 13.1.3). */
static bool has_date(struct view value, int64_t now, int64_t *seconds)
{
	return value.at && date_parse(value.at, value.len, now, seconds);
}

static enum condition check_modified(const struct head *head,
				     const struct object *object, int64_t now)
{
	int64_t date;

	if (head->if_none_match.at)
		return list_has(head->if_none_match, object->etag, true) ?
			       CONDITION_NOT_MODIFIED :
			       CONDITION_HOLDS;
	if (has_date(head->if_modified_since, now, &date) &&
	    object->modified_s <= date)
		return CONDITION_NOT_MODIFIED;
	return CONDITION_HOLDS;
}

enum condition condition_check(const struct head *head,
			       const struct object *object, int64_t now,
			       const char **which)
{
	int64_t date;

	if (head->if_match.at) {
		*which = "If-Match";
		if (!list_has(head->if_match, object->etag, false))
			return CONDITION_FAILED;
	} else if (has_date(head->if_unmodified_since, now, &date)) {
		*which = "If-Unmodified-Since";
		if (object->modified_s > date)
			return CONDITION_FAILED;
	}
	return check_modified(head, object, now);
}

bool condition_range_holds(const struct head *head, const struct object *object,
			   int64_t now)
{
	int64_t date;

	if (!head->if_range.at)
		return true;
	if (has_date(head->if_range, now, &date))
		return date == object->modified_s;
	return same_tag(head->if_range, object->etag);
}
