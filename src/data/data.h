/*
 * Datasets: everything that makes an object source (objects/objects.h).
 * docs/data.md defines their bytes.
 *
 * Every *_new() fills *out with a source that the caller releases with
 * object_source_free(), and returns 0 or a negative code with a sentence in
 * `err`. No source needs memory in proportion to its keys; "cog" holds its few
 * small files. Several threads may call find() and slices() of s2, cog and
 * folders at once. Only one thread at a time may call next() of a folder, or
 * any function of an outside store.
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
 * The regular files below the folder `root`. A key is the path below it.
 * `bucket` and `name` are the caller's and at most 63 bytes long. A key does
 * not exist if it has an empty component, a component "." or "..", a control
 * character, or bytes that are not UTF-8. Nor does a file that a symbolic link
 * leads to outside of `root`. Listings follow links to files, not to folders.
 * ERR_USAGE: `root` is no folder.
 */
int data_dir_new(struct object_source **out, const char *root,
		 const char *bucket, const char *name, struct err *err);

/*
 * Makes sure that `folder` holds at least `count` (1 to 100) real COGs and
 * their manifest. Runs `program` (make-cog) if it does not, about a second a
 * COG. ERR_FAILED, with the program's own sentence.
 */
int data_cog_make(const char *program, const char *folder, unsigned count,
		  struct err *err);

/*
 * "cog": the files of data_cog_make(), read into memory and compared with the
 * CRCs of the manifest. Bucket "bench", keys "cog/00.tif" and so on.
 * ERR_INVALID names the file that is missing or different.
 */
int data_cog_new(struct object_source **out, const char *folder,
		 struct err *err);

/* A store outside. The strings are copied. NULL and "" both mean absent. */
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
 * Several sources as one bucket, which is the first one's. A key is sought in
 * each. The union owns the sources, also after a failure. Their keys must not
 * overlap. At most 8 sources can be joined, with ids below 2^56.
 */
int data_union_new(struct object_source **out,
		   struct object_source *const *sources, unsigned count,
		   struct err *err);

/*
 * Writes a JSON line to `out` for each of the first `limit` objects (0: all),
 * in the order of the listing. Its members are name (of the dataset), bucket,
 * key, size (bytes), etag and, if the object is a TIFF that tiff_parse()
 * understands, layout.
 */
int data_manifest_write(struct object_source *source, FILE *out,
			uint64_t limit, struct err *err);

#endif
