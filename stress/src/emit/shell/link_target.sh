link_target() { # LINK
	readlink -v -n -- "$1" > /dev/null || return
	readlink -n -- "$1" | od -A d -c
}
