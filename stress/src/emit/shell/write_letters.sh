# One write(2) of many times a letter.
write_letters() { # LETTER LENGTH OPTION-OF-DD...
	letters_letter=$1 letters_length=$2
	shift 2
	head -c "$letters_length" /dev/zero | tr '\0' "$letters_letter" |
		dd "bs=$letters_length" iflag=fullblock conv=notrunc,nocreat status=none "$@"
}
