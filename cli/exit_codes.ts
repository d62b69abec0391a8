/** It did what it was asked to do. */
export const EXIT_DONE = 0;
/** It failed; one line on stderr says why. */
export const EXIT_FAILED = 1;
/** The command line is wrong; the usage is on stderr. */
export const EXIT_USAGE = 2;
/** It was interrupted. */
export const EXIT_INTERRUPTED = 130;
