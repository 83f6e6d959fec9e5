# open(2) with O_EXCL. dd makes no executable files: chmod(1) does, if there is a mode.
create() { # UMASK FILE [MODE]
	with_umask "$1" dd if=/dev/null "of=$2" conv=excl,notrunc status=none || return
	[ $# -lt 3 ] || chmod "$3" -- "$2"
}
