//! Words for a POSIX-like shell. A device or path in a command that people paste may have been
//! named by anybody.

use std::fmt::Write as _;

use crate::path_name::is_unsafe_to_show;

/// `bytes` as one word: bare where that is safe, else in single quotes. Where it holds bytes
/// that a terminal must not see, it stands as `$'...'`, which bash, zsh and ksh read.
pub fn shell_word(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.bytes().all(is_plain) => text.to_owned(),
        Ok(text) if !text.contains(is_unsafe_to_show) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => format!("$'{}'", octal_escapes(bytes)),
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+:@%,=".contains(&byte)
}

/// Always three digits, so that a digit behind an escape is not taken into it.
fn octal_escapes(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        if is_plain(byte) || byte == b' ' {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "\\{byte:03o}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn plain_words_stay_as_they_are() {
        let device = "/dev/longhorn/pvc-3f0c0a52-8d2f";
        assert_eq!(shell_word(device.as_bytes()), device);
        assert_eq!(shell_word(b"/a b"), "'/a b'");
        assert_eq!(shell_word(b"it's"), r"'it'\''s'");
        assert_eq!(shell_word(b""), "''");
    }

    #[test]
    fn a_shell_reads_back_every_byte() {
        let all_bytes: Vec<u8> = (1..=255).collect();
        let names: [&[u8]; 5] = [
            b"$(touch /x); `id` & \"|<>*?~#!\\",
            b"'; rm -rf / '",
            b"a\n\x1b[2J7",
            b"-n \xff\xfe8",
            &all_bytes,
        ];
        for name in names {
            let word = shell_word(name);
            assert!(!word.contains(is_unsafe_to_show), "{word}");
            let script = format!("printf %s {word}");
            let output = Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(output.stdout, name, "{word}");
        }
    }
}
