/* Where the rows end that were read of each open directory since it was opened or rewound. */
static struct {
	int64_t *end;
	size_t count;
} rows[8];
