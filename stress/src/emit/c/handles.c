/* The files that are kept open. */
static int file[8] = { -1, -1, -1, -1, -1, -1, -1, -1 };
