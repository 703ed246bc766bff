#include "monitor/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define BOARD_MAGIC "geoboard"
#define BOARD_VERSION 2

/* How often a reader looks again, and the pause in between. A writer needs some
 * 10 us: after 100 ms it has died in the middle. */
#define LOOKS 1000
#define LOOK_PAUSE_NS 100000

/* gcc's ThreadSanitizer knows no fences. Processes share a board, and it sees
 * one of them. */
#ifdef __SANITIZE_THREAD__
#define FENCE(order) ((void)(order))
#else
#define FENCE(order) atomic_thread_fence(order)
#endif

struct board_head {
	char magic[8];
	uint32_t version;
	uint32_t head_bytes, run_bytes, cell_bytes, test_bytes, finished_bytes;
	uint32_t test_most, cell_most;
	_Atomic uint32_t sequence; /* odd: it is being written */
	uint32_t test_count, cell_count, finished_count;
	struct live_run run;
	struct live_cell origin;
	struct live_finished finished[LIVE_FINISHED_MOST];
	/* struct live_test[test_most], struct live_cell[cell_most] */
};

struct board {
	size_t bytes;
	int fd;
	struct board_head *head;   /* the writer's own, in no file */
	struct board_pages pages;  /* of it */
	uint32_t owner;            /* the reader's; so below */
	struct board_head *copy;   /* the last good look */
	struct board_head *newest; /* what is being copied */
};

static size_t bytes_of(uint32_t tests, uint32_t cells)
{
	return sizeof(struct board_head) + tests * sizeof(struct live_test) +
	       cells * sizeof(struct live_cell);
}

static struct live_test *tests_of(struct board_head *head)
{
	return (struct live_test *)(head + 1);
}

static struct live_cell *cells_of(struct board_head *head)
{
	return (struct live_cell *)(tests_of(head) + head->test_most);
}

/* --------------------------------------------------------------- writer --- */

static void fill_head(struct board_head *head, uint32_t tests, uint32_t cells)
{
	memcpy(head->magic, BOARD_MAGIC, sizeof(head->magic));
	head->version = BOARD_VERSION;
	head->head_bytes = sizeof(*head);
	head->run_bytes = sizeof(struct live_run);
	head->cell_bytes = sizeof(struct live_cell);
	head->test_bytes = sizeof(struct live_test);
	head->finished_bytes = sizeof(struct live_finished);
	head->test_most = tests;
	head->cell_most = cells;
}

static void fill_pages(struct board *board)
{
	struct board_head *head = board->head;

	board->pages = (struct board_pages){
		.run = &head->run,
		.origin = &head->origin,
		.cell = cells_of(head),
		.cell_most = head->cell_most,
		.cell_count = &head->cell_count,
		.test = tests_of(head),
		.test_most = head->test_most,
		.test_count = &head->test_count,
		.finished = head->finished,
		.finished_count = &head->finished_count,
	};
}

/* Allocated at once: a file system may be full later. */
static int make_file(const char *path, size_t bytes, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0600);
	int error;

	if (fd < 0)
		return err_sys(err, "cannot make the board %s", path);
	error = posix_fallocate(fd, 0, (off_t)bytes);
	if (!error)
		return fd;
	close(fd);
	unlink(path);
	errno = error;
	return err_sys(err, "cannot give the board %s its %zu bytes", path,
		       bytes);
}

int board_create(struct board **out, const char *path, uint32_t tests,
		 uint32_t cells, struct err *err)
{
	size_t bytes = bytes_of(tests, cells);
	struct board *board;
	int fd;

	if (tests > BOARD_TESTS_MOST || cells > BOARD_CELLS_MOST)
		return err_set(err, ERR_USAGE,
			       "a board has room for %d tests and %d replicas",
			       BOARD_TESTS_MOST, BOARD_CELLS_MOST);
	fd = make_file(path, bytes, err);
	if (fd < 0)
		return fd;
	board = mem_new(sizeof(*board));
	board->fd = fd;
	board->bytes = bytes;
	board->head = mem_new(bytes);
	fill_head(board->head, tests, cells);
	fill_pages(board);
	board_end(board);
	*out = board;
	return 0;
}

struct board_pages *board_begin(struct board *board)
{
	return &board->pages;
}

/* A file that cannot be written shows an old look, which harms no run. */
static void publish(struct board *board, size_t from, size_t n)
{
	ssize_t ignored = pwrite(board->fd, (const char *)board->head + from, n,
				 (off_t)from);

	(void)ignored;
}

static void publish_sequence(struct board *board)
{
	const size_t at = offsetof(struct board_head, sequence);

	FENCE(memory_order_release);
	atomic_fetch_add_explicit(&board->head->sequence, 1,
				  memory_order_relaxed);
	publish(board, at, sizeof(board->head->sequence));
	FENCE(memory_order_release);
}

void board_end(struct board *board)
{
	const size_t after = offsetof(struct board_head, test_count);

	if (!atomic_load(&board->head->sequence)) /* the first time */
		publish(board, 0, offsetof(struct board_head, sequence));
	publish_sequence(board);
	publish(board, after, board->bytes - after);
	publish_sequence(board);
}

const struct board_pages *board_pages(const struct board *board)
{
	return &board->pages;
}

/* --------------------------------------------------------------- reader --- */

/* Whether this program would have written that head for a file of that size. */
static bool is_ours(const struct board_head *head, size_t bytes)
{
	struct board_head want = { .version = 0 };

	fill_head(&want, head->test_most, head->cell_most);
	return !memcmp(head, &want, offsetof(struct board_head, sequence)) &&
	       head->test_most <= BOARD_TESTS_MOST &&
	       head->cell_most <= BOARD_CELLS_MOST &&
	       bytes == bytes_of(head->test_most, head->cell_most);
}

