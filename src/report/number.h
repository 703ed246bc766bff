/* Within the room: the digits of a number, the same in CSV and JSON. */
#ifndef REPORT_NUMBER_H
#define REPORT_NUMBER_H

#define REPORT_NUMBER_BYTES 40

/* As few digits as give the same double again: "0.1". "" for what is not
 * finite. */
void report_number(char out[REPORT_NUMBER_BYTES], double value);

#endif
