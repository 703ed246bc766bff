/* Whether two command lines ask for the same measurement. */
#ifndef CLI_SAME_COMMAND_H
#define CLI_SAME_COMMAND_H

#include <stdbool.h>

/* Two of typed_line(). What counts are the values of options that decide what is
 * measured, in any order and spelling, and a sweep's file by its name. What only
 * shows a run, or says where it is stored, does not. Of a line that this program
 * does not understand, an older one's perhaps, the text counts. */
bool same_command(const char *one, const char *other);

#endif
