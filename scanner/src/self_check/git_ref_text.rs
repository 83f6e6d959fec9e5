//! What refs are written with: hashes, and names.

/// White space, as git has it (git, ctype.c).
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// How many bytes the hash takes that a text begins with, 40 or 64; git reads upper case, too. None
/// where it begins with fewer digits, with more, or with another number of them.
pub fn hash_length(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    matches!(digits, 40 | 64).then_some(digits)
}

/// Whether a ref may be called so (git-check-ref-format(1), with `--allow-onelevel`).
pub fn is_name(name: &[u8]) -> bool {
    name != b"@" && !name.ends_with(b".") && name.split(|byte| *byte == b'/').all(is_component)
}

/// Whether this may stand between two slashes of a ref's name.
fn is_component(part: &[u8]) -> bool {
    let forbidden = |byte: &u8| byte.is_ascii_control() || b" ~^:?*[\\".contains(byte);
    !part.is_empty()
        && !part.starts_with(b".")
        && !part.ends_with(b".lock")
        && !part.iter().any(forbidden)
        && !part.windows(2).any(|two| two == b".." || two == b"@{")
}

/// What stands there, for a finding.
pub fn shown(text: &[u8]) -> String {
    const SHOWN: usize = 48;
    match text.len() {
        0 => "nothing".to_owned(),
        length if text.iter().all(|byte| *byte == 0) => format!("{length} zero bytes"),
        length if length <= SHOWN => format!("\"{}\"", text.escape_ascii()),
        length => {
            let beginning = text.get(..SHOWN).unwrap_or_default().escape_ascii();
            format!("{length} bytes that begin with \"{beginning}\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_git_allows() {
        for name in ["refs/heads/a", "HEAD", "a/b.c/@", "refs/heads/ä", "a@b", "a/-", "lock"] {
            assert!(is_name(name.as_bytes()), "{name}");
        }
        for name in [
            "", "@", "/", "a/", "/a", "a//b", ".a", "a/.b", "a..b", "a.", "a.lock", "a.lock/b",
            "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{b", "a\0", "a\n", "a\x7f",
        ] {
            assert!(!is_name(name.as_bytes()), "{name:?}");
        }
    }

    #[test]
    fn a_hash_has_one_of_two_lengths() {
        for (digits, length) in [(39, None), (40, Some(40)), (41, None), (64, Some(64)), (65, None)]
        {
            assert_eq!(hash_length(&b"aF".repeat(40)[..digits]), length, "{digits}");
        }
        assert_eq!(hash_length(&[&[b'0'; 40][..], b" x"].concat()), Some(40));
        assert_eq!(hash_length(b""), None);
    }
}
