#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "bulk_keep.h"
#include "bulk_spool.h"
#include "bulk_stream.h"
#include "mem.h"

static char folder[] = "/tmp/espcap-bulk.XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

/* What stands in the file ${path}. */
static const char *
content(const char *path)
{
	static char text[4096];
	const int fd = open(path, O_RDONLY);
	const ssize_t n = read(fd, text, sizeof text - 1);

	assert_true(n >= 0);
	close(fd);
	text[n] = '\0';
	return text;
}

static void
write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A chunk with one document, ${n}. */
static struct bulk_chunk *
chunk_of(int n)
{
	const struct bulk_item item = { .line = 1, .op = BULK_INDEX };
	struct bulk_chunk *c = bulk_chunk_new();
	char doc[32];
	const int len = snprintf(doc, sizeof doc, "{\"n\":%d}", n);

	bulk_chunk_add(c, &item, "{\"index\":{}}", 12, doc, (size_t)len);
	return c;
}

static void
stream(void **state)
{
	/* Each line, and what comes of it: an item of an operation, with an _id or not; or a word of what is wrong. */
	static const struct { const char *line; int op, has_id; const char *why; } cases[] = {
		{ "{\"index\":{}}\n {}", BULK_INDEX, 0, NULL },
		{ "{\"index\":{\"_id\":\"\"}}\n\t{}", BULK_INDEX, 0, NULL },
		{ "{\"create\":{\"_id\":null}}\n{}", BULK_CREATE, 0, NULL },
		{ "{\"update\":{\"_id\":\"1\"}}\n{}", BULK_UPDATE, 1, NULL },
		{ "{\"delete\":{\"_id\":\"1\"}}", BULK_DELETE, 1, NULL },
		{ "\n\n\r\n{\"delete\":{\"_id\":1}}\r", BULK_DELETE, 1, NULL },
		{ "{\"index\":{},\"create\":{}}", 0, 0, "expected an action line" },
		{ "{\"index\":1}", 0, 0, "expected an action line" },
		{ "{\"upsert\":{}}", 0, 0, "index, create, update or delete" },
		{ "{\"index\":{}", 0, 0, "no JSON" },
		{ "{\"index\":{}}\n", 0, 0, "expected a document" },
		{ "{\"index\":{}}\n  ", 0, 0, "expected a document" },
		{ "{\"index\":{}}\n12345678901234567890123456789012345", 0, 0, "longer than" },
		{ "12345678901234567890123456789012345", 0, 0, "longer than" },
	};
	struct bulk_stream s;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bulk_chunk *c = bulk_chunk_new();
		char text[128];
		int fd;

		snprintf(text, sizeof text, "%s\n", cases[i].line);
		write_file("stream", text);
		fd = open("stream", O_RDONLY);
		bulk_stream_open(&s, fd, 32);
		while (line_read(&s.in, fd) > 0)
			continue;
		if (cases[i].why == NULL) {
			assert_int_equal(bulk_stream_next(&s, c, &why), BULK_ITEM);
			assert_int_equal(c->items[0].op, cases[i].op);
			assert_int_equal(c->items[0].has_id, cases[i].has_id);
		} else {
			assert_int_equal(bulk_stream_next(&s, c, &why), BULK_BAD);
			assert_non_null(strstr(why, cases[i].why));
		}
		assert_int_equal(bulk_stream_next(&s, c, &why), BULK_NONE);
		bulk_stream_close(&s);
		bulk_chunk_free(c);
		close(fd);
	}
}

static void
keep(void **state)
{
	struct bulk_keep k;

	(void)state;
	write_file("kept", "{\"half\":");
	bulk_keep_open(&k, "left", "kept");
	bulk_keep_add(&k, "a\nb\n", 4, 1);
	bulk_keep_why(&k, "{}");
	bulk_keep_why(&k, "{\"n\":2}");
	bulk_keep_close(&k);
	assert_int_equal(k.documents, 1);
	assert_string_equal(content("kept"), "{\"half\":\na\nb\n");
	assert_string_equal(content("kept.why"), "{}\n{\"n\":2}\n");
	bulk_keep_free(&k);
	bulk_keep_open(&k, "left", "kept");	/* goes on where it was */
	bulk_keep_add(&k, "c\n", 2, 1);
	bulk_keep_close(&k);
	bulk_keep_free(&k);
	assert_string_equal(content("kept"), "{\"half\":\na\nb\nc\n");
}

