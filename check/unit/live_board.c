/* The board: one writer, readers that see whole looks, files that are not to be
 * trusted. */
#include "check.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/board.h"

#define PATH "board"
#define TESTS 3
#define CELLS 8

static struct board *writer, *reader;
static struct err err;

static int begin(void **state)
{
	(void)state;
	unlink(PATH);
	assert_int_equal(board_create(&writer, PATH, TESTS, CELLS, &err), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	board_close(writer);
	board_close(reader);
	writer = reader = NULL;
	unlink(PATH);
	return 0;
}

static void open_reader(void)
{
	if (board_open(&reader, AT_FDCWD, PATH, &err) < 0)
		fail_msg("%s", err.text);
}

static void is_private_and_empty(void **state)
{
	struct live live;
	struct stat st;

	(void)state;
	assert_int_equal(stat(PATH, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	open_reader();
	assert_true(board_look(reader, &live));
	assert_int_equal(live.cell_count, 0);
	assert_int_equal(live.test_count, 0);
	assert_int_equal(live.finished_count, 0);
	assert_string_equal(live.run.id, "");
	assert_int_equal(board_create(&reader, PATH, 1, 1, &err), ERR_SYSTEM);
	assert_names(err, PATH);
}

static void shows_what_was_written(void **state)
{
	struct board_pages *pages;
	struct live live;

	(void)state;
	open_reader();
	pages = board_begin(writer);
	strcpy(pages->run->id, "run");
	*pages->cell_count = CELLS;
	pages->cell[CELLS - 1].bytes_ok = 42;
	*pages->test_count = TESTS;
	strcpy(pages->test[TESTS - 1].library, "aiohttp");
	*pages->finished_count = LIVE_FINISHED_MOST;
	pages->finished[LIVE_FINISHED_MOST - 1].successes = 7;
	strcpy(pages->origin->name, "origin");
	board_end(writer);
	assert_true(board_look(reader, &live));
	assert_string_equal(live.run.id, "run");
	assert_int_equal(live.cell_count, CELLS);
	assert_int_equal(live.cell[CELLS - 1].bytes_ok, 42);
	assert_string_equal(live.test[TESTS - 1].library, "aiohttp");
	assert_int_equal(live.finished[LIVE_FINISHED_MOST - 1].successes, 7);
	assert_string_equal(live.origin.name, "origin");
}

#define SEQUENCE_AT 40 /* in the file; odd: it is being written */

static void put_sequence(uint32_t value)
{
	int fd = open(PATH, O_WRONLY);

	assert_int_equal(pwrite(fd, &value, 4, SEQUENCE_AT), 4);
	close(fd);
}

/* A writer that was killed in the middle: the last good look stands. */
static void keeps_the_last_good_look(void **state)
{
	struct live live;

	(void)state;
	open_reader();
	board_begin(writer)->run->trial_number = 1;
	board_end(writer);
	assert_true(board_look(reader, &live));
	board_begin(writer)->run->trial_number = 2;
	assert_true(board_look(reader, &live));
	assert_int_equal(live.run.trial_number, 1);
	put_sequence(99);
	assert_false(board_look(reader, &live));
	assert_int_equal(live.run.trial_number, 1);
	board_end(writer);
	assert_true(board_look(reader, &live));
	assert_int_equal(live.run.trial_number, 2);
}

/* A replica of our own user may reach the file: what it puts there is never
 * read back, and the next look is right again. */
static void reads_nothing_back(void **state)
{
	uint32_t noise[2000];
	struct live live;
	int fd;

	(void)state;
	open_reader();
	board_begin(writer)->run->trial_number = 7;
	*board_begin(writer)->finished_count = 1;
	board_end(writer);
	fd = open(PATH, O_RDWR);
	memset(noise, 0xee, sizeof(noise));
	assert_int_equal(pwrite(fd, noise, sizeof(noise), SEQUENCE_AT),
			 sizeof(noise));
	assert_int_equal(*board_pages(writer)->finished_count, 1);
	assert_int_equal(board_pages(writer)->run->trial_number, 7);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	board_begin(writer)->run->trial_number = 8;
	board_end(writer);
	assert_int_equal(*board_pages(writer)->finished_count, 1);
	assert_false(board_look(reader, &live)); /* its head is gone */
}

/* All cells are written with the same number: no look may see two. */
static void write_for_ever(void)
{
	for (uint64_t n = 1;; n++) {
		struct board_pages *pages = board_begin(writer);

		*pages->cell_count = CELLS;
		for (unsigned i = 0; i < CELLS; i++)
			pages->cell[i].bytes_ok = n;
		pages->run->start_wall_ns = n;
		board_end(writer);
		usleep(1);
	}
}

static void looks_are_whole(void **state)
{
	unsigned fresh = 0, different = 0;
	uint64_t last = 0;
	pid_t pid;

	(void)state;
	open_reader();
	pid = fork();
	if (pid == 0)
		write_for_ever();
	/* On a busy machine the writer's turn comes when it comes. */
	while (fresh < 2000 || different <= 10) {
		struct live live;

		if (!board_look(reader, &live) || !live.cell_count)
			continue;
		fresh++;
		different += live.run.start_wall_ns != last;
		last = live.run.start_wall_ns;
		for (unsigned i = 0; i < CELLS; i++)
			assert_int_equal(live.cell[i].bytes_ok, last);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Whatever a file says, counts stay within it and texts have an end. */
static void trusts_nothing(void **state)
{
	struct board_pages *pages;
	struct live live;

	(void)state;
	open_reader();
	pages = board_begin(writer);
	*pages->cell_count = 4000000000;
	*pages->test_count = 4000000000;
	*pages->finished_count = 4000000000;
	memset(pages->run, 'x', sizeof(*pages->run));
	pages->run->left_s = NAN;
	memset(pages->cell, 'x', CELLS * sizeof(*pages->cell));
	board_end(writer);
	assert_true(board_look(reader, &live));
	assert_int_equal(live.cell_count, CELLS);
	assert_int_equal(live.test_count, TESTS);
	assert_int_equal(live.finished_count, LIVE_FINISHED_MOST);
	assert_int_equal(strlen(live.run.id), sizeof(live.run.id) - 1);
	assert_true(live.run.left_s == 0);
	assert_int_equal(live.run.owner, geteuid());
	assert_int_equal(strlen(live.cell[CELLS - 1].name),
			 sizeof(live.cell[0].name) - 1);
}

/* Escapes, in C0, in C1 as UTF-8 and raw, and lines. */
static void cleans_texts(void **state)
{
	struct board_pages *pages;
	struct live live;

	(void)state;
	open_reader();
	pages = board_begin(writer);
	strcpy(pages->run->trial.library, "\x1b[2J\xc2\x9b" "31m\x9b" "2J\n[1/2]");
	*pages->test_count = 1;
	strcpy(pages->test[0].test, "\x1b]0;x\a");
	board_end(writer);
	assert_true(board_look(reader, &live));
	assert_string_equal(live.run.trial.library, "?[2J??31m?2J [1/2]");
	assert_string_equal(live.test[0].test, "?]0;x?");
}

/* Whoever owns the file cuts it while it is read. */
static void survives_cutting(void **state)
{
	struct live live;

	(void)state;
	open_reader();
	board_begin(writer)->run->trial_number = 7;
	board_end(writer);
	assert_true(board_look(reader, &live));
	for (off_t size = 20000; size >= 0; size -= 5000) {
		assert_int_equal(truncate(PATH, size), 0);
		assert_false(board_look(reader, &live));
		assert_int_equal(live.run.trial_number, 7);
	}
}

/* Under a name that is opened, something else lies. */
static void refuses_other_kinds(void **state)
{
	struct board *board;

	(void)state;
	unlink(PATH);
	assert_int_equal(mkfifo(PATH, 0600), 0);
	assert_int_equal(board_open(&board, AT_FDCWD, PATH, &err), ERR_INVALID);
	unlink(PATH);
	assert_int_equal(mkdir(PATH, 0700), 0);
	assert_int_equal(board_open(&board, AT_FDCWD, PATH, &err), ERR_INVALID);
	rmdir(PATH);
}

static void write_file(const char *bytes, size_t size)
{
	int fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void refuses(const char *part)
{
	struct board *board = NULL;

	assert_int_equal(board_open(&board, AT_FDCWD, PATH, &err), ERR_INVALID);
	assert_names(err, part);
}

static void refuses_other_files(void **state)
{
	struct board *board;
	uint32_t other = 99;
	int fd;

	(void)state;
	fd = open(PATH, O_WRONLY);
	assert_int_equal(pwrite(fd, &other, 4, 8), 4);
	close(fd);
	refuses("another version");
	write_file("", 0);
	refuses("not a board");
	write_file("geoboard", 8);
	refuses("another version");
	write_file("something else that is long enough", 34);
	refuses("not a board");
	unlink(PATH);
	assert_int_equal(board_open(&board, AT_FDCWD, PATH, &err), ERR_NOT_FOUND);
	assert_int_equal(symlink("/dev/zero", PATH), 0);
	assert_int_equal(board_open(&board, AT_FDCWD, PATH, &err), ERR_SYSTEM);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(is_private_and_empty),
		CHECK(shows_what_was_written),
		CHECK(keeps_the_last_good_look),
		CHECK(reads_nothing_back),
		CHECK(looks_are_whole),
		CHECK(trusts_nothing),
		CHECK(cleans_texts),
		CHECK(survives_cutting),
		CHECK(refuses_other_files),
		CHECK(refuses_other_kinds),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
