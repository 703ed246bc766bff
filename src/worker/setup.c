#include "worker/setup.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const char what[] = "the packet 'setup'";

/* Of a length of time in seconds, and of operations a second. */
#define NUMBER_MOST 1e9

void setup_release(struct setup *setup)
{
	free(setup->params);
	json_decref(setup->packet);
	memset(setup, 0, sizeof(*setup));
}

static int get_unsigned(const json_t *object, const char *name, bool required,
			unsigned least, unsigned *out, struct err *err)
{
	uint64_t value = *out;
	int code = json_get_u64(object, name, required, &value, what, err);

	if (code < 0)
		return code;
	if (value < least || value > INT_MAX)
		return err_set(err, ERR_INVALID,
			       "%s: member '%s' is not from %u to %d", what,
			       name, least, INT_MAX);
	*out = (unsigned)value;
	return 0;
}

static int get_positive(const json_t *object, const char *name, bool required,
			double *out, struct err *err)
{
	const json_t *given = json_object_get(object, name);
	double value = 0;
	int code = json_get_number(object, name, required, &value, what, err);

	if (code < 0 || !given || json_is_null(given))
		return code;
	if (!(value > 0 && value <= NUMBER_MOST))
		return err_set(err, ERR_INVALID,
			       "%s: member '%s' is not greater than 0 and up "
			       "to 1000000000", what, name);
	*out = value;
	return 0;
}

static int get_from_zero(const json_t *packet, const char *name, double *out,
			 struct err *err)
{
	int code = json_get_number(packet, name, false, out, what, err);

	if (code == 0 && !(*out >= 0 && *out <= NUMBER_MOST))
		code = err_set(err, ERR_INVALID,
			       "%s: member '%s' is not from 0 up to 1000000000",
			       what, name);
	return code;
}

static int read_protocol(struct setup *setup, struct err *err)
{
	uint64_t theirs = 0;
	int code = json_get_u64(setup->packet, "protocol", true, &theirs, what,
				err);

	if (code == 0 &&
	    (theirs < WORKER_PROTOCOL_LEAST || theirs > WORKER_PROTOCOL))
		code = err_set(err, ERR_CONFLICT,
			       "the harness speaks version %" PRIu64
			       " of the worker protocol and this worker "
			       "versions %d and %d: build both from one source",
			       theirs, WORKER_PROTOCOL_LEAST, WORKER_PROTOCOL);
	setup->protocol = theirs;
	return code;
}

static int read_endpoint(struct setup *setup, const char *text, struct err *err)
{
	struct benchmark_target *target = &setup->target;
	int code = endpoint_parse(&setup->endpoint, text, "a store", err);

	target->endpoint = setup->endpoint.text;
	target->tls = setup->endpoint.tls;
	target->host = setup->endpoint.host;
	target->port = setup->endpoint.port;
	return code < 0 ? ERR_INVALID : 0;
}

static int read_store(struct setup *setup, struct err *err)
{
	struct benchmark_target *target = &setup->target;
	const json_t *packet = setup->packet;
	const char *endpoint = NULL;
	int code = json_get_text(packet, "endpoint", true, &endpoint, what,
				 err);

	if (code == 0)
		code = json_get_text(packet, "bucket", true, &target->bucket,
				     what, err);
	if (code == 0)
		code = json_get_text(packet, "region", false, &target->region,
				     what, err);
	if (code == 0)
		code = json_get_text(packet, "ca_file", false,
				     &target->ca_file, what, err);
	if (code == 0)
		code = read_endpoint(setup, endpoint, err);
	return code;
}

static int read_credentials(struct setup *setup, struct err *err)
{
	struct benchmark_credentials *to = &setup->credentials;
	json_t *keys = NULL;
	int code = json_get_object(setup->packet, "credentials", false, &keys,
				   what, err);

	if (code < 0 || !keys)
		return code;
	setup->target.credentials = to;
	code = json_get_text(keys, "access_key_id", true, &to->access_key_id,
			     what, err);
	if (code == 0)
		code = json_get_text(keys, "secret_access_key", true,
				     &to->secret_access_key, what, err);
	if (code == 0)
		code = json_get_text(keys, "session_token", false,
				     &to->session_token, what, err);
	return code;
}

