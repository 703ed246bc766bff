/*
 * Datasets: everything that makes an object source (record/objects.h). What
 * each holds, byte for byte, is in docs/data.md.
 *
 * Every *_new() fills *out with a source that the caller releases with
 * object_source_free(), and returns 0 or a negative code with a sentence in
 * `err`. No source keeps memory in proportion to its keys, except that "cog"
 * holds its few small files. find() and slices() of s2, cog and folders may be
 * called from several threads at once; next() of a folder and everything of an
 * outside store from one at a time.
 */
#ifndef DATA_DATA_H
#define DATA_DATA_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "objects/objects.h"
#include "record/trial.h"

#define DATA_S2_KEYS_MAX 4294967296ULL

/*
 * "s2": `keys` objects (1 to DATA_S2_KEYS_MAX) that look like the red band of
 * a Sentinel-2 scene and are computed, not stored. Bucket "bench", keys
 * "s2/00000/B04.tif" and so on: five digits, or as many as the last key needs.
 * ERR_USAGE for a count out of range.
 */
int data_s2_new(struct object_source **out, uint64_t keys, struct err *err);

/*
 * The regular files below the folder `root`; a key is the path below it.
 * `bucket` and `name` are the caller's and at most 63 bytes long. Not found are
 * keys with a component "." or "..", an empty one, a control character or bytes
 * that are not UTF-8, and what a symbolic link leads to outside of root. Listings
 * follow links to files, not to folders.
 * ERR_USAGE when root is no folder.
 */
int data_dir_new(struct object_source **out, const char *root,
		 const char *bucket, const char *name, struct err *err);

/*
 * Sees to it that `folder` holds at least `count` (1 to 100) real COGs and
 * their manifest: runs `program` (make-cog) unless it already does. Takes
 * about a second a COG. ERR_FAILED with the program's own sentence.
 */
int data_cog_make(const char *program, const char *folder, unsigned count,
		  struct err *err);

/*
 * "cog": what data_cog_make() made, read into memory and held against the
 * manifest's CRCs. Bucket "bench", keys "cog/00.tif" and so on.
 * ERR_INVALID names the file that is missing or different.
 */
int data_cog_new(struct object_source **out, const char *folder,
		 struct err *err);

/* A store outside. All strings are the caller's and copied; NULL or "" is
 * absent. */
struct data_remote {
	const char *endpoint; /* "https://HOST[:PORT]", Required */
	const char *bucket;   /* Required */
	const char *region;   /* for signatures; absent: "us-east-1" */
	const char *prefix;   /* only keys that start with it exist */
	const char *ca_file;  /* PEM; absent: the system's */
	const struct credentials *credentials; /* NULL: anonymous */
	double connect_timeout_s; /* 0: 10 */
	double timeout_s;         /* of one request; 0: 60 */
};

/*
 * A bucket that speaks S3 over HTTP, path style. Nothing is sent before the
 * first hook is called. Each find() is a HEAD, a listing a ListObjectsV2 of up
 * to 1,000 keys, bytes are ranged GETs of up to 8 MiB. Nothing is retried, no
 * proxy is used.
 * ERR_USAGE for a wrong endpoint; hooks: ERR_FAILED names the endpoint.
 */
int data_remote_new(struct object_source **out,
		    const struct data_remote *remote, struct err *err);

/*
 * Several sources as one bucket, that of the first: a key is looked for in
 * each. Owns them, also after a failure. Their keys must not overlap, and at
 * most 8 sources with ids below 2^56 can be joined.
 */
int data_union_new(struct object_source **out,
		   struct object_source *const *sources, unsigned count,
		   struct err *err);

/*
 * Writes JSON lines to `out`, one an object, the first `limit` (0: all) in
 * the order of the listing: name (of the dataset), bucket, key, size (bytes),
 * etag and, where the object is a TIFF that tiff_parse() understands, layout.
 */
int data_manifest_write(struct object_source *source, FILE *out,
			uint64_t limit, struct err *err);

#endif
