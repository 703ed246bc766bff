#include "worker/flags.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/number.h"

enum kind { TEXT, COUNT, NUMBER, SWITCH, SETUP };

struct flag {
	const char *name;
	enum kind kind;
	size_t offset; /* in struct flags */
	const char *value;
	const char *help;
};

/* X(name, kind, field, "value", "help") */
#define FLAGS(X)                                                               \
	X("test", TEXT, test, "NAME",                                          \
	  "workload that --plan is of, where one program does several")        \
	X("endpoint", TEXT, endpoint, "URL", "http://HOST:PORT of the store")  \
	X("bucket", TEXT, bucket, "NAME", "its bucket")                        \
	X("region", TEXT, region, "NAME", "its region (us-east-1)")            \
	X("ca-file", TEXT, ca_file, "FILE",                                    \
	  "PEM file to trust instead of the system's")                         \
	X("signed", SWITCH, is_signed, "",                                     \
	  "sign with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...")           \
	X("plan", TEXT, plan, "FILE",                                          \
	  "operations, JSON lines; or give --key and --object-size")           \
	X("key", TEXT, key, "KEY",                                             \
	  "without a plan: the object to read random ranges of")               \
	X("object-size", COUNT, object_size, "BYTES", "of that object")        \
	X("request-size", COUNT, request_size, "BYTES",                        \
	  "of each of these ranges (16384)")                                   \
	X("concurrency", COUNT, concurrency, "N", "operations in flight (50)") \
	X("n-requests", COUNT, n_requests, "N",                                \
	  "operations; 0: as many as there is time for (0)")                   \
	X("timeout", NUMBER, timeout_s, "SECONDS",                             \
	  "length of the timed part (10)")                                     \
	X("operation-timeout", NUMBER, operation_timeout_s, "SECONDS",         \
	  "limit of one operation (30)")                                       \
	X("warm-up", NUMBER, warm_up_s, "SECONDS",                             \
	  "work before, not measured (0)")                                     \
	X("rate", NUMBER, rate, "PER_SECOND",                                  \
	  "operations a second, open loop; 0: as fast as they end (0)")        \
	X("pool-size", COUNT, pool_size, "N",                                  \
	  "connections; 0: as --concurrency (0)")                              \
	X("keep-alive", SWITCH, keep_alive, "",                                \
	  "connections are used again (yes)")                                  \
	X("keep-alive-timeout", NUMBER, keep_alive_timeout_s, "SECONDS",       \
	  "idle connections are closed after this (30)")                       \
	X("use-dns-cache", SWITCH, use_dns_cache, "",                          \
	  "resolved names are kept (yes)")                                     \
	X("replica", COUNT, replica, "N",                                      \
	  "number of this replica's part of the plan (0)")                     \
	X("replicas", COUNT, replicas, "N", "parts of the plan (1)")           \
	X("seed", COUNT, seed, "N", "of the random ranges (0)")                \
	X("proof", TEXT, proof, "FILE",                                        \
	  "operations whose bytes are compared first, JSON lines")             \
	X("proof-bytes", TEXT, proof_bytes, "FILE",                            \
	  "the bytes that they must return")                                   \
	X("burst", TEXT, burst, "FILE",                                        \
	  "operations to put in flight at once, JSON lines")                   \
	X("setup", SETUP, setup, "NAME=VALUE",                                 \
	  "another member of the packet 'setup', JSON or a text, for "         \
	  "instance client_config.NAME=VALUE; can be given several times")     \
	X("json", SWITCH, json, "", "print one JSON object (no)")              \
	X("help", SWITCH, help, "", "this text")

static const struct flag table[] = {
#define X(name, kind, field, value, help)                                      \
	{ name, kind, offsetof(struct flags, field), value, help },
	FLAGS(X)
#undef X
};

enum { FLAG_COUNT = sizeof(table) / sizeof(table[0]) };

void flags_print_help(const char *program)
{
	printf("usage: %s --endpoint URL --bucket NAME "
	       "(--plan FILE | --key KEY --object-size BYTES) ...\n\n"
	       "Runs the test by itself and prints what it measured. Every\n"
	       "switch --X has its opposite, --no-X.\n\n",
	       program);
	for (int i = 0; i < FLAG_COUNT; i++)
		printf("  --%s%s%-*s %s\n", table[i].name,
		       *table[i].value ? " " : "",
		       (int)(30 - strlen(table[i].name)) -
			       (*table[i].value ? 1 : 0),
		       table[i].value, table[i].help);
}

static const struct flag *find(const char *name, size_t n)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		if (strncmp(table[i].name, name, n) == 0 && !table[i].name[n])
			return &table[i];
	}
	return NULL;
}

