//! What cannot be done, said in one clear line before anything is done.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::{expect_empty, scratches};
use crate::harness::{Dir, Fscan, User, is_root};

#[test]
fn wrong_arguments_are_told() {
    let dir = Dir::new();
    let place = dir.folder("place");
    dir.folder("other");
    dir.file("file", b"");
    #[rustfmt::skip]
    let table: [(&[&str], &str); _] = [
        (&["stress", "=place"], "say it as NAME=DIR"),
        (&["stress", "x="], "say it as NAME=DIR"),
        (&["stress", ""], "a directory is missing"),
        (&["stress", "x=missing"], "missing: open says ENOENT"),
        (&["stress", "x=file"], "file: open says ENOTDIR"),
        (&["stress", "x=place", "x=other"], "x: two targets have this name"),
        (&["stress", "place", "other/../place"], "place: two targets have this name"),
        (&["stress", "x=place", "--ops=0"], "--ops"),
        (&["stress", "x=place", "--ops=-1"], "--ops"),
        (&["stress", "x=place", "--duration=0"], "a time is a number"),
        (&["stress", "x=place", "--threads=0"], "--threads"),
        (&["stress", "x=place", "--seed=x"], "--seed"),
        (&["stress", "x=place", "--operations=format"], "invalid value 'format'"),
        (&["stress", "x=place", "--profile=all"], "possible values: npm, mixed"),
        (&["stress", "x=place", "--ops=9", "--reproducers=file/below"], "file/below: mkdir"),
        (&["stress", "x=place", "--ops=9", "--reproducers=no/such"], "no/such: mkdir: ENOENT; there is no folder no"),
        (&["stress", "x=missing", "--clean"], "missing: open says ENOENT"),
        (&["replay", "missing"], "missing: open"),
        (&["replay", "place"], "place: it cannot be read: Is a directory"),
    ];
    for (arguments, said) in table {
        let outcome = Fscan::new(&dir).args(arguments).run();
        outcome.expect_code(2).expect(outcome.stderr().contains(said), said);
        outcome.expect(outcome.stdout().is_empty(), "there is no report");
        if !outcome.stderr().contains("--help") {
            outcome.expect_one_error_line(said);
        }
        expect_empty(&outcome, &place);
    }
}

/// Names of directories are bytes.
#[test]
fn a_directory_whose_name_is_not_utf_8_is_worked_in() {
    let dir = Dir::new();
    let place = dir.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&place).unwrap();
    let outcome = Fscan::new(&dir).args(["stress", "--clean"]).arg(&place).run();
    outcome.expect_code(0).expect_one_error_line("nothing to remove in ");
}

#[test]
fn a_directory_that_cannot_be_written_to_is_told() {
    if !is_root() {
        return;
    }
    let dir = Dir::new();
    let place = dir.folder("place");
    let run = Fscan::new(&dir).user(User::Nobody).args(["stress", "x=place", "--ops=9"]);
    let outcome = run.run();
    outcome.expect_code(2).expect_one_error_line("mkdir says EACCES; give a directory");
    expect_empty(&outcome, &place);
}

/// One that can be worked in does not make up for one that cannot.
#[test]
fn nothing_is_done_where_one_of_several_places_is_wrong() {
    let dir = Dir::new();
    let place = dir.folder("place");
    let outcome = Fscan::new(&dir).args(["stress", "x=place", "y=missing", "--ops=9"]).run();
    outcome.expect_code(2).expect_one_error_line("missing: open says ENOENT");
    expect_empty(&outcome, &place);
    outcome.expect(scratches(&place).is_empty() && fs::exists(place).unwrap(), "it is untouched");
}
