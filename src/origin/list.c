#include "origin/list.h"

#include <string.h>

#include "origin/date.h"
#include "origin/xml.h"

#define OWNER                                                                  \
	"<Owner><ID>benchmark</ID><DisplayName>benchmark</DisplayName></Owner>"

/* What an answer is made of while the source is walked. */
struct listing {
	const struct list_request *request;
	struct str contents, prefixes;
	unsigned count; /* of both */
	bool truncated;
	char after[OBJECT_KEY_MAX + 2]; /* behind what was listed */
	char last[OBJECT_KEY_MAX + 1];  /* key or prefix, as a marker */
};

static void add_name(struct str *out, const struct list_request *request,
		     const char *name, const char *text, size_t len)
{
	if (request->url)
		xml_add_url(out, name, text, len);
	else
		xml_add(out, name, text, len);
}

static void add_contents(struct listing *l, const struct object_entry *entry)
{
	const struct list_request *request = l->request;
	char date[DATE_ISO_LEN];

	date_iso(entry->object.modified_s, date);
	str_add(&l->contents, request->versions ? "<Version>" : "<Contents>");
	add_name(&l->contents, request, "Key", entry->key, strlen(entry->key));
	if (request->versions)
		str_add(&l->contents, "<VersionId>null</VersionId>"
				      "<IsLatest>true</IsLatest>");
	xml_add(&l->contents, "LastModified", date, sizeof(date));
	xml_add(&l->contents, "ETag", entry->object.etag,
		strlen(entry->object.etag));
	str_addf(&l->contents, "<Size>%llu</Size>",
		 (unsigned long long)entry->object.size);
	if (!request->v2 || request->fetch_owner)
		str_add(&l->contents, OWNER);
	str_addf(&l->contents, "<StorageClass>STANDARD</StorageClass></%s>",
		 request->versions ? "Version" : "Contents");
}

static void add_prefix(struct listing *l, const char *key, size_t len)
{
	str_add(&l->prefixes, "<CommonPrefixes>");
	add_name(&l->prefixes, l->request, "Prefix", key, len);
	str_add(&l->prefixes, "</CommonPrefixes>");
}

/* Length of the common prefix that a key is part of, 0 when it is none. */
static size_t common_prefix(const struct list_request *request, const char *key)
{
	const char *at;

	if (!request->delimiter.len)
		return 0;
	at = strstr(key + request->prefix.len, request->delimiter.at);
	return at ? (size_t)(at - key) + request->delimiter.len : 0;
}

/* Goes on behind a key, or behind all keys of a common prefix. 0xff is no byte
 * of UTF-8, so it sorts behind all keys with that prefix. */
static void go_behind(struct listing *l, const char *key, size_t len,
		      bool is_prefix)
{
	memcpy(l->last, key, len);
	l->last[len] = '\0';
	memcpy(l->after, key, len);
	if (is_prefix)
		l->after[len++] = '\xff';
	l->after[len] = '\0';
}

static void add_entry(struct listing *l, const struct object_entry *entry)
{
	size_t common = common_prefix(l->request, entry->key);

	if (common)
		add_prefix(l, entry->key, common);
	else
		add_contents(l, entry);
	go_behind(l, entry->key, common ? common : strlen(entry->key),
		  common > 0);
	l->count++;
}

/* Whether the marker is the common prefix itself: then all of it was listed. */
static bool listed_before(struct listing *l, const struct object_entry *entry)
{
	size_t common = common_prefix(l->request, entry->key);

	if (!common || strlen(l->after) != common ||
	    memcmp(entry->key, l->after, common) != 0)
		return false;
	go_behind(l, entry->key, common, true);
	return true;
}

static int walk(struct object_source *source, struct listing *l,
		struct err *err)
{
	struct object_entry entry;
	int code;

	object_begin(source);
	for (;;) {
		code = source->ops->next(source, l->request->prefix.at,
					 l->after, &entry, err);
		if (code < 0)
			return code == ERR_NOT_FOUND ? 0 : code;
		if (listed_before(l, &entry))
			continue;
		l->truncated = l->count == l->request->max_keys;
		if (l->truncated)
			return 0;
		add_entry(l, &entry);
	}
}

