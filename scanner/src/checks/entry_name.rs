//! `dirent-invalid-name` and `name-unsafe`: the name itself.
//!
//! Looks at the bytes of a name. An empty name or one with a slash cannot be made through any
//! system call, so it proves a damaged entry (the kernel itself mostly refuses to list it, see
//! `directory-read-error`). A name that is not UTF-8, or holds characters that control a
//! terminal, is legal and worth knowing. Any filesystem, no privilege.

use reports::{Code, escape};

use super::name_words::{every, has, has_less, words};
use super::{Anomalies, Anomaly};

/// What a look at a name's bytes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Printable ASCII without a slash.
    Plain,
    /// Other characters; none of them harmful.
    International,
    /// Not UTF-8, or with characters that control a terminal or reorder text.
    Unsafe,
}

impl Name {
    /// Looks at a name.
    #[inline]
    pub fn of(name: &[u8]) -> Self {
        let plain = !name.is_empty() && words(name).all(is_plain);
        if plain { Name::Plain } else { Self::of_unusual(name) }
    }

    #[cold]
    fn of_unusual(name: &[u8]) -> Self {
        match std::str::from_utf8(name) {
            // A backslash is doubled by escaping and harmless.
            Ok(text) if escape(name).replace("\\\\", "\\") == text => Name::International,
            _ => Name::Unsafe,
        }
    }
}

/// Whether all bytes of a word are printable ASCII, and none a slash.
#[inline]
fn is_plain(word: u64) -> bool {
    word & every(0x80) == 0 && !has_less(word, b' ') && !has(word, 0x7f) && !has(word, b'/')
}

/// Judges a name that is not plain.
#[cold]
pub fn judge(name: &[u8], ino: u64, shape: Name, anomalies: &mut Anomalies) {
    if shape == Name::Unsafe {
        anomalies.add(unsafe_name(name, ino));
    }
    if name.is_empty() || name.contains(&b'/') {
        anomalies.add(
            Anomaly::new(Code::DirentInvalidName, "a name without a slash", "an impossible name")
                .named(name)
                .inode(ino)
                .compared(),
        );
    }
}

/// The fact that a name is not safe to show.
fn unsafe_name(name: &[u8], ino: u64) -> Anomaly {
    let found = "control characters, or bytes that are not UTF-8";
    Anomaly::new(Code::NameUnsafe, "a name of printable UTF-8", found).named(name).inode(ino)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert_eq!(Name::of(b"package.json"), Name::Plain);
        assert_eq!(Name::of(br"a\b"), Name::Plain);
        assert_eq!(Name::of("Grüße\\n".as_bytes()), Name::International);
        for name in [&b"a\nb"[..], b"\x1b[2J", b"a\xffb", "a\u{2028}".as_bytes(), b"\x7f"] {
            assert_eq!(Name::of(name), Name::Unsafe, "{name:?}");
        }
    }

    #[test]
    fn each_byte_counts_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for at in 0..20 {
                let mut name = vec![b'a'; 20];
                name[at] = byte;
                let plain = matches!(byte, b' '..=b'.' | b'0'..=b'~');
                assert_eq!(Name::of(&name) == Name::Plain, plain, "{byte:#x} at {at}");
                assert_eq!(Name::of(&name[at..=at]) == Name::Plain, plain, "{byte:#x}");
            }
        }
    }

    #[test]
    fn only_a_slash_or_nothing_is_impossible() {
        for (name, wrong) in [(&b"a\n"[..], false), (b"a/b", true), (b"", true)] {
            let mut anomalies = Anomalies::default();
            // A plain name is not judged at all.
            assert_ne!(Name::of(name), Name::Plain, "{name:?}");
            judge(name, 12, Name::International, &mut anomalies);
            assert_eq!(!anomalies.is_empty(), wrong, "{name:?}");
        }
    }
}
