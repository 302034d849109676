#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "num.h"

static void
counts(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_int_equal(num_count("0", 0, 9, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(num_count("18446744073709551615", 0, UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(num_count("18446744073709551616", 0, UINT64_MAX, &n), -1);
	assert_int_equal(num_count("10", 0, 9, &n), -1);
	assert_int_equal(num_count("1", 2, 9, &n), -1);
	assert_true(n == UINT64_MAX);	/* a refused number changes nothing */
	assert_int_equal(num_count("", 0, 9, &n), -1);
	assert_int_equal(num_count("-1", 0, 9, &n), -1);
	assert_int_equal(num_count("+1", 0, 9, &n), -1);
	assert_int_equal(num_count(" 1", 0, 9, &n), -1);
	assert_int_equal(num_count("1 ", 0, 9, &n), -1);
	assert_int_equal(num_count("0x1", 0, 9, &n), -1);
}

static void
sizes(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(num_size("512", 1, 1024, &n), 0);
	assert_int_equal(n, 512);
	assert_int_equal(num_size("5M", 0, UINT64_MAX, &n), 0);
	assert_int_equal(n, 5 << 20);
	assert_int_equal(num_size("5MiB", 0, UINT64_MAX, &n), 0);
	assert_int_equal(n, 5 << 20);
	assert_int_equal(num_size("1kb", 0, UINT64_MAX, &n), 0);
	assert_int_equal(n, 1024);
	assert_int_equal(num_size("3t", 0, UINT64_MAX, &n), 0);
	assert_true(n == UINT64_C(3) << 40);
	assert_int_equal(num_size("7b", 0, UINT64_MAX, &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(num_size("16777216T", 0, UINT64_MAX, &n), -1);
	assert_int_equal(num_size("16777215T", 0, UINT64_MAX, &n), 0);
	assert_int_equal(num_size("1P", 0, UINT64_MAX, &n), -1);
	assert_int_equal(num_size("1Kx", 0, UINT64_MAX, &n), -1);
	assert_int_equal(num_size("K", 0, UINT64_MAX, &n), -1);
	assert_int_equal(num_size("1.5M", 0, UINT64_MAX, &n), -1);
	assert_int_equal(num_size("2K", 0, 2047, &n), -1);
}

static void
seconds(void **state)
{
	uint64_t ms;

	(void)state;
	assert_int_equal(num_seconds("1", 10, &ms), 0);
	assert_int_equal(ms, 1000);
	assert_int_equal(num_seconds("0.25", 10, &ms), 0);
	assert_int_equal(ms, 250);
	assert_int_equal(num_seconds("0", 10, &ms), 0);
	assert_int_equal(ms, 0);
	assert_int_equal(num_seconds("10.001", 10, &ms), -1);
	assert_int_equal(num_seconds("1.2345", 10, &ms), -1);
	assert_int_equal(num_seconds("1.", 10, &ms), -1);
	assert_int_equal(num_seconds(".5", 10, &ms), -1);
	assert_int_equal(num_seconds("-1", 10, &ms), -1);
	assert_int_equal(num_seconds("1s", 10, &ms), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(sizes),
		cmocka_unit_test(seconds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
