/*
 * From a request to its answer: what is asked for, does it exist, do the
 * conditions hold. Afterwards conn->reply is ready to be sent.
 */
#ifndef ORIGIN_RESPOND_H
#define ORIGIN_RESPOND_H

#include "origin/error.h"
#include "origin/server.h"

void respond(struct conn *conn, const struct head *head);

/* To a head that the parser refused, or that did not come in time. */
void respond_refusal(struct conn *conn, enum s3_error error);

/* The object's bytes could not be had, before anything was sent. */
void respond_failure(struct conn *conn);

#endif
