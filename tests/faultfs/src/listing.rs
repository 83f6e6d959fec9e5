//! A directory as it is shown.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::DirEntryExt;
use std::path::Path;

use fuser::FileType;

use crate::attributes::kind;
use crate::fault::Fault;
use crate::memory::Memory;
use crate::script::Script;

/// One name of a directory.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The name.
    pub name: OsString,
    /// The number beside it.
    pub ino: u64,
    /// The type beside it.
    pub kind: FileType,
}

/// Lists the folder `path` with its faults; `own` and `above` are the numbers of "." and "..".
pub fn list(
    path: &Path,
    (own, above): (u64, u64),
    script: &Script,
    memory: &Memory,
) -> io::Result<Vec<Listed>> {
    let dot = |name: &str, ino| Listed { name: name.into(), ino, kind: FileType::Directory };
    let mut listed = vec![dot(".", own), dot("..", above)];
    let entries: Result<Vec<_>, _> = fs::read_dir(path)?.collect();
    for entry in entries? {
        if memory.is_hidden(&entry.path()) {
            continue;
        }
        let name = entry.file_name();
        let mut one = Listed { ino: entry.ino(), kind: kind(entry.file_type()?), name };
        if finds(script, &one, &Fault::LoseName) {
            continue;
        }
        let number = |fault: &Fault| match fault {
            Fault::ListedNumber(ino) => Some(*ino),
            _ => None,
        };
        let claimed = |fault: &Fault| match fault {
            Fault::ListedKind(kind) => Some(FileType::from(*kind)),
            _ => None,
        };
        one.ino = script.find(&one.name, number).unwrap_or(one.ino);
        one.kind = script.find(&one.name, claimed).unwrap_or(one.kind);
        if finds(script, &one, &Fault::DoubleName) {
            listed.push(one.clone());
        }
        listed.push(one);
    }
    Ok(listed)
}

fn finds(script: &Script, listed: &Listed, wanted: &Fault) -> bool {
    script.find(&listed.name, |fault| (fault == wanted).then_some(())).is_some()
}
