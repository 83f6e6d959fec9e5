allocate() { # FILE OPTION...
	can_write "$1" || return
	allocate_file=$1
	shift
	fallocate "$@" -- "$allocate_file"
}
