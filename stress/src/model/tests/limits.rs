//! Names and paths that are too long, and too many symbolic links.

use super::held::{Case, hold};

/// Every operation that takes a path, `P`.
const OF_PATHS: &[&str] = &[
    "create P mode=0644",
    "open h0 P how=read mode=00",
    "open h0 P how=write+create mode=0644",
    "unlink P",
    "rmdir P",
    "mkdir P mode=0755",
    "rename P f0 how=plain",
    "rename f0 P how=plain",
    "rename f0 P how=noreplace",
    "rename f0 P how=exchange",
    "link P f1",
    "link f0 P",
    "symlink f0 P",
    "readlink P",
    "stat P",
    "read P at=0 length=1",
    "write P at=0 length=1 fill=1",
    "append P length=1 fill=1",
    "truncate P size=0",
    "fallocate P how=extend at=0 length=1",
    "copy P f0 at=0 to_at=0 length=1",
    "copy f0 P at=0 to_at=0 length=1",
    "setxattr P attribute=1 length=1 fill=1 how=any",
    "getxattr P attribute=1",
    "removexattr P attribute=1",
    "listxattr P",
    "chmod P mode=0644",
    "utimens P seconds=1 nanoseconds=1",
    "fsync P",
    "opendir h0 P",
    "list P buffer=4096",
    "tmpfile h0 P mode=0600",
    "fill P crowd=short count=1",
    "purge P crowd=short count=1",
];

fn every(path: &str, errno: &'static str) -> Vec<Case<String>> {
    let line = |op: &&str| format!("{} -> {errno}", op.replace('P', path));
    OF_PATHS.iter().map(|op| (errno, line(op))).collect()
}

/// A chain of directories, `count` of them, of names of 255 bytes.
fn chain(count: usize) -> String {
    vec!["long0"; count].join("/")
}

fn chained(count: usize) -> String {
    let made = (1..=count).map(|depth| format!("mkdir {} mode=0755;", chain(depth)));
    made.collect::<Vec<_>>().concat()
}

#[test]
fn names_of_256_bytes_are_too_long_for_every_operation() {
    hold("create f0 mode=0644", &every("toolong0", "ENAMETOOLONG"));
    hold("create f0 mode=0644", &every("toolong0/f1", "ENAMETOOLONG"));
    let created =
        hold_one("create long0 mode=0600; stat long0 -> regular; list . buffer=4096 -> long0");
    hold("", &created);
}

fn hold_one(lines: &str) -> Vec<Case<String>> {
    vec![("one", lines.to_owned())]
}

#[test]
fn a_file_is_no_directory_for_any_operation() {
    hold("create f0 mode=0644; symlink f0 f2", &every("f0/f1", "ENOTDIR"));
    hold("create f0 mode=0644; symlink f0 f2", &every("f2/f1", "ENOTDIR"));
}

#[test]
fn what_is_not_there_has_nothing_in_it_for_any_operation() {
    hold("create f0 mode=0644", &every("d0/f1", "ENOENT"));
}

#[test]
fn a_name_is_too_long_only_where_it_is_looked_up() {
    hold("create f0 mode=0644", &every("d0/toolong0", "ENOENT"));
    hold("create f0 mode=0644", &every("f0/toolong0", "ENOTDIR"));
}

#[test]
fn forty_links_are_followed_and_no_more() {
    // k0 is a directory, and each further one a link to the one before it.
    let links = |last: usize| -> String {
        let link = |to: usize| format!("symlink k{} k{to};", to - 1);
        (1..=last).map(link).collect::<String>() + "create f0 mode=0644; mkdir k0 mode=0755"
    };
    hold(&links(41), &every("k41/f1", "ELOOP"));
    let fits = [
        ("at the end", "list k40 buffer=4096 -> rows=2; list k41 buffer=4096 -> ELOOP".to_owned()),
        ("on the way", "create k40/f1 mode=0644; stat k0/f1 -> regular".to_owned()),
        ("not at the end", "stat k41 -> symlink; readlink k41 -> text=k40".to_owned()),
        (
            "both",
            "mkdir k0/k1 mode=0755; symlink k1 k0/k3; list k39/k3 buffer=4096 -> rows=2".to_owned(),
        ),
        (
            "both, one too many",
            "mkdir k0/k1 mode=0755; symlink k1 k0/k3; list k40/k3 buffer=4096 -> ELOOP".to_owned(),
        ),
    ];
    hold(&links(41), &fits);
}

#[test]
fn paths_have_at_most_4095_bytes() {
    let (fits, too_long) = (chain(15), chain(17));
    let deep = |op: &str, expected: &str| format!("{op} -> {expected}");
    let table = [
        ("made by its path", deep(&format!("create {fits}/long1 mode=0644"), "done")),
        (
            "made by its path, too long",
            deep(&format!("create {too_long} mode=0644"), "ENAMETOOLONG"),
        ),
        (
            "made in a directory",
            format!("mkdir {too_long} mode=0755; stat {too_long} -> directory; rmdir {too_long}"),
        ),
        (
            "in too long a directory",
            deep(&format!("mkdir {} mode=0755", chain(18)), "ENAMETOOLONG"),
        ),
        ("opened", deep(&format!("list {} buffer=4096", chain(16)), "rows=2")),
        (
            "opened, too long",
            deep(
                &format!("mkdir {too_long} mode=0755 -> done; opendir h0 {too_long}"),
                "ENAMETOOLONG",
            ),
        ),
        (
            "beyond what is there",
            deep(&format!("open h0 f9/{too_long} how=read mode=00"), "ENAMETOOLONG"),
        ),
        ("as the target of a link", format!("symlink {} f1; stat f1 -> size=4095", chain(16))),
        ("as too long a target", format!("symlink {too_long} f1 -> ENAMETOOLONG")),
        (
            "as too long a target, where something is",
            format!("symlink {too_long} long0 -> ENAMETOOLONG"),
        ),
        ("as too long a target, nowhere", format!("symlink {too_long} f1/f1 -> ENOENT")),
        (
            "by way of a link",
            format!(
                "symlink {} f1; mkdir f1/{} mode=0755; stat {} -> directory",
                chain(15),
                chain(2),
                chain(17)
            ),
        ),
    ];
    hold(&chained(16), &table);
}

#[test]
fn a_path_of_4096_bytes_is_one_too_long() {
    // 3,839 bytes, a name of 239 or 240, and one of 15.
    let path = |name: &str| format!("{}/{name}/retired0", chain(15));
    let lines = |path: String, errno: &str| format!("open h0 {path} how=read mode=00 -> {errno}");
    let table = [
        ("4095 bytes", lines(path("m76"), "ENOENT")),
        ("4096 bytes", lines(path("m38"), "ENAMETOOLONG")),
        ("as a target", format!("symlink {} f1; readlink f1 -> bytes=4095", path("m76"))),
        ("as too long a target", format!("symlink {} f1 -> ENAMETOOLONG", path("m38"))),
    ];
    hold(&chained(15), &table);
}
