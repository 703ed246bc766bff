#include "worker/channel.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

struct channel {
	int fd;
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	/* The conversation has three packets for the replica; what does not
	 * fit is dropped. */
	json_t *packets[8];
	unsigned head, count;
	bool is_done; /* `done` was sent */
	char buffer[CHANNEL_PACKET_BYTES + 1];
};

static const char *type_of(const json_t *packet)
{
	const char *type =
		json_string_value(json_object_get(packet, "type"));

	return type ? type : "";
}

static void put(struct channel *channel, json_t *packet)
{
	unsigned room = sizeof(channel->packets) / sizeof(channel->packets[0]);

	if (channel->count == room) {
		json_decref(packet);
		return;
	}
	channel->packets[(channel->head + channel->count++) % room] = packet;
	pthread_cond_signal(&channel->arrived);
}

/* Returns whether there is more to read. What is no JSON becomes JSON null, a
 * packet of no type. */
static bool take_packet(struct channel *channel, size_t n)
{
	json_t *packet = n > CHANNEL_PACKET_BYTES ?
				 NULL :
				 json_loadb(channel->buffer, n, 0, NULL);
	bool is_bye = strcmp(type_of(packet), "bye") == 0;

	pthread_mutex_lock(&channel->lock);
	if (is_bye && !channel->is_done)
		_exit(0);
	put(channel, packet ? packet : json_null());
	pthread_mutex_unlock(&channel->lock);
	return !is_bye;
}

static void *read_packets(void *argument)
{
	struct channel *channel = argument;
	ssize_t n;

	do {
		n = recv(channel->fd, channel->buffer, sizeof(channel->buffer),
			 MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1);
	} while (n < 0 || take_packet(channel, (size_t)n));
	return NULL;
}

static int start_reader(struct channel *channel, struct err *err)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int code;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	code = pthread_create(&thread, &attributes, read_packets, channel);
	pthread_attr_destroy(&attributes);
	errno = code;
	return code ? err_sys(err, "no thread can be started") : 0;
}

struct channel *channel_new(int fd, struct err *err)
{
	struct channel *channel = mem_new(sizeof(*channel));
	int type = 0;
	socklen_t size = sizeof(type);

	channel->fd = fd;
	pthread_mutex_init(&channel->lock, NULL);
	pthread_cond_init(&channel->arrived, NULL);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    type != SOCK_SEQPACKET)
		err_set(err, ERR_USAGE,
			"BENCHMARK_FD is %d, which is no connected "
			"SOCK_SEQPACKET socket: unset it to run the test by "
			"hand",
			fd);
	else if (start_reader(channel, err) == 0)
		return channel;
	free(channel);
	return NULL;
}

void channel_send(struct channel *channel, json_t *packet)
{
	char *text = json_dumps(packet, JSON_COMPACT);
	ssize_t n;

	do
		n = send(channel->fd, text, strlen(text), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		_exit(1);
	free(text);
	json_decref(packet);
}

void channel_send_done(struct channel *channel, json_t *packet)
{
	pthread_mutex_lock(&channel->lock);
	channel->is_done = true;
	pthread_mutex_unlock(&channel->lock);
	channel_send(channel, packet);
}

static json_t *take(struct channel *channel)
{
	unsigned room = sizeof(channel->packets) / sizeof(channel->packets[0]);
	json_t *packet;

	pthread_mutex_lock(&channel->lock);
	while (!channel->count)
		pthread_cond_wait(&channel->arrived, &channel->lock);
	packet = channel->packets[channel->head];
	channel->head = (channel->head + 1) % room;
	channel->count--;
	pthread_mutex_unlock(&channel->lock);
	return packet;
}

json_t *channel_receive(struct channel *channel, const char *type,
			struct err *err)
{
	json_t *packet = take(channel);

	if (strcmp(type_of(packet), type) == 0)
		return packet;
	err_set(err, ERR_FAILED,
		"the harness sent a packet of type '%.64s' instead of '%s'",
		type_of(packet), type);
	json_decref(packet);
	return NULL;
}
