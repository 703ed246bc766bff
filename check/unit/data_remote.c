/* A store outside, well or badly played by data_peer.h. */
#include "check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/data.h"
#include "data_peer.h"

static struct object_source *connect_to(const struct peer *peer,
					const char *prefix,
					const struct credentials *credentials)
{
	struct data_remote remote = {
		.endpoint = peer->endpoint, .bucket = "b",
		.prefix = prefix, .region = "eu-north-1",
		.credentials = credentials, .timeout_s = 5,
	};
	struct object_source *source;
	struct err err;

	if (data_remote_new(&source, &remote, &err) < 0)
		fail_msg("%s", err.text);
	return source;
}

static struct object_source *open_s2(uint64_t keys)
{
	struct object_source *source;

	assert_int_equal(data_s2_new(&source, keys, NULL), 0);
	return source;
}

static int find(struct object_source *source, const char *key,
		struct object *out, struct err *err)
{
	return source->ops->find(source, key, strlen(key), out, err);
}

static void ranges_are_the_peers(void **state)
{
	struct object_source *remote;
	struct object there, here;
	char *a = mem_new(9 << 20), *b = mem_new(9 << 20);
	struct peer peer;
	struct err err;

	(void)state;
	peer_start(&peer, open_s2(20));
	remote = connect_to(&peer, NULL, NULL);
	assert_int_equal(peer.requests, 0);
	assert_int_equal(find(remote, "s2/00007/B04.tif", &there, &err), 0);
	assert_int_equal(find(peer.source, "s2/00007/B04.tif", &here, &err), 0);
	assert_int_equal(there.size, here.size);
	assert_int_equal(there.modified_s, here.modified_s);
	assert_string_equal(there.etag, here.etag);
	assert_string_equal(there.content_type, "image/tiff");
	for (uint64_t n = 1; n <= 9 << 20; n = n * 13 + 1) {
		peer.requests = 0;
		if (object_read(remote, &there, 1000 + n, n, a, &err) < 0)
			fail_msg("%s", err.text);
		object_read(peer.source, &here, 1000 + n, n, b, NULL);
		assert_memory_equal(a, b, n);
		assert_int_equal(peer.requests, n <= 8 << 20 ? 1 : 2);
	}
	object_close(remote, &there);
	assert_int_equal(find(remote, "s2/00020/B04.tif", &there, &err),
			 ERR_NOT_FOUND);
	assert_int_equal(find(remote, "", &there, &err), ERR_NOT_FOUND);
	object_source_free(remote);
	peer_stop(&peer);
	assert_null(strstr(peer.head, "Authorization"));
	free(a);
	free(b);
}

static size_t count(struct object_source *source, const char *prefix,
		    const char *after)
{
	char last[OBJECT_KEY_MAX + 1];
	struct object_entry entry;
	struct err err;
	size_t n = 0;
	int code;

	strcpy(last, after);
	while ((code = source->ops->next(source, prefix, last, &entry, &err)) ==
	       0) {
		assert_true(strcmp(entry.key, last) > 0);
		assert_int_equal(entry.object.size, 218693282);
		assert_int_equal(entry.object.etag[0], '"');
		strcpy(last, entry.key);
		n++;
	}
	if (code != ERR_NOT_FOUND)
		fail_msg("%s", err.text);
	return n;
}

static void listings_come_in_pages(void **state)
{
	struct object_source *remote;
	struct peer peer;
	struct object object;

	(void)state;
	peer_start(&peer, open_s2(2500));
	remote = connect_to(&peer, NULL, NULL);
	assert_int_equal(count(remote, "", ""), 2500);
	assert_int_equal(peer.lists, 3);
	assert_int_equal(count(remote, "", "s2/02000"), 500);
	assert_int_equal(peer.lists, 3);
	assert_int_equal(count(remote, "s2/012", ""), 100);
	assert_int_equal(count(remote, "", "s2/02499/B04.tif"), 0);
	assert_int_equal(count(remote, "x", ""), 0);
	peer.fault = NO_ENCODING;
	assert_int_equal(count(remote, "s2/0123", ""), 10);
	object_source_free(remote);

	remote = connect_to(&peer, "s2/021", NULL);
	assert_int_equal(count(remote, "", ""), 100);
	assert_int_equal(count(remote, "s2/", ""), 100);
	assert_int_equal(count(remote, "s2/0213", ""), 10);
	assert_int_equal(count(remote, "s2/022", ""), 0);
	assert_int_equal(find(remote, "s2/02000/B04.tif", &object, NULL),
			 ERR_NOT_FOUND);
	object_source_free(remote);
	peer_stop(&peer);
}

