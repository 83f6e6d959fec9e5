//! The system calls of one operation, as statements.

use super::arguments::{
    allocate_mode, attribute_flags, crowd_names, kept, offset, open_flags, rename, signed,
};
use super::literal::literal;
use crate::name::{Name, Names};
use crate::op::Op;
use crate::operand::OpenHow;
use crate::path::{Path, Place, join_bytes};

/// The most bytes in an extended attribute, and in the list of a file's.
const ATTRIBUTE_BYTES: u32 = 65_536;

/// The most bytes that are read at once.
const READ_BYTES: u32 = 1 << 24;

/// Writes operations.
pub(super) struct Calls<'a> {
    names: &'a Names,
    /// Whether what is kept open may have O_APPEND.
    appends: bool,
}

impl<'a> Calls<'a> {
    /// For these operations.
    pub fn new(names: &'a Names, ops: &[Op]) -> Self {
        let appends = |op: &Op| matches!(op, Op::Open { how, .. } if how.has(OpenHow::APPEND));
        Calls { names, appends: ops.iter().any(appends) }
    }

    /// The statements of an operation, each on a line and indented.
    pub fn of(&self, op: &Op) -> String {
        let opens = self.that_opens(op).or_else(|| self.of_handle(op));
        opens.or_else(|| self.of_file(op)).unwrap_or_else(|| self.of_name(op))
    }

    /// What is opened and kept open.
    fn that_opens(&self, op: &Op) -> Option<String> {
        let (handle, arguments) = match op {
            Op::Open { handle, path, how, mode } => {
                let flags = open_flags(*how);
                (handle, format!("{}, {flags}, 0{:o}", self.path(path), mode.bits()))
            }
            Op::OpenUnnamed { handle, place, mode } => {
                let flags = "O_TMPFILE | O_RDWR";
                (handle, format!("{}, {flags}, 0{:o}", self.place(place), mode.bits()))
            }
            Op::OpenDirectory { handle, place } => {
                (handle, format!("{}, O_RDONLY | O_DIRECTORY", self.place(place)))
            }
            _ => return None,
        };
        Some(format!("\tkeep({}, CALL(open({arguments})));\n", handle.index()))
    }

    /// What is done with a file that is kept open.
    fn of_handle(&self, op: &Op) -> Option<String> {
        Some(match op {
            Op::Close { handle } => {
                let file = kept(*handle);
                format!("{}\t{file} = -1;\n", call(&format!("close({file})")))
            }
            Op::LinkHandle { handle, to } => {
                call(&format!("link_open_file({}, {})", kept(*handle), self.path(to)))
            }
            Op::LookHandle { handle } => look(&format!("fstat({}, &st)", kept(*handle))),
            Op::ReadHandle { handle, at, length } => read(&kept(*handle), *at, *length),
            Op::WriteHandle { handle, at, length, fill } => {
                let (file, at) = (kept(*handle), offset(*at));
                let place = format!("place_of_write({file}, {at})");
                let place = if self.appends { &place } else { &at };
                call(&format!("pwrite({file}, pattern({fill}, {place}, {length}), {length}, {at})"))
            }
            Op::TruncateHandle { handle, size } => {
                call(&format!("ftruncate({}, {})", kept(*handle), offset(*size)))
            }
            Op::ListStep { handle, buffer } => {
                let getdents = getdents(&kept(*handle), *buffer);
                format!("\tshow_rows({}, {getdents});\n", handle.index())
            }
            Op::ListRest { handle, buffer } => {
                list(&kept(*handle), &handle.index().to_string(), *buffer)
            }
            Op::Rewind { handle } => {
                let rewound = call(&format!("lseek({}, 0, SEEK_SET)", kept(*handle)));
                format!("{rewound}\trows[{}].count = 0;\n", handle.index())
            }
            Op::SeekBack { handle, row } => {
                call(&format!("seek_behind({}, {row})", handle.index()))
            }
            Op::SyncHandle { handle } => call(&format!("fdatasync({})", kept(*handle))),
            _ => return None,
        })
    }

    /// What opens a file, does something, and closes it.
    fn of_file(&self, op: &Op) -> Option<String> {
        let (path, flags, inner) = match op {
            Op::Create { path, mode } => {
                let flags = format!("O_CREAT | O_EXCL | O_WRONLY, 0{:o}", mode.bits());
                return Some(during(&self.path(path), &flags, ""));
            }
            Op::Read { path, at, length } => (path, "O_RDONLY", read("fd", *at, *length)),
            Op::Write { path, at, length, fill } => {
                let at = offset(*at);
                let pwrite = format!("pwrite(fd, pattern({fill}, {at}, {length}), {length}, {at})");
                (path, "O_WRONLY", call(&pwrite))
            }
            Op::Append { path, length, fill } => {
                let inner = format!(
                    "write(fd, pattern({fill}, place_of_write(fd, 0), {length}), {length})"
                );
                (path, "O_WRONLY | O_APPEND", call(&inner))
            }
            Op::Truncate { path, size } => {
                (path, "O_WRONLY", call(&format!("ftruncate(fd, {})", offset(*size))))
            }
            Op::Allocate { path, how, at, length } => {
                let (mode, at, length) = (allocate_mode(*how), offset(*at), offset(*length));
                (path, "O_WRONLY", call(&format!("fallocate(fd, {mode}, {at}, {length})")))
            }
            Op::Copy { from, to, at, to_at, length } => {
                let (at, to_at) = (offset(*at), offset(*to_at));
                let copy = call(&format!("copy(fd, {at}, to, {to_at}, {length})"));
                let to = self.path(to);
                let inner = format!(
                    "\tint to = CALL(open({to}, O_WRONLY));\n\n\tif (to >= 0) {{\n\t{copy}\t\tCALL(close(to));\n\t}}\n"
                );
                (from, "O_RDONLY", inner)
            }
            Op::Sync { path } => (path, "O_RDONLY", call("fsync(fd)")),
            Op::List { place, buffer } => {
                let inner = list("fd", "-1", *buffer);
                return Some(during(&self.place(place), "O_RDONLY | O_DIRECTORY", &inner));
            }
            _ => return None,
        };
        Some(during(&self.path(path), flags, &inner))
    }

