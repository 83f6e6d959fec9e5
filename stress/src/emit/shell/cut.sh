cut_at() { # SIZE FILE
	can_write "$2" && truncate -c -s "$1" -- "$2"
}
