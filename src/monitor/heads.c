#include "monitor/heads.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"

struct client {
	struct client *next, *previous;
	int fd;
	uint64_t due_ns; /* UINT64_MAX: it is being answered */
};

static struct client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static struct client *begin(struct heads *heads,
			    struct MHD_Connection *connection)
{
	struct client *client = mem_new(sizeof(*client));
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	client->fd = info ? info->connect_fd : -1;
	client->due_ns = clock_now_ns() + heads->first_ns;
	client->next = heads->clients;
	if (heads->clients)
		heads->clients->previous = client;
	heads->clients = client;
	return client;
}

static void end(struct heads *heads, struct client *client)
{
	if (client->previous)
		client->previous->next = client->next;
	else
		heads->clients = client->next;
	if (client->next)
		client->next->previous = client->previous;
	free(client);
}

void heads_notify(void *heads, struct MHD_Connection *connection,
		  void **client, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*client = begin(heads, connection);
	else if (*client)
		end(heads, *client);
}

void heads_came(struct MHD_Connection *connection)
{
	struct client *client = client_of(connection);

	if (client)
		client->due_ns = UINT64_MAX;
}

void heads_answered(const struct heads *heads,
		    struct MHD_Connection *connection)
{
	struct client *client = client_of(connection);

	if (client)
		client->due_ns = clock_now_ns() + heads->next_ns;
}

void heads_tick(struct heads *heads, uint64_t now_ns)
{
	for (struct client *client = heads->clients; client;
	     client = client->next) {
		if (client->due_ns > now_ns)
			continue;
		/* The library owns the descriptor; it sees the end of the
		 * input and closes. */
		shutdown(client->fd, SHUT_RDWR);
		client->due_ns = UINT64_MAX;
	}
}

uint64_t heads_wait_ns(const struct heads *heads, uint64_t now_ns)
{
	uint64_t due_ns = UINT64_MAX;

	for (const struct client *client = heads->clients; client;
	     client = client->next)
		if (client->due_ns < due_ns)
			due_ns = client->due_ns;
	if (due_ns == UINT64_MAX)
		return due_ns;
	return due_ns > now_ns ? due_ns - now_ns : 0;
}