    /// What needs no open file.
    fn of_name(&self, op: &Op) -> String {
        match op {
            Op::Unlink { path } => call(&format!("unlink({})", self.path(path))),
            Op::RemoveDirectory { path } => call(&format!("rmdir({})", self.path(path))),
            Op::MakeDirectory { path, mode } => {
                call(&format!("mkdir({}, 0{:o})", self.path(path), mode.bits()))
            }
            Op::Rename { from, to, how } => call(&rename(&self.path(from), &self.path(to), *how)),
            Op::Link { from, to } => call(&format!("link({}, {})", self.path(from), self.path(to))),
            Op::Symlink { target, path } => {
                call(&format!("symlink({}, {})", self.path(target), self.path(path)))
            }
            Op::ReadLink { path } => shown(
                "show_target",
                &format!("readlink({}, buffer(PATH_MAX), PATH_MAX)", self.path(path)),
            ),
            Op::Look { path } => look(&format!("lstat({}, &st)", self.place(path))),
            Op::ChangeMode { path, mode } => {
                call(&format!("chmod({}, 0{:o})", self.path(path), mode.bits()))
            }
            Op::ChangeTime { path, seconds, nanoseconds } => {
                self.change_time(path, *seconds, *nanoseconds)
            }
            Op::Fill { place, crowd, count } => {
                call(&format!("fill({}, {})", self.place(place), crowd_names(*crowd, *count)))
            }
            Op::Purge { place, crowd, count } => {
                call(&format!("purge({}, {})", self.place(place), crowd_names(*crowd, *count)))
            }
            op => self.of_attribute(op),
        }
    }

    fn of_attribute(&self, op: &Op) -> String {
        match op {
            Op::SetAttribute { path, attribute, length, fill, how } => call(&format!(
                "lsetxattr({}, \"user.a{attribute}\", pattern({fill}, 0, {length}), {length}, {})",
                self.path(path),
                attribute_flags(*how)
            )),
            Op::GetAttribute { path, attribute } => shown(
                "show_data",
                &format!(
                    "lgetxattr({}, \"user.a{attribute}\", buffer({ATTRIBUTE_BYTES}), {ATTRIBUTE_BYTES})",
                    self.path(path)
                ),
            ),
            Op::RemoveAttribute { path, attribute } => {
                call(&format!("lremovexattr({}, \"user.a{attribute}\")", self.path(path)))
            }
            Op::ListAttributes { path } => shown(
                "show_attributes",
                &format!(
                    "llistxattr({}, buffer({ATTRIBUTE_BYTES}), {ATTRIBUTE_BYTES})",
                    self.path(path)
                ),
            ),
            // Every other operation is written elsewhere.
            _ => String::new(),
        }
    }

    fn change_time(&self, path: &Path, seconds: i64, nanoseconds: u32) -> String {
        let path = self.path(path);
        let times = format!("{{ {{ 0, UTIME_OMIT }}, {{ {}, {nanoseconds} }} }}", signed(seconds));
        format!(
            "\t{{\n\t\tstruct timespec times[2] = {times};\n\n\t\tprintf(\"%d: modified at {seconds} s, {nanoseconds} ns\\n\", step);\n\t{}\t}}\n",
            call(&format!("utimensat(AT_FDCWD, {path}, times, 0)"))
        )
    }

    fn path(&self, path: &Path) -> String {
        self.literal(path.names())
    }

    fn place(&self, place: &Place) -> String {
        match place.names() {
            [] => "\".\"".to_owned(),
            names => self.literal(names),
        }
    }

    fn literal(&self, path: &[Name]) -> String {
        let mut bytes = Vec::new();
        join_bytes(self.names, path, &mut bytes);
        // The NUL is C's own.
        bytes.pop();
        literal(&bytes)
    }
}

fn call(call: &str) -> String {
    format!("\tCALL({call});\n")
}

fn shown(by: &str, call: &str) -> String {
    format!("\t{by}(CALL({call}));\n")
}

fn look(call: &str) -> String {
    format!("\tif (CALL({call}) == 0)\n\t\tshow_status();\n")
}

/// Statements while a file is open.
fn during(path: &str, flags: &str, inner: &str) -> String {
    let inner: String = inner.lines().map(indented).collect();
    format!(
        "\tif ((fd = CALL(open({path}, {flags}))) >= 0) {{\n{inner}\t\tCALL(close(fd));\n\t}}\n"
    )
}

fn indented(line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("\t{line}\n") }
}

fn read(fd: &str, at: u64, length: u32) -> String {
    let length = length.min(READ_BYTES);
    shown("show_data", &format!("pread({fd}, buffer({length}), {length}, {})", offset(at)))
}

fn getdents(fd: &str, buffer: u32) -> String {
    format!("CALL(syscall(SYS_getdents64, {fd}, buffer({buffer}), {buffer}))")
}

fn list(fd: &str, handle: &str, buffer: u32) -> String {
    format!("\twhile (show_rows({handle}, {}) > 0)\n\t\t;\n", getdents(fd, buffer))
}
