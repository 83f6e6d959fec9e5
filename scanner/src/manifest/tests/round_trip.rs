//! What was written reads back the same, whatever the bytes.

use super::sample::{directory, entry, file, header, read, rich, tree, written};
use crate::inode_facts::FileKind;
use crate::manifest::{
    Compression, Counts, Entry, ManifestReader, ManifestWriteError, write_manifest,
};

#[test]
fn every_field_survives() {
    for compression in [Compression::None, Compression::Gzip] {
        let (bytes, _) = written(&rich(), compression);
        assert_eq!(read(&bytes).unwrap(), rich(), "{compression:?}");
    }
}

#[test]
fn every_byte_of_a_name_survives_and_no_two_become_one() {
    let names = (1..=255u8).filter(|byte| *byte != b'/');
    let names: Vec<Entry> =
        names.map(|byte| entry(&[b'a', byte, b'\\', b'x'], FileKind::Regular)).collect();
    let names = tree(&names);
    assert_eq!(read(&written(&names, Compression::None).0).unwrap(), names);
}

#[test]
fn many_entries_survive_in_several_members() {
    let many: Vec<Entry> = (0..20_000).map(|index| file(&format!("{index:06}"))).collect();
    let many = tree(&many);
    let (bytes, _) = written(&many, Compression::Gzip);
    assert!(bytes.windows(4).filter(|w| w.starts_with(&[0x1f, 0x8b, 8, 0])).count() > 3);
    assert_eq!(read(&bytes).unwrap(), many);
}

#[test]
fn a_header_says_what_is_there() {
    let (bytes, summary) = written(&rich(), Compression::None);
    let source = std::io::Cursor::new(bytes);
    let mut reader = ManifestReader::new(std::path::Path::new("/m").into(), source).unwrap();
    assert_eq!(reader.header().root, b"/home/coder");
    assert_eq!(reader.header().counts, summary.counts);
    assert_eq!(summary.counts, Counts::of(rich()));
    assert_eq!(summary.counts.unread, 2);
    assert_eq!(reader.digest(), None, "nothing is proven before the end");
    reader.by_ref().for_each(drop);
    assert_eq!(reader.digest(), Some(summary.digest));
}

#[test]
fn a_line_is_small_and_can_be_read() {
    let (bytes, _) = written(&tree(&[file("a.js")]), Compression::None);
    let text = String::from_utf8(bytes).unwrap();
    let hash = blake3::hash(b"a.js").to_hex();
    let line = format!(
        r#"{{"path":"a.js","mode":"0644","uid":1000,"gid":1000,"size":100,"mtime":[1700000000,5],"hash":"{hash}"}}"#
    );
    assert_eq!(text.lines().nth(2), Some(line.as_str()), "{text}");
}

#[test]
fn equal_trees_have_equal_digests_and_others_have_not() {
    let digest = |entries: &[Entry], how| written(entries, how).1.digest;
    let plain = digest(&rich(), Compression::None);
    assert_eq!(plain, digest(&rich(), Compression::Gzip));
    let mut other = rich();
    other.last_mut().unwrap().modified_at.1 += 1;
    assert_ne!(plain, digest(&other, Compression::None));
}

#[test]
fn an_unsorted_tree_is_not_written() {
    for entries in [[directory(""), file("b"), file("a")], [directory(""), file("a"), file("a")]] {
        for entries_a_block in 1..=3 {
            let blocks: Vec<_> = entries.chunks(entries_a_block).collect();
            let header = header(Counts::of(&entries));
            let written = write_manifest(&mut Vec::new(), Compression::None, &header, &blocks);
            assert!(matches!(written, Err(ManifestWriteError::Unsorted(_))), "{written:?}");
        }
    }
}
