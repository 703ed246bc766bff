/* What a replica sends: it may be anything. */
#include "fuzz.h"

#include "record/trial.h"
#include "run/packet.h"

/* Texts of the replica's end up in tables and terminals. */
static void check_text(const char *text, int lines)
{
	for (; text && *text; text++)
		must((unsigned char)*text >= ' ' || (lines && *text == '\n'));
}

static void check_replica(const struct replica *replica)
{
	check_text(replica->library_version, 0);
	check_text(replica->runtime, 0);
	check_text(replica->not_applied, 0);
	check_text(replica->notes, 1);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		check_text(replica->failure_text[i], 0);
	if (replica->versions_json) {
		json_t *versions = json_loads(replica->versions_json, 0, NULL);

		must(json_is_object(versions));
		json_decref(versions);
	}
}

static void read_as_all(const json_t *packet)
{
	struct trial_spec spec;
	struct trial trial;
	const char *stage = NULL, *message = NULL;
	struct packet_counts counts = { 0 };
	struct err err = { "" };

	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	spec.concurrency = 1;
	trial_init(&trial, &spec);
	must_tell(packet_read_ready(packet, trial.replica, &err), &err);
	must_tell(packet_read_done(packet, trial.replica, &err), &err);
	must_tell(packet_read_paused(packet, &counts, &err), &err);
	check_replica(trial.replica);
	if (packet_read_error(packet, &stage, &message, &err) == 0)
		must(stage && message);
	trial_release(&trial);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct err err = { "" };
	const char *type = NULL;
	json_t *packet = NULL;
	int code = packet_parse((const char *)bytes, n, &packet, &type, &err);

	must_tell(code, &err);
	must(code == 0 || (code == ERR_INVALID && !packet));
	if (code < 0)
		return 0;
	must(type != NULL);
	read_as_all(packet);
	json_decref(packet);
	return 0;
}

#include "replay.h"
