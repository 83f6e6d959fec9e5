//! Each question of an entry is put to a sound one, then to one with a single field changed.

use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use reports::Code;
use rustix::fs::StatxAttributes;

use super::*;
use crate::oddities;

/// Something done to the facts of a sound inode.
type Change = fn(&mut InodeFacts);

/// The four kinds of names in the scratch directory.
const NAMES: [&CStr; 4] = [c"file", c"link", c"sub", c"fifo"];

struct Scratch {
    _folder: tempfile::TempDir,
    directory: File,
    facts: InodeFacts,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), vec![1; 10_000]).unwrap();
        symlink("the target", folder.path().join("link")).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let directory = File::open(folder.path()).unwrap();
        let mode = rustix::fs::Mode::RWXU;
        rustix::fs::mknodat(&directory, c"fifo", rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let facts = InodeFacts::of_descriptor(directory.as_fd()).unwrap();
        Scratch { _folder: folder, directory, facts }
    }

    fn facts_of(&self, name: &CStr) -> InodeFacts {
        InodeFacts::of_entry(self.directory.as_fd(), name).unwrap()
    }

    /// An ext4 of 4 KiB blocks and 1 GiB, whatever the scratch directory stands on.
    fn filesystem(&self, kind: &str) -> Filesystem {
        Filesystem {
            mount: None,
            kind: kind.to_owned(),
            device: self.facts.device(),
            oddities: oddities::of(kind),
            block_size: 4096,
            blocks: 262_144,
            inodes: u64::MAX,
            used_inodes: 0,
            identity: crate::filesystem_identity::FilesystemIdentity::default(),
            superblock: None,
            end: Some(262_144 * 4096),
            refusals: Arc::default(),
        }
    }

    /// The codes of an entry whose listed type, listed number and facts may be changed.
    fn codes(&self, kind: &str, name: &CStr, change: impl FnOnce(&mut InodeFacts)) -> Vec<Code> {
        let sound = self.facts_of(name);
        self.listed(kind, name, sound.kind(), sound.ino(), sound.changed(change))
    }

    fn listed(
        &self,
        kind: &str,
        name: &CStr,
        listed_kind: FileKind,
        listed_ino: u64,
        facts: InodeFacts,
    ) -> Vec<Code> {
        let filesystem = self.filesystem(kind);
        let seen = Seen {
            name,
            listed_ino,
            listed_kind,
            facts: &facts,
            directory: self.directory.as_fd(),
            directory_facts: &self.facts,
            filesystem: &filesystem,
            started: Moment::at(self.facts.changed_at().0 as u64 - 10),
            overflow: Overflow::default(),
        };
        let mut anomalies = Anomalies::default();
        judge_entry(&seen, CheckSet::ALL, &mut anomalies);
        anomalies.kept.iter().map(|anomaly| anomaly.code).collect()
    }
}

#[test]
fn sound_entries_are_silent_on_every_filesystem() {
    let scratch = Scratch::new();
    for kind in ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "nfs4", "unheard-of"] {
        for name in NAMES {
            assert_eq!(scratch.codes(kind, name, |_| ()), [], "{name:?} on {kind}");
        }
    }
}

#[test]
fn one_changed_field_gives_one_code() {
    let scratch = Scratch::new();
    let table: [(&str, &CStr, Change, &[Code]); 14] = [
        ("ext4", c"file", |s| s.nlink = 0, &[Code::InodeZeroLinks]),
        ("nfs4", c"file", |s| s.nlink = 0, &[]),
        ("xfs", c"file", |s| s.size = 1 << 63, &[Code::InodeSizeInvalid]),
        ("ext4", c"file", |s| s.size = 1 << 45, &[Code::InodeSizeInvalid]),
        ("xfs", c"file", |s| s.size = 1 << 45, &[]),
        ("ext4", c"fifo", |s| s.size = 1, &[Code::InodeSizeInvalid]),
        ("ext4", c"file", |s| s.sectors = 3, &[Code::InodeBlocksMismatch]),
        ("ext4", c"file", |s| s.sectors = 1 << 40, &[Code::InodeBlocksMismatch]),
        ("btrfs", c"file", |s| s.sectors = 3, &[]),
        ("ext4", c"link", |s| s.size += 1, &[Code::SymlinkInvalid]),
        ("nfs4", c"link", |s| s.size += 1, &[]),
        ("ext4", c"fifo", |s| s.attributes |= StatxAttributes::VERITY, &[Code::InodeFlagsInvalid]),
        ("ext4", c"file", |s| s.changed_at.0 += 2 * 86_400, &[Code::TimeImplausible]),
        ("ext4", c"file", |s| s.modified_at.0 += 2 * 86_400, &[]),
    ];
    for (row, (kind, name, change, expected)) in table.into_iter().enumerate() {
        assert_eq!(scratch.codes(kind, name, change), expected, "row {row}: {name:?} on {kind}");
    }
}

#[test]
fn a_small_file_within_its_inode_may_have_odd_sectors() {
    let scratch = Scratch::new();
    let inline = |size, sectors| {
        scratch.codes("ext4", c"file", |s| {
            s.size = size;
            s.sectors = sectors;
        })
    };
    assert_eq!(inline(100, 1), []);
    assert_eq!(inline(100, 9), [], "and a block for attributes");
    assert_eq!(inline(100, 2), [Code::InodeBlocksMismatch]);
    // It outgrew its inode: its bytes and two blocks that wait for them.
    assert_eq!(inline(5406, 11 + 16), []);
    assert_eq!(inline(5406, 12 + 16), [Code::InodeBlocksMismatch]);
    assert_eq!(inline(5406, 11), [], "it was made longer without a write");
}

