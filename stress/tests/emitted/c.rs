use std::os::unix::fs::MetadataExt;

use stress::data::pattern;
use stress::emit::EmitError;

use super::*;

#[test]
fn every_operation_compiles_and_runs() {
    let lines: Vec<&str> = EVERY_OPERATION.lines().collect();
    let ran = run_c(&lines);
    let text = ran.text();
    for step in 1..=lines.len() {
        assert!(text.lines().any(|line| line.starts_with(&format!("{step}: "))), "{step}\n{text}");
    }
    for line in [
        "1: mkdir(\"d0\", 0755) = 0",
        "3: mkdir(\"new\\nline\", 0755) = 0",
        "6: pwrite(fd, pattern(7, 4096, 5000), 5000, 4096) = 5000",
        "8: pread(fd, buffer(8192), 8192, 0) = 8192",
        "   4096 zeros",
        "   4096 bytes of data, sum ",
        "12: copy(fd, 4000, to, 10, 1000) = 1000",
        "22: readlink(\"d0/quote'\\\"quote\", buffer(PATH_MAX), PATH_MAX) = 2",
        "   f1",
        "24: lstat(\"d0/f1\", &st) = 0",
        "   file mode=0600 nlink=2 size=6000 mtime=1000000000.000000005",
        "25: fill(\"d0/d1\", SHORT_NAMES, 30) = 30",
        "27: purge(\"d0/d1\", SHORT_NAMES, 10) = 10",
        "32: fstat(file[0], &st) = 0",
        "   file mode=0600 nlink=2 size=100 mtime=",
        "39: seek_behind(2, 1) = ",
        "47: rmdir(\"new\\nline\") = -1 ENOTEMPTY",
        "The last operation is the one that diverged.",
        "   expected: ENOTEMPTY",
        "   found:    done",
        "48: rename(\"new\\nline\", \"d0/d1\") = -1 ENOTEMPTY",
    ] {
        ran.says(line);
    }
    assert_eq!(
        text.lines().last().unwrap(),
        "48: rename(\"new\\nline\", \"d0/d1\") = -1 ENOTEMPTY"
    );
}

#[test]
fn each_operation_alone_has_all_it_needs_and_nothing_else() {
    let root = TempDir::new().unwrap();
    for op in every_operation() {
        let source = emit_c(&reproducer(&[&op.to_string()]), &Names::default()).unwrap();
        compile(&source, &["-c"], &root.path().join("reproducer"));
    }
}

#[test]
fn files_hold_the_pattern_and_directories_the_names_of_crowds() {
    let ran = run_c(&[
        "create f1 mode=0666",
        "write f1 at=70000 length=300 fill=200",
        "append f1 length=300 fill=3",
        "open h1 f1 how=write+append mode=0644",
        "pwrite h1 at=0 length=10 fill=4",
        "fill . crowd=long count=5",
        "fill . crowd=short count=65535",
    ]);
    let mut bytes = vec![0; 70_610];
    pattern(200, 70_000, &mut bytes[70_000..70_300]);
    pattern(3, 70_300, &mut bytes[70_300..70_600]);
    pattern(4, 70_600, &mut bytes[70_600..]);
    assert!(fs::read(ran.here().join("f1")).unwrap() == bytes);
    assert_eq!(ran.here().join("f1").metadata().unwrap().mode() & 0o777, 0o640);
    let names = Names::default();
    for name in (0..5).map(|number| Family::ManyLong.name(number)) {
        let file = ran.here().join(std::str::from_utf8(names.bytes(name)).unwrap());
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o640);
    }
    assert_eq!(fs::read_dir(ran.here()).unwrap().count(), 5006);
}

