# What is in a file, rows that are the same as the one before left out.
show_bytes() { # FILE OFFSET LENGTH
	can_read "$1" && dd "if=$1" iflag=skip_bytes,count_bytes,fullblock "skip=$2" "count=$3" \
		bs=64K status=none | od -A d -c
}

can_read() { # FILE
	dd "if=$1" count=0 status=none
}
