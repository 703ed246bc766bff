/*
 * Makes the response to a request: finds what it asks for, and checks its
 * conditions. Afterwards conn->reply is ready to be sent.
 */
#ifndef ORIGIN_RESPOND_H
#define ORIGIN_RESPOND_H

#include "origin/error.h"
#include "origin/server.h"

void respond(struct conn *conn, const struct head *head);

/* The response to a head that the parser refused, or that came too late. */
void respond_refusal(struct conn *conn, enum s3_error error);

/* The response if the object's bytes cannot be read and nothing was sent
 * yet. */
void respond_failure(struct conn *conn);

#endif
