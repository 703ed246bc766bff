/*
 * Another user's board, and what it becomes on a terminal, in /metrics and on
 * the page. The input is patches of a sound board: an offset (3 bytes), a length
 * and so many bytes; or, where it begins with "geoboard", a whole file.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <jansson.h>

#include "base/file.h"
#include "base/mem.h"
#include "monitor/board.h"
#include "monitor/expose.h"
#include "monitor/lines.h"

static char folder[64], *board_path;
static struct str sound; /* a board's bytes */

static void end(void)
{
	file_remove_tree(folder, NULL);
	str_release(&sound);
	free(board_path);
}

static void fill(struct board_pages *pages)
{
	*pages->cell_count = 2;
	*pages->test_count = 1;
	*pages->finished_count = 1;
	strcpy(pages->run->id, "run");
	strcpy(pages->run->trial.library, "lib");
	strcpy(pages->run->trial.stage, "running");
	for (int i = 0; i < 2; i++) {
		pages->cell[i].number = i;
		pages->cell[i].at_wall_ns = 1;
		snprintf(pages->cell[i].name, sizeof(pages->cell[i].name),
			 "geoio-%d", i);
	}
	strcpy(pages->test[0].library, "lib");
	strcpy(pages->finished[0].library, "lib");
	pages->origin->at_wall_ns = 1;
	strcpy(pages->origin->name, "origin");
}

static void begin(void)
{
	struct board *board;
	struct err err;

	if (board_path)
		return;
	strcpy(folder, "/dev/shm/fuzz-board-XXXXXX");
	must(mkdtemp(folder) != NULL);
	board_path = mem_printf("%s/board", folder);
	str_init(&sound);
	atexit(end);
	must(board_create(&board, board_path, 1, 2, &err) == 0);
	fill(board_begin(board));
	board_end(board);
	board_close(board);
	must(file_read(board_path, 1 << 24, &sound, &err) == 0);
}

static void patch(struct str *file, const uint8_t *bytes, size_t n)
{
	while (n > 4) {
		size_t at = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
		size_t length = bytes[3];

		bytes += 4, n -= 4;
		length = length < n ? length : n;
		at %= file->len;
		length = length < file->len - at ? length : file->len - at;
		memcpy(file->buf + at, bytes, length);
		bytes += length, n -= length;
	}
}

/* Where the sequence stands. Odd says that the board is being written, and a
 * reader looks again for 0.1 s, which teaches nothing new each time. */
#define SEQUENCE_AT 40

static void make_whole(struct str *file)
{
	must(sound.buf[SEQUENCE_AT] == 4); /* made and written once */
	if (file->len > SEQUENCE_AT)
		file->buf[SEQUENCE_AT] &= (char)~1;
}

static void put(const uint8_t *bytes, size_t n)
{
	struct str file = STR_INIT;
	int fd = open(board_path, O_WRONLY | O_TRUNC);

	if (n >= 8 && !memcmp(bytes, "geoboard", 5)) {
		str_add_n(&file, (const char *)bytes, n);
	} else {
		str_add_n(&file, sound.buf, sound.len);
		patch(&file, bytes, n);
	}
	make_whole(&file);
	must(fd >= 0 && write(fd, file.buf, file.len) == (ssize_t)file.len);
	close(fd);
	str_release(&file);
}

static void must_be_text(const struct str *s)
{
	must(strlen(s->buf) == s->len);
	for (size_t i = 0; i < s->len; i++)
		must((unsigned char)s->buf[i] >= ' ' || s->buf[i] == '\n');
	must(!strstr(s->buf, "\xc2\x9b"));
}

static void show(const struct live *live)
{
	static struct monitor_view view;
	struct line_totals totals;
	struct str out = STR_INIT;
	json_t *document;

	lines_totals(live, &totals);
	must(lines_show(live, &totals, 80, &out) <= 3);
	must_be_text(&out);
	str_reset(&out);
	view.run[0] = *live;
	view.run_count = 1;
	expose_metrics(&view, EXPOSE_OPENMETRICS, &out);
	must_be_text(&out);
	str_reset(&out);
	expose_json(&view, &out);
	must_be_text(&out);
	/* Counters may be larger than jansson's integers. */
	document = json_loads(out.buf, JSON_DECODE_INT_AS_REAL, NULL);
	must(json_is_object(document));
	json_decref(document);
	str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct board *board;
	struct err err = { "" };
	struct live live;
	int code;

	begin();
	put(bytes, n);
	code = board_open(&board, AT_FDCWD, board_path, &err);
	must_tell(code, &err);
	if (code < 0)
		return 0;
	board_look(board, &live);
	must(live.cell_count <= 2 && live.test_count <= 1);
	must(live.finished_count <= LIVE_FINISHED_MOST);
	show(&live);
	board_close(board);
	return 0;
}

#include "replay.h"
