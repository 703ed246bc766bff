#include "run/packet.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "run/handed.h"

/* Nobody waits so long: such a figure counts as none. */
#define IMPORT_MOST_S 1e9

/* What a finding can hold of one. */
#define FAILURE_TEXT_BYTES 400

/* ------------------------------------------------------------ writing --- */

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *credentials_json(const struct credentials *credentials)
{
	if (!credentials)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "access_key_id",
			 text_or_null(credentials->access_key_id),
			 "secret_access_key",
			 text_or_null(credentials->secret_access_key),
			 "session_token",
			 text_or_null(credentials->session_token));
}

static json_t *params_json(const struct trial *trial)
{
	json_t *params = json_loads(trial->params_json, 0, NULL);

	if (json_is_object(params))
		return params;
	json_decref(params);
	return NULL;
}

/* jansson refuses a text that is not UTF-8, and would leave the member out
 * without a word. */
struct builder {
	json_t *object;
	bool failed;
};

static void add(struct builder *builder, const char *name, json_t *value)
{
	if (json_object_set_new(builder->object, name, value) < 0)
		builder->failed = true;
}

/* The path by which a replica opens it: by its own number, as its own user. */
static json_t *handed_path(enum handed which)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", HANDED_FD(which));
	return json_string(path);
}

static json_t *path_or_null(const struct run_request *request,
			    enum handed which)
{
	return request->handed[which] < 0 ? json_null() : handed_path(which);
}

/* Fields of the configuration, each a member of its name. */
static void add_part(struct builder *builder, const struct trial_spec *spec,
		     enum spec_part part)
{
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (f->part == part)
			add(builder, f->name, spec_value_json(spec, f));
}

static json_t *client_json(const struct trial_spec *spec)
{
	struct builder client = { json_object(), false };

	add_part(&client, spec, SPEC_CLIENT);
	return client.object;
}

static void add_files(struct builder *setup, const struct run_request *request,
		      unsigned replica)
{
	add(setup, "plan", path_or_null(request, HANDED_PLAN));
	add(setup, "records",
	    json_pack("{s:o, s:I}", "path", handed_path(HANDED_RECORDS),
		      "capacity", (json_int_t)request->records_capacity));
	add(setup, "verify",
	    json_pack("{s:o, s:o, s:o}", "proof",
		      path_or_null(request, HANDED_PROOF), "proof_bytes",
		      path_or_null(request, HANDED_PROOF_BYTES), "burst",
		      path_or_null(request, HANDED_BURST)));
	add(setup, "replica", json_integer(replica));
	add(setup, "replicas", json_integer(request->trial->replica_count));
}

static void add_target(struct builder *setup, const struct run_request *request,
		       unsigned replica)
{
	const struct trial_spec *spec = &request->trial->spec;

	add(setup, "library", json_string(spec->library));
	add(setup, "test", json_string(spec->test));
	add(setup, "endpoint", json_string(request->endpoints[replica]));
	add(setup, "bucket", json_string(spec->bucket));
	add(setup, "region",
	    json_string(spec->region ? spec->region : "us-east-1"));
	add(setup, "tls", json_boolean(request->tls));
	add(setup, "ca_file", path_or_null(request, HANDED_CA));
	add(setup, "credentials", credentials_json(spec->credentials));
	add(setup, "client_config", client_json(spec));
}

static void add_work(struct builder *setup, const struct trial *trial)
{
	const struct trial_spec *spec = &trial->spec;

	add(setup, "concurrency", json_integer((json_int_t)spec->concurrency));
	add(setup, "seed", json_integer((json_int_t)spec->seed));
	add_part(setup, spec, SPEC_LOAD);
	add(setup, "timeout_seconds",
	    json_double(trial_timeout_s(trial)));
	/* Its own share of it. */
	if (spec->rate > 0)
		add(setup, "rate",
		    json_double(spec->rate / (double)spec->replicas));
}

/* In every library that we know the integers of JSON are signed. */
static int check_numbers(const struct run_request *request, struct err *err)
{
	const struct trial_spec *spec = &request->trial->spec;

	if (spec->seed > INT64_MAX ||
	    (spec->n_requests > INT64_MAX &&
	     spec->n_requests != COUNT_UNKNOWN) ||
	    request->records_capacity > INT64_MAX)
		return err_set(err, ERR_USAGE,
			       "a seed or a number of requests above 2^63 - 1 "
			       "cannot be sent to a replica: give a smaller "
			       "one");
	return 0;
}

