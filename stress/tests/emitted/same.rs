//! Both programs leave the same behind.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use super::*;

/// Every path with what can be the same of it, in the order of their bytes.
fn tree(directory: &Path, into: &mut Vec<String>) {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    for path in entries {
        let facts = path.symlink_metadata().unwrap();
        let name = reports::escape(path.file_name().unwrap().as_bytes());
        let target = fs::read_link(&path).ok();
        let size = if facts.is_file() { facts.len() } else { 0 };
        let time = (facts.mtime() == 1_000_000_000).then(|| facts.mtime_nsec());
        let holes = facts.is_file().then(|| zeros(&path));
        into.push(format!(
            "{name} {:o} {} {size} {target:?} {time:?} {holes:?}",
            facts.mode(),
            facts.nlink()
        ));
        if facts.is_dir() {
            tree(&path, into);
        }
    }
}

/// Where bytes are zero; what else they are is not the same.
fn zeros(path: &Path) -> Vec<(usize, bool)> {
    let bytes = fs::read(path).unwrap();
    let mut runs: Vec<(usize, bool)> = Vec::new();
    for (offset, byte) in bytes.iter().enumerate() {
        if runs.last().is_none_or(|(_, zero)| *zero != (*byte == 0)) {
            runs.push((offset, *byte == 0));
        }
    }
    runs
}

#[test]
fn c_and_shell_leave_the_same_tree() {
    let lines = [
        "mkdir d0 mode=0755",
        "mkdir odd16 mode=0731",
        "mkdir odd16/odd0 mode=0777",
        "create d0/f1 mode=0666",
        "create odd16/odd19 mode=0755",
        "create f2 mode=0400",
        "write d0/f1 at=4096 length=5000 fill=7",
        "write d0/f1 at=0 length=0 fill=7",
        "append d0/f1 length=100 fill=30",
        "append d0/f1 length=0 fill=30",
        "append d0/f7 length=1 fill=30",
        "read d0/f1 at=4000 length=200",
        "truncate d0/f1 size=20000",
        "truncate odd16/odd19 size=0",
        "fallocate d0/f1 how=keep-size at=0 length=65536",
        "fallocate d0/f1 how=punch at=8192 length=4096",
        "fallocate odd16/odd19 how=extend at=100 length=50",
        "chmod d0/f1 mode=0604",
        "utimens odd16/odd0 seconds=1000000000 nanoseconds=5",
        "fsync d0/f1",
        "link d0/f1 odd16/odd17",
        "symlink odd16/odd4 odd18",
        "symlink odd16 odd23",
        "readlink odd18",
        "stat .",
        "stat odd16/odd17",
        "list odd16 buffer=96",
        "fill odd16/odd0 crowd=short count=30",
        "fill d0 crowd=long count=210",
        "purge odd16/odd0 crowd=short count=10",
        "purge d0 crowd=long count=100",
        "create odd23/f4 mode=0644",
        "rename f2 d0/f1 how=noreplace",
        "rename f2 odd16/odd5 how=noreplace",
        "rename odd16/odd5 odd16/odd19 how=plain",
        "rename odd16 d0/odd12 how=plain",
        "mkdir d3 mode=0755",
        "rmdir d3",
        "unlink odd18",
        "rename d0 d0/d1 how=plain",
    ];
    for umask in [0, 0o027] {
        let reproducer = Reproducer { umask: Mode::new(umask), ..reproducer(&lines) };
        let (mut by_c, mut by_sh) = (Vec::new(), Vec::new());
        tree(&run_c_among(&[], &reproducer).here(), &mut by_c);
        tree(&run_sh_among(&[], &reproducer).here(), &mut by_sh);
        assert!(by_c.len() > 130, "{by_c:#?}");
        assert_eq!(by_c, by_sh);
    }
}
