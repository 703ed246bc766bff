#include "origin/send.h"

#include <errno.h>

#include "origin/respond.h"
#include "origin/tally.h"

void send_keep_text(struct conn *conn)
{
	struct reply *reply = &conn->reply;

	if (!reply->text_left || reply->own.capacity)
		return;
	str_add_n(&reply->own, reply->text, reply->text_left);
	reply->text = reply->own.buf;
}

/* Fills origin->slices with the next bytes of the object. Returns how many, or
 * a negative code. */
static int64_t next_slices(struct conn *conn)
{
	struct reply *reply = &conn->reply;
	struct origin *origin = conn->origin;

	return reply->source->ops->slices(reply->source, &reply->object,
					  reply->offset, reply->left,
					  &origin->slices, NULL);
}

/* What the next call shall send. */
struct batch {
	struct iovec at[OBJECT_SLICES + 1];
	unsigned count;
};

static bool add_object(struct conn *conn, struct batch *batch)
{
	struct object_slices *slices = &conn->origin->slices;
	int64_t bytes = next_slices(conn);

	/* Nothing was sent yet, so a 500 can be. */
	if (bytes <= 0 && !conn->reply.begun) {
		respond_failure(conn);
		return true;
	}
	if (bytes <= 0)
		return false;
	for (int i = 0; i < slices->count; i++)
		batch->at[1 + i] = slices->at[i];
	batch->count = 1 + (unsigned)slices->count;
	return true;
}

static bool fill(struct conn *conn, struct batch *batch)
{
	struct reply *reply = &conn->reply;

	batch->count = 1;
	if (reply->left && !add_object(conn, batch))
		return false;
	batch->at[0].iov_base = reply->text;
	batch->at[0].iov_len = reply->text_left;
	return true;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Moves the reply on by what the kernel took. */
static void advance(struct conn *conn, uint64_t taken)
{
	struct reply *reply = &conn->reply;
	struct ledger_row *row = conn->row->ledger;
	uint64_t text = least(taken, reply->text_left);
	uint64_t head = least(taken, reply->head_left);

	tally_add(&row->head_bytes, head);
	tally_add(&row->body_bytes, taken - head);
	reply->text += text;
	reply->text_left -= text;
	reply->head_left -= head;
	reply->offset += taken - text;
	reply->left -= taken - text;
	if (!reply->begun)
		tally_status(conn);
	reply->begun = true;
}

static enum sent go_on_later(struct conn *conn)
{
	tally_partial(conn);
	send_keep_text(conn);
	/* The kernel tells of new room only after it has refused something. No
	 * loop here: to fill the queue while the peer empties it costs more
	 * than to take turns. */
	if (conn->writable && loop_modify(conn->origin->loop, &conn->watch,
					  LOOP_IN | LOOP_OUT | LOOP_EDGE) < 0)
		return SENT_CUT;
	return SENT_WAIT;
}

enum sent send_some(struct conn *conn)
{
	struct batch batch;
	ssize_t taken;

	if (!fill(conn, &batch))
		return SENT_CUT;
	taken = wire_write(conn, batch.at, batch.count);
	if (taken < 0 && taken != -EAGAIN)
		return SENT_CUT;
	if (taken > 0)
		advance(conn, (uint64_t)taken);
	if (!conn->reply.text_left && !conn->reply.left)
		return SENT_ALL;
	return go_on_later(conn);
}
