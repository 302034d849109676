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

#include "arrivals.h"
#include "capfile.h"
#include "done.h"

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"	/* of nothing */

static char folder[] = "/tmp/espcap-done.XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *name, const char *text, size_t len)
{
	const int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "list", "empty", "other", "x", "pipe" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		unlink(in_folder(names[i]));
	return rmdir(folder);
}

/* An entry is read as it is written; what is none is passed over and the next one is read. */
static void
entries(void **state)
{
	static const char *const wrong[] = {
		"half a line", "", DIGEST, DIGEST " 1 2 3.", "e3b0 0 1 2.000000003 \"x\"", DIGEST " 0 1 -2.000000003 \"x\"",
		DIGEST " 0 1 9223372036854775807.000000003 \"x\"", DIGEST " 0 1 2.-00000003 \"x\"", "x" DIGEST " 0 1 2.000000003 \"x\"",
	};
	struct done_capture c;
	struct done *d = done_open(in_folder("list"));
	char text[4096] = "", *entry;
	size_t i, told = 0;
	int was, said;

	(void)state;
	write_file("empty", "", 0);
	/* The list is not there: nothing is known. */
	assert_int_equal(done_look(d, in_folder("empty"), &c), DONE_NEW);
	done_close(d);
	entry = done_entry(&c, "a \"b\"\n");
	assert_memory_equal(entry, DIGEST " 0 ", sizeof DIGEST + 2);
	assert_non_null(strstr(entry, " \"a \\\"b\\\"\\u000a\""));
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", wrong[i]);
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", entry);
	free(entry);
	write_file("list", text, strlen(text));
	/* The first of them are named. */
	was = dup(STDERR_FILENO);
	said = open(in_folder("x"), O_RDWR | O_CREAT, 0600);
	assert_int_equal(dup2(said, STDERR_FILENO), STDERR_FILENO);
	d = done_open(in_folder("list"));
	assert_int_equal(dup2(was, STDERR_FILENO), STDERR_FILENO);
	close(was);
	memset(text, 0, sizeof text);
	assert_true(pread(said, text, sizeof text - 1, 0) > 0);
	close(said);
	for (i = 0; text[i] != '\0'; i++)
		told += text[i] == '\n';
	assert_int_equal(told, 5);
	assert_non_null(strstr(text, "list:2: no entry of a list of captures: passed over\n"));
	assert_int_equal(done_look(d, in_folder("empty"), &c), DONE_KNOWN);
	/* Another file of the same content; another content. */
	write_file("other", "", 0);
	assert_int_equal(done_look(d, in_folder("other"), &c), DONE_KNOWN_CONTENT);
	write_file("other", "x", 1);
	assert_int_equal(done_look(d, in_folder("other"), &c), DONE_NEW);
	assert_int_equal(done_look(d, in_folder("nothere"), &c), DONE_UNREADABLE);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(done_look(d, folder, &c), DONE_UNREADABLE);
	assert_int_equal(errno, EISDIR);
	done_close(d);
}

/* One file is known by its inode, time and size: each of them counts. */
static void
files(void **state)
{
	struct done_capture c, was;
	char text[4096] = "", *entry;
	struct done *d;
	int i;

	(void)state;
	write_file("empty", "", 0);
	write_file("other", "x", 1);
	d = done_open(in_folder("nothere"));
	assert_int_equal(done_look(d, in_folder("other"), &was), DONE_NEW);
	done_close(d);
	for (i = 0; i < 6; i++) {
		c = was;
		c.inode += (uint64_t)(i == 0) - (uint64_t)(i == 1);
		c.changed += (i == 2) - (i == 3);
		c.size += (uint64_t)(i == 4) - (uint64_t)(i == 5);
		c.digest[0] ^= (unsigned char)(i + 1);
		entry = done_entry(&c, "x");
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", entry);
		free(entry);
	}
	write_file("list", text, strlen(text));
	d = done_open(in_folder("list"));
	assert_int_equal(done_look(d, in_folder("other"), &c), DONE_NEW);
	assert_memory_equal(&c, &was, sizeof c);
	done_close(d);
}

static void
kinds(void **state)
{
	static const struct { const char *bytes; size_t len; enum capfile kind; } cases[] = {
		{ "", 0, CAPFILE_EMPTY }, { "hello\n", 6, CAPFILE_TEXT }, { "gr\xc3\xbc\xc3", 5, CAPFILE_TEXT }, { "a\0b", 3, CAPFILE_OTHER },
		{ "a\x01", 2, CAPFILE_OTHER }, { "\xff\xfe\xfd\xfc\xfb\xfa", 6, CAPFILE_OTHER }, { "\xa1\xb2\x3c\x4d", 4, CAPFILE_PCAP },
		{ "\x28\xb5\x2f\xfd", 4, CAPFILE_PACKED }, { "\x1f\x8b\x08\x00 no gzip at all", 19, CAPFILE_PACKED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_file("x", cases[i].bytes, cases[i].len);
		assert_int_equal(capfile_head(cases[i].bytes, cases[i].len), cases[i].kind);
		assert_int_equal(capfile_kind(in_folder("x")), cases[i].kind);
	}
	assert_int_equal(capfile_head("\x1f\x8b", 2), CAPFILE_PACKED);
	assert_int_equal(capfile_kind(folder), CAPFILE_DIRECTORY);
	assert_int_equal(capfile_kind("/dev/null"), CAPFILE_SPECIAL);
	assert_non_null(capfile_wrong(CAPFILE_SPECIAL));
	assert_int_equal(capfile_kind(in_folder("nothere")), CAPFILE_UNREADABLE);
	assert_string_equal(capfile_wrong(CAPFILE_UNREADABLE), "No such file or directory");
	assert_null(capfile_wrong(CAPFILE_PACKED));
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	assert_int_equal(capfile_kind(in_folder("pipe")), CAPFILE_PIPE);
}

static void
complete(void **state)
{
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	int fd;

	(void)state;
	assert_true(arrivals_complete(in_folder("nothere")));
	write_file("x", "a", 1);
#ifdef ESPCAP_PORTABLE
	/* No leases: the time of each decides. */
	assert_false(arrivals_complete(in_folder("x")));
	assert_int_equal(utimensat(AT_FDCWD, in_folder("x"), old, 0), 0);
	assert_true(arrivals_complete(in_folder("x")));
	return;
#endif
	assert_true(arrivals_complete(in_folder("x")));
	fd = open(in_folder("x"), O_WRONLY);
	assert_false(arrivals_complete(in_folder("x")));
	close(fd);
	if (geteuid() != 0)
		return;
	/* Of another's file no lease is given: its time decides. */
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(in_folder("x"), 0644), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_false(arrivals_complete(in_folder("x")));
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(utimensat(AT_FDCWD, in_folder("x"), old, 0), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_true(arrivals_complete(in_folder("x")));
	assert_int_equal(seteuid(0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries), cmocka_unit_test(files), cmocka_unit_test(kinds), cmocka_unit_test(complete),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
