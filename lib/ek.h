/* The few members of tshark's -T ek documents that merging needs, found without parsing the rest. */
#ifndef ESPCAP_EK_H
#define ESPCAP_EK_H

#include <stddef.h>
#include <stdint.h>

#include "out.h"

/**
 * ek_is_action(line, len):
 * Whether ${line} begins like the line of action that stands before each document, of any version of tshark.
 */
int ek_is_action(const char *line, size_t len);

/**
 * ek_frame_number(line, len):
 * The number of the frame that the document ${line} is about; 0: it has none.
 */
uint64_t ek_frame_number(const char *line, size_t len);

/**
 * ek_can_merge(line, len):
 * Whether all that ek_frame_number() and ek_add_whole() look for is in the document ${line} where they look, or is left out of
 * it (a frame layer that --layers excludes).  An older tshark writes it otherwise.
 */
int ek_can_merge(const char *line, size_t len);

/**
 * ek_add_whole(out, line, len):
 * Add the ${len} bytes of the document ${line} to ${out} as a tshark that prints all frames would have printed it: for that one
 * the frame displayed last is the frame captured last, so frame_frame_time_delta_displayed becomes what frame_frame_time_delta
 * is.
 */
void ek_add_whole(struct out *out, const char *line, size_t len);

#endif
