# Whether it is there and can be opened; what comes next would make it, or say nothing.
can_write() { # FILE
	dd if=/dev/null "of=$1" conv=notrunc,nocreat status=none
}