/* Keys that need all kinds of encoding, from a folder. */
static void any_key_travels(void **state)
{
	static const char *const keys[] = {
		"a b+c%41&<x>'\".tif", "gr\xc3\xbc\xc3\x9f.tif", "q?x=1#y.tif",
		"~tilde-_.tif",
	};
	char folder[] = "/tmp/check-remote-XXXXXX", last[1025] = "";
	struct object_source *dir, *remote;
	struct object_entry entry;
	struct object object;
	struct peer peer;
	char bytes[8];

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 4; i++) {
		char *path = mem_printf("%s/%s", folder, keys[i]);

		assert_int_equal(file_write(path, keys[i], 4, NULL), 0);
		free(path);
	}
	assert_int_equal(data_dir_new(&dir, folder, "b", "n", NULL), 0);
	peer_start(&peer, dir);
	remote = connect_to(&peer, NULL, NULL);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(remote->ops->next(remote, "", last, &entry,
						   NULL), 0);
		assert_string_equal(entry.key, keys[i]);
		assert_int_equal(find(remote, keys[i], &object, NULL), 0);
		assert_int_equal(object_read(remote, &object, 0, 4, bytes,
					     NULL), 0);
		assert_memory_equal(bytes, keys[i], 4);
		object_close(remote, &object);
		strcpy(last, entry.key);
	}
	object_source_free(remote);
	peer_stop(&peer);
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

/* The value of a header of the last request, its name in lower case. */
static void header_of(const struct peer *peer, const char *name, char *out,
		      size_t size)
{
	const char *at = peer->head;
	size_t n = strlen(name);

	while ((at = strstr(at, "\r\n")) && strncasecmp(at + 2, name, n))
		at += 2;
	if (!at)
		fail_msg("no header %s in %s", name, peer->head);
	at += 2 + n + 1 + strspn(at + 2 + n + 1, " ");
	snprintf(out, size, "%.*s", (int)strcspn(at, "\r"), at);
}

static void hmac(const void *key, size_t key_len, const char *text,
		 unsigned char out[32])
{
	assert_non_null(HMAC(EVP_sha256(), key, (int)key_len,
			     (const unsigned char *)text, strlen(text), out,
			     NULL));
}

static void hex_of(const unsigned char bytes[32], char out[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* "METHOD\nPATH\nQUERY\nheaders…\n\nnames\nhash": what is signed. */
static void canonical(const struct peer *peer, const char *names,
		      struct str *out)
{
	const char *path = strchr(peer->head, ' ') + 1;
	size_t path_len = strcspn(path, "? "), query_len;
	char value[512], name[64];

	query_len = path[path_len] == '?' ? strcspn(path + path_len, " ") : 1;
	str_addf(out, "%.*s\n%.*s\n%.*s\n", (int)(path - peer->head - 1),
		 peer->head, (int)path_len, path, (int)query_len - 1,
		 path + path_len + 1);
	for (const char *at = names; *at;
	     at += strlen(name) + (at[strlen(name)] == ';')) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ";"), at);
		header_of(peer, name, value, sizeof(value));
		str_addf(out, "%s:%s\n", name, value);
	}
	header_of(peer, "x-amz-content-sha256", value, sizeof(value));
	str_addf(out, "\n%s\n%s", names, value);
}