/* No other's file is appended to, such as that of an earlier process with the same number; where the current folder can't be written
 * it is $TMPDIR. */
static void
keep_elsewhere(void **state)
{
	struct bulk_keep k;
	char here[64], cwd[512], *tmp;
	int i;

	(void)state;
	snprintf(here, sizeof here, "./esbulk-left-%ld.ndjson", (long)getpid());
	write_file(here, "another's");
	for (i = 2; i < 4; i++) {
		bulk_keep_open(&k, "left", NULL);
		assert_int_equal(k.fd, -1);	/* nothing is made before there is something */
		bulk_keep_add(&k, "a\n", 2, 1);
		snprintf(cwd, sizeof cwd, "./esbulk-left-%ld.%d.ndjson", (long)getpid(), i);
		assert_string_equal(k.path, cwd);
		assert_string_equal(content(k.path), "a\n");
		bulk_keep_close(&k);
		bulk_keep_free(&k);
	}
	assert_string_equal(content(here), "another's");
	assert_non_null(getcwd(cwd, sizeof cwd));
	tmp = mem_format("%s/tmp", cwd);
	assert_int_equal(mkdir(tmp, 0700), 0);
	setenv("TMPDIR", tmp, 1);
	assert_int_equal(chdir("/proc"), 0);
	bulk_keep_open(&k, "left", NULL);
	bulk_keep_add(&k, "a\n", 2, 1);
	assert_memory_equal(k.path, tmp, strlen(tmp));
	assert_string_equal(content(k.path), "a\n");
	bulk_keep_close(&k);
	bulk_keep_free(&k);
	assert_int_equal(chdir(cwd), 0);
	free(tmp);
	unsetenv("TMPDIR");
}

static void
spool(void **state)
{
	struct bulk_spool s;
	struct bulk_chunk *c, *part, *other;
	int i, older;

	(void)state;
	bulk_spool_open(&s, "spool", 100000);
	assert_false(bulk_spool_waits(&s));
	assert_true(bulk_spool_has_room(&s, 100000));
	assert_false(bulk_spool_has_room(&s, 100001));
	/* More than there is room for in the list at first; the oldest comes first. */
	for (i = 0; i < 100; i++) {
		c = chunk_of(1000 + i);
		assert_int_equal(bulk_spool_put(&s, c, NULL), 0);
		bulk_spool_leave(&s, c);
		if (i % 10 == 9) {
			c = bulk_spool_take(&s, 1000, &older);
			assert_non_null(strstr(c->data, i == 9 ? "1000" : i == 19 ? "1001" : "\"n\":100"));
			bulk_spool_done(&s, c);
			bulk_chunk_free(c);
		}
	}
	assert_int_equal(s.documents, 90);
	assert_int_equal(s.used, 90 * 24);
	/* A part is as old as the whole; a name that is too long already starts anew. */
	c = bulk_spool_take(&s, 1000, &older);
	for (i = 0; i < 40; i++) {
		part = chunk_of(i);
		assert_int_equal(bulk_spool_put(&s, part, c), 0);
		assert_true(strlen(part->spooled) < 255);
		bulk_spool_done(&s, c);
		bulk_chunk_free(c);
		c = part;
	}
	/* Parts that an earlier run made of the same file are not written over. */
	s.number = 0;
	part = chunk_of(7);
	other = chunk_of(8);
	assert_int_equal(bulk_spool_put(&s, part, c), 0);
	s.number = 0;
	assert_int_equal(bulk_spool_put(&s, other, c), 0);
	assert_string_not_equal(part->spooled, other->spooled);
	bulk_spool_done(&s, part);
	bulk_spool_done(&s, other);
	bulk_chunk_free(part);
	bulk_chunk_free(other);
	/* Written anew when it has become less. */
	bulk_chunk_keep(c, (const unsigned char[]){ 0 });
	assert_int_equal(bulk_spool_put(&s, c, NULL), 0);
	assert_int_equal(s.used, 89 * 24);
	bulk_spool_leave(&s, c);
	bulk_spool_close(&s);
	/* The next run finds the 89, and the empty one is no chunk. */
	bulk_spool_open(&s, "spool", 100000);
	assert_int_equal(s.older, 90);
	for (i = 0; (c = bulk_spool_take(&s, 1000, &older)) != NULL; i++) {
		assert_int_equal(c->count, 1);
		bulk_spool_done(&s, c);
		bulk_chunk_free(c);
	}
	assert_int_equal(i, 89);
	assert_int_equal(s.used, 0);
	bulk_spool_close(&s);
}

