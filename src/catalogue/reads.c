/* Finds what a replica has to read. Its view of the file system can then hide
 * all other files of a person. */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "catalogue/catalogue.h"

struct words {
	char **at;
	size_t count, capacity;
};

static void add(struct words *words, char *path)
{
	if (!path || *path != '/') {
		free(path);
		return;
	}
	MEM_ROOM(words->at, words->count, words->capacity);
	words->at[words->count++] = path;
}

/* PREFIX/lib of PREFIX/bin, where a Python outside of /usr has its library. */
static void add_prefix(struct words *words, const char *bin)
{
	char real[PATH_MAX];
	size_t n;

	if (!realpath(bin, real))
		return;
	n = strlen(real);
	if (n < 5 || strcmp(real + n - 4, "/bin") != 0)
		return;
	add(words, mem_printf("%.*s/lib", (int)(n - 4), real));
	add(words, mem_printf("%.*s/lib64", (int)(n - 4), real));
}

/* Of the program, behind all links. */
static void add_program(struct words *words, const char *program)
{
	char real[PATH_MAX], *slash;

	add(words, mem_dup(program));
	if (!realpath(program, real))
		return;
	slash = strrchr(real, '/');
	if (slash == real)
		return;
	*slash = '\0';
	add_prefix(words, real);
}

/* An environment names the folder of the interpreter that made it. */
static void add_home(struct words *words, const char *environment)
{
	char *path = mem_printf("%s/pyvenv.cfg", environment);
	struct str text = STR_INIT;
	char *line, *end;

	if (file_read_regular(path, 1 << 16, &text, NULL) == 0 &&
	    (line = strstr(text.buf, "home = ")) &&
	    (line == text.buf || line[-1] == '\n')) {
		line += strlen("home = ");
		end = line + strcspn(line, "\r\n");
		*end = '\0';
		add(words, mem_dup(line));
		add_prefix(words, line);
	}
	str_release(&text);
	free(path);
}

/* Adds the file of the test and each file beside it: one of them may be closed
 * to others, or lead elsewhere, though the folder does not. The test needs
 * nothing of other libraries, so it does not matter if those are closed. */
static void add_library(struct words *words, const char *test)
{
	char *folder = mem_printf("%.*s", (int)(strrchr(test, '/') - test),
				  test);
	char *slash = strrchr(folder, '/');
	const struct dirent *entry;
	DIR *dir = opendir(folder);

	if (slash > folder)
		add(words, mem_printf("%.*s", (int)(slash - folder), folder));
	add(words, mem_dup(folder));
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add(words, mem_printf("%s/%s", folder, entry->d_name));
	if (dir)
		closedir(dir);
	free(folder);
}

char **catalogue_reads(const struct catalogue *catalogue,
		       const struct library *library, const struct test *test,
		       const char *program, const char *more)
{
	const struct layout *layout = &catalogue->layout;
	struct words words = { 0 };

	add_program(&words, program);
	if (library->environment) {
		add(&words, mem_dup(library->environment));
		add_home(&words, library->environment);
	}
	add(&words, mem_dup(layout->python_root));
	add_library(&words, test->path);
	add(&words, mem_dup(layout->programs));
	add(&words, mem_dup(layout->formats));
	if (more)
		add(&words, mem_dup(more));
	MEM_ROOM(words.at, words.count, words.capacity);
	words.at[words.count] = NULL;
	return words.at;
}
