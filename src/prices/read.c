/* Reads a price table event by event. Each mapping is first read as words, in
 * any order, and then judged as a whole. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/number.h"
#include "prices/prices.h"
#include "prices/words.h"

#define PRICE_MOST 1e6
#define VCPUS_MOST 1e5

/* The keys of a price, in the order of price_keys(). */
enum price_key {
	KEY_REGION,
	KEY_ITEM,
	KEY_PRICE,
	KEY_PER,
	KEY_DATE,
	KEY_SOURCE,
	KEY_VCPUS, /* of compute alone */
	KEY_COUNT,
};

static struct words price_keys(enum price_section section)
{
	return (struct words){
		.keys = { [KEY_REGION] = "region",
			  [KEY_ITEM] = price_item_key(section),
			  [KEY_PRICE] = "price",
			  [KEY_PER] = "per",
			  [KEY_DATE] = "date",
			  [KEY_SOURCE] = "source",
			  [KEY_VCPUS] = "vcpus" },
		.count = section == PRICE_COMPUTE ? KEY_COUNT : KEY_VCPUS,
		.what = "a price",
	};
}

/* What each price must have, with an example of it. */
static int check_all_there(const struct reader *r, const struct words *words,
			   enum price_section section)
{
	static const char *const items[PRICE_SECTION_COUNT] = {
		[PRICE_COMPUTE] = "c7g.large",
		[PRICE_REQUESTS] = "GET",
		[PRICE_EGRESS] = "internet",
	};
	const char *examples[KEY_COUNT] = {
		[KEY_REGION] = "us-east-1",
		[KEY_ITEM] = items[section],
		[KEY_PRICE] = "0.0725",
		[KEY_PER] = price_units(section)->name,
		[KEY_VCPUS] = "2",
	};

	for (size_t i = 0; i < words->count; i++)
		if (examples[i] && !words->at[i].text)
			return reader_refuse(r, words->line, "the price has no "
					     "%s: add it, as in `%s: %s`",
					     words->keys[i], words->keys[i],
					     examples[i]);
	return 0;
}

static int read_number(const struct reader *r, const char *key,
		       const struct word *word, double most, double *out)
{
	char text[NUMBER_TEXT_BYTES];

	if (word->quoted)
		return reader_refuse(r, word->line, "%s is the text \"%.60s\": "
				     "write the number without quotes", key,
				     word->text);
	if (!number_parse(word->text, number_plain, out))
		return reader_refuse(r, word->line, "%s is '%.60s', which is "
				     "no number: write it as 0.0725", key,
				     word->text);
	if (*out < 0)
		return reader_refuse(r, word->line, "%s is %.60s: it must be 0 "
				     "or more", key, word->text);
	if (*out > most)
		return reader_refuse(r, word->line, "%s is %.60s: it must be "
				     "%s or less", key, word->text,
				     number_text(most, text));
	return 0;
}

static int read_vcpus(const struct reader *r, const struct word *word,
		      double *out)
{
	int code = read_number(r, "vcpus", word, VCPUS_MOST, out);

	if (code == 0 && *out == 0)
		code = reader_refuse(r, word->line, "vcpus is %.60s: it must "
				     "be more than 0", word->text);
	return code;
}

static int refuse_among(const struct reader *r, const struct word *word,
			const char *what, const char *const *names,
			size_t count)
{
	struct str near = STR_INIT;
	int code;

	near_add(word->text, names, count, "write ", &near);
	code = reader_refuse(r, word->line, "%s: %s", what, near.buf);
	str_release(&near);
	return code;
}

static int read_unit(const struct reader *r, const struct word *word,
		     enum price_section section, const struct price_unit **out)
{
	const char *names[8];
	char what[200];
	size_t count = 0;

	for (*out = price_units(section); (*out)->name; (*out)++) {
		if (!strcmp((*out)->name, word->text))
			return 0;
		names[count++] = (*out)->name;
	}
	snprintf(what, sizeof(what), "per is '%.60s', which is no unit of %s",
		 word->text, price_section_name(section));
	return refuse_among(r, word, what, names, count);
}

static int check_item(const struct reader *r, const struct word *word,
		      enum price_section section)
{
	const char *const *items = price_items(section);
	char what[200];
	size_t count = 0;

