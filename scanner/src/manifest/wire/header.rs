//! The first line: what tree, when, and how much of it.

use std::fmt::Write as _;

use reports::Timestamp;
use serde::{Deserialize, Serialize};

use super::MANIFEST_VERSION;
use crate::filesystem_identity::FilesystemIdentity;
use crate::manifest::hex::{from_hex, to_hex};
use crate::manifest::{Counts, Gaps};
use crate::shard::Shard;

/// What the first line of a manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The program that wrote it, with its version (`fscan 0.1.0`).
    pub tool: String,
    /// The tree that was walked.
    pub root: Vec<u8>,
    /// What filesystem that lay on, as far as it is known.
    pub filesystem: FilesystemIdentity,
    /// The inode number of the root; none in manifests of an early form.
    pub root_inode: Option<u64>,
    /// What tells this mount of it from earlier and later ones, where that is known.
    pub mount_session: Option<String>,
    /// Directories below the root on which other filesystems were mounted, which it holds as well.
    pub mounts: Vec<Vec<u8>>,
    /// When the walk began.
    pub created_at: Timestamp,
    /// What it holds.
    pub counts: Counts,
    /// What it does not tell of.
    pub gaps: Gaps,
    /// Which part of the tree it holds; none where that is all of it.
    pub part: Option<Shard>,
}

/// Only the version, so that a newer manifest is known as one whatever else it says.
#[derive(Deserialize)]
struct Version {
    fscan_manifest: u32,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    fscan_manifest: u32,
    tool: String,
    root: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root_hex: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filesystem_uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filesystem_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root_inode: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mount_session: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mounts: Vec<WirePath>,
    created_at: Timestamp,
    #[serde(flatten)]
    counts: Counts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unexamined: Vec<WirePath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excluded: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hides_trusted: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    names_lost: bool,
    /// Whether other names are noted of every kind of inode.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    all_links: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<Shard>,
}

#[derive(Serialize, Deserialize)]
struct WirePath {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

impl WirePath {
    fn of(path: &[u8]) -> Self {
        let (path, path_hex) = text_and_hex(path);
        WirePath { path, path_hex }
    }

    fn bytes(self) -> Option<Vec<u8>> {
        match self.path_hex {
            Some(hex) => from_hex(&hex),
            None => Some(self.path.into_bytes()),
        }
    }

    fn all(paths: Vec<Self>) -> Result<Vec<Vec<u8>>, &'static str> {
        let paths: Option<_> = paths.into_iter().map(WirePath::bytes).collect();
        paths.ok_or("a path_hex is not hexadecimal")
    }
}

impl Header {
    /// The version that a line claims to be the header of; none if it is no header.
    pub fn version(line: &[u8]) -> Option<u32> {
        serde_json::from_slice::<Version>(line).ok().map(|version| version.fscan_manifest)
    }

    /// Reads a line.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let root = match wire.root_hex {
            Some(hex) => from_hex(&hex).ok_or("root_hex is not hexadecimal")?,
            None => wire.root.into_bytes(),
        };
        let unexamined = WirePath::all(wire.unexamined)?;
        let mounts = WirePath::all(wire.mounts)?;
        let Wire { excluded, hides_trusted, names_lost, all_links, part, .. } = wire;
        let links_of_files_alone = !all_links;
        let gaps = Gaps { unexamined, excluded, hides_trusted, names_lost, links_of_files_alone };
        let filesystem = FilesystemIdentity { uuid: wire.filesystem_uuid, id: wire.filesystem_id };
        let Wire { tool, root_inode, mount_session, created_at, counts, .. } = wire;
        Ok(Header {
            tool,
            root,
            filesystem,
            root_inode,
            mount_session,
            mounts,
            created_at,
            counts,
            gaps,
            part,
        })
    }

    /// The line, its newline included.
    pub fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let (root, root_hex) = text_and_hex(&self.root);
        let wire = Wire {
            fscan_manifest: MANIFEST_VERSION,
            tool: self.tool.clone(),
            root,
            root_hex,
            filesystem_uuid: self.filesystem.uuid.clone(),
            filesystem_id: self.filesystem.id.clone(),
            root_inode: self.root_inode,
            mount_session: self.mount_session.clone(),
            mounts: self.mounts.iter().map(|path| WirePath::of(path)).collect(),
            created_at: self.created_at,
            counts: self.counts,
            unexamined: self.gaps.unexamined.iter().map(|path| WirePath::of(path)).collect(),
            excluded: self.gaps.excluded.clone(),
            hides_trusted: self.gaps.hides_trusted,
            names_lost: self.gaps.names_lost,
            all_links: !self.gaps.links_of_files_alone,
            part: self.part,
        };
        let mut line = serde_json::to_vec(&wire)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Bytes as text, and in hexadecimal beside it where they are not UTF-8: then the text is for
/// people, with `\xNN` for such bytes.
fn text_and_hex(bytes: &[u8]) -> (String, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (readable(bytes), Some(to_hex(bytes))),
    }
}

/// Bytes that are not UTF-8 as people may read them.
pub(super) fn readable(bytes: &[u8]) -> String {
    bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back() {
        for root in [&b"/home/coder"[..], b"/a\xff\n\"", b""] {
            let header = Header {
                tool: "fscan 0.1.0".into(),
                root: root.to_vec(),
                filesystem: FilesystemIdentity { uuid: Some("0-1".into()), id: None },
                root_inode: (!root.is_empty()).then_some(u64::MAX),
                mount_session: (!root.is_empty()).then(|| "0-1/23".into()),
                mounts: if root.is_empty() { vec![] } else { vec![b"a\xff/b".to_vec()] },
                created_at: Timestamp::from_unix_seconds(1_700_000_000).unwrap(),
                counts: Counts { entries: 3, bytes: u64::MAX, ..Counts::default() },
                gaps: Gaps {
                    unexamined: vec![b"".to_vec(), b"a/\xfe\n\"".to_vec(), b"b".to_vec()],
                    excluded: vec!["*.tmp".into(), "a/b".into()],
                    hides_trusted: true,
                    names_lost: !root.is_empty(),
                    links_of_files_alone: root.is_empty(),
                },
                part: "3/8".parse().ok(),
            };
            let line = header.to_line().unwrap();
            assert_eq!(Header::version(&line), Some(MANIFEST_VERSION));
            assert_eq!(Header::parse(&line), Ok(header));
        }
    }
}
