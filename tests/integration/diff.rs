//! `fscan diff BEFORE AFTER`: pairs of manifests, what is told of them, and files that are none.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use scanner::manifest::{Compression, Counts, Entry, Gaps, Header, compare_paths, write_manifest};
use scanner::{FileKind, FilesystemIdentity};

use crate::harness::{Dir, Fscan, Outcome};

/// An entry with nothing special; a file's content follows from its path.
fn entry(path: &str, kind: FileKind) -> Entry {
    let regular = kind == FileKind::Regular;
    let mut hash = [0; 32];
    path.bytes().zip(&mut hash).for_each(|(byte, place)| *place = byte);
    Entry {
        path: path.into(),
        kind,
        mode: 0o755,
        uid: 1000,
        gid: 1000,
        size: if regular { 100 } else { 0 },
        modified_at: (1_700_000_000, 5),
        target: None,
        device: None,
        attributes: Vec::new(),
        same_file_as: None,
        hash: regular.then_some(hash),
        unreadable: Vec::new(),
    }
}

fn file(path: &str) -> Entry {
    entry(path, FileKind::Regular)
}

fn directory(path: &str) -> Entry {
    entry(path, FileKind::Directory)
}

fn with(mut entry: Entry, change: impl FnOnce(&mut Entry)) -> Entry {
    change(&mut entry);
    entry
}

/// Writes the manifest of a tree, compressed where the name ends in `.gz`.
fn manifest(dir: &Dir, name: &str, entries: &[Entry]) -> PathBuf {
    let path = dir.join(name);
    let mut tree = [&[directory("")], entries].concat();
    tree.sort_by(|a, b| compare_paths(&a.path, &b.path));
    let mut out = Vec::new();
    let header = Header {
        tool: "fscan test".to_owned(),
        root: b"/home/coder".to_vec(),
        filesystem: FilesystemIdentity::default(),
        root_inode: None,
        mount_session: None,
        mounts: Vec::new(),
        created_at: "2026-01-01T00:00:00Z".to_owned().try_into().unwrap(),
        counts: Counts::of(&tree),
        gaps: Gaps::default(),
        part: None,
    };
    let how = Compression::by_name(&path);
    write_manifest(&mut out, how, &header, &[tree.as_slice()]).unwrap();
    fs::write(&path, out).unwrap();
    path
}

/// The tree that most tests begin with.
fn usual() -> Vec<Entry> {
    vec![directory("app"), file("app/a.js"), file("app/b.js"), directory("doc"), file("doc/c")]
}

fn diff(dir: &Dir, before: &[Entry], after: &[Entry], arguments: &[&str]) -> Outcome {
    let (before, after) = (manifest(dir, "before.gz", before), manifest(dir, "after", after));
    Fscan::new(dir).arg("diff").args([before, after]).args(arguments).run()
}

/// Every row of the three lists as its kind and path.
fn rows(outcome: &Outcome) -> Vec<String> {
    let diff = outcome.report().diff.unwrap();
    let rows = diff.missing.iter().chain(&diff.added).chain(&diff.changed);
    rows.map(|row| format!("{} {}", row.kind, row.path)).collect()
}

type Change = fn(&mut Vec<Entry>);

#[test]
fn each_difference_has_its_code_and_its_exit_code() {
    let table: [(&str, Change, i32, &[&str]); 13] = [
        ("nothing", |_| (), 0, &[]),
        ("a lost file", |t| drop(t.remove(1)), 1, &["entry-missing app/a.js"]),
        ("a lost directory", |t| drop(t.drain(..3)), 1, &["entry-missing app"]),
        ("a new file", |t| t.push(file("new")), 0, &["entry-added new"]),
        ("a renamed file", |t| t[4].path = b"doc/d".into(), 0, &["entry-moved doc/d"]),
        ("bit rot", |t| t[1].hash = Some([9; 32]), 1, &["content-changed app/a.js"]),
        (
            "an edit",
            |t| (t[1].hash, t[1].modified_at.0) = (Some([9; 32]), 9),
            1,
            &["content-differs app/a.js"],
        ),
        ("a mode", |t| t[1].mode = 0o600, 0, &["metadata-changed app/a.js"]),
        (
            "a renamed file of another owner",
            |t| {
                t[4].path = b"doc/d".into();
                t[4].uid = 0;
            },
            0,
            &["entry-moved doc/d", "metadata-changed doc/d"],
        ),
        ("a renamed directory", rename_app, 0, &["entry-moved lib"]),
        (
            "bit rot in a renamed directory",
            |t| {
                rename_app(t);
                t[1].hash = Some([9; 32]);
            },
            1,
            &["entry-moved lib", "content-differs lib/a.js"],
        ),
        (
            "a type in a renamed directory",
            |t| {
                rename_app(t);
                t[1].kind = FileKind::Symlink;
            },
            1,
            &["entry-moved lib", "type-changed lib/a.js"],
        ),
        ("a type", |t| t[4].kind = FileKind::Symlink, 1, &["type-changed doc/c"]),
    ];
    for (what, change, code, expected) in table {
        let dir = Dir::new();
        let mut after = usual();
        change(&mut after);
        let outcome = diff(&dir, &usual(), &after, &["--format", "json"]);
        outcome.expect_code(code).expect(rows(&outcome) == expected, what);
        outcome.expect(outcome.stderr().is_empty(), "nothing on stderr");
        let report = outcome.report();
        outcome.expect(report.findings.len() == expected.len(), "a finding a difference");
    }
}

