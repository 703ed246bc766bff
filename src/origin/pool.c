#include "origin/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK 64 /* connections that are made at once */

static void add_block(struct origin *origin)
{
	struct conn *block = mem_array(BLOCK, sizeof(*block));

	MEM_ROOM(origin->blocks, origin->block_count, origin->block_capacity);
	origin->blocks[origin->block_count++] = block;
	for (size_t i = 0; i < BLOCK; i++)
		pool_give_conn(origin, &block[i]);
}

struct conn *pool_take_conn(struct origin *origin)
{
	struct conn *conn;

	if (!origin->pool)
		add_block(origin);
	conn = origin->pool;
	origin->pool = conn->next;
	memset(conn, 0, sizeof(*conn));
	str_init(&conn->reply.own);
	conn->reply.object.fd = -1;
	return conn;
}

void pool_give_conn(struct origin *origin, struct conn *conn)
{
	conn->next = origin->pool;
	origin->pool = conn;
}

struct buffer *pool_take_buffer(struct origin *origin)
{
	struct buffer *buffer = origin->buffers;

	if (buffer)
		origin->buffers = buffer->next;
	else
		buffer = mem_new(sizeof(*buffer));
	buffer->used = 0;
	return buffer;
}

void pool_give_buffer(struct origin *origin, struct buffer *buffer)
{
	buffer->next = origin->buffers;
	origin->buffers = buffer;
}

void pool_free(struct origin *origin)
{
	while (origin->buffers) {
		struct buffer *next = origin->buffers->next;

		free(origin->buffers);
		origin->buffers = next;
	}
	for (size_t i = 0; i < origin->block_count; i++)
		free(origin->blocks[i]);
	free(origin->blocks);
}