	for (; items[count]; count++)
		if (!strcmp(items[count], word->text))
			return 0;
	if (!count)
		return 0;
	snprintf(what, sizeof(what), "%s is '%.60s', which is none that is "
		 "known", price_item_key(section), word->text);
	return refuse_among(r, word, what, items, count);
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* "2026-09-28", and a day that there is. */
static bool is_day(const char *text)
{
	static const char form[] = "0000-00-00";
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '-' ? text[i] != '-'
				   : !isdigit((unsigned char)text[i]))
			return false;
	if (sscanf(text, "%d-%d-%d", &year, &month, &day) != 3 || month < 1 ||
	    month > 12)
		return false;
	return day >= 1 &&
	       day <= days[month - 1] + (month == 2 && is_leap(year));
}

static int check_date(const struct reader *r, const struct word *word)
{
	if (!word->text || is_day(word->text))
		return 0;
	return reader_refuse(r, word->line, "date is '%.60s', which is no day: "
			     "write it as 2026-09-28", word->text);
}

/* The figures of a price; the first that is wrong is said. */
static int judge_price(const struct reader *r, const struct words *words,
		       struct price_line *line)
{
	const struct word *at = words->at;
	int code = check_all_there(r, words, line->section);

	if (code == 0)
		code = check_item(r, &at[KEY_ITEM], line->section);
	if (code == 0)
		code = read_number(r, "price", &at[KEY_PRICE], PRICE_MOST,
				   &line->usd);
	if (code == 0)
		code = read_unit(r, &at[KEY_PER], line->section, &line->unit);
	if (code == 0)
		code = check_date(r, &at[KEY_DATE]);
	if (code == 0 && line->section == PRICE_COMPUTE)
		code = read_vcpus(r, &at[KEY_VCPUS], &line->vcpus);
	return code;
}

static int check_new(const struct price_table *table, const struct reader *r,
		     const struct words *words, enum price_section section)
{
	const char *region = words->at[KEY_REGION].text;
	const char *item = words->at[KEY_ITEM].text;
	const struct price_line *old =
		prices_find(table, section, region, item);

	if (old)
		return reader_refuse(r, words->line, "a second price of %s "
				     "%.60s in %.60s; line %zu has the first: "
				     "leave one out", price_item_key(section),
				     item, region, old->number);
	if (table->count == PRICES_MOST)
		return reader_refuse(r, words->line, "more than %d prices: "
				     "leave out what you do not need",
				     PRICES_MOST);
	return 0;
}

static int add_price(struct price_table *table, const struct reader *r,
		     struct words *words, enum price_section section)
{
	struct price_line line = { .section = section, .vcpus = NAN,
				   .number = words->line };
	int code = judge_price(r, words, &line);

	if (code == 0)
		code = check_new(table, r, words, section);
	if (code < 0)
		return code;
	line.region = word_take(&words->at[KEY_REGION]);
	line.item = word_take(&words->at[KEY_ITEM]);
	line.own_date = word_take(&words->at[KEY_DATE]);
	line.own_source = word_take(&words->at[KEY_SOURCE]);
	MEM_ROOM(table->lines, table->count, table->capacity);
	table->lines[table->count++] = line;
	return 0;
}

static int read_price(struct price_table *table, struct reader *r,
		      enum price_section section)
{
	struct words words = price_keys(section);
	int code = reader_check_plain(r);

	if (code == 0 && r->event.type != YAML_MAPPING_START_EVENT)
		code = reader_refuse(r, reader_line(r), "an item of %s must be "
				     "a price, as in - {region: …, %s: …, "
				     "price: …, per: %s}",
				     price_section_name(section),
				     price_item_key(section),
				     price_units(section)->name);
	if (code == 0)
		code = words_read(&words, r, NULL, NULL);
	if (code == 0)
		code = add_price(table, r, &words, section);
	words_release(&words);
	return code;
}