#[test]
fn what_is_listed_must_be_what_is_found() {
    let scratch = Scratch::new();
    let facts = scratch.facts_of(c"file");
    let listed = |kind, listed_kind, ino| scratch.listed(kind, c"file", listed_kind, ino, facts);
    let ino = facts.ino();
    assert_eq!(listed("ext4", FileKind::Directory, ino), [Code::DirentTypeMismatch]);
    assert_eq!(listed("ext4", FileKind::Unknown, ino), []);
    assert_eq!(listed("xfs", FileKind::Regular, ino + 1), [Code::DirentInodeMismatch]);
    assert_eq!(listed("overlay", FileKind::Regular, ino + 1), []);
}

#[test]
fn a_mount_point_is_not_compared_with_what_it_covers() {
    let scratch = Scratch::new();
    let facts = scratch.facts_of(c"sub").changed(|s| {
        s.attributes |= StatxAttributes::MOUNT_ROOT;
        s.nlink = 0;
    });
    assert_eq!(scratch.listed("ext4", c"sub", FileKind::Regular, 77, facts), []);
}

#[test]
fn a_directory_counts_its_subdirectories() {
    let scratch = Scratch::new();
    let judged = |kind: &str, nlink: u32, size: u64, subdirectories: usize| {
        let facts = scratch.facts.changed(|s| {
            s.nlink = nlink;
            s.size = size;
        });
        let mut count = SubdirectoryCount::default();
        (0..subdirectories).for_each(|_| count.note(FileKind::Directory));
        count.note(FileKind::Regular);
        let mut anomalies = Anomalies::default();
        judge_directory_links(&facts, count, &scratch.filesystem(kind), &mut anomalies);
        !anomalies.is_empty()
    };
    assert!(!judged("ext4", 5, 4096, 3));
    assert!(judged("ext4", 6, 4096, 3) && judged("xfs", 4, 4096, 3));
    assert!(judged("ext4", 1, 4096, 3), "one link is for large directories");
    assert!(!judged("ext4", 1, 800_000, 66_000) && !judged("ext4", 1, 800_000, 3));
    assert!(!judged("btrfs", 1, 0, 3) && !judged("overlay", 1, 0, 3));
    assert!(judged("overlay", 9, 0, 3));
}

#[test]
fn a_directory_is_made_of_whole_blocks() {
    let scratch = Scratch::new();
    let judged_with = |kind: &str, size: u64, sectors: u64| {
        let facts = scratch.facts.changed(|s| {
            s.size = size;
            s.sectors = sectors;
        });
        let (mut out, filesystem) = (Anomalies::default(), scratch.filesystem(kind));
        judge_directory_size(scratch.directory.as_fd(), &facts, &filesystem, &mut out);
        !out.is_empty()
    };
    let judged = |kind: &str, size: u64| judged_with(kind, size, size.div_ceil(512));
    assert!(judged_with("ext4", 8192, 8), "a directory has no holes");
    assert!(!judged("ext4", 4096) && !judged("ext4", 40_960));
    assert!(judged("ext4", 4097) && judged("ext4", 1 << 40));
    assert!(!judged("xfs", 6));
}

#[test]
fn reserved_and_impossible_numbers_have_no_names() {
    let scratch = Scratch::new();
    let mut filesystem = scratch.filesystem("ext4");
    filesystem.inodes = 1000;
    let mut judged = |ino, kind: &str| {
        filesystem.oddities = oddities::of(kind);
        let mut anomalies = Anomalies::default();
        judge_reserved(b"name", ino, &filesystem, &mut anomalies);
        anomalies.count()
    };
    assert_eq!([2, 8, 10, 1001].map(|ino| judged(ino, "ext4")), [1; 4]);
    assert_eq!([11, 1000].map(|ino| judged(ino, "ext4")), [0; 2]);
    assert_eq!(judged(8, "tmpfs"), 0);
}

#[test]
fn an_entry_without_a_type_counts_where_types_are_kept() {
    let judged = |dot| {
        let (mut untyped, mut anomalies) = (UntypedEntries::default(), Anomalies::default());
        untyped.note(b"name", 12);
        untyped.judge(dot, &mut anomalies);
        anomalies.count()
    };
    assert_eq!(judged(Some(FileKind::Directory)), 1);
    assert_eq!(judged(Some(FileKind::Unknown)), 0);
    assert_eq!(judged(None), 0);
    let mut anomalies = Anomalies::default();
    UntypedEntries::default().judge(Some(FileKind::Directory), &mut anomalies);
    assert!(anomalies.is_empty());
}

#[test]
fn an_absent_name_is_absent() {
    let scratch = Scratch::new();
    let large = scratch.facts.changed(|s| s.size = 1 << 20);
    let mut anomalies = Anomalies::default();
    let filesystem = scratch.filesystem("ext4");
    judge_absent_name(scratch.directory.as_fd(), &large, &filesystem, 7, &mut anomalies);
    assert!(anomalies.is_empty());
    // A descriptor that is no directory answers ENOTDIR, which a directory never does.
    let file = File::open("/proc/self/status").unwrap();
    judge_absent_name(file.as_fd(), &large, &filesystem, 7, &mut anomalies);
    assert_eq!(anomalies.kept[0].code, Code::DirectoryLookupError);
}

#[test]
fn anomalies_beyond_the_bound_are_counted() {
    let mut anomalies = Anomalies::default();
    for i in 0..2000 {
        let name = CString::new(i.to_string()).unwrap();
        anomalies.add(Anomaly::new(Code::DirentDangling, "", "").named(name.as_bytes()));
    }
    assert_eq!(anomalies.kept.len(), 100);
    assert_eq!(anomalies.beyond[&Code::DirentDangling], 1900);
    assert_eq!(anomalies.count(), 2000);
}
