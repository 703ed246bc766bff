#include "origin/tally.h"

#include <string.h>

#include "base/hash.h"

void tally_request(struct conn *conn)
{
	struct ledger_row *row = conn->row->ledger;
	struct ledger_all *all = &conn->origin->ledger->all;

	tally_add(&row->requests, 1);
	tally_up(&row->in_flight, &row->in_flight_peak);
	tally_up(&all->in_flight, &all->in_flight_peak);
	conn->reply.counted = true;
}

void tally_status(struct conn *conn)
{
	struct ledger_row *row = conn->row->ledger;
	unsigned status = conn->reply.status;

	if (status == 206)
		tally_add(&row->status_206, 1);
	else if (status == 200)
		tally_add(&row->status_200, 1);
	else if (status == 304)
		tally_add(&row->status_304, 1);
	else if (status >= 400 && status < 500)
		tally_add(&row->status_4xx, 1);
	else if (status >= 500)
		tally_add(&row->status_5xx, 1);
}

/* Eight bytes at a time: this is done for each request. */
static uint64_t hash_key(struct view key, uint64_t seed)
{
	uint64_t hash = seed + key.len, word;
	size_t i = 0;

	for (; i + 8 <= key.len; i += 8) {
		memcpy(&word, key.at + i, 8);
		hash = hash_mix(hash ^ word);
	}
	word = 0;
	memcpy(&word, key.at + i, key.len - i);
	return hash_mix(hash ^ word);
}

static struct conn **chain_of(struct origin *origin, uint64_t hash)
{
	return &origin->chains[hash % TALLY_CHAINS];
}

static bool is_being_sent(struct conn *conn)
{
	struct conn *other;

	if (!conn->origin->chained)
		return false;
	other = *chain_of(conn->origin, conn->reply.range_hash);
	while (other && other->reply.range_hash != conn->reply.range_hash)
		other = other->chain_next;
	return other != NULL;
}

static uint64_t *cut_set(struct row *row, uint64_t hash)
{
	return row->cut[hash % TALLY_SETS];
}

/* Forgets one cut; false when there was none. */
static bool take_cut(struct row *row, uint64_t hash)
{
	uint64_t *set = cut_set(row, hash);
	unsigned i = 0;

	if (!row->cut_count)
		return false;
	while (i < TALLY_WAYS && set[i] != hash)
		i++;
	if (i == TALLY_WAYS)
		return false;
	memmove(set + i, set + i + 1, (TALLY_WAYS - 1 - i) * sizeof(*set));
	set[TALLY_WAYS - 1] = 0;
	row->cut_count--;
	return true;
}

static void remember_cut(struct row *row, uint64_t hash)
{
	uint64_t *set = cut_set(row, hash);

	if (!set[TALLY_WAYS - 1])
		row->cut_count++;
	memmove(set + 1, set, (TALLY_WAYS - 1) * sizeof(*set));
	set[0] = hash;
}

void tally_range(struct conn *conn, const struct object_source *source,
		 struct view key, uint64_t start, uint64_t last)
{
	struct reply *reply = &conn->reply;
	uint64_t seed = (uint64_t)(uintptr_t)source ^
			(uint64_t)conn->row->number << 56;

	/* 0 means no range: a hash is never that. */
	reply->end_hash = hash_pair(hash_key(key, seed), last) | 1;
	reply->range_hash = hash_pair(reply->end_hash, start) | 1;
	if (is_being_sent(conn) || take_cut(conn->row, reply->end_hash))
		tally_add(&conn->row->ledger->repeated, 1);
}

void tally_partial(struct conn *conn)
{
	struct conn **chain;

	if (conn->reply.chained || !conn->reply.range_hash)
		return;
	chain = chain_of(conn->origin, conn->reply.range_hash);
	conn->chain_next = *chain;
	*chain = conn;
	conn->reply.chained = true;
	conn->origin->chained++;
}

static void unchain(struct conn *conn)
{
	struct conn **at = chain_of(conn->origin, conn->reply.range_hash);

	while (*at != conn)
		at = &(*at)->chain_next;
	*at = conn->chain_next;
	conn->reply.chained = false;
	conn->origin->chained--;
}

void tally_end(struct conn *conn, bool whole)
{
	struct ledger_row *row = conn->row->ledger;
	struct reply *reply = &conn->reply;

	if (reply->chained)
		unchain(conn);
	if (!reply->counted)
		return;
	reply->counted = false;
	/* Last: where none is in flight, all have been counted. */
	tally_add(whole ? &row->completed : &row->aborted, 1);
	tally_down(&conn->origin->ledger->all.in_flight);
	tally_down(&row->in_flight);
	if (reply->range_hash && (!whole || reply->status >= 500))
		remember_cut(conn->row, reply->end_hash);
}
