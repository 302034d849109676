/* Loaded into each tshark that escapture runs (LD_PRELOAD, ld.so(8)). */
#include <stdio.h>
#include <stdio_ext.h>

/* tshark prints its JSON character by character, and since it once had a second thread the C library takes a lock for each of them: an
 * eighth of its time in 4.0.  Its stdout has one writer, which needs none. */
__attribute__((constructor)) static void
leave_stdout_unlocked(void)
{
	__fsetlocking(stdout, FSETLOCKING_BYCALLER);
}
