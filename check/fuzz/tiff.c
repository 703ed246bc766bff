/* The TIFF header parser on any bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/tiff.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct tiff_layout first, second;
	struct err err = { "" };
	int code = tiff_parse(bytes, n, &first, &err);

	if (code != tiff_parse(bytes, n, &second, NULL))
		abort();
	if (code < 0 && (code != ERR_INVALID || !err.text[0] ||
			 strchr(err.text, '\n')))
		abort();
	if (code == 0 && (!first.count || first.count > TIFF_LEVELS_MAX ||
			  !tiff_is_tiff(bytes, n) ||
			  !tiff_layout_equal(&first, &second)))
		abort();
	return 0;
}

#include "replay.h"