int packet_setup(const struct run_request *request, unsigned replica,
		 char **out, struct err *err)
{
	const struct replica *who = &request->trial->replica[replica];
	struct builder setup = { NULL, false };
	json_t *params;

	*out = NULL;
	if (check_numbers(request, err) < 0)
		return ERR_USAGE;
	params = params_json(request->trial);
	if (!params)
		return err_set(err, ERR_USAGE,
			       "the parameters of the test are not a JSON "
			       "object: %s", request->trial->params_json);
	setup.object = json_pack("{s:s, s:i, s:o}", "type", "setup",
				 "protocol", (int)who->protocol, "params",
				 params);
	add_target(&setup, request, replica);
	add_work(&setup, request->trial);
	add_files(&setup, request, replica);
	if (!setup.failed)
		*out = json_dumps(setup.object, JSON_COMPACT);
	json_decref(setup.object);
	if (!*out)
		return err_set(err, ERR_USAGE,
			       "a path or a name of this trial is not UTF-8: "
			       "rename it");
	if (strlen(*out) <= PACKET_MAX_BYTES)
		return 0;
	free(*out);
	*out = NULL;
	return err_set(err, ERR_USAGE,
		       "the paths and parameters of this trial need more than "
		       "a packet of %d bytes: shorten them", PACKET_MAX_BYTES);
}

static char *dump(json_t *packet)
{
	char *text = json_dumps(packet, JSON_COMPACT);

	json_decref(packet);
	return text;
}

char *packet_go(uint64_t at_ns)
{
	return dump(json_pack("{s:s, s:I}", "type", "go", "at_ns",
			      (json_int_t)at_ns));
}

char *packet_pause(void)
{
	return dump(json_pack("{s:s}", "type", "pause"));
}

char *packet_finish(void)
{
	return dump(json_pack("{s:s}", "type", "finish"));
}

char *packet_bye(void)
{
	return dump(json_pack("{s:s}", "type", "bye"));
}

/* ------------------------------------------------------------ reading --- */

int packet_parse(const char *bytes, size_t n, json_t **out, const char **type,
		 struct err *err)
{
	json_error_t error;

	*out = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &error);
	if (!*out)
		return err_set(err, ERR_INVALID,
			       "a packet of %zu bytes that is not JSON (%s)", n,
			       error.text);
	*type = json_string_value(json_object_get(*out, "type"));
	if (json_is_object(*out) && *type)
		return 0;
	json_decref(*out);
	*out = NULL;
	return err_set(err, ERR_INVALID,
		       "a packet that is not an object with a text 'type'");
}

static int wrong_member(struct err *err, const char *name, const char *want)
{
	return err_set(err, ERR_INVALID, "'ready': member '%s' is not %s", name,
		       want);
}

static int read_versions(const json_t *packet, struct replica *replica,
			 struct err *err)
{
	json_t *versions = json_object_get(packet, "versions"), *value;
	const char *library = NULL, *runtime = NULL, *name;

	if (!json_is_object(versions))
		return wrong_member(err, "versions", "an object");
	json_object_foreach(versions, name, value)
		if (!json_is_string(value))
			return wrong_member(err, "versions",
					    "an object of strings");
	if (json_get_text(versions, "library", true, &library,
			  "'versions' of 'ready'", err) < 0 ||
	    json_get_text(versions, "runtime", true, &runtime,
			  "'versions' of 'ready'", err) < 0)
		return ERR_INVALID;
	if (*replica->build)
		snprintf(replica->library_version,
			 sizeof(replica->library_version), "%.*s (%.8s)",
			 (int)sizeof(replica->library_version) - 12, library,
			 replica->build);
	else
		snprintf(replica->library_version,
			 sizeof(replica->library_version), "%s", library);
	snprintf(replica->runtime, sizeof(replica->runtime), "%s", runtime);
	text_clean_line(replica->library_version);
	text_clean_line(replica->runtime);
	if (*replica->tests)
		json_object_set_new(versions, "tests",
				    json_string(replica->tests));
	if (*replica->build)
		json_object_set_new(versions, "build",
				    json_string(replica->build));
	free(replica->versions_json);
	replica->versions_json = json_dumps(versions,
					    JSON_COMPACT | JSON_ENSURE_ASCII);
	return 0;
}

/* Each text of a list is one line at most, whatever the replica made of it. */
static void add_item(struct str *all, const char *text)
{
	char *part = mem_dup(text);

	text_clean_line(part);
	str_add(all, part);
	free(part);
}

/* An array of texts, joined; *out stays NULL when it is absent or empty. */
static int read_list(const json_t *packet, const char *name, char between,
		     char **out, struct err *err)
{
	json_t *list = json_object_get(packet, name), *value;
	struct str all = STR_INIT;
	size_t i;

	if (!list || json_is_null(list))
		return 0;
	if (!json_is_array(list))
		return wrong_member(err, name, "an array of strings");
	json_array_foreach(list, i, value) {
		if (!json_is_string(value)) {
			str_release(&all);
			return wrong_member(err, name, "an array of strings");
		}
		if (i)
			str_add_char(&all, between);
		add_item(&all, json_string_value(value));
	}
	free(*out);
	*out = all.len ? str_detach(&all) : NULL;
	str_release(&all);
	return 0;
}

int packet_read_ready(const json_t *packet, struct replica *replica,
		      struct err *err)
{
	uint64_t protocol = 0;
	double import_s = 0;
	bool pauses = false;