#[test]
fn handles_are_as_they_are_when_fscan_replays() {
    let ran = run_c(&[
        "fstat h3",
        "create f1 mode=0644",
        "open h3 f1 how=read mode=0644",
        "open h3 f2 how=read mode=0644",
        "fstat h3",
        "close h3",
        "linkfd h3 f3",
        "mkdir d0 mode=0755",
        "fill d0 crowd=short count=9",
        "opendir h3 d0",
        "seekdir h3 row=0",
        "getrest h3 buffer=4096",
        "seekdir h3 row=22",
        "seekdir h3 row=5",
        "getrest h3 buffer=4096",
        "rewinddir h3",
        "seekdir h3 row=0",
    ]);
    ran.says("1: fstat(file[3], &st) = -1 EBADF");
    ran.says("4: open(\"f2\", O_RDONLY, 0644) = -1 ENOENT");
    ran.says("5: fstat(file[3], &st) = 0");
    ran.says("7: link_open_file(file[3], \"f3\") = -1 EBADF");
    ran.says("11: seek_behind(3, 0) = -1 EINVAL");
    ran.says("17: seek_behind(3, 0) = -1 EINVAL");
    let text = ran.text();
    let (before, after) = text.split_once("13: ").unwrap();
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("   type=")).count();
    // Row 22 of 11 is the first, and then there is one: ten come again.
    assert_eq!((rows(before), rows(after)), (11, 10));
}

#[test]
fn odd_names_arrive_and_are_shown_escaped() {
    let mut lines = odd_names();
    lines.push("list odd0 buffer=32768".to_owned());
    let ran = run_c(&strings(&lines));
    has_odd_names(&ran.here());
    ran.shows_nothing_that_moves_the_cursor();
    assert!(ran.text().contains(" \\033[31mred\\033[0m\n"));
}

#[test]
fn hostile_values_stay_values() {
    let ran = run_c_among(&[], &hostile(&["mkdir d0 mode=0755"]));
    assert!(ran.output.status.success());
    ran.shows_nothing_that_moves_the_cursor();
    ran.says(
        "   expected: */ ??/ /* \" \\\\ ' $(touch pwned) `touch pwned`\\ntouch pwned\\n\\u{1b}",
    );
    assert_eq!(fs::read_dir(ran.here()).unwrap().count(), 1);
}

#[test]
fn another_directory_than_an_empty_one_is_refused() {
    let ran = run_c_among(&["precious"], &reproducer(&["mkdir d0 mode=0755"]));
    assert_eq!(ran.output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&ran.output.stderr),
        "This directory is not empty: run this in an empty one.\n"
    );
    assert_eq!(fs::read_dir(ran.here()).unwrap().count(), 1);
}

#[test]
fn numbers_at_the_limits_are_passed_on() {
    let most = u64::MAX;
    let ran = run_c(&[
        "create f1 mode=00",
        &format!("truncate f1 size={most}"),
        &format!("read f1 at={most} length=1"),
        &format!("utimens f1 seconds={} nanoseconds={}", i64::MIN, u32::MAX),
        &format!("fallocate f1 how=insert at={most} length={}", i64::MAX),
    ]);
    ran.says("2: ftruncate(fd, (off_t)18446744073709551615u) = -1 EINVAL");
    ran.says("3: pread(fd, buffer(1), 1, (off_t)18446744073709551615u) = -1 EINVAL");
    ran.says("4: utimensat(AT_FDCWD, \"f1\", times, 0) = -1 EINVAL");
    ran.says("5: fallocate(fd, FALLOC_FL_INSERT_RANGE, (off_t)18446744073709551615u, ");
}

#[test]
fn what_no_program_can_begin_with_or_call_is_refused() {
    let names = Names::default();
    // 15 names of 255 bytes with as many slashes are 3840, and the last 256.
    let path = |last: &str| format!("unlink {}/{last}", ["long0"; 15].join("/"));
    assert!(emit_c(&reproducer(&[&path("long0")]), &names).is_ok(), "4095 bytes");
    let refused = emit_c(&reproducer(&["unlink f0", &path("toolong0")]), &names).unwrap_err();
    assert!(matches!(refused, EmitError::LongPath { position: 2, .. }), "{refused}");
    assert!(emit_c(&reproducer(&[&path("long0/f1")]), &names).is_err(), "4098 bytes");
    assert!(emit_c(&reproducer(&[&path("long0/f1/f1")]), &names).is_ok(), "too long anyhow");
}
