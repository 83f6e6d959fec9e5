# Two layers, below a directory in which both show. The lower one is filled first, from within.
begin_lower() {
	mkdir lower upper work merged && cd lower || exit 2
}

begin_merged() { # OPTIONS
	cd .. || exit 2
	if ! mount -t overlay -o "lowerdir=lower,upperdir=upper,workdir=work$1" overlay merged; then
		echo 'Mounting an overlay takes root.' >&2
		exit 2
	fi
	cd merged || exit 2
	echo '`umount merged` takes the overlay away again.'
}