	if (json_get_u64(packet, "protocol", true, &protocol, "'ready'", err) <
	    0)
		return ERR_INVALID;
	if (protocol != replica->protocol)
		return err_set(err, ERR_CONFLICT,
			       "speaks version %llu of the worker protocol and "
			       "its library.toml says version %u: write "
			       "protocol = %llu into it, or install worker and "
			       "harness together", (unsigned long long)protocol,
			       replica->protocol, (unsigned long long)protocol);
	if (read_versions(packet, replica, err) < 0 ||
	    read_list(packet, "not_applied", ',', &replica->not_applied, err) <
		    0 ||
	    read_list(packet, "notes", '\n', &replica->notes, err) < 0 ||
	    json_get_number(packet, "import_seconds", false, &import_s,
			    "'ready'", err) < 0 ||
	    json_get_u64(packet, "clock_ns", false, &replica->ready_clock_ns,
			 "'ready'", err) < 0 ||
	    json_get_bool(packet, "pause", false, &pauses, "'ready'", err) < 0)
		return ERR_INVALID;
	if (!(import_s >= 0 && import_s <= IMPORT_MOST_S))
		return err_set(err, ERR_INVALID,
			       "'import_seconds' of 'ready' is %g: it goes from "
			       "0 to %g", import_s, IMPORT_MOST_S);
	replica->import_s = import_s;
	replica->pauses = pauses;
	return 0;
}

static int known_stop(const char *stopped_by)
{
	return strcmp(stopped_by, "n_requests") == 0 ||
	       strcmp(stopped_by, "deadline") == 0 ||
	       strcmp(stopped_by, "records_full") == 0 ||
	       strcmp(stopped_by, "finish") == 0;
}

/* Keeps a text for each known class of failures, and none for other classes.
 * The texts become parts of sentences, with "; " between them. */
static int read_failures(const json_t *packet, struct replica *replica,
			 struct err *err)
{
	json_t *failures = json_object_get(packet, "failures"), *value;
	const char *name;

	if (!failures || json_is_null(failures))
		return 0;
	if (!json_is_object(failures))
		return err_set(err, ERR_INVALID, "'done': member 'failures' is "
						 "not an object");
	json_object_foreach(failures, name, value) {
		unsigned outcome = outcome_number(name);

		if (!json_is_string(value))
			return err_set(err, ERR_INVALID,
				       "'done': member 'failures' is not an "
				       "object of strings");
		if (outcome == OUTCOME_NONE || outcome == OUTCOME_OK)
			continue;
		free(replica->failure_text[outcome]);
		replica->failure_text[outcome] =
			mem_printf("%.*s", FAILURE_TEXT_BYTES,
				   json_string_value(value));
		text_clean_part(replica->failure_text[outcome]);
	}
	return 0;
}

static int read_counts(const json_t *packet, const char *what,
		       struct packet_counts *out, struct err *err)
{
	if (json_get_u64(packet, "started", true, &out->started, what, err) <
		    0 ||
	    json_get_u64(packet, "finished", true, &out->finished, what, err) <
		    0 ||
	    json_get_u64(packet, "unfinished", true, &out->unfinished, what,
			 err) < 0)
		return ERR_INVALID;
	if (out->finished <= out->started &&
	    out->started - out->finished == out->unfinished)
		return 0;
	return err_set(err, ERR_INVALID,
		       "%s: 'started' is not 'finished' + 'unfinished'", what);
}

int packet_read_paused(const json_t *packet, struct packet_counts *out,
		       struct err *err)
{
	return read_counts(packet, "'paused'", out, err);
}

int packet_read_done(const json_t *packet, struct replica *replica,
		     struct err *err)
{
	struct packet_counts counts = { 0 };
	const char *stopped_by = "";

	if (json_get_u64(packet, "end_ns", true, &replica->end_ns, "'done'",
			 err) < 0 ||
	    json_get_text(packet, "stopped_by", true, &stopped_by, "'done'",
			  err) < 0 ||
	    read_failures(packet, replica, err) < 0)
		return ERR_INVALID;
	if (!known_stop(stopped_by))
		return err_set(err, ERR_INVALID,
			       "'done': member 'stopped_by' is not n_requests, "
			       "deadline, records_full or finish");
	if (read_counts(packet, "'done'", &counts, err) < 0)
		return ERR_INVALID;
	replica->started = counts.started;
	replica->finished = counts.finished;
	replica->unfinished = counts.unfinished;
	snprintf(replica->stopped_by, sizeof(replica->stopped_by), "%s",
		 stopped_by);
	return 0;
}

int packet_read_error(const json_t *packet, const char **stage,
		      const char **message, struct err *err)
{
	*stage = *message = "";
	if (json_get_text(packet, "stage", true, stage, "'error'", err) < 0 ||
	    json_get_text(packet, "message", true, message, "'error'", err) < 0)
		return ERR_INVALID;
	return 0;
}
