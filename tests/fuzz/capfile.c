/*
 * libFuzzer: the first bytes of a file, compressed ones too.  Nothing binary is called text, and a text is one however little
 * of it was read.
 */
#include "capfile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "msg.h"
#include "utf8.h"

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;
	const char *head = (const char *)data;
	const size_t len = size < 4096 ? size : 4096;
	const enum capfile kind = capfile_head(head, len);
	enum capfile file;
	size_t i;

	REQUIRE((kind == CAPFILE_EMPTY) == (len == 0));
	REQUIRE(kind <= CAPFILE_TEXT);
	if (kind == CAPFILE_TEXT) {
		REQUIRE(utf8_valid(head, len) + 3 >= len);
		for (i = 1; i < len; i++) {
			REQUIRE(capfile_head(head, i) == CAPFILE_TEXT);
			REQUIRE(head[i] != '\0' && (head[i] & 0x80 || head[i] >= ' ' || strchr("\t\n\r\f\033", head[i]) != NULL));
		}
	} else if (kind == CAPFILE_PCAP || kind == CAPFILE_PACKED)
		REQUIRE(len >= 2 && capfile_head(head, len < 4 ? len : 4) == kind);
	if (fd < 0) {
		fd = memfd_create("capture", MFD_CLOEXEC);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	file = capfile_kind(path);
	if (kind == CAPFILE_PACKED && memcmp(head, "\x1f\x8b", 2) == 0)
		REQUIRE(file == CAPFILE_PACKED || file == CAPFILE_TEXT || file == CAPFILE_EMPTY);
	else
		REQUIRE(file == kind);
	return 0;
}