static int check_head(const struct board_head *head, ssize_t n, size_t bytes,
		      const char *path, struct err *err)
{
	if (n < 8 || memcmp(head->magic, BOARD_MAGIC, sizeof(head->magic)))
		return err_set(err, ERR_INVALID, "%s is not a board", path);
	if (n < (ssize_t)sizeof(*head) || !is_ours(head, bytes))
		return err_set(err, ERR_INVALID,
			       "the board %s is another version's: show that "
			       "run with the program that started it", path);
	return 0;
}

/* The file is read, not mapped: its owner can cut it at any time, which would
 * kill a process that has it mapped. */
static int take_file(struct board *board, const char *path, struct err *err)
{
	struct board_head *head;
	struct stat st;
	int code;

	if (fstat(board->fd, &st) < 0)
		return err_sys(err, "cannot read the board %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID, "%s is not a board", path);
	head = mem_new(sizeof(*head));
	board->bytes = (size_t)st.st_size;
	board->owner = st.st_uid;
	code = check_head(head, pread(board->fd, head, sizeof(*head), 0),
			  board->bytes, path, err);
	free(head);
	if (code < 0)
		return code;
	board->copy = mem_new(board->bytes);
	board->newest = mem_new(board->bytes);
	return 0;
}

int board_open(struct board **out, int folder, const char *path,
	       struct err *err)
{
	struct board *board;
	int fd = openat(folder, path,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int code;

	if (fd < 0)
		return errno == ENOENT
			       ? err_set(err, ERR_NOT_FOUND,
					 "there is no board %s", path)
			       : err_sys(err, "cannot open the board %s", path);
	board = mem_new(sizeof(*board));
	board->fd = fd;
	code = take_file(board, path, err);
	if (code < 0)
		board_close(board);
	else
		*out = board;
	return code;
}

uint32_t board_owner(const struct board *board)
{
	return board->owner;
}

static bool read_at(const struct board *board, void *to, size_t n, off_t at)
{
	return pread(board->fd, to, n, at) == (ssize_t)n;
}

static bool read_sequence(const struct board *board, uint32_t *out)
{
	bool whole = read_at(board, out, sizeof(*out),
			     offsetof(struct board_head, sequence));

	FENCE(memory_order_acquire);
	return whole;
}

static bool copy_once(struct board *board)
{
	uint32_t before, after;

	if (!read_sequence(board, &before) || before & 1 ||
	    !read_at(board, board->newest, board->bytes, 0))
		return false;
	return read_sequence(board, &after) && after == before;
}

static bool copy(struct board *board)
{
	const struct timespec pause = { .tv_nsec = LOOK_PAUSE_NS };
	struct board_head *good;

	for (int i = 0; !copy_once(board); i++) {
		if (i == LOOKS)
			return false;
		nanosleep(&pause, NULL);
	}
	good = board->newest;
	if (!is_ours(good, board->bytes))
		return false;
	board->newest = board->copy;
	board->copy = good;
	return true;
}

/* A text with an end, that no terminal obeys. */
#define END(text) ((text)[sizeof(text) - 1] = '\0', text_clean_line(text))

/* A time that can be shown; else none. */
static double seconds_of(double value)
{
	return value >= 0 && value < 1e9 ? value : 0;
}

static void end_run(struct live_run *run)
{
	END(run->id);
	END(run->version);
	END(run->command);
	END(run->database);
	END(run->kernel);
	END(run->cpu_model);
	END(run->trial.id);
	END(run->trial.library);
	END(run->trial.test);
	END(run->trial.config_hash);
	END(run->trial.params_json);
	END(run->trial.isolation);
	END(run->trial.cgroup);
	END(run->trial.network);
	END(run->trial.stage);
	run->left_s = seconds_of(run->left_s);
	run->trial.elapsed_s = seconds_of(run->trial.elapsed_s);
	run->trial.timeout_s = seconds_of(run->trial.timeout_s);
}

static void end_cell(struct live_cell *cell)
{
	END(cell->id);
	END(cell->name);
	END(cell->image);
	END(cell->state);
	END(cell->library);
	END(cell->test);
	END(cell->trial_id);
}

static uint32_t at_most(uint32_t count, uint32_t most)
{
	return count < most ? count : most;
}

/* Counts within their arrays, texts with an end, whatever the file says. */
static void make_safe(struct board_head *head)
{
	head->test_count = at_most(head->test_count, head->test_most);
	head->cell_count = at_most(head->cell_count, head->cell_most);
	head->finished_count = at_most(head->finished_count,
				       LIVE_FINISHED_MOST);
	end_run(&head->run);
	end_cell(&head->origin);
	for (uint32_t i = 0; i < head->cell_count; i++)
		end_cell(&cells_of(head)[i]);
	for (uint32_t i = 0; i < head->test_count; i++) {
		END(tests_of(head)[i].library);
		END(tests_of(head)[i].test);
		END(tests_of(head)[i].config_hash);
	}
	for (uint32_t i = 0; i < head->finished_count; i++)
		live_clean_finished(&head->finished[i]);
}

bool board_look(struct board *board, struct live *out)
{
	bool fresh = copy(board);
	struct board_head *head = board->copy;

	make_safe(head);
	head->run.owner = board->owner;
	*out = (struct live){
		.run = head->run,
		.origin = head->origin,
		.cell = cells_of(head),
		.cell_count = head->cell_count,
		.test = tests_of(head),
		.test_count = head->test_count,
		.finished = head->finished,
		.finished_count = head->finished_count,
	};
	return fresh;
}

void board_close(struct board *board)
{
	if (!board)
		return;
	close(board->fd);
	free(board->head);
	free(board->copy);
	free(board->newest);
	free(board);
}
