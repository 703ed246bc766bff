/*
 * The addresses of the store: all that its name has, tried in turn. Part of the
 * tests of `reference`; included, not linked, because a test in C is one file
 * to the build.
 */
#ifndef REFERENCE_ADDRESS_H
#define REFERENCE_ADDRESS_H

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESSES_MAX 16

struct addresses {
	struct {
		struct sockaddr_storage name;
		socklen_t bytes;
	} list[ADDRESSES_MAX];
	unsigned count;
	unsigned good; /* the last that answered: it is tried first */
};

/* Returns 0, or getaddrinfo()'s code. */
static int addresses_find(struct addresses *a, const char *host, unsigned port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char digits[16];
	int code;

	snprintf(digits, sizeof(digits), "%u", port);
	code = getaddrinfo(host, digits, &hints, &found);
	if (code)
		return code;
	a->count = 0;
	for (const struct addrinfo *at = found; at && a->count < ADDRESSES_MAX;
	     at = at->ai_next) {
		memcpy(&a->list[a->count].name, at->ai_addr, at->ai_addrlen);
		a->list[a->count++].bytes = at->ai_addrlen;
	}
	if (a->good >= a->count)
		a->good = 0;
	freeaddrinfo(found);
	return 0;
}

#endif