/* Signs the last request as AWS says and compares. */
static void check_signature(const struct peer *peer, const char *secret)
{
	char auth[512], date[64], scope[128], names[128], said[65], mine[65];
	unsigned char hash[32];
	struct str text = STR_INIT;
	char *first = mem_printf("AWS4%s", secret), *part, *rest;
	size_t key_len = strlen(first);

	header_of(peer, "authorization", auth, sizeof(auth));
	header_of(peer, "x-amz-date", date, sizeof(date));
	assert_int_equal(sscanf(auth, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
				"%127[^,], SignedHeaders=%127[^,], "
				"Signature=%64[0-9a-f]", scope, names, said),
			 3);
	assert_non_null(strstr(scope, "/eu-north-1/s3/aws4_request"));
	canonical(peer, names, &text);
	SHA256((const unsigned char *)text.buf, text.len, hash);
	hex_of(hash, mine);
	str_reset(&text);
	str_addf(&text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", date, scope, mine);
	memcpy(hash, first, key_len < 32 ? key_len : 32);
	for (part = strtok_r(scope, "/", &rest); part;
	     part = strtok_r(NULL, "/", &rest)) {
		hmac(hash, key_len, part, hash);
		key_len = 32;
	}
	hmac(hash, 32, text.buf, hash);
	hex_of(hash, mine);
	assert_string_equal(mine, said);
	str_release(&text);
	free(first);
}

static void credentials_sign(void **state)
{
	const struct credentials credentials = {
		"AKIDEXAMPLE", "not-a-secret", "the-token",
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct object_source *remote;
		struct object_entry entry;
		struct object object;
		struct peer peer;
		char bytes[10];

		peer_start(&peer, open_s2(20));
		remote = connect_to(&peer, NULL, &credentials);
		if (i == 2) {
			remote->ops->next(remote, "s2/+ ", "s2/+ ~", &entry,
					  NULL);
		} else {
			find(remote, "s2/00007/B04.tif", &object, NULL);
			if (i == 1)
				object_read(remote, &object, 5, 10, bytes,
					    NULL);
			object_close(remote, &object);
		}
		object_source_free(remote);
		peer_stop(&peer);
		check_signature(&peer, "not-a-secret");
		assert_non_null(strstr(peer.head, "x-amz-security-token"));
		assert_null(strstr(peer.head, "not-a-secret"));
	}
}

static void read_fails(enum fault fault, const char *part)
{
	struct object_source *remote;
	struct object object;
	struct peer peer;
	struct err err;
	char bytes[1000];

	peer_start(&peer, open_s2(20));
	remote = connect_to(&peer, NULL, NULL);
	assert_int_equal(find(remote, "s2/00007/B04.tif", &object, &err), 0);
	peer.fault = fault;
	peer.requests = 0;
	assert_int_equal(object_read(remote, &object, 70, 1000, bytes, &err),
			 ERR_FAILED);
	assert_names(err, "s2/00007/B04.tif at byte 70 of ");
	assert_names(err, peer.endpoint);
	assert_names(err, part);
	assert_int_equal(peer.requests, 1); /* nothing is tried again */
	peer.fault = NONE;
	assert_int_equal(object_read(remote, &object, 70, 1000, bytes, &err),
			 0);
	object_close(remote, &object);
	object_source_free(remote);
	peer_stop(&peer);
}

static void wrong_answers_to_ranges_are_noticed(void **state)
{
	(void)state;
	read_fails(DENIES, "answered 403 AccessDenied: no, for ");
	read_fails(IGNORES_RANGE, "more than 1048576 bytes for ");
	read_fails(IGNORES_RANGE, "the range 70-1069: does it honour the ");
	read_fails(SHIFTS_RANGE, "bytes 71-1070/");
	read_fails(CUTS_BODY, "to the end");
}

static void list_fails(enum fault fault, const char *part)
{
	struct object_source *remote;
	struct object_entry entry;
	struct peer peer;
	struct err err = { "" };

	peer_start(&peer, open_s2(20));
	peer.fault = fault;
	remote = connect_to(&peer, NULL, NULL);
	assert_int_equal(remote->ops->next(remote, "", "s2/00003", &entry,
					   &err), ERR_FAILED);
	assert_names(err, peer.endpoint);
	assert_names(err, part);
	object_source_free(remote);
	peer_stop(&peer);
}

static void failures_name_the_endpoint(void **state)
{
	struct object_source *remote;
	struct object object;
	struct peer peer;
	struct err err;

	(void)state;
	list_fails(DENIES, "403 AccessDenied");
	list_fails(GOES_ELSEWHERE, "301");
	list_fails(LISTS_ALL, "start-after");
	list_fails(LISTS_ALL, "ListObjectsV2");
	list_fails(LISTS_HTML, "200 with an HTML page, \"Big Console\", for "
			       "the listing of ");
	list_fails(LISTS_HTML, "check that --endpoint is");
	list_fails(LISTS_JSON, "with JSON, \"{\"error\": \"no [2J\"}\", for ");
	list_fails(LISTS_JSON, "check that --endpoint is");
	list_fails(LISTS_NOTHING, "ListObjectsV2");
	list_fails(LISTS_ERROR, "answered 200 SlowDown: no, for the listing ");
	list_fails(LISTS_ERROR, "it is busy, try later");
	list_fails(LISTS_LONG, "more than 8 MiB on one page");
	list_fails(LISTS_LONG, "give a --prefix");
	list_fails(LISTS_LONG_HTML, "check that --endpoint is");
	list_fails(LISTS_ZIPPED, "with a body whose Content-Encoding is gzip, "
				 "for the listing");
	list_fails(LISTS_ZIPPED, "without compression");
	peer_start(&peer, open_s2(20));
	remote = connect_to(&peer, NULL, NULL);
	peer.fault = DENIES;
	assert_int_equal(find(remote, "s2/00007/B04.tif", &object, &err),
			 ERR_FAILED);
	assert_names(err, "credentials");
	peer_stop(&peer);
	/* Nobody listens there any more. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_int_equal(find(remote, "s2/00007/B04.tif", &object, &err),
			 ERR_FAILED);
	unsetenv("http_proxy");
	assert_names(err, peer.endpoint);
	assert_names(err, "does not answer");
	assert_null(strstr(err.text, "127.0.0.1:1 "));
	object_source_free(remote);
}

static void proxies_are_not_used(void **state)
{
	struct object_source *remote;
	struct object object;
	struct peer peer;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	peer_start(&peer, open_s2(20));
	remote = connect_to(&peer, NULL, NULL);
	assert_int_equal(find(remote, "s2/00007/B04.tif", &object, NULL), 0);
	object_close(remote, &object);
	object_source_free(remote);
	peer_stop(&peer);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

static void a_silent_peer_is_left(void **state)
{
	struct data_remote settings = { .bucket = "b", .timeout_s = 0.2 };
	struct object_source *remote;
	struct object object;
	struct peer peer;
	struct err err;

	(void)state;
	peer_start(&peer, open_s2(20));
	peer.fault = STALLS;
	settings.endpoint = peer.endpoint;
	assert_int_equal(data_remote_new(&remote, &settings, &err), 0);
	assert_int_equal(find(remote, "s2/00007/B04.tif", &object, &err),
			 ERR_FAILED);
	assert_names(err, peer.endpoint);
	object_source_free(remote);
	peer_stop(&peer);
}

static void settings_are_checked(void **state)
{
	static const char *const endpoints[] = {
		"", "localhost:9000", "ftp://host", "http://", "file:///etc",
		"http://host/?x", "http://user:word@host", "http://a b",
	};
	struct data_remote settings = { .bucket = "b" };
	struct object_source *remote;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		settings.endpoint = endpoints[i];
		assert_int_equal(data_remote_new(&remote, &settings, &err),
				 ERR_USAGE);
		assert_names(err, "a store");
	}
	settings.endpoint = "HTTP://LocalHost:9000///";
	settings.bucket = "a/b";
	assert_int_equal(data_remote_new(&remote, &settings, &err), ERR_USAGE);
	settings.bucket = "b";
	settings.region = "eu north";
	assert_int_equal(data_remote_new(&remote, &settings, &err), ERR_USAGE);
	settings.region = NULL;
	assert_int_equal(data_remote_new(&remote, &settings, &err), 0);
	object_source_free(remote);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_the_peers),
		cmocka_unit_test(listings_come_in_pages),
		cmocka_unit_test(any_key_travels),
		cmocka_unit_test(credentials_sign),
		cmocka_unit_test(wrong_answers_to_ranges_are_noticed),
		cmocka_unit_test(failures_name_the_endpoint),
		cmocka_unit_test(proxies_are_not_used),
		cmocka_unit_test(a_silent_peer_is_left),
		cmocka_unit_test(settings_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
