//! Text in a shell.

/// Text between single quotes, as which a shell takes everything.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Whether a name means itself wherever it stands.
pub(super) fn is_plain(name: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    name.len() <= 40 && name.iter().all(plain) && !name.starts_with(b"-")
}

/// Sets a variable to any bytes but NUL. A substitution drops line ends behind the text, so
/// there is something behind it, which is then taken away.
pub(super) fn variable(name: &str, bytes: &[u8]) -> String {
    let escaped: String = bytes.iter().map(|byte| octal(*byte)).collect();
    format!("{name}=$(printf '{escaped}.')\n{name}=${{{name}%.}}\n")
}

/// A hyphen at the beginning would be an option.
fn octal(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"._ ".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("\\{byte:03o}")
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn shell(script: &str) -> Vec<u8> {
        let output = Command::new("sh").args(["-c", script]).output().unwrap();
        assert!(output.status.success(), "{script}");
        output.stdout
    }

    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for text in ["plain", "it's", "''", "$(id) `id` \\n \" *", "a\nb", "-n"] {
            assert_eq!(shell(&format!("printf %s {}", quoted(text))), text.as_bytes());
        }
    }

    #[test]
    fn a_variable_holds_every_byte() {
        let every: Vec<u8> = (1..=255).collect();
        for bytes in [&every[..], b"-rf", b"ends\n\n", b"%s\\n'", b"\n", b" . "] {
            let set = variable("x", bytes);
            assert_eq!(shell(&format!("export LC_ALL=C\n{set}printf %s \"$x\"")), bytes);
        }
    }

    #[test]
    fn what_a_shell_or_a_command_would_take_for_more_is_not_plain() {
        for name in [&b"-rf"[..], b"*", b"a b", b"$(id)", b"~", b"\xff", b"#a", b"a:b", b"\n"] {
            assert!(!is_plain(name), "{name:?}");
        }
        assert!(is_plain(b".pkg-7-Q3cWp0aB") && is_plain(b"node_modules"));
    }
}
