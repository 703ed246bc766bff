#include "origin/subresource.h"

#include <string.h>

#include "origin/xml.h"

#define START(name) XML_DECLARATION "<" name " xmlns=\"" XML_S3 "\">"
#define EMPTY(name) XML_DECLARATION "<" name " xmlns=\"" XML_S3 "\"/>"
#define NAMED(name, text) "<" name ">" text "</" name ">"
#define OWNER NAMED("ID", "benchmark") NAMED("DisplayName", "benchmark")

#define ACL                                                                    \
	START("AccessControlPolicy")                                           \
	NAMED("Owner", OWNER)                                                  \
	"<AccessControlList><Grant><Grantee xmlns:xsi=\""                      \
	"http://www.w3.org/2001/XMLSchema-instance\" "                         \
	"xsi:type=\"CanonicalUser\">" OWNER "</Grantee>"                       \
	NAMED("Permission", "FULL_CONTROL")                                    \
	"</Grant></AccessControlList></AccessControlPolicy>"

/* A list of configurations that has none. */
#define NONE_OF(name) START(name) NAMED("IsTruncated", "false") "</" name ">"

static const struct subresource of_bucket[] = {
	{ .name = "accelerate",
	  .document = EMPTY("AccelerateConfiguration") },
	{ .name = "acl", .document = ACL },
	{ .name = "analytics",
	  .document = NONE_OF("ListBucketAnalyticsConfigurationResult") },
	{ "cors", S3_NO_CORS_RULES, NULL, NULL },
	{ "encryption", S3_NO_ENCRYPTION, NULL, NULL },
	{ .name = "intelligent-tiering",
	  .document = NONE_OF(
		  "ListBucketIntelligentTieringConfigurationsOutput") },
	{ .name = "inventory",
	  .document = NONE_OF("ListInventoryConfigurationsResult") },
	{ "lifecycle", S3_NO_LIFECYCLE, NULL, NULL },
	/* An empty element is us-east-1. */
	{ .name = "location", .document = EMPTY("LocationConstraint") },
	{ .name = "logging", .document = EMPTY("BucketLoggingStatus") },
	{ .name = "metrics",
	  .document = NONE_OF("ListMetricsConfigurationsResult") },
	{ .name = "notification",
	  .document = EMPTY("NotificationConfiguration") },
	{ "object-lock", S3_NO_LOCK_RULES, NULL, NULL },
	{ "ownershipControls", S3_NO_OWNERSHIP, NULL, NULL },
	{ "policy", S3_NO_POLICY, NULL, NULL },
	{ "policyStatus", S3_NO_POLICY, NULL, NULL },
	{ "publicAccessBlock", S3_NO_ACCESS_BLOCK, NULL, NULL },
	{ "replication", S3_NO_REPLICATION, NULL, NULL },
	{ .name = "requestPayment",
	  .document = START("RequestPaymentConfiguration")
		  NAMED("Payer", "BucketOwner")
		  "</RequestPaymentConfiguration>" },
	{ "tagging", S3_NO_TAGS, NULL, NULL },
	{ .name = "uploads",
	  .document = START("ListMultipartUploadsResult") "<Bucket>",
	  .rest = "</Bucket><KeyMarker/><UploadIdMarker/>"
		  "<MaxUploads>1000</MaxUploads>"
		  "<IsTruncated>false</IsTruncated>"
		  "</ListMultipartUploadsResult>" },
	{ .name = "versioning",
	  .document = EMPTY("VersioningConfiguration") },
	{ "website", S3_NO_WEBSITE, NULL, NULL },
};

