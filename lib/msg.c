#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "utf8.h"

static const char *program = "espcap";
static int quiet;

void
msg_program(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	int fd;

	/* The lowest free number is given, so each of these gets its own: stdin for writing only, the others for reading only. */
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(ES_FAILED);
	program = slash != NULL ? slash + 1 : argv0;
}

const char *
msg_name(void)
{
	return program;
}

void
msg_quiet(int on)
{
	quiet = on;
}

size_t
msg_clean(char *dst, size_t size, const char *src, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const size_t room = size - 4;	/* what is left for "..." and the terminator */
	size_t out = 0, i = 0;

	while (i < len) {
		const unsigned char c = (unsigned char)src[i];
		size_t n = utf8_sequence(src + i, len - i);
		/* C1 controls (U+0080 to U+009F) drive terminals too. */
		const int control = c < 0x20 || c == 0x7f || n == 0 || (n == 2 && c == 0xc2 && (unsigned char)src[i + 1] < 0xa0);
		const size_t need = control ? 4 : n;

		if (out + need > room) {
			memcpy(dst + out, "...", 3);
			out += 3;
			break;
		}
		if (control) {
			n = 1;
			dst[out] = '\\';
			dst[out + 1] = 'x';
			dst[out + 2] = hex[c >> 4];
			dst[out + 3] = hex[c & 15];
		} else
			memcpy(dst + out, src + i, n);
		out += need;
		i += n;
	}
	dst[out] = '\0';
	return out;
}

static void
say(const char *fmt, va_list ap)
{
	char text[4096], line[4096 + 512];
	const int saved = errno;
	int n, head;
	size_t len;

	n = vsnprintf(text, sizeof text, fmt, ap);
	if (n < 0)
		n = 0;
	len = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	head = snprintf(line, 256, "%.200s: ", program);
	/* One byte is kept for the newline.  An over-long text reaches msg_clean() whole or cut; either way it is bounded. */
	len = (size_t)head + msg_clean(line + head, sizeof line - (size_t)head - 1, text, len);
	line[len++] = '\n';
	/* There is nowhere to report that stderr can't be written. */
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;
	errno = saved;
}

void
msg_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
msg_info(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
msg_die(enum es_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit((int)status);
}

void
msg_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	msg_die(ES_USAGE, "try '%s --help'", program);
}
