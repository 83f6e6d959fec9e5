//! Promises, and what a target does that breaks one.

use rustix::io::Errno;
use scanner::FileKind;

use crate::difference::Aspect;
use crate::name::Family;
use crate::op::Op;
use crate::operand::{AllocateHow, Handle, Mode, OpenHow, RenameHow};
use crate::outcome::{Facts, Outcome, Row, RowName, Rows, Seen};
use crate::path::{Path, Place};
use crate::target::{InMemory, Target};

/// What is done in place of an operation.
pub type Lie = fn(&mut InMemory, &Op) -> Outcome;

/// A promise, what breaks it, and in what that may show first.
type Broken = (&'static str, Lie, &'static [Aspect]);

const fn fails(errno: Errno) -> Aspect {
    Aspect::Error(None, Some(errno))
}

const fn succeeds(errno: Errno) -> Aspect {
    Aspect::Error(Some(errno), None)
}

/// Says what it should, and does nothing.
fn forget(target: &InMemory, op: &Op) -> Outcome {
    target.clone().apply(op)
}

/// Says what it should, and does something else where it would succeed.
fn instead(target: &mut InMemory, op: &Op, other: &Op) -> Outcome {
    let told = forget(target, op)?;
    let _ = target.apply(other);
    Ok(told)
}

/// Does what it should, and then more.
fn then(target: &mut InMemory, op: &Op, more: &Op) -> Outcome {
    let told = target.apply(op)?;
    let _ = target.apply(more);
    Ok(told)
}

fn facts(target: &InMemory, path: impl Into<Place>) -> Option<Facts> {
    match forget(target, &Op::Look { path: path.into() }) {
        Ok(Seen::Facts(facts)) => Some(facts),
        _ => None,
    }
}

/// Tells other facts than there are.
fn tell_facts(target: &mut InMemory, op: &Op, change: impl Fn(&mut Facts)) -> Outcome {
    let mut told = target.apply(op);
    if let Ok(Seen::Facts(facts)) = &mut told {
        change(facts);
    }
    told
}

/// Tells other rows than there are.
fn tell_rows(target: &mut InMemory, op: &Op, change: impl Fn(&mut Rows)) -> Outcome {
    let mut told = target.apply(op);
    if let Ok(Seen::Rows(rows)) = &mut told {
        change(rows);
    }
    told
}

/// Tells other bytes than there are.
fn tell_bytes(target: &mut InMemory, op: &Op, change: impl Fn(&mut Vec<u8>)) -> Outcome {
    let mut told = target.apply(op);
    if let Ok(Seen::Bytes(bytes)) = &mut told {
        change(bytes);
    }
    told
}

fn is_known(row: &Row) -> bool {
    matches!(row.name, RowName::Known(_))
}

fn without_truncation(how: OpenHow) -> OpenHow {
    let others =
        [OpenHow::READ, OpenHow::CREATE, OpenHow::EXCLUSIVE, OpenHow::APPEND, OpenHow::NO_FOLLOW];
    others.into_iter().filter(|other| how.has(*other)).fold(OpenHow::WRITE, OpenHow::and)
}

/// What a name that was to go, or to come, may show in.
const STALE: &[Aspect] = &[
    Aspect::RowInvented,
    Aspect::RowMissing,
    Aspect::DirectoryLinks,
    Aspect::Links,
    succeeds(Errno::NOENT),
    fails(Errno::NOENT),
    fails(Errno::EXIST),
    succeeds(Errno::EXIST),
    fails(Errno::NOTEMPTY),
    fails(Errno::ISDIR),
    fails(Errno::INVAL),
    fails(Errno::NOTDIR),
    Aspect::Error(Some(Errno::NOENT), Some(Errno::NOTDIR)),
    Aspect::Size,
    Aspect::Mode,
    Aspect::Kind,
    Aspect::InodeNumber,
    Aspect::Modified,
    Aspect::Length,
    Aspect::Bytes,
    Aspect::Count,
    Aspect::Attributes,
];

/// What wrong data may show in.
const DATA: &[Aspect] = &[Aspect::Size, Aspect::Length, Aspect::Bytes, Aspect::Count];