static int read_client_config(struct setup *setup, struct err *err)
{
	struct benchmark_target *target = &setup->target;
	json_t *config = NULL;
	int code = json_get_object(setup->packet, "client_config", true,
				   &config, what, err);

	target->client_config = config;
	if (code == 0)
		code = get_unsigned(config, "pool_size", true, 1,
				    &target->pool_size, err);
	if (code == 0)
		code = json_get_bool(config, "keep_alive", true,
				     &target->keep_alive, what, err);
	if (code == 0)
		code = get_positive(config, "keep_alive_timeout_seconds",
				    true, &target->keep_alive_timeout_seconds, err);
	if (code == 0)
		code = json_get_bool(config, "use_dns_cache", true,
				     &target->use_dns_cache, what, err);
	return code;
}

static int read_work(struct setup *setup, struct err *err)
{
	struct benchmark_target *target = &setup->target;
	const json_t *packet = setup->packet;
	int code = get_unsigned(packet, "concurrency", true, 1,
				&target->concurrency, err);

	setup->n_requests = UINT64_MAX;
	if (code == 0)
		code = json_get_u64(packet, "n_requests", false,
				    &setup->n_requests, what, err);
	if (code == 0 && !setup->n_requests)
		code = err_set(err, ERR_INVALID,
			       "%s: member 'n_requests' is 0", what);
	if (code == 0)
		code = get_positive(packet, "timeout_seconds", true,
				    &target->timeout_seconds, err);
	if (code == 0)
		code = get_positive(packet, "operation_timeout_seconds", true,
				    &target->operation_timeout_seconds, err);
	if (code == 0)
		code = get_from_zero(packet, "warm_up_seconds",
				     &setup->warm_up_s, err);
	if (code == 0)
		code = get_positive(packet, "rate", false, &setup->rate, err);
	if (code == 0)
		code = json_get_u64(packet, "seed", false, &target->seed, what,
				    err);
	return code;
}

static int read_place(struct setup *setup, struct err *err)
{
	struct benchmark_target *target = &setup->target;
	const json_t *packet = setup->packet;
	int code;

	target->replicas = 1;
	code = get_unsigned(packet, "replica", false, 0, &target->replica, err);
	if (code == 0)
		code = get_unsigned(packet, "replicas", false, 1,
				    &target->replicas, err);
	if (code == 0 && target->replica >= target->replicas)
		code = err_set(err, ERR_INVALID,
			       "%s: 'replica' is %u of %u 'replicas'", what,
			       target->replica, target->replicas);
	return code;
}

static int read_files(struct setup *setup, struct err *err)
{
	const json_t *packet = setup->packet;
	json_t *records = NULL, *verify = NULL;
	int code = json_get_text(packet, "plan", true, &setup->plan, what, err);

	if (code == 0)
		code = json_get_object(packet, "records", true, &records, what,
				       err);
	if (code == 0)
		code = json_get_object(packet, "verify", false, &verify, what,
				       err);
	if (code == 0)
		code = json_get_text(records, "path", true,
				     &setup->records_path, what, err);
	if (code == 0)
		code = json_get_u64(records, "capacity", true,
				    &setup->records_capacity, what, err);
	if (code == 0 && (!setup->records_capacity ||
			  setup->records_capacity > (1ULL << 40)))
		code = err_set(err, ERR_INVALID,
			       "%s: 'records.capacity' is not from 1 to 2^40",
			       what);
	if (code == 0)
		code = json_get_text(verify, "proof", false, &setup->proof,
				     what, err);
	if (code == 0)
		code = json_get_text(verify, "proof_bytes", setup->proof,
				     &setup->proof_bytes, what, err);
	if (code == 0)
		code = json_get_text(verify, "burst", false, &setup->burst,
				     what, err);
	return code;
}

static int read_names(struct setup *setup, struct err *err)
{
	json_t *params = NULL;
	int code = json_get_text(setup->packet, "library", true,
				 &setup->library, what, err);

	if (code == 0)
		code = json_get_text(setup->packet, "test", true, &setup->test,
				     what, err);
	if (code == 0)
		code = json_get_object(setup->packet, "params", false, &params,
				       what, err);
	setup->params = params ?
				json_dumps(params, JSON_COMPACT) :
				mem_dup("{}");
	setup->target.params = setup->params;
	return code;
}

int setup_read(struct setup *setup, json_t *packet, struct err *err)
{
	int (*const steps[])(struct setup *, struct err *) = {
		read_names, read_store, read_credentials, read_client_config,
		read_work,  read_place, read_files,
	};
	int code;

	memset(setup, 0, sizeof(*setup));
	setup->packet = packet;
	setup->target.region = "us-east-1";
	code = read_protocol(setup, err);
	for (size_t i = 0; code == 0 && i < sizeof(steps) / sizeof(steps[0]);
	     i++)
		code = steps[i](setup, err);
	return code;
}
