#include "capfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "utf8.h"

enum { HEAD = 4096 };

static int
starts(const char *head, size_t len, const char *magic, size_t magic_len)
{
	return len >= magic_len && memcmp(head, magic, magic_len) == 0;
}

/* Text: UTF-8 without control bytes but those of text.  A cut sequence at the end of what was read is fine. */
static int
is_text(const char *head, size_t len)
{
	size_t i;

	if (utf8_valid(head, len) + 3 < len)
		return 0;
	for (i = 0; i < len; i++)
		if ((unsigned char)head[i] < 0x20 && strchr("\t\n\r\f\033", head[i]) == NULL)
			return 0;
		else if (head[i] == '\0')
			return 0;
	return 1;
}

enum capfile
capfile_head(const char *head, size_t len)
{
	/* The pcap file format's variants (draft-ietf-opsawg-pcap; libpcap, sf-pcap.c) and pcapng's section header. */
	static const char *const captures[] = {
		"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x34\xcd\xb2\xa1",
		"\xa1\xb2\xcd\x34", "\x0a\x0d\x0d\x0a",
	};
	static const char *const packed[] = { "\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18" };
	size_t i;

	if (len == 0)
		return CAPFILE_EMPTY;
	for (i = 0; i < sizeof captures / sizeof *captures; i++)
		if (starts(head, len, captures[i], 4))
			return CAPFILE_PCAP;
	for (i = 0; i < sizeof packed / sizeof *packed; i++)
		if (starts(head, len, packed[i], 4))
			return CAPFILE_PACKED;
	if (starts(head, len, "\x1f\x8b", 2))
		return CAPFILE_PACKED;
	return is_text(head, len) ? CAPFILE_TEXT : CAPFILE_OTHER;
}

/* gzip is opened to see what is inside. */
static enum capfile
packed_kind(int fd)
{
	char head[HEAD];
	enum capfile kind;
	gzFile gz = gzdopen(fd, "rb");
	int n;

	if (gz == NULL) {
		close(fd);
		return CAPFILE_PACKED;
	}
	n = gzread(gz, head, sizeof head);
	kind = n >= 0 ? capfile_head(head, (size_t)n) : CAPFILE_PACKED;
	gzclose(gz);
	return kind == CAPFILE_TEXT || kind == CAPFILE_EMPTY ? kind : CAPFILE_PACKED;
}

enum capfile
capfile_kind(const char *path)
{
	char head[HEAD];
	enum capfile kind;
	struct stat st;
	ssize_t n;
	int fd, saved;

	if (stat(path, &st) != 0)
		return CAPFILE_UNREADABLE;
	if (S_ISDIR(st.st_mode))
		return CAPFILE_DIRECTORY;
	if (S_ISFIFO(st.st_mode))
		return CAPFILE_PIPE;
	if (!S_ISREG(st.st_mode))
		return CAPFILE_SPECIAL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return CAPFILE_UNREADABLE;
	n = read(fd, head, sizeof head);
	if (n < 0) {
		saved = errno;
		close(fd);
		errno = saved;
		return CAPFILE_UNREADABLE;
	}
	kind = capfile_head(head, (size_t)n);
	if (kind == CAPFILE_PACKED && starts(head, (size_t)n, "\x1f\x8b", 2) && lseek(fd, 0, SEEK_SET) == 0)
		return packed_kind(fd);
	close(fd);
	return kind;
}

const char *
capfile_wrong(enum capfile kind)
{
	switch (kind) {
	case CAPFILE_EMPTY: return "it is empty, no capture";
	case CAPFILE_TEXT: return "it is text, no capture";
	case CAPFILE_DIRECTORY: return "it is a directory; --dir takes the captures in it";
	case CAPFILE_SPECIAL: return "it is neither a file nor a pipe";
	case CAPFILE_UNREADABLE: return strerror(errno);
	default: return NULL;
	}
}
