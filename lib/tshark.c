#include "tshark.h"

#include <errno.h>
#include <limits.h>
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

/* The library that is loaded into tshark.  Without it all is the same, but slower. */
static char *
find_library(void)
{
	static const char name[] = "tshark_stdout.so";
	static const char *const places[] = { "", "../libexec/espcap/" };
	char self[PATH_MAX], *full;
	const ssize_t len = readlink("/proc/self/exe", self, sizeof self);
	const char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;
	size_t i;

	for (i = 0; slash != NULL && i < sizeof places / sizeof *places; i++) {
		full = mem_format("%.*s/%s%s", (int)(slash - self), self, places[i], name);
		/* A space or a colon would make two of it. */
		if (full[strcspn(full, " :")] == '\0' && access(full, R_OK) == 0)
			return full;
		free(full);
	}
	return NULL;
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
	t->library = find_library();
}

/* The display filter that lets a tshark print its part alone. */
static char *
part_filter(const struct tshark_task *task)
{
	char *filter, *longer;
	size_t bit;

	if (task->split == TSHARK_BY_BLOCK)
		return mem_format("frame.number / %d %% %zu == %zu", TSHARK_BLOCK, task->parts, task->part);
	filter = mem_format("frame.number");
	for (bit = 1; bit < task->parts; bit *= 2) {
		longer = mem_format(task->part & bit ? "%s && (frame.number & %zu)" : "%s && !(frame.number & %zu)", filter,
		    bit * TSHARK_BLOCK);
		free(filter);
		filter = longer;
	}
	return filter;
}

char **
tshark_arguments(const struct tshark *t, const struct tshark_task *task)
{
	const char *file = task->file != NULL ? task->file : "-";
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
	a[n++] = task->file == NULL || file[0] != '-' ? mem_format("%s", file) : mem_format("./%s", file);
	if (task->at_once)
		a[n++] = mem_format("-l");
	if (task->count > 0) {
		a[n++] = mem_format("-c");
		a[n++] = mem_format("%llu", (unsigned long long)task->count);
	}
	if (t->layers != NULL) {
		a[n++] = mem_format("-J");
		a[n++] = mem_format("%s", t->layers);
	}
	if (task->parts > 1) {
		a[n++] = mem_format("-Y");
		a[n++] = part_filter(task);
	}
	for (i = 0; i < more; i++)
		a[n++] = mem_format("%s", t->more[i]);
	return a;
}

size_t
tshark_parts(enum tshark_split split, size_t n)
{
	size_t power = 1;

	if (split == TSHARK_BY_BLOCK)
		return n;
	while (split == TSHARK_BY_BIT && 2 * power <= n)
		power *= 2;
	return power;
}

size_t
tshark_part(size_t parts, uint64_t frame)
{
	return (size_t)(frame / TSHARK_BLOCK % parts);
}

struct confine_worker
tshark_confinement(const struct tshark *t, const char *file)
{
	struct confine_worker c = t->confine;

	c.program = t->path;
	c.file = file;
	c.library = t->library;
	c.read_all = t->more != NULL && t->more[0] != NULL;	/* keys, scripts, configuration */
	return c;
}

int
tshark_can_split(const struct tshark *t)
{
	static const char *const alone[] = { "-n", "-V", "-x", "-Q", "-q", "-l" };
	static const char *const with_value[] = {
		"-o", "-d", "-J", "-K", "--disable-protocol", "--enable-protocol", "--only-protocols", "--disable-heuristic",
		"--enable-heuristic", "--log-level",
	};
	char *const *a;
	size_t i, len;
	int known;

	for (a = t->more; a != NULL && *a != NULL; a++) {
		known = 0;
		for (i = 0; i < sizeof alone / sizeof *alone; i++)
			known |= strcmp(*a, alone[i]) == 0;
		for (i = 0; i < sizeof with_value / sizeof *with_value && !known; i++) {
			len = strlen(with_value[i]);
			if (strncmp(*a, with_value[i], len) != 0)
				continue;
			if ((*a)[len] == '\0' && a[1] != NULL) {
				a++;
				known = 1;
			} else	/* -oNAME:VALUE, --disable-protocol=NAME */
				known = (*a)[len] != '\0' && (with_value[i][1] != '-' || (*a)[len] == '=');
		}
		if (!known)
			return 0;
	}
	return 1;
}

int
tshark_reads_twice(const struct tshark *t)
{
	char *const *a;

	for (a = t->more; a != NULL && *a != NULL && strcmp(*a, "-2") != 0; a++)
		continue;
	return a != NULL && *a != NULL;
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
		"ERROR: ld.so: object ",	/* our library is not for this tshark */
		/* A dissector looks for that in the current folder, which can be closed to the user that tshark runs as. */
		"tshark: You don't have permission to read the file \"IOR.txt\"",
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
	free(t->library);
}
