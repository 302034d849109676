#include "tshark.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

static int
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* The program ${name} in PATH; NULL: none. */
static char *
in_path(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char *full;

	for (path = path != NULL ? path : "/usr/bin:/bin"; ; path = end + 1) {
		end = strchr(path, ':');
		if (end == NULL)
			end = path + strlen(path);
		/* An empty part means the current folder, from which nothing is run that was not named. */
		full = mem_format("%.*s/%s", (int)(end - path), path, name);
		if (end > path && is_program(full))
			return full;
		free(full);
		if (*end == '\0')
			return NULL;
	}
}

static char *
beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char *full = slash != NULL ? mem_format("%.*s/%s", (int)(slash - path), path, name) : mem_string(name, strlen(name));

	if (is_program(full))
		return full;
	free(full);
	return in_path(name);
}

void
tshark_find(struct tshark *t, const char *path)
{
	struct stat st;

	if (path == NULL) {
		t->path = in_path("tshark");
		if (t->path == NULL)
			msg_die(ES_FAILED, "tshark is not in PATH: install it, or name it by --tshark or tshark_path in espcap.yml");
	} else {
		t->path = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? mem_format("%s/tshark", path) :
		    strchr(path, '/') != NULL ? mem_string(path, strlen(path)) : in_path(path);
		if (t->path == NULL || !is_program(t->path))
			msg_die(ES_FAILED, "%s: %s", path, t->path != NULL && stat(t->path, &st) != 0 ? strerror(errno) :
			    "it is no program");
	}
	t->dumpcap = beside(t->path, "dumpcap");
}

char **
tshark_arguments(const struct tshark *t, const char *file, uint64_t count)
{
	size_t n = 0, more = 0, i;
	char **a;

	while (t->more != NULL && t->more[more] != NULL)
		more++;
	a = mem_zero(16 + more, sizeof *a);
	a[n++] = mem_format("%s", t->path);
	a[n++] = mem_format("-n");
	a[n++] = mem_format("-T");
	a[n++] = mem_format("ek");
	a[n++] = mem_format("-r");
	/* A relative name that begins with '-' is no option, and "-" no stdin. */
	a[n++] = strcmp(file, "-") == 0 || file[0] != '-' ? mem_format("%s", file) : mem_format("./%s", file);
	if (strcmp(file, "-") == 0)
		a[n++] = mem_format("-l");
	if (count > 0) {
		a[n++] = mem_format("-c");
		a[n++] = mem_format("%llu", (unsigned long long)count);
	}
	if (t->layers != NULL) {
		a[n++] = mem_format("-J");
		a[n++] = mem_format("%s", t->layers);
	}
	for (i = 0; i < more; i++)
		a[n++] = mem_format("%s", t->more[i]);
	return a;
}

void
tshark_free_arguments(char **arguments)
{
	char **a;

	for (a = arguments; *a != NULL; a++)
		free(*a);
	free(arguments);
}

int
tshark_is_noise(const char *line)
{
	static const char *const noise[] = {
		"Running as user", "Capturing on ", " ** (", "** (", "File: ", "Packets captured: ", "Packets: ",
	};
	static const char *const tails[] = { " packets captured", " packet captured" };
	size_t i, len;

	line += strspn(line, "\r");	/* dumpcap's count of packets is drawn over itself */
	len = strlen(line);
	if (len == 0 || strcmp(line, "tshark: ") == 0 || strcmp(line, "tshark:") == 0)
		return 1;
	for (i = 0; i < sizeof noise / sizeof *noise; i++)
		if (strncmp(line, noise[i], strlen(noise[i])) == 0)
			return 1;
	for (i = 0; i < sizeof tails / sizeof *tails; i++)
		if (len > strlen(tails[i]) && strcmp(line + len - strlen(tails[i]), tails[i]) == 0)
			return 1;
	return 0;
}

void
tshark_free(struct tshark *t)
{
	free(t->path);
	free(t->dumpcap);
}
