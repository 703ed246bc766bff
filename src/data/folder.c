#include "data/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/utf8.h"
#include "objects/objects.h"

/* UTF-8 without C0 and DEL. */
static bool text_ok(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return utf8_is(text, n);
}

static bool component_ok(const char *name, size_t n)
{
	return n && !(n == 1 && name[0] == '.') &&
	       !(n == 2 && name[0] == '.' && name[1] == '.');
}

bool folder_key_ok(const char *key, size_t n)
{
	const char *end = key + n;

	if (!n || n > OBJECT_KEY_MAX || !text_ok(key, n))
		return false;
	for (const char *at = key; at <= end;) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		const char *stop = slash ? slash : end;

		if (!component_ok(at, (size_t)(stop - at)))
			return false;
		at = stop + 1;
	}
	return true;
}

bool folder_name_ok(const char *name)
{
	size_t n = strlen(name);

	return component_ok(name, n) && text_ok(name, n);
}

/* One component after the other. A link has ELOOP or ENOTDIR. */
static int open_plain(int root, const char *path, int flags)
{
	char name[OBJECT_KEY_MAX + 1];
	int at = root, next;

	for (;;) {
		size_t n = strcspn(path, "/");
		int last = path[n] == '\0';

		if (n > OBJECT_KEY_MAX) {
			errno = ENAMETOOLONG;
			next = -1;
		} else {
			memcpy(name, path, n);
			name[n] = '\0';
			next = openat(at, name, O_NOFOLLOW | O_CLOEXEC |
				      (last ? flags : O_PATH | O_DIRECTORY));
		}
		if (at != root) {
			int saved = errno;

			close(at);
			errno = saved;
		}
		if (next < 0 || last)
			return next;
		at = next;
		path += n + 1;
	}
}

int folder_open(int root, const char *path, int flags, bool plain)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: something was renamed while the kernel looked. */
	for (int tries = 0; !plain && tries < 8; tries++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	/* Old containers answer EPERM to calls that they do not know. */
	if (plain || (fd < 0 && (errno == ENOSYS || errno == EPERM)))
		return open_plain(root, path, flags);
	return (int)fd;
}