static int unknown(const char *word, struct err *err)
{
	const char *names[FLAG_COUNT];
	const char *near;

	for (int i = 0; i < FLAG_COUNT; i++)
		names[i] = table[i].name;
	near = near_name(word, names, FLAG_COUNT);
	if (near)
		return err_set(err, ERR_USAGE,
			       "there is no flag --%s; did you mean --%s?",
			       word, near);
	return err_set(err, ERR_USAGE,
		       "there is no flag --%s; --help lists all", word);
}

static int set_number(const struct flag *flag, void *at, const char *text,
		      struct err *err)
{
	bool ok = flag->kind == COUNT
		? number_parse_whole(text, number_plain, at)
		: number_parse(text, number_plain, at) && *(double *)at >= 0;

	if (!ok)
		return err_set(err, ERR_USAGE,
			       "--%s must be a %snumber from 0, and is '%s'",
			       flag->name, flag->kind == COUNT ? "whole " : "",
			       text);
	return 0;
}

static int add_setup(struct flags *flags, const char *text, struct err *err)
{
	if (flags->setup_count == FLAGS_SETUP_MOST)
		return err_set(err, ERR_USAGE,
			       "--setup is given more than %d times",
			       FLAGS_SETUP_MOST);
	flags->setup[flags->setup_count++] = text;
	return 0;
}

static int set(struct flags *flags, const struct flag *flag, const char *text,
	       struct err *err)
{
	void *at = (char *)flags + flag->offset;

	if (!text)
		return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s",
			       flag->name, flag->name, flag->value);
	if (flag->kind == SETUP)
		return add_setup(flags, text, err);
	if (flag->kind != TEXT)
		return set_number(flag, at, text, err);
	*(const char **)at = text;
	return 0;
}

/* A switch, or its opposite; 0 when the word is neither. */
static bool set_switch(struct flags *flags, const char *word)
{
	bool is_no = strncmp(word, "no-", 3) == 0;
	const struct flag *flag = find(word, strlen(word));

	if (!flag && is_no)
		flag = find(word + 3, strlen(word + 3));
	else
		is_no = false;
	if (!flag || flag->kind != SWITCH)
		return false;
	*(bool *)((char *)flags + flag->offset) = !is_no;
	return true;
}

static void defaults(struct flags *flags)
{
	*flags = (struct flags){
		.test = "",
		.region = "us-east-1",
		.request_size = 16384,
		.concurrency = 50,
		.timeout_s = 10,
		.operation_timeout_s = 30,
		.keep_alive = true,
		.keep_alive_timeout_s = 30,
		.use_dns_cache = true,
		.replicas = 1,
	};
}

static int check(const struct flags *flags, struct err *err)
{
	if (flags->help)
		return 0;
	if (!flags->endpoint || !flags->bucket)
		return err_set(err, ERR_USAGE,
			       "give --endpoint URL and --bucket NAME");
	if (!flags->plan && !(flags->key && flags->object_size))
		return err_set(err, ERR_USAGE,
			       "give --plan FILE, or --key and --object-size");
	if (!flags->plan && (!flags->request_size ||
			     flags->request_size > flags->object_size))
		return err_set(err, ERR_USAGE,
			       "--request-size is 0 or larger than "
			       "--object-size");
	return 0;
}

/* The value in the word itself, or the next word. */
static int set_from(struct flags *flags, const struct flag *flag,
		    const char *own, const char *next, struct err *err)
{
	if (!own && next && !strncmp(next, "--", 2))
		return err_set(err, ERR_USAGE,
			       "--%s needs a value, and '%s' follows: write it "
			       "as --%s=%s if that is the value",
			       flag->name, next, flag->name, next);
	return set(flags, flag, own ? own : next, err);
}

int flags_parse(struct flags *flags, int argc, char **argv, struct err *err)
{
	int code = 0;

	defaults(flags);
	for (int i = 1; i < argc && code == 0; i++) {
		const char *word = argv[i];
		const struct flag *flag;
		size_t n;

		if (strncmp(word, "--", 2) != 0)
			return err_set(err, ERR_USAGE,
				       "'%s' is no flag; --help lists all",
				       word);
		word += 2;
		if (set_switch(flags, word))
			continue;
		n = strcspn(word, "=");
		flag = find(word, n);
		if (!flag || flag->kind == SWITCH)
			return unknown(word, err);
		code = word[n] ? set_from(flags, flag, word + n + 1, NULL, err)
			       : set_from(flags, flag, NULL, argv[++i], err);
	}
	return code < 0 ? code : check(flags, err);
}
