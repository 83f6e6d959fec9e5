//! Trees in a line: entries with spaces between them.
//!
//! `d/` a directory, `d/f=A` a file that holds A, `f=` an empty one, `f=?` one that was not read,
//! `l>T` a link to T, `p|` a FIFO, `n#3` a device node of minor number 3. Behind it what is not as
//! usual: `+m` mode, `+o` owner, `+g` group, `+t` time, `+w` its whole second, `+a` an attribute, `+l` an access control
//! list, `+s` size.

use super::*;

/// The entries of a tree.
pub(super) fn entries(tree: &str) -> Vec<Entry> {
    tree.split_whitespace().map(parse).collect()
}

fn parse(word: &str) -> Entry {
    let mut parts = word.split('+');
    let mut entry = plain(parts.next().unwrap());
    for change in parts {
        match change {
            "m" => entry.mode = 0o600,
            "o" => entry.uid = 7,
            "g" => entry.gid = 7,
            "w" => entry.modified_at.1 = 0,
            "t" => entry.modified_at = (1_800_000_000, 0),
            "a" => entry.attributes = vec![((*b"user.a").into(), [1; 16])],
            "l" => entry.attributes = vec![((*b"system.posix_acl_access").into(), [1; 16])],
            "s" => entry.size += 1,
            _ => panic!("{word}"),
        }
    }
    entry
}

fn plain(word: &str) -> Entry {
    let of = |path: &str, kind| entry(path.as_bytes(), kind);
    if let Some((path, content)) = word.split_once('=') {
        let mut file = file(content);
        file.path = path.into();
        match content {
            "" => file.size = 0,
            "?" => file.hash = None,
            _ => {}
        }
        file
    } else if let Some((path, target)) = word.split_once('>') {
        with(of(path, FileKind::Symlink), |e| e.target = Some(target.into()))
    } else if let Some((path, minor)) = word.split_once('#') {
        let minor = minor.parse().unwrap();
        with(of(path, FileKind::CharacterDevice), |e| e.device = Some((1, minor)))
    } else if let Some(path) = word.strip_suffix('|') {
        of(path, FileKind::Fifo)
    } else {
        directory(word.strip_suffix('/').unwrap())
    }
}
