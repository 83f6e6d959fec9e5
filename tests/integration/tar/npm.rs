//! Beside the real npm: the same fault, the same words.

use std::fs;
use std::path::Path;

use faultfs::{Call, Fault, Mounted, Rule, Script};
use rustix::io::Errno;

use super::{only_run, package, tar};
use crate::harness::{Dir, Fscan, Image, Need, in_lab, tool};

/// Runs `npm install ARCHIVE` in a project, and hands back whether it said that all is well, and
/// all that it printed.
fn npm_install(dir: &Dir, project: &Path, archive: &Path) -> (bool, String) {
    fs::create_dir_all(project).unwrap();
    fs::write(project.join("package.json"), r#"{"name":"app","version":"1.0.0"}"#).unwrap();
    let mut npm = tool("npm");
    npm.current_dir(project).arg("install").arg(archive).arg("--cache").arg(dir.folder("cache"));
    npm.args(["--offline", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=warn"]);
    // Whatever this user has set says nothing here.
    npm.env("HOME", dir.folder("home")).args(["--userconfig=/dev/null"]);
    let output = npm.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn foo(dir: &Dir) -> std::path::PathBuf {
    let files: [(&str, &[u8]); 4] = [
        ("package.json", br#"{"name":"foo","version":"1.0.0"}"#),
        ("index.js", b"module.exports = 1"),
        ("lib/victim.js", b"module.exports = 2"),
        ("lib/other.js", b"module.exports = 3"),
    ];
    package(dir, "foo-1.0.0", &files)
}

/// `open` and what follows `node_modules/PACKAGE/`, of a message that ends `, open 'PATH'`.
fn call_and_path<'a>(message: &'a str, package: &str) -> (&'a str, &'a str) {
    let (before, path) = message.split_once(" '").expect("a path in quotes");
    let call = before.rsplit_once(", ").expect("a call").1;
    let marker = format!("/node_modules/{package}/");
    let (_, below) = path.split_once(&marker).expect("a path below the package");
    (call, below.split_once('\'').expect("the end of the path").0)
}

/// npm warns, and leaves the file out; and so does this.
#[test]
fn a_file_that_cannot_be_made_is_told_in_the_same_words() {
    let needs = &[Need::Filesystem("fuse"), Need::OptionalTool("node"), Need::OptionalTool("npm")];
    in_lab(needs, |dir| {
        let archive = foo(dir);
        for (errno, words) in [
            (Errno::NOENT, "TAR_ENTRY_ERROR ENOENT: no such file or directory, open '"),
            (Errno::IO, "TAR_ENTRY_ERROR EIO: i/o error, open '"),
            (Errno::UCLEAN, "TAR_ENTRY_ERROR"),
        ] {
            let (below, point) = (dir.folder("below"), dir.folder("mnt"));
            let rule = Rule::new(Fault::Fail(Call::Create, errno)).named("victim.js");
            let mounted = Mounted::new(&below, &point, Script::new([rule])).unwrap();
            let (_, said) = npm_install(dir, &point.join("app"), &archive);
            let line = said.lines().find_map(|line| line.split_once("TAR_ENTRY_ERROR"));
            let rest = line.unwrap_or_else(|| panic!("npm does not warn: {said}")).1;
            let theirs = format!("TAR_ENTRY_ERROR{rest}");
            assert!(theirs.starts_with(words), "{theirs}");
            assert_eq!(call_and_path(&theirs, "foo"), ("open", "lib/victim.js"), "{said}");
            assert!(!point.join("app/node_modules/foo/lib/victim.js").exists());

            let run = tar(dir, &point).args(["--pattern=npm", "--archive"]).arg(&archive);
            let outcome = run.run();
            outcome.expect_code(1);
            let errors = only_run(&outcome).errors;
            outcome.expect(errors.len() == 1, "one entry fails");
            let ours = &errors[0].message;
            let told = call_and_path(ours, "foo-1.0.0");
            outcome.expect(told == ("open", "lib/victim.js"), "the same call on the same file");
            let head = |message: &str| message.split_once(" '").unwrap().0.to_owned();
            outcome.expect(head(ours) == head(&theirs), &format!("npm's words: {theirs}"));
            mounted.unmount().unwrap();
            fs::remove_dir_all(dir.join("below")).unwrap();
        }
    });
}

/// The incident: names of an indexed directory list, and lookup says that they do not exist.
///
/// npm 11 says nothing at all on such a filesystem: what it cannot look up it takes for not
/// installed, mkdir(2) makes a second entry of the same name beside the first, and the install
/// ends with exit code 0. Whoever reads the tree meets the damage.
#[test]
fn a_tree_that_lists_what_lookup_denies_is_inconsistent() {
    let needs = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];
    in_lab(needs, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "1024"]);
        image.fill_and_age(|top| {
            for n in 0..300 {
                let package = top.join(format!("app/node_modules/package-{n}"));
                fs::create_dir_all(&package).unwrap();
                fs::write(package.join("package.json"), format!("{{\"name\":\"{n}\"}}")).unwrap();
            }
        });
        let from_tree = |point: &Path| {
            let run = tar(dir, &point.join("app"));
            run.args(["--from-tree", "--pattern=npm"]).run()
        };
        let sound = from_tree(image.mount("rw").point());
        super::expect_whole(&sound);
        sound.expect(only_run(&sound).packages == 301, "the app and its packages");

        image.debugfs(&["set_super_value hash_seed 11111111-2222-3333-4444-555555555555"]);
        let mount = image.mount("rw");
        let outcome = from_tree(mount.point());
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "corrupt", "ext4 answers for itself");
        let trips = report.tar.as_ref().unwrap();
        let count = trips.unreadable.len() as u64 + trips.unreadable_beyond;
        outcome.expect(count > 50, "many names");
        for error in &trips.unreadable {
            outcome.expect(error.classification == "lookup-inconsistent", &error.message);
            let below = error.path.contains("/app/node_modules/package-");
            outcome.expect(error.errno == "ENOENT" && below, &error.message);
            let seen = error.evidence.iter().any(|line| line.contains("is listed; lookup says"));
            outcome.expect(seen, "the evidence names the contradiction");
        }
        super::expect_names(&outcome, &mount.join("app"), &["node_modules"]);
        let outcome = Fscan::quick(dir).arg(mount.point()).run();
        let report = outcome.expect_code(1).report();
        outcome.expect(report.codes().contains("dirent-dangling"), "a scan finds it, too");
        let dangling: u64 =
            report.findings_of("dirent-dangling").iter().map(|row| row.occurrences).sum();
        outcome.expect(dangling == count, "the same names");
    });
}
