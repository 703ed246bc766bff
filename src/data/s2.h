/* Inside of the dataset "s2": its header. */
#ifndef DATA_S2_H
#define DATA_S2_H

#include <stdint.h>

#include "base/err.h"

#define S2_HEADER_BYTES 4208

struct s2_layout {
	uint64_t size; /* of the whole object, bytes */
	unsigned char header[S2_HEADER_BYTES];
};

/* Builds the first bytes of every object from the layout that is embedded in
 * the program. ERR_INVALID when the layout contradicts itself. */
int s2_layout_build(struct s2_layout *out, struct err *err);

#endif
