/* Checks of answers, while their bodies arrive. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/clock.h"
#include "formats/tiff.h"
#include "worker/core.h"
#include "worker/verb.h"

void answer_begin(struct slot *slot, const uint32_t *crc32_wanted,
		  const struct tiff_layout *expect, const unsigned char *proof)
{
	slot->received = 0;
	slot->told = slot->op.verb == BENCHMARK_HEAD ? UINT64_MAX : 0;
	slot->end_ns = 0;
	slot->is_checked = crc32_wanted || expect || proof;
	slot->crc_wanted = crc32_wanted;
	slot->expect = expect;
	slot->proof = proof;
	slot->crc = 0;
	slot->differs = false;
	slot->header_state = HEADER_UNKNOWN;
	slot->text[0] = '\0';
}

static void explain(struct slot *slot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void explain(struct slot *slot, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(slot->text, sizeof(slot->text), format, args);
	va_end(args);
}

void benchmark_explain(struct benchmark_slot *pub, const char *format, ...)
{
	struct slot *slot = slot_of(pub);
	va_list args;

	va_start(args, format);
	vsnprintf(slot->text, sizeof(slot->text), format, args);
	va_end(args);
}

static void parse_header(struct slot *slot, const unsigned char *bytes)
{
	struct tiff_layout found;
	struct err err;

	slot->header_state = HEADER_WRONG;
	if (tiff_parse(bytes, slot->op.length, &found, &err) < 0)
		explain(slot, "the header cannot be parsed: %.200s", err.text);
	else if (!tiff_layout_equal(&found, slot->expect))
		explain(slot, "the header parses to another layout than the "
			      "plan expects");
	else
		slot->header_state = HEADER_RIGHT;
}

/* `at`: where in the answer the piece begins. A header is parsed where it lies
 * when it comes in one piece, as most do; else the pieces are collected. */
static void check_header(struct slot *slot, uint64_t at,
			 const unsigned char *bytes, size_t n)
{
	if (at == 0 && n == slot->op.length) {
		parse_header(slot, bytes);
		return;
	}
	memcpy(slot->header + at, bytes, n);
	if (at + n == slot->op.length)
		parse_header(slot, slot->header);
}

static void compare(struct slot *slot, uint64_t at, const unsigned char *bytes,
		    size_t n)
{
	if (slot->differs || memcmp(slot->proof + at, bytes, n) == 0)
		return;
	slot->differs = true;
	slot->differs_at = at;
	while (bytes[slot->differs_at - at] == slot->proof[slot->differs_at])
		slot->differs_at++;
}

static void check_bytes(struct slot *slot, const unsigned char *bytes, size_t n)
{
	uint64_t at = slot->received;

	if (verb_is_reader(slot->op.verb) && slot->crc_wanted)
		slot->crc = (uint32_t)crc32_z(slot->crc, bytes, n);
	if (!verb_has_body(slot->op.verb))
		return;
	/* More than was asked for: the length alone makes it wrong. */
	if (n > slot->op.length || at > slot->op.length - n)
		return;
	/* The whole answer is there now; the checks are not the library's. */
	if (at + n == slot->op.length)
		slot->end_ns = clock_now_ns();
	if (slot->crc_wanted)
		slot->crc = (uint32_t)crc32_z(slot->crc, bytes, n);
	if (slot->proof)
		compare(slot, at, bytes, n);
	if (slot->expect)
		check_header(slot, at, bytes, n);
}

void benchmark_body(struct benchmark_slot *pub, const void *bytes, size_t n)
{
	struct slot *slot = slot_of(pub);

	if (slot->is_checked)
		check_bytes(slot, bytes, n);
	slot->received += n;
}

void benchmark_size(struct benchmark_slot *pub, uint64_t bytes)
{
	slot_of(pub)->told = bytes;
}

void benchmark_name(struct benchmark_slot *pub, const char *name, size_t n)
{
	static const unsigned char newline[] = { '\n' };
	struct slot *slot = slot_of(pub);

	slot->told++;
	if (!slot->crc_wanted)
		return;
	slot->crc = (uint32_t)crc32_z(slot->crc, (const void *)name, n);
	slot->crc = (uint32_t)crc32_z(slot->crc, newline, 1);
}

static enum benchmark_outcome judge_told(struct slot *slot)
{
	unsigned long long wanted = slot->op.length, told = slot->told;

	if (told == wanted)
		return BENCHMARK_OK;
	if (slot->op.verb == BENCHMARK_LIST)
		explain(slot, "%llu names instead of %llu", told, wanted);
	else if (told == UINT64_MAX)
		explain(slot, "no size instead of %llu", wanted);
	else
		explain(slot, "a size of %llu instead of %llu", told, wanted);
	return BENCHMARK_WRONG_BYTES;
}

static enum benchmark_outcome judge_length(struct slot *slot)
{
	if (verb_is_reader(slot->op.verb))
		return BENCHMARK_OK;
	if (!verb_has_body(slot->op.verb))
		return judge_told(slot);
	if (slot->received == slot->op.length)
		return BENCHMARK_OK;
	explain(slot, "%llu bytes instead of %llu",
		(unsigned long long)slot->received,
		(unsigned long long)slot->op.length);
	return slot->received < slot->op.length ? BENCHMARK_TRUNCATED :
						  BENCHMARK_WRONG_BYTES;
}

bool answer_is_whole(const struct slot *slot)
{
	uint64_t came = verb_has_body(slot->op.verb) ? slot->received :
						       slot->told;

	return came == slot->op.length || verb_is_reader(slot->op.verb);
}

static enum benchmark_outcome judge_content(struct slot *slot)
{
	if (slot->differs)
		explain(slot, "byte %llu of the answer is wrong",
			(unsigned long long)slot->differs_at);
	else if (slot->crc_wanted && slot->crc != *slot->crc_wanted)
		explain(slot, "the CRC of the answer is %u instead of %u",
			slot->crc, *slot->crc_wanted);
	else if (!slot->expect || slot->header_state == HEADER_RIGHT)
		return BENCHMARK_OK;
	return BENCHMARK_WRONG_BYTES;
}

enum benchmark_outcome answer_judge(struct slot *slot,
				    enum benchmark_outcome said)
{
	if (said == BENCHMARK_OK)
		said = judge_length(slot);
	if (said == BENCHMARK_OK && slot->is_checked)
		said = judge_content(slot);
	return said;
}

static enum benchmark_outcome outcome_of(unsigned status, unsigned right)
{
	if (status == right)
		return BENCHMARK_OK;
	return status == 429 || status == 503 ? BENCHMARK_THROTTLED :
						BENCHMARK_HTTP_ERROR;
}

enum benchmark_outcome benchmark_outcome_of_status(unsigned status)
{
	return outcome_of(status, 206);
}

enum benchmark_outcome
benchmark_outcome_of_slot(const struct benchmark_slot *slot)
{
	enum benchmark_verb verb = slot->op->verb;
	bool is_part = verb == BENCHMARK_GET_RANGE ||
		       verb == BENCHMARK_GET_RANGES ||
		       verb == BENCHMARK_GET_SUFFIX;

	if (verb_is_reader(verb) && slot->status == 206)
		return BENCHMARK_OK;
	return outcome_of(slot->status, is_part ? 206 : 200);
}
