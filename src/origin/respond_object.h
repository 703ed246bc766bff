/* Inside of respond: GET and HEAD of an object. */
#ifndef ORIGIN_RESPOND_OBJECT_H
#define ORIGIN_RESPOND_OBJECT_H

#include "origin/server.h"

void respond_object(struct conn *conn, const struct head *head,
		    struct object_source *source, struct view key);

/* 405, with the methods that an object takes. */
void refuse_object_method(struct conn *conn, const struct head *head);

#endif
