#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "dumpcap.h"
#include "ek.h"
#include "tshark.h"

#define LEN(s) (s), strlen(s)

/* The arguments of ${task} in one line. */
static void
arguments_are(const struct tshark *t, const struct tshark_task *task, const char *want)
{
	char **a = tshark_arguments(t, task), line[512] = "";
	size_t i;

	for (i = 0; a[i] != NULL; i++)
		snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s", i > 0 ? "|" : "", a[i]);
	assert_string_equal(line, want);
	tshark_free_arguments(a);
}

static void
arguments(void **state)
{
	char path[] = "/bin/tshark", *more[] = { (char[]){ "-o" }, (char[]){ "a:b" }, NULL };
	struct tshark t = { .path = path };

	(void)state;
	arguments_are(&t, &(struct tshark_task){ .parts = 1 }, "/bin/tshark|-n|-T|ek|-r|-");
	arguments_are(&t, &(struct tshark_task){ .file = "-x", .parts = 1, .at_once = 1, .count = 7 },
	    "/bin/tshark|-n|-T|ek|-r|./-x|-l|-c|7");
	t.layers = "frame ip";
	t.more = more;
	arguments_are(&t, &(struct tshark_task){ .file = "x", .split = TSHARK_BY_BLOCK, .part = 2, .parts = 3 },
	    "/bin/tshark|-n|-T|ek|-r|x|-J|frame ip|-Y|frame.number / 16 % 3 == 2|-o|a:b");
	t.layers = NULL;
	t.more = NULL;
	arguments_are(&t, &(struct tshark_task){ .split = TSHARK_BY_BIT, .part = 2, .parts = 4 },
	    "/bin/tshark|-n|-T|ek|-r|-|-Y|frame.number && !(frame.number & 16) && (frame.number & 32)");
}

/* Each frame is one part's, whichever way they are split. */
static void
parts(void **state)
{
	(void)state;
	assert_int_equal(tshark_parts(TSHARK_WHOLE, 8), 1);
	assert_int_equal(tshark_parts(TSHARK_BY_BLOCK, 7), 7);
	assert_int_equal(tshark_parts(TSHARK_BY_BIT, 7), 4);
	assert_int_equal(tshark_parts(TSHARK_BY_BIT, 8), 8);
	assert_int_equal(tshark_parts(TSHARK_BY_BIT, 1), 1);
	assert_int_equal(tshark_part(3, 15), 0);
	assert_int_equal(tshark_part(3, 16), 1);
	assert_int_equal(tshark_part(3, 48), 0);
}

static void
splittable(void **state)
{
	static char *const fine[][3] = {
		{ NULL }, { "-x", NULL }, { "-o", "a:b", NULL }, { "-oa:b", "-V", NULL }, { "--disable-protocol=http", "-q", NULL },
		{ "-d", "tcp.port==80,data", NULL },
	};
	static char *const doubtful[][3] = {
		{ "-Y", "dns", NULL }, { "-2", NULL }, { "-o", NULL }, { "--disable-protocolx", NULL }, { "-x", "--what", NULL }, { "", NULL },
	};
	size_t i;

	(void)state;
	assert_true(tshark_can_split(&(struct tshark){ .more = NULL }));
	for (i = 0; i < sizeof fine / sizeof *fine; i++)
		assert_true(tshark_can_split(&(struct tshark){ .more = fine[i] }));
	for (i = 0; i < sizeof doubtful / sizeof *doubtful; i++)
		assert_false(tshark_can_split(&(struct tshark){ .more = doubtful[i] }));
}