static const struct subresource of_object[] = {
	{ .name = "acl", .document = ACL },
	{ .name = "attributes" },
	{ "legal-hold", S3_NO_OBJECT_LOCK, NULL, NULL },
	{ "retention", S3_NO_OBJECT_LOCK, NULL, NULL },
	{ .name = "tagging",
	  .document = START("Tagging") "<TagSet/></Tagging>" },
	{ "torrent", S3_NO_SUCH_KEY, NULL, NULL },
	{ "uploadId", S3_NO_SUCH_UPLOAD, NULL, NULL },
	{ "uploads", S3_METHOD_NOT_ALLOWED, NULL, NULL },
};

static bool is(struct view name, const char *text)
{
	return name.len == strlen(text) &&
	       memcmp(name.at, text, name.len) == 0;
}

static const struct subresource *find(const struct subresource *all, size_t n,
				      struct view name)
{
	for (size_t i = 0; i < n; i++)
		if (is(name, all[i].name))
			return &all[i];
	return NULL;
}

const struct subresource *subresource_of_bucket(struct view name)
{
	return find(of_bucket, sizeof(of_bucket) / sizeof(of_bucket[0]), name);
}

const struct subresource *subresource_of_object(struct view name)
{
	return find(of_object, sizeof(of_object) / sizeof(of_object[0]), name);
}

void subresource_write(const struct subresource *which, const char *bucket,
		       struct str *out)
{
	str_add(out, which->document);
	if (!which->rest)
		return;
	xml_add_text(out, bucket, strlen(bucket));
	str_add(out, which->rest);
}

uint64_t subresource_parts(const struct object *object)
{
	uint64_t bytes = object->part_bytes;

	if (!bytes)
		return 0;
	return object->size ? object->size / bytes + (object->size % bytes != 0)
			    : 1;
}

/* Without its quotes, unlike everywhere else. */
static void add_etag(const struct object *object, struct str *out)
{
	xml_add(out, "ETag", object->etag + 1, strlen(object->etag) - 2);
}

static void add_parts(const struct object *object, struct str *out)
{
	uint64_t parts = subresource_parts(object);

	if (parts)
		str_addf(out,
			 "<ObjectParts><PartsCount>%llu</PartsCount>"
			 "</ObjectParts>",
			 (unsigned long long)parts);
}

static void add_class(const struct object *object, struct str *out)
{
	(void)object;
	str_add(out, NAMED("StorageClass", "STANDARD"));
}

static void add_size(const struct object *object, struct str *out)
{
	str_addf(out, NAMED("ObjectSize", "%llu"),
		 (unsigned long long)object->size);
}

/* In the order of S3's documents. */
static const struct {
	const char *name;
	void (*add)(const struct object *object, struct str *out);
} attributes[] = {
	{ "ETag", add_etag },
	{ "Checksum", NULL }, /* none was given */
	{ "ObjectParts", add_parts },
	{ "StorageClass", add_class },
	{ "ObjectSize", add_size },
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

/* The attributes of a list as bits; 0 when one is unknown, or none is there. */
static unsigned read_list(struct view list)
{
	unsigned wanted = 0;

	while (list.len) {
		const char *comma = memchr(list.at, ',', list.len);
		size_t n = comma ? (size_t)(comma - list.at) : list.len, i = 0;
		struct view name = { list.at, n };

		list.at += n + (comma != NULL);
		list.len -= n + (comma != NULL);
		for (; name.len && *name.at == ' '; name.len--)
			name.at++;
		while (name.len && name.at[name.len - 1] == ' ')
			name.len--;
		while (i < ATTRIBUTES && !is(name, attributes[i].name))
			i++;
		if (i == ATTRIBUTES)
			return 0;
		wanted |= 1U << i;
	}
	return wanted;
}

int subresource_attributes(struct view wanted, const struct object *object,
			   struct str *out)
{
	unsigned bits = read_list(wanted);

	if (!bits)
		return -S3_INVALID_ARGUMENT;
	str_add(out, START("GetObjectAttributesResponse"));
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (bits >> i & 1 && attributes[i].add)
			attributes[i].add(object, out);
	str_add(out, "</GetObjectAttributesResponse>");
	return 0;
}
