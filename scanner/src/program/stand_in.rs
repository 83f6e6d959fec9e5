//! Programs that tests run in place of others.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a program. It is another process that does: a descriptor of this one, open for writing,
/// may be inherited by what a test beside this one starts, and then the program cannot be run
/// (ETXTBSY).
pub(crate) fn write(path: &Path, text: &str, mode: u32) {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", r#"cat > "$1" && chmod "$2" "$1""#, "sh"]);
    let child = shell.arg(path).arg(format!("{mode:o}")).stdin(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}