static void
noise(void **state)
{
	static const char *const noisy[] = {
		"", "tshark:", "tshark: ", "Running as user \"root\" and group \"root\". This could be dangerous.", "Capturing on 'lo'",
		"File: -", "Packets: 12", "\rPackets: 12", "12 packets captured", "1 packet captured", " ** (tshark:1) 10:00:00",
		"tshark: You don't have permission to read the file \"IOR.txt\".",
	};
	static const char *const news[] = {
		"tshark: The file \"x\" appears to have been cut short", "packets captured", "dumpcap: no", "x Packets: 1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof noisy / sizeof *noisy; i++)
		assert_true(tshark_is_noise(noisy[i]));
	for (i = 0; i < sizeof news / sizeof *news; i++)
		assert_false(tshark_is_noise(news[i]));
}

/* What ek_add_whole() makes of ${line}. */
static void
whole_is(const char *line, const char *want)
{
	struct out out;

	out_open(&out, -1, "a test");
	ek_add_whole(&out, LEN(line));
	assert_int_equal(out.len, strlen(want));
	assert_memory_equal(out.buf, want, out.len);
	free(out.buf);
}

static void
documents(void **state)
{
#define NUMBER "\"frame_frame_number\":\"17\""
	(void)state;
	assert_true(ek_is_action(LEN("{\"index\":{}}")));
	assert_true(ek_is_action(LEN("{\"index\"")));
	assert_false(ek_is_action(LEN("{\"index")));
	assert_false(ek_is_action(LEN("{\"layers\":{}}")));
	assert_int_equal(ek_frame_number(LEN("{" NUMBER "}")), 17);
	/* A line that is cut, or that an older tshark wrote, has none. */
	assert_int_equal(ek_frame_number(LEN("{\"frame_frame_number\":\"17")), 0);
	assert_int_equal(ek_frame_number(LEN("{\"frame_frame_number\": \"17\"}")), 0);
	assert_int_equal(ek_frame_number(LEN("{\"frame_frame_number\":\"1x\"}")), 0);
	assert_int_equal(ek_frame_number(LEN("{\"frame_frame_number\":\" 1\"}")), 0);
	assert_int_equal(ek_frame_number(LEN("{\"frame_frame_number\":\"1234567890123456789\"}")), 0);
	assert_true(ek_can_merge(LEN("{" NUMBER "}")));
	assert_true(ek_can_merge(LEN("{\"frame\":{\"filtered\":\"frame\"}}")));
	assert_false(ek_can_merge(LEN("{\"frame\":{}}")));
	assert_true(ek_can_merge(LEN("{" NUMBER ",\"frame_frame_time_delta_displayed\":\"1\",\"frame_frame_time_delta\":\"2\"}")));
	assert_false(ek_can_merge(LEN("{" NUMBER ",\"frame_frame_time_delta_displayed\":\"1\"}")));
	assert_false(ek_can_merge(LEN("{" NUMBER ",\"frame_frame_time_delta_displayed\": \"1\"}")));
	whole_is("{\"frame_frame_time_delta\":\"0.5\",\"frame_frame_time_delta_displayed\":\"100\",\"a\":1}",
	    "{\"frame_frame_time_delta\":\"0.5\",\"frame_frame_time_delta_displayed\":\"0.5\",\"a\":1}");
	whole_is("{\"frame_frame_time_delta\":\"0.5\"}", "{\"frame_frame_time_delta\":\"0.5\"}");
	whole_is("{\"frame_frame_time_delta_displayed\":\"0.5\"}", "{\"frame_frame_time_delta_displayed\":\"0.5\"}");
	whole_is("{\"frame_frame_time_delta\":\"0.5\",\"frame_frame_time_delta_displayed\":\"1",
	    "{\"frame_frame_time_delta\":\"0.5\",\"frame_frame_time_delta_displayed\":\"1");
}

static void
account(void **state)
{
#define TOLD "Packets received/dropped on interface '"
	const struct capture_options two = { .nic_count = 2 };
	struct dumpcap_account a = { 0 };

	(void)state;
	assert_false(dumpcap_account(&a, "dumpcap: The file to which the capture would be saved"));
	assert_true(dumpcap_account(&a, TOLD "lo': nothing"));
	assert_true(dumpcap_account(&a, "Packets received/dropped on interface lo"));
	assert_false(a.told);
	assert_true(dumpcap_account(&a, TOLD "eth0': 30/4 (pcap:0/dumpcap:4/flushed:0/ps_ifdrop:0) (88.2%)"));
	assert_true(dumpcap_account(&a, TOLD "lo': 70/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)"));
	assert_true(a.told);
	assert_int_equal(a.received, 100);
	assert_int_equal(a.dropped, 4);
	/* A packet an interface may be given up, no more. */
	dumpcap_correct(&a, &two, 97);
	assert_int_equal(a.received, 100);
	dumpcap_correct(&a, &two, 100);
	assert_int_equal(a.dropped, 4);
	dumpcap_correct(&a, &two, 98);
	assert_int_equal(a.received, 98);
	assert_int_equal(a.dropped, 6);
}

/* What the kernel has counted and dumpcap never took; on a loopback interface it counts twice. */
static void
kernel(void **state)
{
	char *nics[] = { (char[]){ "eth0" }, (char[]){ "lo" } };
	struct capture_options opt = { .nics = nics, .nic_count = 1 };
	struct dumpcap_account a = { .received = 8, .kernel = { .seen = 12, .dropped = 2 } };
	const struct child nobody = CHILD_NONE;
	char said[256] = "";
	int fds[2], was = dup(STDERR_FILENO);

	(void)state;
	dumpcap_correct(&a, &opt, 8);
	assert_int_equal(a.dropped, 2);
	opt.count = 8;	/* by --count it ends before */
	dumpcap_correct(&a, &opt, 8);
	assert_int_equal(a.dropped, 2);
	opt.count = 0;
	opt.nic_count = 2;
	dumpcap_correct(&a, &opt, 8);
	assert_int_equal(a.dropped, 2);
	/* It is said once a minute. */
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	dumpcap_look(&nobody, &a, "eth0");
	dumpcap_look(&nobody, &a, "eth0");
	a.dropped = 3;
	dumpcap_look(&nobody, &a, "eth0");
	assert_int_equal(dup2(was, STDERR_FILENO), STDERR_FILENO);
	assert_true(read(fds[0], said, sizeof said - 1) > 0);
	assert_string_equal(said, "espcap: eth0: so far 2 packets were dropped before they could be captured\n");
	close(fds[0]);
	close(fds[1]);
	close(was);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments), cmocka_unit_test(parts), cmocka_unit_test(splittable), cmocka_unit_test(noise),
		cmocka_unit_test(documents), cmocka_unit_test(account), cmocka_unit_test(kernel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
