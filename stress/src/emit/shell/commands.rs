//! The command that does an operation.

use std::collections::BTreeSet;

use super::word::is_plain;
use crate::name::{Name, Names};
use crate::op::Op;
use crate::operand::{AllocateHow, AttributeHow, Crowd, Mode, RenameHow};
use crate::path::{Path, Place};

const KEPT_OPEN: &str = "it keeps a file open";

/// Writes commands, and collects the names that they have in variables.
pub(super) struct Commands<'a> {
    names: &'a Names,
    umask: u16,
    variables: BTreeSet<Name>,
}

impl<'a> Commands<'a> {
    pub fn new(names: &'a Names, umask: Mode) -> Self {
        Commands { names, umask: umask.bits(), variables: BTreeSet::new() }
    }

    /// The names that are in variables, which are called as their tokens.
    pub fn variables(&self) -> impl Iterator<Item = Name> {
        self.variables.iter().copied()
    }

    /// One simple command; or why there is none.
    pub fn of(&mut self, op: &Op) -> Result<String, &'static str> {
        Ok(match op {
            Op::Create { path, mode } => self.create(path, *mode),
            Op::Unlink { path } => format!("unlink -- {}", self.path(path)),
            Op::RemoveDirectory { path } => format!("rmdir -- {}", self.path(path)),
            Op::MakeDirectory { path, mode } => {
                let umask = self.umask_for(0o777, *mode);
                format!("with_umask 0{umask:o} mkdir -- {}", self.path(path))
            }
            Op::Rename { from, to, how } => {
                format!("{} {} {}", rename(*how), self.path(from), self.path(to))
            }
            Op::Link { from, to } => format!("link -- {} {}", self.path(from), self.path(to)),
            Op::Symlink { target, path } => {
                format!("ln -s -T -- {} {}", self.path(target), self.path(path))
            }
            Op::ReadLink { path } => format!("link_target {}", self.path(path)),
            Op::Look { path } => {
                let form = "'%F mode=%a nlink=%h size=%s mtime=%.9Y'";
                format!("stat -c {form} -- {}", self.place(path))
            }
            Op::List { place, .. } => format!("ls -1aUb -- {}/.", self.place(place)),
            Op::ChangeMode { path, mode } => {
                format!("chmod 0{:o} -- {}", mode.bits(), self.path(path))
            }
            Op::ChangeTime { path, seconds, nanoseconds } => {
                let time = decimal(*seconds, *nanoseconds)?;
                format!("change_time @{time} {}", self.path(path))
            }
            Op::Sync { path } => format!("sync -- {}", self.path(path)),
            Op::Fill { place, crowd, count } => {
                format!("fill {} {}", self.place(place), crowd_names(*crowd, *count))
            }
            Op::Purge { place, crowd, count } => {
                format!("purge {} {}", self.place(place), crowd_names(*crowd, *count))
            }
            op => return self.of_data(op),
        })
    }

    fn of_data(&mut self, op: &Op) -> Result<String, &'static str> {
        Ok(match op {
            Op::Read { path, at, length } => {
                format!("show_bytes {} {at} {length}", self.path(path))
            }
            Op::Write { path, length: 0, .. } | Op::Append { path, length: 0, .. } => {
                format!("can_write {}", self.path(path))
            }
            Op::Write { path, at, length, fill } => {
                let (letter, path) = (letter(*fill), self.path(path));
                let to = format!("of={path} oflag=seek_bytes seek={at}");
                format!("write_letters {letter} {length} {to}")
            }
            Op::Append { path, length, fill } => {
                let (letter, path) = (letter(*fill), self.path(path));
                format!("write_letters {letter} {length} of={path} oflag=append")
            }
            Op::Truncate { path, size } => format!("cut_at {size} {}", self.path(path)),
            Op::Allocate { path, how, at, length } => {
                let option = allocate_option(*how);
                format!("allocate {}{option} -o {at} -l {length}", self.path(path))
            }
            Op::SetAttribute { path, attribute, length, fill, how: AttributeHow::Any } => {
                let (letter, path) = (letter(*fill), self.path(path));
                format!("set_attribute user.a{attribute} {letter} {length} {path}")
            }
            Op::SetAttribute { .. } => return Err("setfattr cannot say XATTR_CREATE or _REPLACE"),
            Op::GetAttribute { path, attribute } => {
                format!("get_attribute user.a{attribute} {}", self.path(path))
            }
            Op::RemoveAttribute { path, attribute } => {
                format!("setfattr -h -x user.a{attribute} -- {}", self.path(path))
            }
            Op::ListAttributes { path } => format!("getfattr -h -m - -- {}", self.path(path)),
            Op::Copy { .. } => return Err("no command calls copy_file_range and nothing else"),
            _ => return Err(KEPT_OPEN),
        })
    }

    fn create(&mut self, path: &Path, mode: Mode) -> String {
        let umask = self.umask_for(0o666, mode);
        let wanted = mode.bits() & !self.umask;
        let executable = if wanted & 0o111 == 0 { String::new() } else { format!(" 0{wanted:o}") };
        format!("create 0{umask:o} {}{executable}", self.path(path))
    }

    /// The umask with which what is made with the bits `asked` gets the mode it should.
    fn umask_for(&self, asked: u16, mode: Mode) -> u16 {
        asked & !(mode.bits() & !self.umask)
    }

    fn place(&mut self, place: &Place) -> String {
        place.path().map_or_else(|| ".".to_owned(), |path| self.path(path))
    }

    /// A word for a path: names that are not plain are in variables.
    fn path(&mut self, path: &Path) -> String {
        let mut plain = true;
        let mut words = Vec::new();
        for name in path.names() {
            let bytes = self.names.bytes(*name);
            if is_plain(bytes) {
                words.push(String::from_utf8_lossy(bytes).into_owned());
            } else {
                plain = false;
                self.variables.insert(*name);
                words.push(format!("${{{name}}}"));
            }
        }
        let word = words.join("/");
        if plain { word } else { format!("\"{word}\"") }
    }
}