static void add_token(struct str *out, const char *after)
{
	str_add(out, "<NextContinuationToken>1");
	for (; *after; after++)
		str_addf(out, "%02x", (unsigned char)*after);
	str_add(out, "</NextContinuationToken>");
}

static void add_start(struct str *out, const struct list_request *request,
		      const char *name)
{
	add_name(out, request, name, request->start.at, request->start.len);
}

static void add_paging_v2(struct str *out, const struct listing *l)
{
	const struct list_request *request = l->request;

	if (request->start.given)
		add_start(out, request, "StartAfter");
	if (request->token.given)
		xml_add(out, "ContinuationToken", request->token.at,
			request->token.len);
	if (l->truncated)
		add_token(out, l->after);
	str_addf(out, "<KeyCount>%u</KeyCount>", l->count);
}

static void add_paging_v1(struct str *out, const struct listing *l)
{
	add_start(out, l->request, "Marker");
	if (l->truncated && l->request->delimiter.len)
		add_name(out, l->request, "NextMarker", l->last,
			 strlen(l->last));
}

/* A common prefix as a marker has no version. */
static void add_paging_versions(struct str *out, const struct listing *l)
{
	bool is_key = !l->request->delimiter.len ||
		      strcmp(l->last, l->after) == 0;

	add_start(out, l->request, "KeyMarker");
	str_add(out, "<VersionIdMarker></VersionIdMarker>");
	if (!l->truncated)
		return;
	add_name(out, l->request, "NextKeyMarker", l->last, strlen(l->last));
	if (is_key)
		str_add(out, "<NextVersionIdMarker>null"
			     "</NextVersionIdMarker>");
}

static void add_paging(struct str *out, const struct listing *l)
{
	if (l->request->versions)
		add_paging_versions(out, l);
	else if (l->request->v2)
		add_paging_v2(out, l);
	else
		add_paging_v1(out, l);
}

static void add_document(struct str *out, const struct object_source *source,
			 const struct listing *l)
{
	const struct list_request *request = l->request;
	const char *root = request->versions ? "ListVersionsResult"
					     : "ListBucketResult";

	str_addf(out, XML_DECLARATION "<%s xmlns=\"" XML_S3 "\">", root);
	xml_add(out, "Name", source->bucket, strlen(source->bucket));
	add_name(out, request, "Prefix", request->prefix.at,
		 request->prefix.len);
	add_paging(out, l);
	str_addf(out, "<MaxKeys>%u</MaxKeys>", request->max_keys);
	if (request->delimiter.len)
		add_name(out, request, "Delimiter", request->delimiter.at,
			 request->delimiter.len);
	if (request->url)
		str_add(out, "<EncodingType>url</EncodingType>");
	str_addf(out, "<IsTruncated>%s</IsTruncated>",
		 l->truncated ? "true" : "false");
	str_add_n(out, l->contents.buf, l->contents.len);
	str_add_n(out, l->prefixes.buf, l->prefixes.len);
	str_addf(out, "</%s>", root);
}

int list_write(struct object_source *source, const struct list_request *request,
	       struct str *out, struct err *err)
{
	struct listing l = { .request = request,
			     .contents = STR_INIT,
			     .prefixes = STR_INIT };
	int code = 0;

	memcpy(l.after, request->after, sizeof(l.after));
	/* No keys are asked for, or no key can be so long. */
	if (request->max_keys && request->prefix.len <= OBJECT_KEY_MAX)
		code = walk(source, &l, err);
	if (code == 0)
		add_document(out, source, &l);
	str_release(&l.contents);
	str_release(&l.prefixes);
	return code;
}

void list_write_buckets(struct object_source *const *sources, unsigned count,
			struct str *out)
{
	char date[DATE_ISO_LEN];

	date_iso(0, date);
	str_add(out, XML_DECLARATION
		"<ListAllMyBucketsResult xmlns=\"" XML_S3 "\">" OWNER
		"<Buckets>");
	for (unsigned i = 0; i < count; i++) {
		str_add(out, "<Bucket>");
		xml_add(out, "Name", sources[i]->bucket,
			strlen(sources[i]->bucket));
		xml_add(out, "CreationDate", date, sizeof(date));
		str_add(out, "</Bucket>");
	}
	str_add(out, "</Buckets></ListAllMyBucketsResult>");
}
