#include "base/claim.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define WAIT_NS NS_PER_S
#define TRY_NS (20 * NS_PER_MS)

static int bind_name(int fd, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(name);

	if (!length || length >= sizeof(address.sun_path) - 1) {
		errno = EINVAL;
		return -1;
	}
	memcpy(address.sun_path + 1, name, length);
	return bind(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				length));
}

int claim_name(const char *name, int *fd, struct err *err)
{
	uint64_t until_ns = clock_now_ns() + WAIT_NS;
	int code;

	*fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return err_sys(err, "a Unix socket cannot be made");
	while ((code = bind_name(*fd, name)) < 0 && errno == EADDRINUSE &&
	       clock_now_ns() < until_ns)
		clock_sleep_until(clock_now_ns() + TRY_NS);
	if (code == 0)
		return 0;
	code = errno == EADDRINUSE
		       ? err_set(err, ERR_CONFLICT,
				 "another process holds the name %s", name)
		       : err_sys(err, "the name %s cannot be held", name);
	close(*fd);
	*fd = -1;
	return code;
}
