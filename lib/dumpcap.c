#include "dumpcap.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "iface.h"
#include "mem.h"
#include "now.h"
#include "tshark.h"

enum { KERNEL_MIB = 16, MINUTE_MS = 60000, BLOCK_MS = 300, FINISH_MS = 2000 };

int
dumpcap_start(struct child *c, const struct capture_options *opt)
{
	char **a = mem_zero(16 + 2 * opt->nic_count, sizeof *a);
	const struct child_how how = { .argv = a, .in = -1, .out = -1 };
	size_t n = 0, i;
	int failed;

	a[n++] = mem_format("%s", opt->tshark.dumpcap);
	a[n++] = mem_format("-q");
	a[n++] = mem_format("-P");
	/* The kernel's own buffer, in MiB, instead of 2: dumpcap may have to wait for a processor that the tsharks have. */
	a[n++] = mem_format("-B");
	a[n++] = mem_format("%d", KERNEL_MIB);
	/* As much between its threads, one an interface, instead of 1,000 packets, which it drops in a moment. */
	if (opt->nic_count > 1) {
		a[n++] = mem_format("-C");
		a[n++] = mem_format("%d", KERNEL_MIB << 20);
	}
	/* A filter before the interfaces is that of all of them. */
	if (opt->bpf != NULL) {
		a[n++] = mem_format("-f");
		a[n++] = mem_format("%s", opt->bpf);
	}
	for (i = 0; i < opt->nic_count; i++) {
		a[n++] = mem_format("-i");
		a[n++] = mem_format("%s", opt->nics[i]);
	}
	if (opt->count > 0) {
		a[n++] = mem_format("-c");
		a[n++] = mem_format("%llu", (unsigned long long)opt->count);
	}
	a[n++] = mem_format("-w");
	a[n++] = mem_format("-");
	failed = child_start(c, &how);
	tshark_free_arguments(a);
	if (!failed)
		host_widen(c->out);
	return failed;
}

static void
take_drops(const struct child *c, struct dumpcap_account *a)
{
	const uint64_t before = a->kernel.dropped;

	if (c->pid > 0 && !a->stopped)
		drops_take(&a->kernel, c->pid);
	a->dropped += a->kernel.dropped - before;
}

void
dumpcap_look(const struct child *c, struct dumpcap_account *a, const char *about)
{
	const uint64_t now = now_ms();

	take_drops(c, a);
	if (a->dropped == a->said || (a->said > 0 && now - a->said_at < MINUTE_MS))
		return;
	msg_warn("%s: so far %llu packets were dropped before they could be captured", about, (unsigned long long)a->dropped);
	a->said = a->dropped;
	a->said_at = now;
}

void
dumpcap_finish(const struct child *c, struct dumpcap_account *a)
{
	const uint64_t now = now_ms();

	if (a->finishing == 0) {
		a->finishing = now;
		drops_shut(c->pid);
	}
	if (now - a->finishing < BLOCK_MS)
		return;
	a->left = drops_left(c->pid) > 0;
	if (!a->left || now - a->finishing >= FINISH_MS)
		dumpcap_stop(c, a);
}

void
dumpcap_stop(const struct child *c, struct dumpcap_account *a)
{
	take_drops(c, a);
	a->stopped = 1;
	child_signal(c, SIGINT);
}

int
dumpcap_account(struct dumpcap_account *a, const char *line)
{
	unsigned long long received, dropped;
	const char *numbers;

	/* Packets received/dropped on interface 'lo': 30122/754251 (pcap:0/dumpcap:754251/flushed:0/ps_ifdrop:0) (3.8%) */
	if (strncmp(line, "Packets received/dropped on interface ", 38) != 0)
		return 0;
	numbers = strstr(line, "': ");
	if (numbers != NULL && sscanf(numbers, "': %llu/%llu", &received, &dropped) == 2) {
		a->received += received;
		a->dropped += dropped;
		a->told = 1;
	}
	return 1;
}

/* Whether the kernel has counted packets twice. */
static int
counts_twice(const struct capture_options *opt)
{
	size_t i;

	for (i = 0; i < opt->nic_count; i++)
		if (strcmp(opt->nics[i], "lo") == 0 || strcmp(opt->nics[i], "any") == 0)
			return 1;
	return 0;
}

void
dumpcap_correct(struct dumpcap_account *a, const struct capture_options *opt, uint64_t out)
{
	const uint64_t taken = a->kernel.seen - a->kernel.dropped;

	if (taken > a->received && opt->count == 0 && !counts_twice(opt))
		a->dropped += taken - a->received;
	if (a->received > out && a->received - out <= opt->nic_count) {
		a->dropped += a->received - out;
		a->received = out;
	}
}

int
dumpcap_is_ready(const struct capture_options *opt)
{
	pcap_if_t *all = iface_all(), *one;
	size_t i;
	int ready = 1;

	for (i = 0; i < opt->nic_count; i++) {
		for (one = all; one != NULL && strcmp(one->name, opt->nics[i]) != 0; one = one->next)
			continue;
		ready &= one != NULL && (one->flags & PCAP_IF_UP) != 0;
	}
	if (all != NULL)
		pcap_freealldevs(all);
	return ready;
}
