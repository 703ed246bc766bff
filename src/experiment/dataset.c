#include "experiment/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/data.h"

#define COG_COUNT 4

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

const char *dataset_name(const struct trial_spec *spec)
{
	return spec->dataset ? spec->dataset : SPEC_DATASET;
}

const char *dataset_bucket(const struct trial_spec *spec)
{
	return spec->bucket ? spec->bucket : SPEC_BUCKET;
}

const char *dataset_region(const struct trial_spec *spec)
{
	const char *region = spec->region;

	if (!region)
		region = environment("AWS_REGION");
	if (!region)
		region = environment("AWS_DEFAULT_REGION");
	return region ? region : "us-east-1";
}

/* The key goes into a header, where the end of a line begins another header. */
static int check_key(const char *name, const char *value, struct err *err)
{
	for (; value && *value; value++)
		if ((unsigned char)*value <= ' ' || *value == 0x7f)
			return err_set(err, ERR_USAGE,
				       "%s holds a character that no key has, "
				       "a space or the end of a line: set it "
				       "anew", name);
	return 0;
}

int dataset_credentials(const struct trial_spec *spec,
			const struct credentials **out, struct err *err)
{
	static struct credentials keys;
	int code;

	*out = NULL;
	if (!spec->endpoint || spec->anonymous)
		return 0;
	keys.access_key_id = environment("AWS_ACCESS_KEY_ID");
	keys.secret_access_key = environment("AWS_SECRET_ACCESS_KEY");
	keys.session_token = environment("AWS_SESSION_TOKEN");
	if (!keys.access_key_id || !keys.secret_access_key)
		return err_set(err, ERR_USAGE,
			       "--endpoint needs --anonymous, or "
			       "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in "
			       "the environment");
	code = check_key("AWS_ACCESS_KEY_ID", keys.access_key_id, err);
	if (code == 0)
		code = check_key("AWS_SECRET_ACCESS_KEY",
				 keys.secret_access_key, err);
	if (code == 0)
		code = check_key("AWS_SESSION_TOKEN", keys.session_token, err);
	*out = code == 0 ? &keys : NULL;
	return code;
}

int dataset_make_cogs(const struct layout *layout, char **folder,
		      struct err *err)
{
	char *path = mem_printf("%s/cog", layout->cache);
	int code = file_make_dirs(path, 0777, err);

	if (code == 0)
		code = data_cog_make(layout->make_cog, path, COG_COUNT, err);
	if (code < 0)
		free(path);
	else
		*folder = path;
	return code;
}

static int open_outside(struct object_source **out,
			const struct trial_spec *spec, struct err *err)
{
	struct data_remote remote = {
		.endpoint = spec->endpoint,
		.bucket = dataset_bucket(spec),
		.region = dataset_region(spec),
		.ca_file = spec->ca_file,
		.prefix = spec->prefix ? spec->prefix : "",
		.timeout_s = spec->operation_timeout_s,
	};
	int code = dataset_credentials(spec, &remote.credentials, err);

	return code < 0 ? code : data_remote_new(out, &remote, err);
}

int dataset_open(struct object_source **out, const struct trial_spec *spec,
		 const struct layout *layout, struct err *err)
{
	char *folder;
	int code;

	if (spec->endpoint)
		return open_outside(out, spec, err);
	if (!strcmp(dataset_name(spec), "s2"))
		return data_s2_new(out, spec->keys, err);
	if (strcmp(dataset_name(spec), "cog"))
		return err_set(err, ERR_USAGE,
			       "there is no dataset '%s': the datasets are s2 "
			       "and cog",
			       spec->dataset);
	code = dataset_make_cogs(layout, &folder, err);
	if (code < 0)
		return code;
	code = data_cog_new(out, folder, err);
	free(folder);
	return code;
}
