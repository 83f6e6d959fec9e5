//! Entries and manifests for tests.

use reports::{PathName, Timestamp};

use crate::filesystem_identity::FilesystemIdentity;
use crate::inode_facts::FileKind;
use crate::manifest::{
    Compression, Counts, Entry, Gaps, Header, ManifestError, ManifestReader, Written,
    compare_paths, write_manifest,
};

/// An entry with nothing special.
pub(crate) fn entry(path: &[u8], kind: FileKind) -> Entry {
    let regular = kind == FileKind::Regular;
    Entry {
        path: path.to_vec(),
        kind,
        mode: if kind == FileKind::Directory { 0o755 } else { 0o644 },
        uid: 1000,
        gid: 1000,
        size: if regular { 100 } else { 0 },
        modified_at: (1_700_000_000, 5),
        target: (kind == FileKind::Symlink).then(|| b"target".to_vec()),
        device: None,
        attributes: Vec::new(),
        same_file_as: None,
        hash: regular.then(|| *blake3::hash(path).as_bytes()),
        unreadable: Vec::new(),
    }
}

/// A regular file with a content of its own.
pub(crate) fn file(path: &str) -> Entry {
    entry(path.as_bytes(), FileKind::Regular)
}

/// A directory.
pub(crate) fn directory(path: &str) -> Entry {
    entry(path.as_bytes(), FileKind::Directory)
}

/// The entries with the root and in their order.
pub(crate) fn tree(entries: &[Entry]) -> Vec<Entry> {
    let mut tree = vec![directory("")];
    tree.extend_from_slice(entries);
    tree.sort_by(|a, b| compare_paths(&a.path, &b.path));
    tree
}

/// Every field, with bytes of every kind, and times of every sign.
pub(crate) fn rich() -> Vec<Entry> {
    let mut odd = entry(b"d/\xff\n\"\\\x1b", FileKind::Regular);
    odd.attributes =
        vec![((*b"user.\xfe").into(), [1; 16]), ((*b"system.posix_acl_access").into(), [0xab; 16])];
    odd.modified_at = (-1, 999_999_999);
    odd.unreadable = vec![0..4096, 8192..u64::MAX];
    odd.mode = 0o7777;
    let mut second = file("e");
    second.same_file_as = Some(odd.path.clone());
    second.size = u64::MAX;
    second.modified_at = (i64::MIN, 0);
    let mut link = entry("d/\u{202e}".as_bytes(), FileKind::Symlink);
    link.target = Some(b"../\xfd".to_vec());
    let mut device = entry(b"null", FileKind::CharacterDevice);
    device.device = Some((1, 3));
    (device.uid, device.gid) = (0, u32::MAX);
    let mut unread = file("unread");
    unread.hash = None;
    let rest = [
        (&b"fifo"[..], FileKind::Fifo),
        (b"socket", FileKind::Socket),
        (b"block", FileKind::BlockDevice),
        (b"unknown", FileKind::Unknown),
    ];
    let rest = rest.map(|(path, kind)| entry(path, kind));
    tree(&[&[directory("d"), odd, second, link, device, unread][..], &rest].concat())
}

/// A header of entries with these counts.
pub(super) fn header(counts: Counts) -> Header {
    Header {
        tool: "fscan 0.1.0".to_owned(),
        root: b"/home/coder".to_vec(),
        filesystem: FilesystemIdentity::default(),
        root_inode: Some(2),
        mount_session: None,
        mounts: Vec::new(),
        created_at: Timestamp::from_unix_seconds(1_700_000_000).unwrap(),
        counts,
        gaps: Gaps { unexamined: vec![b"secret".to_vec()], ..Gaps::default() },
        part: None,
    }
}

/// A manifest's bytes.
pub(super) fn written(entries: &[Entry], compression: Compression) -> (Vec<u8>, Written) {
    let mut out = Vec::new();
    let header = header(Counts::of(entries));
    let blocks: Vec<&[Entry]> = entries.chunks(2048).collect();
    let written = write_manifest(&mut out, compression, &header, &blocks).unwrap();
    (out, written)
}

/// What a reader makes of them.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, ManifestError> {
    let source = std::io::Cursor::new(bytes.to_vec());
    ManifestReader::new(PathName::new(b"/m".into()), source)?.collect()
}
