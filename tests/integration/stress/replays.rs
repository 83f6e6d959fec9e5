//! Reproducers: written by hand, run, printed as programs, damaged.

use std::path::Path;
use std::process::Command;

use faultfs::{Fault, Mounted, Rule, Script};

use super::{expect_empty, replay};
use crate::harness::{Dir, Fscan, Mount, Need, in_lab, tool};

/// A sequence that does what it should, unless a bit of `f3` is flipped.
const TEXT: &str = "\
fscan reproducer 1
target: somewhere
filesystem: ext4
options: rw
kernel: 6.18.0
profile: mixed
umask: 022
privileged: yes
ground: empty
class: read: other bytes
expected: one byte
found: another
# A comment.

mkdir d0 mode=0755
create d0/f3 mode=0644
write d0/f3 at=0 length=100 fill=7
rename d0/f3 f3 how=plain
read f3 at=0 length=100
";

#[test]
fn a_reproducer_written_by_hand_is_run() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let file = dir.file("by-hand.ops", TEXT.as_bytes());
        let (below, point, plain) = (dir.folder("below"), dir.folder("mnt"), dir.folder("plain"));
        let outcome = replay(dir, &file, "x", &plain).run();
        outcome.expect_code(0);
        let told = outcome.report().stress.unwrap();
        outcome.expect(told.profile == "replay" && told.divergences.is_empty(), "nothing differs");
        outcome.expect(told.targets[0].operations == 5, "all is done");
        expect_empty(&outcome, &plain);
        let rule = Rule::new(Fault::FlippedBit(3)).named("f3");
        let mounted = Mounted::new(&below, &point, Script::new([rule])).unwrap();
        let both = format!("--on=plain={}", plain.display());
        let outcome = replay(dir, &file, "x", &point).arg(both).run();
        outcome.expect_code(1);
        let report = outcome.report();
        outcome.expect(report.findings_of("stress-divergence").len() == 1, "it is a finding");
        let told = report.stress.unwrap();
        let [found] = &told.divergences[..] else { outcome.fail("one differs") };
        let known = (found.target.as_str(), found.class.as_str(), found.position);
        outcome.expect(known == ("x", "read: other bytes", 4), "which, and where");
        outcome.expect(found.operation == "read f3 at=0 length=100", "and in what");
        expect_empty(&outcome, &point);
        mounted.unmount().unwrap();
        // Without a place it runs where one stands.
        let outcome = Fscan::new(dir).arg("replay").arg(&file).in_folder(&plain).run();
        outcome.expect_code(0);
        expect_empty(&outcome, &plain);
    });
}

fn emit(dir: &Dir, file: &Path, language: &str) -> String {
    let outcome = Fscan::new(dir).arg("replay").arg(file).args(["--emit", language]).run();
    outcome.expect_code(0).expect(outcome.stderr().is_empty(), "there is nothing to say");
    outcome.stdout()
}

/// Runs a program in a directory, which must succeed; what it printed.
fn succeed(command: &mut Command, place: &Path) -> String {
    let output = command.current_dir(place).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn programs_stand_alone() {
    in_lab(&[Need::Tool("cc")], |dir| {
        let file = dir.file("by-hand.ops", TEXT.as_bytes());
        let mounted = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        let source = dir.file("program.c", emit(dir, &file, "c").as_bytes());
        let program = dir.join("program");
        let warnings = ["-Wall", "-Wextra", "-Werror", "-o"];
        succeed(tool("cc").args(warnings).arg(&program).arg(source), dir.path());
        for (name, mut command) in [("c", Command::new(&program)), ("sh", tool("sh"))] {
            let place = mounted.join(name);
            std::fs::create_dir(&place).unwrap();
            if name == "sh" {
                command.arg(dir.file("program.sh", emit(dir, &file, "sh").as_bytes()));
            }
            succeed(&mut command, &place);
            let made: Vec<_> = walk(&place);
            assert!(made.iter().any(|path| path.ends_with("f3")), "{name}: {made:?}");
            assert!(made.iter().any(|path| path.ends_with("d0")), "{name}: {made:?}");
        }
    });
}

fn walk(place: &Path) -> Vec<String> {
    let listed = succeed(tool("find").arg("."), place);
    listed.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn damaged_reproducers_are_told() {
    let dir = Dir::new();
    let place = dir.folder("place");
    let header = TEXT.split_once("\n\n").unwrap().0;
    #[rustfmt::skip]
    let table: [(String, &str); _] = [
        (String::new(), "line 1: `fscan reproducer 1` is expected"),
        ("{\"json\": 1}\n".to_owned(), "this is no reproducer"),
        (TEXT.replace("reproducer 1", "reproducer 9"), "version 9 is not known"),
        (header.to_owned(), "there is no operation: the file was cut off"),
        (TEXT[..60].to_owned(), "bad.ops: "),
        (TEXT.replace("ground: empty", "ground: moon"), "line 9: `moon` is no value of `ground`"),
        (TEXT.replace("umask: 022\n", ""), "the header ends without `umask`"),
        (TEXT.replace("umask: 022", "umask: moon"), "is no value of `umask`"),
        (TEXT.replace("umask: 022", "umask: 022\numask: 022"), "`umask` is there twice"),
        (TEXT.replace("options:", "colour:"), "`colour` is no key of a header"),
        (TEXT.replace("mkdir d0", "mkdir ../d0"), "line 15: `mkdir ../d0 mode=0755` is no operation"),
        (TEXT.replace("mkdir d0", "format d0"), "no operation is called `format`"),
        (TEXT.replace(" how=plain", ""), "`how` is missing"),
    ];
    for (text, said) in table {
        let file = dir.file("bad.ops", text.as_bytes());
        let outcome = replay(&dir, &file, "x", &place).run();
        outcome.expect_code(2).expect_one_error_line(said).expect_one_error_line("bad.ops: ");
        outcome.expect(outcome.stdout().is_empty(), "there is no report");
        expect_empty(&outcome, &place);
    }
    let file = dir.file("bad.ops", b"fscan reproducer 1\n\xff\n");
    let outcome = replay(&dir, &file, "x", &place).run();
    outcome.expect_code(2).expect_one_error_line("byte 19 is not UTF-8");
}
