/*
 * What the files of this room share: the origin, its connections, their
 * replies. Nothing outside this room sees it.
 *
 * A connection is in one of four states. READING: it waits for a head or for
 * the rest of one. HELD: its response waits for others (hold.h). SENDING: its
 * response is on the way. LINGERING: all is sent, and the rest of the input is
 * thrown away, because to close with unread input would destroy the response.
 *
 * Only the kernel's queue shows whether a peer reads: it shrinks. The event
 * that there is room again may come long after that. So while a response is on
 * its way, a timer looks at the queue now and then.
 *
 * A head is parsed where recv() put it, in memory that all connections share. A
 * connection has a buffer of its own only while half a head or a pipelined one
 * waits. An idle connection owns its struct and nothing else.
 */
#ifndef ORIGIN_SERVER_H
#define ORIGIN_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "origin/date.h"
#include "origin/head.h"
#include "origin/loop.h"
#include "origin/origin.h"
#include "origin/target.h"
#include "origin/wire.h"
#include "record/ledger.h"
#include "objects/objects.h"

#define HEAD_DEADLINE_NS (10 * NS_PER_S)
#define LINGER_NS (5 * NS_PER_S)
#define SEND_LOOKS 4 /* at the queue, in the time that sending may stand */
/* Longer than the second after which TCP sends a lost SYN again. Otherwise one
 * SYN that the kernel drops in a rush of connections would look like a client
 * that cannot do more. Once that time has passed in vain, the rest of the burst
 * comes in rounds, and the wait for them may be shorter. */
#define HOLD_NS (1300 * NS_PER_MS)
#define HOLD_AGAIN_NS (50 * NS_PER_MS)
#define ACCEPT_RETRY_NS (50 * NS_PER_MS)

/* Each row keeps hashes of the responses that were cut or failed: TALLY_SETS
 * sets of TALLY_WAYS. A full set forgets its oldest. */
#define TALLY_SETS 1024
#define TALLY_WAYS 4
#define TALLY_CHAINS 1024

enum conn_state {
	CONN_READING,
	CONN_HELD,
	CONN_SENDING,
	CONN_LINGERING,
};

enum deadline {
	DEADLINE_NONE,
	DEADLINE_HEAD,   /* a head has begun and must end */
	DEADLINE_IDLE,
	DEADLINE_SEND,   /* time to see whether the peer takes anything */
	DEADLINE_LINGER,
};

struct buffer {
	struct buffer *next; /* in the pool */
	size_t used;
	char bytes[HEAD_LIMIT];
};

/* One response. Its text is the head and, if the body is our own, the body.
 * Behind it come `left` bytes of an object. */
struct reply {
	char *text;         /* what is still to be sent of it */
	size_t text_left;
	size_t head_left;   /* how many of these are head */
	struct str own;     /* the text, once it could not be sent at once */
	struct object_source *source; /* NULL: no object */
	struct object object;
	uint64_t offset, left; /* bytes of the object */
	unsigned status;
	bool has_object;    /* to be closed */
	bool close;         /* the connection, after it */
	bool linger;        /* there may be more input, so not at once */
	bool hold;          /* asked for with the hold prefix */
	bool begun;         /* the kernel took some of it */
	bool counted;       /* in the ledger as in flight */
	bool chained;       /* in origin->chains */
	uint64_t range_hash; /* key and range; 0: not a GET of an object */
	uint64_t end_hash;   /* key and where the range ends */
};

struct conn {
	struct watch watch; /* must be first */
	struct timer timer;
	struct origin *origin;
	struct row *row;
	struct conn *next, *previous; /* among the open ones, or in the pool */
	uint64_t progress_ns; /* while sending: the peer took something */
	int unsent;           /* bytes in the kernel's queue then */
	struct conn *held_next;       /* in row->held */
	struct conn *chain_next;      /* in origin->chains */
	struct buffer *input;
	uint8_t state;    /* enum conn_state */
	uint8_t deadline; /* enum deadline */
	bool readable;    /* there may be something to recv() */
	bool writable;    /* as far as we know */
	bool peer_done;   /* the end of its input is in sight */
	bool unparsed;    /* input may hold a whole head */
	bool head_method; /* of the request: no body is sent */
	bool says_keep_alive; /* of the request */
	struct reply reply;
};

/* A listener and its row of the ledger. */
struct row {
	struct watch watch; /* must be first; fd of the listener */
	struct timer hold_timer;
	struct origin *origin;
	struct ledger_row *ledger;
	unsigned number;
	unsigned port;
	struct conn *held; /* newest first */
	unsigned held_count;
	bool hold_gave_up; /* not all of a burst came */
	unsigned cut_count; /* in `cut`, at most */
	uint64_t (*cut)[TALLY_WAYS]; /* TALLY_SETS; newest first; 0: empty */
};

struct origin {
	struct loop *loop;
	struct object_source *const *sources; /* a copy of the array */
	unsigned source_count;
	struct ledger *ledger;
	struct row *rows;
	unsigned row_count;
	char congestion[16];
	char congestions[128]; /* that it might use */
	uint64_t idle_timeout_ns, send_timeout_ns; /* 0: none */
	unsigned max_connections;

	struct watch stop;
	struct watch beat; /* its fd: -1 while it does not serve */
	struct timer accept_timer;
	bool accepting;
	unsigned open_count;
	struct conn *open;   /* newest first */
	struct conn *oldest; /* the last of them */
	struct conn *pool; /* by ->next */
	struct conn **blocks; /* what the pool was made from */
	size_t block_count, block_capacity;
	struct buffer *buffers; /* pool */
	struct conn *chains[TALLY_CHAINS]; /* answers that are being sent */
	unsigned chained;

	/* For the present request. None of it is needed once the kernel took
	 * the response, or the reply has a copy. */
	struct str text, xml;
	struct arena arena;
	char input[HEAD_LIMIT];
	struct object_slices slices;
	struct wire wire;

	uint64_t requests; /* for request ids */
	uint64_t id_seed;
	char id2[48];      /* first part of x-amz-id-2 */
	char request_id[16];
	uint64_t date_due_ns; /* when `date` is out of date */
	int64_t date_s;       /* what `date` says, seconds since 1970 */
	char date[DATE_HTTP_LEN];
};

#endif