#define NAME "00000000001-0000000002-00000"

/* What is no chunk is put aside, and no harm; what is not of our names is left alone. */
static void
spool_damaged(void **state)
{
	struct bulk_spool s;
	struct bulk_chunk *c;
	struct stat st;
	int older;
	const int was = dup(STDERR_FILENO), said = open("said", O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(dup2(said, STDERR_FILENO), STDERR_FILENO);
	write_file("spool/" NAME "1.bulk", "{\"index\":{}}\n{\"n\":1}\nhello\n");
	write_file("spool/" NAME "2.bulk", "{\"index\":{}}\n{\"n\":2}\n");
	write_file("spool/" NAME "3.bulk.tmp", "{\"index\":{}}\n");
	write_file("spool/note", "mine");
	write_file("spool/.bulk", "hidden");
	write_file("spool/packets.bulk", "{\"index\":{}}\n{\"n\":4}\n");
	write_file("spool/packets.bulk.tmp", "mine, too");
	assert_int_equal(mkdir("spool/" NAME "0.bulk", 0700), 0);
	bulk_spool_open(&s, "spool", 1000);
	assert_int_equal(s.count, 3);
	assert_int_equal(stat("spool/" NAME "3.bulk.tmp", &st), -1);
	c = bulk_spool_take(&s, 1000, &older);
	assert_non_null(strstr(c->data, "\"n\":2"));
	assert_int_equal(stat("spool/" NAME "0.bulk.bad", &st), 0);
	assert_string_equal(content("spool/" NAME "1.bulk.bad"), "{\"index\":{}}\n{\"n\":1}\nhello\n");
	assert_string_equal(content("spool/note"), "mine");
	assert_string_equal(content("spool/packets.bulk.tmp"), "mine, too");
	assert_int_equal(s.bad, 2);
	assert_int_equal(older, 1);
	assert_int_equal(s.used, 21);	/* without what was put aside */
	/* Someone took its file away: it is said, and that is all. */
	unlink("spool/" NAME "2.bulk");
	bulk_spool_done(&s, c);
	assert_null(c->spooled);
	bulk_chunk_free(c);
	assert_null(bulk_spool_take(&s, 1000, &older));
	bulk_spool_close(&s);
	assert_int_equal(dup2(was, STDERR_FILENO), STDERR_FILENO);
	close(was);
	close(said);
	assert_string_equal(content("said"), "espcap: spool/" NAME "0.bulk: Is a directory; it is kept as " NAME "0.bulk.bad\n"
	    "espcap: spool/" NAME "1.bulk: expected an action line such as {\"index\":{}}, this is no JSON; it is kept as " NAME "1.bulk.bad\n"
	    "espcap: spool/" NAME "2.bulk: No such file or directory; it was delivered, and will be again\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream), cmocka_unit_test(keep), cmocka_unit_test(keep_elsewhere), cmocka_unit_test(spool),
		cmocka_unit_test(spool_damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
