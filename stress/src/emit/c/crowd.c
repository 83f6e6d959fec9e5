enum crowd { SHORT_NAMES, LONG_NAMES };

/* The path of a name of a crowd. */
static const char *crowd_path(const char *directory, enum crowd crowd, int number)
{
	static char path[8192];
	int start = snprintf(path, 7900, "%s/", directory);
	int length = snprintf(path + start, 16, crowd == LONG_NAMES ? "m%d-" : "k%d", number);

	if (crowd == LONG_NAMES) {
		int whole = 40 + number * 37 % 201;

		memset(path + start + length, 'x', whole - length);
		path[start + whole] = 0;
	}
	return path;
}
