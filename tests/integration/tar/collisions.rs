//! Names that are one where case is not told, and names that want to be two things: the archive's
//! doing, and no defect of the filesystem.

use std::fs;
use std::path::Path;

use faultfs::{Fault, Mounted, Rule, Script};

use super::{PATTERNS, expect_names, package, succeed, tar, trips};
use crate::harness::{Dir, Image, Need, Outcome, in_lab, tool};

/// Two names that differ in case, and something beside them.
fn two_spellings(dir: &Dir) -> std::path::PathBuf {
    let files: [(&str, &[u8]); 5] = [
        ("package.json", b"{}"),
        ("README.md", b"the long and the short of it"),
        ("lib/Index.js", b"one"),
        ("readme.md", b"short"),
        ("lib/index.js", b"another"),
    ];
    package(dir, "foo", &files)
}

fn extract(dir: &Dir, place: &Path, archive: &Path) -> Outcome {
    tar(dir, place).arg("--archive").arg(archive).run()
}

/// Each pattern tells of the names that collide, and of nothing that is worse.
fn expect_collisions(outcome: &Outcome, place: &Path) {
    let report = outcome.expect_code(0).report();
    outcome.expect(report.verdict == "healthy", "the filesystem is sound");
    let worse = report.findings.iter().any(|finding| finding.severity != "info");
    outcome.expect(!worse, "nothing worse than info");
    for run in trips(outcome).runs {
        let classes: Vec<_> =
            run.by_classification.iter().map(|row| row.classification.as_str()).collect();
        outcome.expect(classes == ["name-collision"], &format!("{}: {classes:?}", run.pattern));
        outcome.expect(run.differing == 0 && run.left_behind == 0, "and that is all");
        // What pnpm links has the name where it goes to.
        let named = |name: &str| run.errors.iter().any(|error| error.message.ends_with(name));
        outcome.expect(named("/README.md'") || named("/readme.md'"), "one of the two is named");
    }
    expect_names(outcome, place, &[]);
}

#[test]
fn where_case_is_told_both_are_there() {
    in_lab(&[], |dir| {
        let archive = two_spellings(dir);
        super::expect_whole(&extract(dir, &dir.folder("place"), &archive));
    });
}

#[test]
fn ext4_that_folds_case() {
    let needs = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Ext4Feature("casefold")];
    in_lab(needs, |dir| {
        let archive = two_spellings(dir);
        let image = Image::ext4(dir, 64, &["-O", "casefold"]);
        let mount = image.mount("rw");
        let place = mount.join("place");
        fs::create_dir(&place).unwrap();
        succeed(tool("chattr").arg("+F").arg(&place));
        expect_collisions(&extract(dir, &place, &archive), &place);
    });
}

/// It keeps no modes, and only every other second; neither is judged.
#[test]
fn vfat() {
    let needs = &[Need::Loop, Need::OptionalTool("mkfs.vfat"), Need::OptionalFilesystem("vfat")];
    in_lab(needs, |dir| {
        let archive = two_spellings(dir);
        let image = Image::made_by("mkfs.vfat", dir, 64, &[]);
        let mount = image.mount("rw");
        expect_collisions(&extract(dir, mount.point(), &archive), mount.point());
        let outcome = tar(dir, mount.point()).args(["--generated=5", "--pattern=npm"]).run();
        super::expect_whole(&outcome);
    });
}

/// Where the kernel has neither of them.
#[test]
fn a_server_that_folds_case() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let archive = two_spellings(dir);
        let (below, point) = (dir.folder("below"), dir.folder("mnt"));
        let script = Script::new([Rule::new(Fault::FoldsCase)]);
        let mounted = Mounted::new(&below, &point, script).unwrap();
        let outcome = extract(dir, &point, &archive);
        outcome.expect(mounted.fired()[0] > 0, "the fault came about");
        expect_collisions(&outcome, &point);
        mounted.unmount().unwrap();
    });
}

/// A file where another member wants a directory, and the other way round: on every filesystem.
#[test]
fn a_name_for_a_file_and_a_directory() {
    in_lab(&[], |dir| {
        let (above, archive) = (dir.folder("above"), dir.join("both.tar"));
        fs::create_dir_all(above.join("package")).unwrap();
        fs::write(above.join("package/a"), "a file").unwrap();
        let add = |mode: &str, name: &str| {
            succeed(tool("tar").arg(mode).arg(&archive).arg("-C").arg(&above).arg(name));
        };
        add("-cf", "package/a");
        fs::remove_file(above.join("package/a")).unwrap();
        fs::create_dir(above.join("package/a")).unwrap();
        fs::write(above.join("package/a/b"), "below a file").unwrap();
        add("-rf", "package/a/b");
        fs::write(above.join("package/c"), "beside").unwrap();
        add("-rf", "package/c");
        let place = dir.folder("place");
        let outcome = extract(dir, &place, &archive);
        let report = outcome.expect_code(0).report();
        outcome.expect(report.verdict == "healthy", "the filesystem is sound");
        let runs = trips(&outcome).runs;
        let ran: Vec<_> = runs.iter().map(|run| run.pattern.as_str()).collect();
        outcome.expect(ran == PATTERNS, "all patterns run");
        for run in &runs {
            let classes = run.by_classification.iter().map(|row| row.classification.as_str());
            outcome.expect(classes.clone().all(|class| class == "name-collision"), &run.pattern);
            outcome.expect(run.differing == 0 && run.left_behind == 0, "and that is all");
            outcome.expect(run.verified >= 2, "what can be is extracted");
        }
        expect_names(&outcome, &place, &[]);
    });
}
