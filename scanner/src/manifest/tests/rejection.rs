//! A valid manifest, one thing changed, and the exact fault.

use std::io::Write;
use std::path::Path;

use flate2::write::GzEncoder;

use super::sample::{directory, file, read, tree, written};
use crate::inode_facts::FileKind;
use crate::manifest::wire::{Footer, write_entry};
use crate::manifest::{Compression, Counts, Entry, Fault, Gaps, ManifestReader};

fn valid() -> Vec<Entry> {
    tree(&[directory("a"), file("a/b"), file("c")])
}

fn text() -> String {
    String::from_utf8(written(&valid(), Compression::None).0).unwrap()
}

fn fault(bytes: &[u8]) -> Fault {
    read(bytes).expect_err("it is refused").fault
}

/// Header, these entries, and a footer that fits them.
fn sealed(entries: &[Entry]) -> Vec<u8> {
    let counts = Counts::of(entries);
    let mut lines = Vec::new();
    entries.iter().for_each(|entry| write_entry(&entry.view(), &mut lines).unwrap());
    let digest = *blake3::hash(&lines).as_bytes();
    let header = crate::manifest::Header {
        tool: "fscan".into(),
        root: b"/".into(),
        filesystem: crate::filesystem_identity::FilesystemIdentity::default(),
        root_inode: None,
        mount_session: None,
        mounts: Vec::new(),
        created_at: reports::Timestamp::now(),
        counts,
        gaps: Gaps { links_of_files_alone: true, ..Gaps::default() },
        part: None,
    };
    let footer = Footer { counts, digest, header: None, stored: None }.to_line().unwrap();
    [header.to_line().unwrap(), lines, footer].concat()
}

