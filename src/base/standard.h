/*
 * The descriptors 0, 1 and 2. Who starts a program may have closed one of them
 * (`>&-`). The next file that is opened would take its number, and what is printed
 * would be written into a database or a socket.
 *
 *	standard_take(); // before all else
 *	if (puts("told") < 0 || fflush(stdout))
 *		perror("standard output");
 */
#ifndef BASE_STANDARD_H
#define BASE_STANDARD_H

#include <fcntl.h>
#include <unistd.h>

/* Takes the numbers that are free, with what cannot be used: as before, a program
 * that reads or writes there gets EBADF, so that no output is lost in silence. */
static inline void standard_take(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int way = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* Of a number that is free all below are taken. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", way) < 0)
			(void)!open("/", O_PATH);
	}
}

#endif