fn rename(how: RenameHow) -> &'static str {
    match how {
        RenameHow::Plain => "mv -T -f --",
        RenameHow::NoReplace => "rename_new",
        RenameHow::Exchange => "mv -T --exchange --",
    }
}

/// The letter that stands for a pattern.
fn letter(fill: u8) -> char {
    let number = fill % 52;
    char::from(if number < 26 { b'A' + number } else { b'a' + number - 26 })
}

fn allocate_option(how: AllocateHow) -> &'static str {
    match how {
        AllocateHow::Extend => "",
        AllocateHow::KeepSize => " -n",
        AllocateHow::Punch => " -p",
        AllocateHow::Zero => " -z",
        AllocateHow::Collapse => " -c",
        AllocateHow::Insert => " -i",
    }
}

/// The first names of a crowd, as many as it has.
fn crowd_names(crowd: Crowd, count: u16) -> String {
    let word = match crowd {
        Crowd::Short => "short",
        Crowd::Long => "long",
    };
    format!("{word} {}", count.min(crowd.family().count()))
}

/// Seconds since 1970 with nine digits behind the point.
fn decimal(seconds: i64, nanoseconds: u32) -> Result<String, &'static str> {
    if nanoseconds >= 1_000_000_000 {
        return Err("touch cannot say so many nanoseconds");
    }
    let all = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    let sign = if all < 0 { "-" } else { "" };
    let distance = all.unsigned_abs();
    Ok(format!("{sign}{}.{:09}", distance / 1_000_000_000, distance % 1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_are_written_as_decimals() {
        assert_eq!(decimal(-1, 5).unwrap(), "-0.999999995");
        assert_eq!(decimal(-2, 0).unwrap(), "-2.000000000");
        assert_eq!(decimal(7, 5).unwrap(), "7.000000005");
        assert!(decimal(0, 1_000_000_000).is_err());
    }
}