/// Renames the directory `app` to `lib`.
#[expect(clippy::ptr_arg, reason = "one change of a table")]
fn rename_app(tree: &mut Vec<Entry>) {
    for entry in &mut tree[..3] {
        entry.path.splice(..3, *b"lib");
    }
}

/// Where only metadata of something that moved differ, no `--fail-on` overlooks it, and the old
/// path is there to look it up.
#[test]
fn what_moved_and_changed_is_told_with_its_old_path() {
    let dir = Dir::new();
    let mut after = usual();
    rename_app(&mut after);
    (after[1].hash, after[2].mode) = (Some([9; 32]), 0o600);
    let outcome = diff(&dir, &usual(), &after, &["--format", "json"]);
    let report = outcome.expect_code(1).report();
    let told = report.diff.as_ref().unwrap();
    let rows = told.changed.iter().map(|row| {
        let names: Vec<_> = row.fields.iter().map(|field| field.name.as_str()).collect();
        format!(
            "{} {} {} {}",
            row.from.as_ref().unwrap().path,
            row.path,
            row.below,
            names.join(",")
        )
    });
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows, ["app lib 2 ", "app/a.js lib/a.js 0 hash", "app/b.js lib/b.js 0 mode"]);
    let evidence = report.findings.iter().filter_map(|finding| finding.evidence.first());
    let evidence: Vec<_> = evidence.map(String::as_str).collect();
    assert_eq!(
        evidence,
        ["it was at /home/coder/app/a.js before", "it was at /home/coder/app/b.js before"]
    );
    let totals = [&told.totals.moved, &told.totals.metadata, &told.totals.changed];
    assert_eq!(totals.map(|tally| (tally.entries, tally.bytes)), [(1, 0), (1, 100), (1, 100)]);

    after[1].hash = usual()[1].hash;
    diff(&dir, &usual(), &after, &[]).expect_code(0);
    diff(&dir, &usual(), &after, &["--fail-on", "warning"]).expect_code(1);
    let text = diff(&dir, &usual(), &after, &[]).stdout();
    assert!(text.contains("it was at /home/coder/app/b.js before"), "{text}");
}

#[test]
fn what_fails_a_run_can_be_chosen() {
    let dir = Dir::new();
    let after = [&usual()[..4], &[with(file("doc/c"), |e| e.uid = 0)]].concat();
    diff(&dir, &usual(), &after, &["--fail-on", "warning"]).expect_code(1);
    diff(&dir, &usual(), &after, &["--fail-on", "warning", "--ignore", "owner"]).expect_code(0);
    let excluded = ["--fail-on", "warning", "--exclude", "/home/coder/doc"];
    diff(&dir, &usual(), &after, &excluded).expect_code(0);
    diff(&dir, &usual(), &after, &["--ignore", "colour"]).expect_code(2);
}

#[test]
fn equal_manifests_are_intact_whichever_way_they_were_written() {
    let dir = Dir::new();
    let outcome = diff(&dir, &usual(), &usual(), &[]);
    outcome.expect_code(0);
    let line = "intact:  6 entries, 300 bytes are as they were";
    outcome.expect(outcome.stdout().contains(line), line);
    let outcome = diff(&dir, &usual(), &usual(), &["--exclude", "x", "--strict"]);
    outcome.expect_code(0).expect(outcome.stdout().contains(line), line);
}

/// The short way must not be taken where equal lines prove nothing.
#[test]
fn equal_manifests_with_unread_files_are_not_said_to_be_intact() {
    let dir = Dir::new();
    let unread = [file("a"), with(file("b"), |e| e.hash = None)];
    let outcome = diff(&dir, &unread, &unread, &["--strict"]);
    outcome.expect_code(3).expect(outcome.stdout().contains("not comparable"), "b is named");
    outcome.expect(outcome.stdout().contains("/home/coder/b"), "b is named");
}

