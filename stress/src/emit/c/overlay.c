/* Two layers, below a directory in which both show. The lower one is filled first, from within. */
static void need(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(2);
	}
}

static void begin_lower(void)
{
	need(mkdir("lower", 0755), "lower");
	need(mkdir("upper", 0755), "upper");
	need(mkdir("work", 0755), "work");
	need(mkdir("merged", 0755), "merged");
	need(chdir("lower"), "lower");
}

static void begin_merged(const char *options)
{
	char all[4096];

	need(chdir(".."), "..");
	snprintf(all, sizeof all, "lowerdir=lower,upperdir=upper,workdir=work%s", options);
	need(mount("overlay", "merged", "overlay", 0, all), "mount");
	need(chdir("merged"), "merged");
	puts("`umount merged` takes the overlay away again.");
}