static int read_section(void *table, struct reader *r, size_t list)
{
	enum price_section section = (enum price_section)list;
	int code = reader_check_plain(r);

	if (code == 0 && r->event.type != YAML_SEQUENCE_START_EVENT)
		code = reader_refuse(r, reader_line(r), "%s must be a list of "
				     "prices, each behind `- `",
				     price_section_name(section));
	while (code == 0) {
		code = reader_step(r);
		if (code < 0 || r->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		code = read_price(table, r, section);
	}
	return code;
}

enum root_key {
	ROOT_NAME,
	ROOT_DATE,
	ROOT_SOURCE,
	ROOT_CURRENCY,
	ROOT_LISTS,
};

static struct words root_keys(void)
{
	struct words words = {
		.keys = { [ROOT_NAME] = "name", [ROOT_DATE] = "date",
			  [ROOT_SOURCE] = "source",
			  [ROOT_CURRENCY] = "currency" },
		.count = ROOT_LISTS + PRICE_SECTION_COUNT,
		.lists = PRICE_SECTION_COUNT,
		.what = "a price table",
	};

	for (int s = 0; s < PRICE_SECTION_COUNT; s++)
		words.keys[ROOT_LISTS + s] =
			price_section_name((enum price_section)s);
	return words;
}

static int judge_root(const struct price_table *table, const struct reader *r,
		      const struct words *words)
{
	static const char *const examples[ROOT_LISTS] = {
		[ROOT_NAME] = "my-cloud", [ROOT_DATE] = "2026-09-28",
		[ROOT_SOURCE] = "https://cloud.example/prices",
		[ROOT_CURRENCY] = "USD"
	};
	const struct word *currency = &words->at[ROOT_CURRENCY];

	for (size_t i = 0; i < ROOT_LISTS; i++)
		if (!words->at[i].text)
			return reader_refuse(r, words->line, "the table has no "
					     "%s: add it, as in `%s: %s`",
					     words->keys[i], words->keys[i],
					     examples[i]);
	if (strcmp(currency->text, "USD"))
		return reader_refuse(r, currency->line, "currency is '%.60s', "
				     "and all costs are in USD: convert the "
				     "prices, and write USD", currency->text);
	if (!table->count)
		return reader_refuse(r, words->line, "the table has no price: "
				     "add one below compute, requests or "
				     "egress");
	return check_date(r, &words->at[ROOT_DATE]);
}

static void keep_root(struct price_table *table, struct words *words)
{
	table->name = word_take(&words->at[ROOT_NAME]);
	table->date = word_take(&words->at[ROOT_DATE]);
	table->source = word_take(&words->at[ROOT_SOURCE]);
	for (size_t i = 0; i < table->count; i++) {
		struct price_line *line = &table->lines[i];

		line->date = line->own_date ? line->own_date : table->date;
		line->source = line->own_source ? line->own_source
						: table->source;
	}
}

static int read_root(struct price_table *table, struct reader *r)
{
	struct words words = root_keys();
	int code = reader_check_plain(r);

	if (code == 0 && r->event.type != YAML_MAPPING_START_EVENT)
		code = reader_refuse(r, reader_line(r), "a price table is one "
				     "mapping, `key: value` lines");
	if (code == 0)
		code = words_read(&words, r, read_section, table);
	if (code == 0)
		code = judge_root(table, r, &words);
	if (code == 0)
		keep_root(table, &words);
	words_release(&words);
	return code;
}

/* One document, and nothing behind it. */
static int read_stream(struct price_table *table, struct reader *r)
{
	int code = reader_step(r); /* the stream's start */

	if (code == 0)
		code = reader_step(r);
	if (code < 0)
		return code;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return err_set(r->err, ERR_USAGE, "%.300s is empty: a price "
			       "table has name, date, source, currency and "
			       "prices", r->path);
	code = reader_step(r);
	if (code == 0)
		code = read_root(table, r);
	if (code == 0)
		code = reader_step(r); /* the document's end */
	if (code == 0)
		code = reader_step(r);
	if (code == 0 && r->event.type != YAML_STREAM_END_EVENT)
		code = reader_refuse(r, reader_line(r), "a second document: "
				     "give each table a file of its own");
	return code;
}

int prices_parse(struct price_table *table, const char *text, size_t n,
		 const char *path, struct err *err)
{
	struct reader r = { .text = text, .n = n, .path = path, .err = err };
	int code;

	memset(table, 0, sizeof(*table));
	if (n > PRICES_BYTES_MOST)
		return err_set(err, ERR_USAGE, "%.300s has more than %u bytes: "
			       "a price table is a small file", path,
			       PRICES_BYTES_MOST);
	code = reader_begin(&r);
	if (code == 0)
		code = read_stream(table, &r);
	reader_end(&r);
	return code;
}