pub const LIES: &[Broken] = &[
    (
        "what is unlinked is gone",
        |target, op| match op {
            Op::Unlink { .. } => forget(target, op),
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a removed directory is gone",
        |target, op| match op {
            Op::RemoveDirectory { .. } => forget(target, op),
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a directory is made",
        |target, op| match op {
            Op::MakeDirectory { .. } => forget(target, op),
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a file is made",
        |target, op| match op {
            Op::Create { .. } => forget(target, op),
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a rename moves",
        |target, op| match op {
            Op::Rename { .. } => forget(target, op),
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a renamed file is there",
        |target, op| match op {
            Op::Rename { to, how: RenameHow::Plain, .. } => {
                then(target, op, &Op::Unlink { path: to.clone() })
            }
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a renamed file has its old name no more",
        |target, op| match op {
            Op::Rename { from, to, how: RenameHow::Plain } => {
                then(target, op, &Op::Link { from: to.clone(), to: from.clone() })
            }
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "an exclusive rename replaces nothing",
        |target, op| match op {
            Op::Rename { from, to, how: RenameHow::NoReplace } => {
                let plain = RenameHow::Plain;
                target.apply(&Op::Rename { from: from.clone(), to: to.clone(), how: plain })
            }
            _ => target.apply(op),
        },
        &[succeeds(Errno::EXIST)],
    ),
    (
        "an exchange moves both",
        |target, op| match op {
            Op::Rename { from, to, how: RenameHow::Exchange } => {
                let plain =
                    Op::Rename { from: from.clone(), to: to.clone(), how: RenameHow::Plain };
                instead(target, op, &plain)
            }
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a link is the same file",
        |target, op| match op {
            Op::Link { to, .. } => {
                instead(target, op, &Op::Create { path: to.clone(), mode: Mode::new(0o644) })
            }
            _ => target.apply(op),
        },
        STALE,
    ),
    (
        "a link count is that of names",
        |target, op| {
            tell_facts(target, op, |facts| {
                facts.links += u32::from(facts.kind == FileKind::Regular && facts.links > 1);
            })
        },
        &[Aspect::Links],
    ),
    (
        "a directory's link count is that of directories",
        |target, op| {
            tell_facts(target, op, |facts| {
                facts.links -= u32::from(facts.kind == FileKind::Directory && facts.links > 2);
            })
        },
        &[Aspect::DirectoryLinks],
    ),
    (
        "what has no name has a link count of 0",
        |target, op| tell_facts(target, op, |facts| facts.links = facts.links.max(1)),
        &[Aspect::Links, Aspect::DirectoryLinks],
    ),
    (
        "a link's target is kept whole",
        |target, op| match op {
            Op::ReadLink { .. } => {
                tell_bytes(target, op, |bytes| bytes.truncate(bytes.len().saturating_sub(1)))
            }
            _ => target.apply(op),
        },
        &[Aspect::Length],
    ),
    (
        "a link's target is kept as it is",
        |target, op| match op {
            Op::ReadLink { .. } => tell_bytes(target, op, |bytes| bytes[0] ^= 1),
            _ => target.apply(op),
        },
        &[Aspect::Bytes],
    ),
    (
        "a type is kept",
        |target, op| {
            tell_facts(target, op, |facts| {
                if facts.kind == FileKind::Symlink {
                    facts.kind = FileKind::Regular;
                }
            })
        },
        &[Aspect::Kind],
    ),
    (
        "an inode keeps its number",
        |target, op| match op {
            Op::LookHandle { .. } => tell_facts(target, op, |facts| facts.ino += 1),
            _ => target.apply(op),
        },
        &[Aspect::InodeNumber],
    ),
    (
        "a mode is set",
        |target, op| match op {
            Op::ChangeMode { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[
            Aspect::Mode,
            fails(Errno::ACCESS),
            succeeds(Errno::ACCESS),
            Aspect::Error(Some(Errno::NOENT), Some(Errno::ACCESS)),
        ],
    ),
    (
        "what is made has the mode without the umask",
        |target, op| match op {
            Op::Create { path, mode } | Op::MakeDirectory { path, mode } => {
                then(target, op, &Op::ChangeMode { path: path.clone(), mode: *mode })
            }
            _ => target.apply(op),
        },
        &[Aspect::Mode],
    ),
    (
        "permission bits hold up",
        |target, op| match op {
            Op::Create { .. } => match target.apply(op) {
                Err(Errno::ACCESS) => Ok(Seen::Done),
                told => told,
            },
            _ => target.apply(op),
        },
        &[succeeds(Errno::ACCESS)],
    ),
    (
        "all bytes are written",
        |target, op| match op {
            Op::Write { path, at, length, fill } => {
                let (path, length) = (path.clone(), length.saturating_sub(1));
                instead(target, op, &Op::Write { path, at: *at, length, fill: *fill })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "bytes are written where they belong",
        |target, op| match op {
            Op::Write { path, at, length, fill } => {
                let (path, at) = (path.clone(), at + 1);
                instead(target, op, &Op::Write { path, at, length: *length, fill: *fill })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "the bytes that were written are counted",
        |target, op| match (op, target.apply(op)) {
            (Op::WriteHandle { .. }, Ok(Seen::Count(count))) => Ok(Seen::Count(count / 2)),
            (_, told) => told,
        },
        &[Aspect::Count],
    ),
    (
        "what is appended comes to the end",
        |target, op| match op {
            Op::Append { path, length, fill } => {
                let path = path.clone();
                instead(target, op, &Op::Write { path, at: 0, length: *length, fill: *fill })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "a cut file is cut",
        |target, op| match op {
            Op::Truncate { .. } => forget(target, op),
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "behind the old end of a file that grows are zeros",
        |target, op| match op {
            Op::Truncate { path, size } => match facts(target, path.clone()) {
                Some(before) if before.size < *size => {
                    let write =
                        Op::Write { path: path.clone(), at: before.size, length: 1, fill: 1 };
                    then(target, op, &write)
                }
                _ => target.apply(op),
            },
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "a hole is zeros",
        |target, op| match op {
            Op::Allocate { how: AllocateHow::Punch, .. } => forget(target, op),
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "a range is taken out",
        |target, op| match op {
            Op::Allocate { how: AllocateHow::Collapse, .. } => forget(target, op),
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "a range that is put in is zeros",
        |target, op| match op {
            Op::Allocate { path, how: AllocateHow::Insert, at, .. } => {
                let write = Op::Write { path: path.clone(), at: *at, length: 1, fill: 1 };
                then(target, op, &write)
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "a file grows where room is made behind its end",
        |target, op| match op {
            Op::Allocate { how: AllocateHow::Extend, .. } => forget(target, op),
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "its size stays where that is asked for",
        |target, op| match op {
            Op::Allocate { path, how: AllocateHow::KeepSize, at, length } => {
                let (path, how) = (path.clone(), AllocateHow::Extend);
                target.apply(&Op::Allocate { path, how, at: *at, length: *length })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "what is copied comes whole",
        |target, op| match op {
            Op::Copy { from, to, at, to_at, length } => {
                let (from, to, length) = (from.clone(), to.clone(), length / 2);
                instead(target, op, &Op::Copy { from, to, at: *at, to_at: *to_at, length })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "what is read is what was written",
        |target, op| match op {
            Op::Read { .. } => tell_bytes(target, op, |bytes| {
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
            }),
            _ => target.apply(op),
        },
        &[Aspect::Bytes],
    ),
    (
        "what is read is whole",
        |target, op| match op {
            Op::ReadHandle { .. } => {
                tell_bytes(target, op, |bytes| bytes.truncate(bytes.len().saturating_sub(1)))
            }
            _ => target.apply(op),
        },
        &[Aspect::Length],
    ),
    (
        "a size is told",
        |target, op| {
            tell_facts(target, op, |facts| {
                facts.size += u64::from(facts.kind == FileKind::Regular && facts.size > 4096);
            })
        },
        &[Aspect::Size],
    ),
    (
        "opening empties only where that is asked for",
        |target, op| match op {
            Op::Open { path, how, .. } if how.has(OpenHow::WRITE) => {
                then(target, op, &Op::Truncate { path: path.clone(), size: 0 })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "opening empties where that is asked for",
        |target, op| match op {
            Op::Open { handle, path, how, mode } if how.has(OpenHow::TRUNCATE) => {
                let how = without_truncation(*how);
                target.apply(&Op::Open { handle: *handle, path: path.clone(), how, mode: *mode })
            }
            _ => target.apply(op),
        },
        DATA,
    ),
    (
        "what is closed is closed",
        |target, op| match op {
            Op::Close { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[succeeds(Errno::BADF), Aspect::Error(Some(Errno::BADF), Some(Errno::NOTDIR))],
    ),
    (
        "a value is kept",
        |target, op| match op {
            Op::GetAttribute { .. } => tell_bytes(target, op, |bytes| {
                if let Some(first) = bytes.first_mut() {
                    *first ^= 1;
                }
            }),
            _ => target.apply(op),
        },
        &[Aspect::Bytes],
    ),
    (
        "an attribute is set",
        |target, op| match op {
            Op::SetAttribute { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[Aspect::Attributes, fails(Errno::NODATA), succeeds(Errno::EXIST)],
    ),
    (
        "an attribute is removed",
        |target, op| match op {
            Op::RemoveAttribute { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[Aspect::Attributes, succeeds(Errno::NODATA), fails(Errno::EXIST)],
    ),
    (
        "no attribute is invented",
        |target, op| match (op, target.apply(op)) {
            (Op::ListAttributes { .. }, Ok(Seen::Attributes(known, _))) => {
                Ok(Seen::Attributes(known, vec![b"user.other".to_vec()]))
            }
            (_, told) => told,
        },
        &[Aspect::Attributes],
    ),
    (
        "a modification time is set",
        |target, op| match op {
            Op::ChangeTime { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[Aspect::Modified],
    ),
    (
        "nanoseconds are kept",
        |target, op| match op {
            Op::ChangeTime { path, seconds, .. } => {
                let (path, seconds) = (path.clone(), *seconds);
                instead(target, op, &Op::ChangeTime { path, seconds, nanoseconds: 0 })
            }
            _ => target.apply(op),
        },
        &[Aspect::Modified],
    ),
    (
        "writing sets the modification time",
        |target, op| match op {
            Op::Write { path, .. } => match facts(target, path.clone()) {
                Some(Facts { modified: (seconds, nanoseconds), .. }) => {
                    then(target, op, &Op::ChangeTime { path: path.clone(), seconds, nanoseconds })
                }
                None => target.apply(op),
            },
            _ => target.apply(op),
        },
        &[Aspect::Modified],
    ),
    (
        "making sets the directory's modification time",
        |target, op| match op {
            Op::Create { path, .. } => {
                let above = Path::new(path.split().0.to_vec());
                let before = above.clone().and_then(|above| facts(target, above));
                match (above, before) {
                    (Some(path), Some(Facts { modified: (seconds, nanoseconds), .. })) => {
                        then(target, op, &Op::ChangeTime { path, seconds, nanoseconds })
                    }
                    _ => target.apply(op),
                }
            }
            _ => target.apply(op),
        },
        &[Aspect::Modified],
    ),
    (
        "a change time is not before the change",
        |target, op| tell_facts(target, op, |facts| facts.changed = (0, 0)),
        &[Aspect::Changed],
    ),
    (
        "every name is listed",
        |target, op| {
            tell_rows(target, op, |rows| {
                if rows.rows.len() > 4 && rows.rows.last().is_some_and(is_known) {
                    rows.rows.pop();
                }
            })
        },
        &[Aspect::RowMissing],
    ),
    (
        "a name is listed once",
        |target, op| {
            tell_rows(target, op, |rows| {
                rows.rows.extend(rows.rows.last().cloned().filter(is_known));
            })
        },
        &[Aspect::RowTwice],
    ),
    (
        "no name of the universe is invented",
        |target, op| {
            tell_rows(target, op, |rows| {
                let name = RowName::Known(Family::TooLong.name(0));
                rows.rows.push(Row { name, kind: None, ino: 1, next: 0 });
            })
        },
        &[Aspect::RowInvented],
    ),
    (
        "no other name is invented",
        |target, op| {
            tell_rows(target, op, |rows| {
                let name = RowName::Foreign(b".nfs0001".to_vec());
                rows.rows.push(Row { name, kind: None, ino: 1, next: 0 });
            })
        },
        &[Aspect::RowInvented],
    ),
    (
        "a name is listed whole",
        |target, op| {
            tell_rows(target, op, |rows| {
                if let Some(row) = rows.rows.iter_mut().find(|row| is_known(row)) {
                    row.name = RowName::Foreign(b"f".to_vec());
                }
            })
        },
        &[Aspect::RowInvented],
    ),
    (
        "a directory lists itself",
        |target, op| {
            tell_rows(target, op, |rows| {
                rows.rows.retain(|row| row.name != RowName::Dot);
            })
        },
        &[Aspect::RowDotsMissing],
    ),
    (
        "a directory lists the one above once",
        |target, op| {
            tell_rows(target, op, |rows| {
                let dots = rows.rows.iter().find(|row| row.name == RowName::DotDot).cloned();
                rows.rows.extend(dots);
            })
        },
        &[Aspect::RowDotsTwice],
    ),
    (
        "a type is listed as it is",
        |target, op| {
            tell_rows(target, op, |rows| {
                let links = rows.rows.iter_mut().filter(|row| row.kind == Some(FileKind::Symlink));
                links.for_each(|row| row.kind = Some(FileKind::Regular));
            })
        },
        &[Aspect::RowKind],
    ),
    (
        "an inode number is listed as it is",
        |target, op| {
            tell_rows(target, op, |rows| {
                rows.rows
                    .iter_mut()
                    .filter(|row| row.kind == Some(FileKind::Regular))
                    .for_each(|row| row.ino += 1);
            })
        },
        &[Aspect::RowNumber],
    ),
    (
        "a listing ends",
        |target, op| {
            tell_rows(target, op, |rows| {
                if let Some(row) = rows.rows.last().cloned().filter(|_| rows.rows.len() > 3) {
                    rows.rows.resize(100_000, row);
                    rows.end = false;
                }
            })
        },
        &[Aspect::RowsEndless],
    ),
    (
        "a reader begins anew where that is asked for",
        |target, op| match op {
            Op::Rewind { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[Aspect::RowMissing, Aspect::RowDotsMissing],
    ),
    (
        "a reader goes back no further than asked for",
        |target, op| match op {
            Op::SeekBack { handle, .. } => instead(target, op, &Op::Rewind { handle: *handle }),
            _ => target.apply(op),
        },
        &[Aspect::RowTwice, Aspect::RowDotsTwice],
    ),
    (
        "a reader goes back as far as asked for",
        |target, op| match op {
            Op::SeekBack { .. } => forget(target, op),
            _ => target.apply(op),
        },
        &[Aspect::RowMissing, Aspect::RowDotsMissing],
    ),
    (
        "a reader loses nothing between two calls",
        |target, op| match op {
            Op::ListStep { handle, .. } => {
                then(target, op, &Op::ListStep { handle: *handle, buffer: 300 })
            }
            _ => target.apply(op),
        },
        &[Aspect::RowMissing, Aspect::RowDotsMissing],
    ),
    (
        "a reader loses nothing when something else is removed",
        |target, op| match op {
            Op::Unlink { .. } => {
                then(target, op, &Op::ListStep { handle: Handle::at(4), buffer: 300 })
            }
            _ => target.apply(op),
        },
        &[Aspect::RowMissing, Aspect::RowDotsMissing],
    ),
    (
        "a device answers",
        |target, op| match op {
            Op::Read { at, .. } if *at > 0 => Err(Errno::IO),
            _ => target.apply(op),
        },
        &[fails(Errno::IO), Aspect::Error(Some(Errno::NOENT), Some(Errno::IO))],
    ),
    (
        "what is listed is found",
        |target, op| match op {
            Op::Look { path } if path.names().len() > 1 => {
                target.apply(op).map_err(|_| Errno::UCLEAN)
            }
            Op::Look { path } if path.names().len() == 1 => target.apply(op).and(Err(Errno::NOENT)),
            _ => target.apply(op),
        },
        &[fails(Errno::NOENT), Aspect::Error(Some(Errno::NOENT), Some(Errno::UCLEAN))],
    ),
    (
        "an error is the right one",
        |target, op| match target.apply(op) {
            Err(Errno::NOTEMPTY) => Err(Errno::BUSY),
            told => told,
        },
        &[Aspect::Error(Some(Errno::NOTEMPTY), Some(Errno::BUSY))],
    ),
    (
        "what must not be there is not",
        |target, op| match (op, target.apply(op)) {
            (Op::Create { .. }, Err(Errno::EXIST)) => Ok(Seen::Done),
            (_, told) => told,
        },
        &[succeeds(Errno::EXIST)],
    ),
    (
        "a full directory is not removed",
        |target, op| match (op, target.apply(op)) {
            (Op::RemoveDirectory { .. }, Err(Errno::NOTEMPTY)) => Ok(Seen::Done),
            (_, told) => told,
        },
        &[succeeds(Errno::NOTEMPTY)],
    ),
    (
        "an outcome is that of the operation",
        |target, op| match op {
            Op::Sync { .. } | Op::Unlink { .. } => target.apply(op).map(|_| Seen::Count(1)),
            _ => target.apply(op),
        },
        &[Aspect::Shape],
    ),
];
