//! The order of paths in a manifest: component by component, by their bytes.
//!
//! A directory's entries follow right behind it, so `a/b` stands before `a.b` although `.` is the
//! lower byte: a slash counts as lower than every other one.

use std::cmp::Ordering;

/// Compares two relative paths. They hold no NUL, so a slash can take its place.
#[inline]
pub fn compare_paths(a: &[u8], b: &[u8]) -> Ordering {
    match a.iter().zip(b).find(|(a, b)| a != b) {
        Some((&a, &b)) => rank(a).cmp(&rank(b)),
        None => a.len().cmp(&b.len()),
    }
}

#[inline]
fn rank(byte: u8) -> u8 {
    if byte == b'/' { 0 } else { byte }
}

/// The directory that holds a path; none for the root, whose path is empty.
pub fn parent_of(path: &[u8]) -> Option<&[u8]> {
    if path.is_empty() {
        return None;
    }
    let slash = memchr::memrchr(b'/', path).unwrap_or(0);
    path.get(..slash)
}

/// The last component of a path.
pub fn name_of(path: &[u8]) -> &[u8] {
    let start = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    path.get(start..).unwrap_or_default()
}

/// Whether `path` lies below `directory`, at any depth; everything but the root is below the root.
pub fn is_below(path: &[u8], directory: &[u8]) -> bool {
    if directory.is_empty() {
        return !path.is_empty();
    }
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_directory_holds_follows_right_behind_it() {
        let sorted: [&[u8]; 9] =
            [b"", b"a", b"a/\x01", b"a/b", b"a/b/c", b"a/b.c", b"a\x01", b"a.b", b"a\xff"];
        for pair in sorted.windows(2) {
            assert_eq!(compare_paths(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare_paths(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare_paths(b"a/b", b"a/b"), Ordering::Equal);
    }

    #[test]
    fn a_path_has_a_parent_and_a_name() {
        assert_eq!(parent_of(b"a/b/c"), Some(&b"a/b"[..]));
        assert_eq!(parent_of(b"a"), Some(&b""[..]));
        assert_eq!(parent_of(b""), None);
        assert_eq!((name_of(b"a/b/c"), name_of(b"a")), (&b"c"[..], &b"a"[..]));
        assert!(is_below(b"a/b", b"a") && is_below(b"a/b/c", b"a") && is_below(b"a", b""));
        assert!(!is_below(b"ab", b"a") && !is_below(b"a", b"a") && !is_below(b"", b""));
    }
}