#[test]
fn many_differences_make_a_small_report() {
    let dir = Dir::new();
    let many = |mode| -> Vec<Entry> {
        let files = (0..3000).map(|i| with(file(&format!("{i:04}")), |e| e.mode = mode));
        files.collect()
    };
    let output = dir.join("report.json");
    let outcome = diff(&dir, &many(0o644), &many(0o600), &["-o", output.to_str().unwrap()]);
    outcome.expect_code(0);
    let length = fs::metadata(&output).unwrap().len();
    outcome.expect(length < 1 << 20, "the report is under 1 MiB");
    let outcome = diff(&dir, &many(0o644), &many(0o600), &["--format", "json"]);
    let told = outcome.report().diff.unwrap();
    assert_eq!((told.changed.len(), told.left_out.changed), (1000, 2000));
    assert_eq!((told.changed[0].path.as_str(), told.totals.metadata.entries), ("0000", 3000));
    let all = diff(&dir, &many(0o644), &many(0o600), &["--format", "json", "--all-findings"]);
    assert_eq!(all.report().diff.unwrap().changed.len(), 3000);
}

#[test]
fn a_volume_that_is_not_mounted_is_no_million_lost_files() {
    let dir = Dir::new();
    let outcome = diff(&dir, &usual(), &[], &[]);
    outcome.expect_code(2).expect_one_error_line("was the volume mounted");
    diff(&dir, &usual(), &[], &["--force"]).expect_code(1);
}

#[test]
fn names_of_every_kind_come_through() {
    let dir = Dir::new();
    let odd = |bytes: &[u8]| with(file("x"), |e| e.path = bytes.into());
    let before = [odd(b"a\xff"), odd(b"a\xfe"), odd(b"\x1b[2J\n"), odd("\u{202e}".as_bytes())];
    let outcome = diff(&dir, &before, &[file("y")], &["--format", "json"]);
    let told = outcome.expect_code(1).report().diff.unwrap();
    let hex: Vec<_> = told.missing.iter().filter_map(|row| row.path_hex.as_deref()).collect();
    assert_eq!(hex, ["61fe", "61ff"]);
    let text = diff(&dir, &before, &[file("y")], &["-v"]).stdout();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn what_is_no_manifest_is_one_clear_error() {
    let dir = Dir::new();
    let good = manifest(&dir, "good", &usual());
    let packed = fs::read(manifest(&dir, "good.gz", &usual())).unwrap();
    let text = fs::read_to_string(&good).unwrap();
    let report = dir.join("report.json");
    Fscan::quick_tree(&dir).arg("-o").args([&report, &dir.folder("tree")]).run().expect_code(0);
    let fifo = dir.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    let mut damaged = packed.clone();
    damaged[packed.len() / 3] ^= 0xff;
    let edited = text.replacen("\"size\":100", "\"size\":101", 1);
    let newer = text.replacen("\"fscan_manifest\":1", "\"fscan_manifest\":2", 1);
    let cases = [
        (dir.file("truncated", &text.as_bytes()[..text.len() - 300]), "truncated"),
        (dir.file("truncated.gz", &packed[..packed.len() / 2]), "truncated"),
        (dir.file("no-footer", &text.as_bytes()[..text.rfind("{\"end\"").unwrap()]), "truncated"),
        (dir.file("edited", edited.as_bytes()), "changed after it was written"),
        (dir.file("newer", newer.as_bytes()), "use a newer fscan"),
        (dir.file("damaged.gz", &damaged), "gzip data is damaged"),
        (dir.file("empty", b""), "empty"),
        (dir.file("binary", b"\x7fELF\0\0"), "binary data"),
        (dir.file("behind", format!("{text}{text}").as_bytes()), "behind its footer"),
        (report, "a report of fscan"),
        (fifo, "FIFO"),
        (dir.folder("folder"), "directory"),
        (PathBuf::from("/dev/zero"), "device"),
        (dir.join("missing"), "cannot be opened"),
    ];
    for (path, what) in &cases {
        for pair in [[path, &good], [&good, path]] {
            let diff = Fscan::new(&dir).arg("diff").args(pair).within(Duration::from_secs(20));
            let outcome = diff.run();
            outcome.expect_code(2).expect_one_error_line(path.to_str().unwrap());
            outcome.expect(outcome.stderr().contains(what), what);
            outcome.expect(outcome.stdout().is_empty(), "nothing on stdout");
        }
    }
}

#[test]
fn a_report_does_not_replace_a_manifest() {
    let dir = Dir::new();
    let good = manifest(&dir, "good", &usual());
    let before = fs::read(&good).unwrap();
    let outcome = Fscan::new(&dir).arg("diff").args([&good, &good]).arg("-o").arg(&good).run();
    outcome.expect_code(2).expect_one_error_line("one of the manifests");
    assert_eq!(fs::read(&good).unwrap(), before);
}

#[test]
fn a_saved_comparison_gives_its_text_again() {
    let dir = Dir::new();
    let output = dir.join("report.json");
    let outcome = diff(&dir, &usual(), &usual()[..4], &["-o", output.to_str().unwrap()]);
    outcome.expect_code(1);
    let again = Fscan::new(&dir).arg("report").arg(&output).run();
    again.expect(again.stdout() == outcome.stdout(), &outcome.stdout());
}
