//! Operands as arguments of system calls.

use crate::operand::{AllocateHow, AttributeHow, Crowd, Handle, OpenHow, RenameHow};

/// The variable that a file is kept open in.
pub(super) fn kept(handle: Handle) -> String {
    format!("file[{}]", handle.index())
}

/// An offset or a size. What is beyond `off_t` is passed as the kernel gets it.
pub(super) fn offset(number: u64) -> String {
    if i64::try_from(number).is_ok() { number.to_string() } else { format!("(off_t){number}u") }
}

/// The least number has no literal of its own in C.
pub(super) fn signed(number: i64) -> String {
    if number == i64::MIN { format!("{} - 1", i64::MIN + 1) } else { number.to_string() }
}

pub(super) fn rename(from: &str, to: &str, how: RenameHow) -> String {
    let flag = match how {
        RenameHow::Plain => return format!("rename({from}, {to})"),
        RenameHow::NoReplace => "RENAME_NOREPLACE",
        RenameHow::Exchange => "RENAME_EXCHANGE",
    };
    format!("renameat2(AT_FDCWD, {from}, AT_FDCWD, {to}, {flag})")
}

pub(super) fn open_flags(how: OpenHow) -> String {
    let access = match (how.has(OpenHow::READ), how.has(OpenHow::WRITE)) {
        (_, false) => "O_RDONLY",
        (false, true) => "O_WRONLY",
        (true, true) => "O_RDWR",
    };
    let flags = [
        (OpenHow::CREATE, " | O_CREAT"),
        (OpenHow::EXCLUSIVE, " | O_EXCL"),
        (OpenHow::TRUNCATE, " | O_TRUNC"),
        (OpenHow::APPEND, " | O_APPEND"),
        (OpenHow::NO_FOLLOW, " | O_NOFOLLOW"),
    ];
    let present = flags.iter().filter(|(flag, _)| how.has(*flag));
    present.fold(access.to_owned(), |all, (_, word)| all + word)
}

pub(super) fn allocate_mode(how: AllocateHow) -> &'static str {
    match how {
        AllocateHow::Extend => "0",
        AllocateHow::KeepSize => "FALLOC_FL_KEEP_SIZE",
        AllocateHow::Punch => "FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE",
        AllocateHow::Zero => "FALLOC_FL_ZERO_RANGE",
        AllocateHow::Collapse => "FALLOC_FL_COLLAPSE_RANGE",
        AllocateHow::Insert => "FALLOC_FL_INSERT_RANGE",
    }
}

pub(super) fn attribute_flags(how: AttributeHow) -> &'static str {
    match how {
        AttributeHow::Any => "0",
        AttributeHow::Create => "XATTR_CREATE",
        AttributeHow::Replace => "XATTR_REPLACE",
    }
}

/// The first names of a crowd, as many as it has.
pub(super) fn crowd_names(crowd: Crowd, count: u16) -> String {
    let word = match crowd {
        Crowd::Short => "SHORT_NAMES",
        Crowd::Long => "LONG_NAMES",
    };
    format!("{word}, {}", count.min(crowd.family().count()))
}