/// An early form has no hash of its first line, and says nothing there that such a hash must prove.
#[test]
fn a_first_line_without_its_hash_says_no_more_than_the_early_form() {
    let early = String::from_utf8(sealed(&valid())).unwrap();
    assert!(read(early.as_bytes()).is_ok());
    for more in [r#""root_inode":2"#, r#""filesystem_uuid":"a""#, r#""all_links":true"#] {
        let changed = early.replacen(r#""root":"#, &format!(r#"{more},"root":"#), 1);
        assert!(matches!(fault(changed.as_bytes()), Fault::Edited { .. }), "{more}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_truncated() {
    let plain = written(&valid(), Compression::None).0;
    for length in 20..plain.len() {
        let fault = fault(&plain[..length]);
        assert!(matches!(fault, Fault::Truncated { .. }), "{length}: {fault:?}");
    }
    let gzip = written(&valid(), Compression::Gzip).0;
    for length in 2..gzip.len() {
        let fault = fault(&gzip[..length]);
        assert!(matches!(fault, Fault::Truncated { .. }), "{length}: {fault:?}");
    }
}

#[test]
fn a_changed_byte_in_gzip_data_is_never_overlooked() {
    let gzip = written(&valid(), Compression::Gzip).0;
    for place in 10..gzip.len() {
        let mut damaged = gzip.clone();
        damaged[place] ^= 0x10;
        // The time stamp and the like of a member's header mean nothing and may change.
        if let Ok(entries) = read(&damaged) {
            assert_eq!(entries, valid(), "byte {place}");
        }
    }
    let mut damaged = gzip.clone();
    damaged[gzip.len() / 2] ^= 0xff;
    assert!(matches!(fault(&damaged), Fault::Gzip { .. }));
}

#[test]
fn an_edited_line_is_told() {
    let edited = |from: &str, to: &str| fault(text().replacen(from, to, 1).as_bytes());
    for (from, to) in [
        ("\"size\":100", "\"size\":101"),
        ("\"mode\":\"0644\"", "\"mode\":\"0666\""),
        ("{\"path\":\"c\"", "{\"path\":\"d\""),
        ("1700000000", "1700000001"),
    ] {
        let fault = edited(from, to);
        assert!(matches!(fault, Fault::Edited { line: 6, .. }), "{to}: {fault:?}");
    }
    let counted = edited("\"entries\":4", "\"entries\":5");
    assert!(matches!(counted, Fault::Edited { .. }), "{counted:?}");
}

#[test]
fn a_line_left_out_or_doubled_is_told() {
    let text = text();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without = |gone: usize| {
        let kept = lines.iter().enumerate().filter(|(index, _)| *index != gone);
        fault(kept.map(|(_, line)| *line).collect::<String>().as_bytes())
    };
    assert!(matches!(without(0), Fault::Other(_)));
    assert!(matches!(without(1), Fault::NoParent { line: 2, .. }));
    assert!(matches!(without(2), Fault::NoParent { line: 3, .. }));
    assert!(matches!(without(3), Fault::Edited { line: 5, .. }));
    assert!(matches!(without(5), Fault::Truncated { line: 5 }));
    let doubled = text.replacen(lines[3], &lines[3].repeat(2), 1);
    assert!(matches!(fault(doubled.as_bytes()), Fault::Twice { line: 5, .. }));
}

#[test]
fn what_stands_behind_the_footer_is_told() {
    for compression in [Compression::None, Compression::Gzip] {
        let whole = written(&valid(), compression).0;
        let garbage = [b'x'; 40];
        for behind in [&b"x"[..], b"\n", b"\0", b"\x1f\x8b", &garbage, &whole[..20], &whole] {
            let fault = fault(&[&whole, behind].concat());
            let is_told = matches!(fault, Fault::Behind { line: 6 });
            assert!(is_told, "{compression:?} {behind:?}: {fault:?}");
        }
    }
}

/// Blocks are members of their own: what stands between two of them is not behind the footer.
#[test]
fn what_is_no_gzip_data_between_two_members_is_damage() {
    let gzip = written(&valid(), Compression::Gzip).0;
    let member = |at: &usize| gzip[*at..].starts_with(&[0x1f, 0x8b, 8]);
    let second = (1..gzip.len()).find(member).unwrap();
    let fault = fault(&[&gzip[..second], &[b'x'; 40], &gzip[second..]].concat());
    assert!(matches!(fault, Fault::Gzip { line: 1, .. }), "{fault:?}");
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for path in [&b"/etc"[..], b"a//b", b"a/", b"./a", b"a/./b", b"..", b"a/../c", b"a\0"] {
        let mut entries = valid();
        entries[2].path = path.to_vec();
        let fault = fault(&sealed(&entries));
        assert!(matches!(fault, Fault::BadPath { line: 4, .. }), "{path:?}: {fault:?}");
    }
}

#[test]
fn entries_out_of_order_are_refused_though_the_footer_fits() {
    let sealed_with = |change: &dyn Fn(&mut Vec<Entry>)| {
        let mut entries = valid();
        change(&mut entries);
        read(&sealed(&entries))
    };
    assert!(sealed_with(&|_| ()).is_ok());
    let swapped = sealed_with(&|entries| entries.swap(1, 3)).unwrap_err().fault;
    assert!(matches!(swapped, Fault::Unsorted { line: 4, .. }), "{swapped:?}");
    let orphan = sealed_with(&|entries| entries[2].path = b"b/b".into()).unwrap_err().fault;
    assert!(matches!(orphan, Fault::NoParent { line: 4, .. }), "{orphan:?}");
    let in_a_file = sealed_with(&|entries| entries[1].kind = FileKind::Regular).unwrap_err().fault;
    assert!(matches!(in_a_file, Fault::NoParent { line: 4, .. }), "{in_a_file:?}");
    let forward = sealed_with(&|entries| entries[2].same_file_as = Some(b"c".into()));
    assert!(matches!(forward.unwrap_err().fault, Fault::BadPath { line: 4, .. }));
}

#[test]
fn a_damaged_line_names_itself() {
    for (from, to) in [
        ("{\"path\":\"a/b\"", "{\"pth\":\"a/b\""),
        ("\"type\":\"directory\"", "\"type\":\"folder\""),
        ("\"0755\"", "\"+755\""),
        ("\"0755\"", "\"77777\""),
        ("[1700000000,5]", "[1700000000,1000000000]"),
        ("\"hash\":\"", "\"hash\":\"0"),
        ("{\"path\":\"\"", "\n{\"path\":\"\""),
    ] {
        let fault = fault(text().replacen(from, to, 1).as_bytes());
        assert!(matches!(fault, Fault::Line { .. }), "{to}: {fault:?}");
    }
}

#[test]
fn what_is_no_manifest_is_told_from_one() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let report = b"{\n  \"schema_version\": 1,\n  \"tool\": {}\n}\n";
    let endless = vec![b'['; 2 << 20];
    for bytes in [&b"\x7fELF\0\0\0\0"[..], report, b"{}\n", b"text\n", b"text", &endless] {
        for bytes in [bytes.to_vec(), gzip(bytes)] {
            let fault = fault(&bytes);
            assert!(matches!(fault, Fault::Other(_)), "{fault:?}");
        }
    }
    assert!(matches!(fault(b""), Fault::Empty) && matches!(fault(&gzip(b"")), Fault::Empty));
    assert!(fault(report).to_string().contains("a report of fscan"));
}

#[test]
fn a_newer_version_is_told_whatever_else_it_says() {
    let newer = "{\"fscan_manifest\":2,\"root\":[]}\nunheard-of\n";
    assert!(matches!(fault(newer.as_bytes()), Fault::Newer(2)));
    assert!(fault(newer.as_bytes()).to_string().contains("use a newer fscan"));
}

/// More than the longest line, in a line and in lines.
#[test]
fn a_gzip_bomb_is_refused_in_little_memory() {
    let header = text().split_inclusive('\n').next().unwrap().to_owned();
    for filler in [b"x".repeat(1 << 20), b"\n".repeat(1 << 20)] {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(header.as_bytes()).unwrap();
        (0..3).for_each(|_| encoder.write_all(&filler).unwrap());
        let fault = fault(&encoder.finish().unwrap());
        let refused =
            matches!(fault, Fault::LongLine { line: 2, .. } | Fault::Line { line: 2, .. });
        assert!(refused, "{fault:?}");
    }
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let socket = dir.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, kind) in [
        (fifo.as_path(), "FIFO"),
        (&socket, "socket"),
        (dir.path(), "directory"),
        (Path::new("/dev/null"), "device"),
    ] {
        let error = ManifestReader::open(path).unwrap_err();
        assert!(matches!(error.fault, Fault::NoFile(found) if found == kind), "{error}");
        assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    }
    let error = ManifestReader::open(&dir.path().join("missing")).unwrap_err();
    assert!(matches!(error.fault, Fault::Open(_)), "{error}");
}
