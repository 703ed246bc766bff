#include "catalogue/python.h"

#include <openssl/evp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define OLDEST_MINOR 11

/* Reads the minor version from the name of the real file: /usr/bin/python3 is a
 * link to python3.11. To run each candidate would cost every command 20 ms. */
static int minor_version(const char *path)
{
	char real[PATH_MAX];
	const char *at;
	int minor;

	if (access(path, X_OK) < 0 || !realpath(path, real))
		return -1;
	at = strrchr(real, '/');
	if (!at || sscanf(at, "/python3.%d", &minor) != 1)
		return -1;
	return minor;
}

char *python_find(void)
{
	static const char *const candidates[] = {
		"/usr/bin/python3", "/usr/bin/python3.13",
		"/usr/bin/python3.12", "/usr/bin/python3.11"
	};
	const char *chosen = getenv("BENCHMARK_PYTHON");

	if (chosen && *chosen)
		return access(chosen, X_OK) == 0 ? mem_dup(chosen) : NULL;
	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++) {
		if (minor_version(candidates[i]) >= OLDEST_MINOR)
			return mem_dup(candidates[i]);
	}
	return NULL;
}

int python_environment(const char *envs, const char *library, const char *lock,
		       char **out, struct err *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct str text = STR_INIT;
	struct str path = STR_INIT;
	int code = file_read_regular(lock, 16 << 20, &text, err);

	if (code < 0)
		goto out;
	if (!EVP_Digest(text.buf, text.len, digest, NULL, EVP_sha256(), NULL)) {
		code = err_set(err, ERR_SYSTEM, "OpenSSL refuses SHA-256");
		goto out;
	}
	str_addf(&path, "%s/%s-", envs, library);
	for (int i = 0; i < 6; i++)
		str_addf(&path, "%02x", digest[i]);
	*out = str_detach(&path);
out:
	str_release(&text);
	str_release(&path);
	return code;
}

bool python_ready(const char *environment)
{
	char *mark = mem_printf("%s/.ready", environment);
	char *python = mem_printf("%s/bin/python", environment);
	bool ready = file_exists(mark) && access(python, X_OK) == 0;

	free(mark);
	free(python);
	return ready;
}
