//! A scan in parts: merged, the parts are what one process would have found, and what is not all of
//! one scan is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::determinism::without_times;
use crate::harness::{
    Dir, Fscan, Image, Mount, Need, Outcome, Shards, User, chain, in_lab, realistic, tool,
};

const EXT4: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs"), Need::Tool("setpriv")];

/// The environment tells how much memory is in use, which differs from second to second.
pub(crate) const FULL: &[&str] = &["--skip", "environment,tar", "--all-findings"];
const QUICK: &[&str] = &["--quick", "--skip", "environment,kernel", "--all-findings"];

/// Directories enough that each shard has some, names of one file in several of them.
fn spread(top: &Path) {
    realistic(top);
    // Hashing its zeros takes seconds.
    fs::remove_file(top.join("sparse")).unwrap();
    fs::create_dir(top.join("pool")).unwrap();
    for first in 0..12 {
        for second in 0..6 {
            let folder = top.join(format!("project-{first}/package-{second}"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("index.js"), format!("{first} {second}")).unwrap();
            fs::write(folder.join("large"), vec![b'l'; 9000]).unwrap();
            let pooled = top.join(format!("pool/{}", second % 3));
            if pooled.exists() {
                fs::hard_link(&pooled, folder.join("pooled.js")).unwrap();
            } else {
                fs::write(&pooled, vec![b'p'; 5000]).unwrap();
            }
            symlink("../pool", folder.join("to-the-pool")).unwrap();
        }
    }
    for closed in ["project-1/package-1", "project-2"] {
        fs::set_permissions(top.join(closed), Permissions::from_mode(0o700)).unwrap();
    }
    fs::set_permissions(top.join("project-3/package-3"), Permissions::from_mode(0o744)).unwrap();
    chain(&top.join("empty"), 20, &["side", "down"]);
}

/// A manifest without what tells of time: the header's, and the hash of the header.
fn manifest_without_times(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let drop = |line: &str, field: &str| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line.as_object_mut().unwrap().remove(field).is_some(), "{field} is missing");
        line.to_string()
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let last = lines.len() - 1;
    lines[0] = drop(&lines[0], "created_at");
    lines[last] = drop(&lines[last], "header");
    lines
}

#[test]
fn merged_parts_are_what_one_process_finds() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096"]);
        image.fill(spread);
        let mount = image.mount("ro");
        for user in [User::Caller, User::Nobody] {
            let manifest = Shards::new(dir, mount.point(), 1, FULL).folder.join("whole.jsonl");
            let whole = Fscan::new(dir)
                .user(user)
                .args(["--format", "json", "-q", "--manifest"])
                .arg(&manifest)
                .args(FULL)
                .arg(mount.point())
                .run();
            let (whole, manifest) = (whole, manifest_without_times(&manifest));
            whole.expect_code(0);
            for count in [1, 3, 8] {
                let shards = Shards::new(dir, mount.point(), count, FULL).user(user);
                shards.scan_with_manifests();
                let joined = shards.folder.join("joined.jsonl");
                let merged = shards.merge().arg("--manifest").arg(&joined).run();
                merged.expect_code(0);
                let (one, all) = (without_times(&whole), without_times(&merged));
                merged
                    .expect(all == one, &format!("{count} shards give the report of one:\n{one}"));
                assert_eq!(manifest_without_times(&joined), manifest, "{user:?}, {count} shards");
            }
        }
    });
}

/// Code, path, inode, what was found, and how often.
type Row = (String, Option<String>, Option<u64>, String, u64);

/// What was found, the name of the loop device aside.
fn findings(outcome: &Outcome) -> Vec<Row> {
    let report = outcome.report();
    let row = |finding: &crate::harness::Finding| {
        let (code, found) = (finding.code.clone(), finding.found.clone());
        let subject = &finding.subject;
        (code, subject.path.clone(), subject.inode, found, finding.occurrences)
    };
    report.findings.iter().map(row).collect()
}

/// What was not examined.
fn unchecked(outcome: &Outcome) -> Vec<(String, String, u64)> {
    let report = outcome.report();
    let rows = report.unchecked.iter();
    rows.map(|row| (row.reason.clone(), row.what.clone(), row.count)).collect()
}

/// What each of these damages costs is seen by no shard alone.
#[test]
fn damage_that_only_the_whole_tree_shows_is_found() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096"]);
        image.fill(spread);
        let block = image.block("/project-8/package-1/large", 0);
        image.debugfs(&[
            "sif /pool/1 links_count 3",
            "sif /project-2/package-2/index.js links_count 2",
            // Two names, in two directories, in one directory, and one that ".." contradicts.
            "link /project-3 /project-4/again",
            "link /project-9/package-1 /project-9/another",
            "link /project-10/package-0/index.js /project-11/second",
            "link /project-10/package-0 /project-11/moved",
            "unlink /project-10/package-0",
            // Looked into by each of its names.
            "sif /pool/2 links_count 1",
            "unlink /project-5/package-5/index.js",
            &format!("sif /project-6/package-0/large block[5] {block}"),
            "clri /project-7/package-1/index.js",
        ]);
        image.save();
        let scan = |user, count: Option<u32>| {
            image.restore();
            let mount = image.mount("errors=continue");
            let Some(count) = count else {
                let whole = Fscan::new(dir).args(["--format", "json", "-q"]).args(QUICK);
                return whole.user(user).arg(mount.point()).run();
            };
            let shards = Shards::new(dir, mount.point(), count, QUICK).user(user);
            shards.scan();
            shards.merge().run()
        };
        for user in [User::Caller, User::Nobody] {
            let whole = scan(user, None);
            let expected = findings(&whole);
            let due = [
                "link-count-wrong",
                "directory-multiply-linked",
                "dot-entry-wrong",
                "extent-overlap",
            ];
            whole.expect(whole.report().totals.volatile == 0, "nothing is written here");
            for code in due {
                whole.expect(expected.iter().any(|row| row.0 == code), &format!("{code} is found"));
            }
            for count in [1, 5] {
                let merged = scan(user, Some(count));
                merged.expect_code(1);
                assert_eq!(findings(&merged), expected, "{user:?}, {count} shards");
                assert_eq!(unchecked(&merged), unchecked(&whole), "{user:?}, {count} shards");
                let totals = |outcome: &Outcome| outcome.report().totals;
                merged.expect(
                    totals(&merged) == totals(&whole),
                    &format!("{user:?}, {count} shards: {:?}", totals(&whole)),
                );
            }
        }
    });
}

/// Asserts that merging fails with one line that says this.
fn refused(merge: Fscan<'_>, what: &str) {
    let outcome = merge.run();
    outcome.expect_code(2).expect_one_error_line(what);
}

#[test]
fn parts_that_are_not_all_of_one_scan_are_refused() {
    in_lab(&[], |dir| {
        let (tree, other) = (dir.join("tree"), dir.join("other"));
        for (path, name) in [(&tree, "a"), (&other, "b")] {
            fs::create_dir(path).unwrap();
            fs::write(path.join(name), name).unwrap();
        }
        let shards = Shards::new(dir, &tree, 3, FULL);
        shards.scan_with_manifests();
        shards.merge().run().expect_code(0);
        let merge = |files: &[&Path]| Fscan::new(dir).args(["merge", "-q"]).args(files);
        let all = [shards.facts(0), shards.facts(1), shards.facts(2)];
        let [zero, one, two] = [&*all[0], &*all[1], &*all[2]];

        refused(merge(&[zero, two]), "missing of the shards: 1/3;");
        refused(merge(&[two]), "missing of the shards: 0/3, 1/3;");
        refused(merge(&[zero, one, two, one]), "shard 1/3 was given twice");
        let manifests = dir.join("manifests.jsonl");
        refused(merge(&[&shards.manifest(0)]), "no shard was given");
        let with_manifest = |files: &[&Path]| merge(files).arg("--manifest").arg(&manifests);
        let known = [zero, one, two, &shards.manifest(0), &shards.manifest(2)];
        let outcome = with_manifest(&known).run();
        outcome.expect_code(2).expect_one_error_line("the manifest of shard 1/3 is missing");
        assert!(!manifests.exists());

        for (count, root, arguments, what) in [
            (4, &tree, FULL, "the number of shards differs"),
            (3, &other, FULL, "the root differs"),
            (3, &tree, QUICK, "the set of checks differs"),
            (
                3,
                &tree,
                &["--exclude", "x", "--skip", "environment,tar"],
                "what was excluded differs",
            ),
        ] {
            let foreign = Shards::new(dir, root, count, arguments);
            foreign.part(1).run().expect_code(0);
            refused(merge(&[zero, &foreign.facts(1), two]), what);
        }
    });
}

#[test]
fn files_that_are_no_parts_are_refused_by_name() {
    in_lab(&[], |dir| {
        let tree = dir.join("tree");
        fs::create_dir(&tree).unwrap();
        let shards = Shards::new(dir, &tree, 1, FULL);
        shards.scan();
        let facts = fs::read(shards.facts(0)).unwrap();
        let broken = dir.join("broken");
        let merge = || Fscan::new(dir).args(["merge", "-q"]).arg(&broken);
        refused(merge(), "broken: it cannot be opened");
        for (content, what) in [
            (&b""[..], "no part of a scan; give what --facts and --manifest wrote"),
            (b"{}", "no part of a scan; give what --facts and --manifest wrote"),
            (&facts[..facts.len() / 2], "it is damaged"),
            (&packed(br#"{"fscan_shard":9,"facts":{}}"#), "has version 9 of its format"),
            (&packed(br#"{"fscan_shard":3,"facts":{"header":7}}"#), "it is damaged"),
        ] {
            fs::write(&broken, content).unwrap();
            refused(merge(), what);
        }
        fs::remove_file(&broken).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &broken, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
        refused(merge(), "FIFO");
    });
}

fn packed(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

#[test]
fn what_needs_the_tree_is_left_open_where_it_is_not_there() {
    in_lab(&[], |dir| {
        let (tree, elsewhere) = (dir.join("tree"), dir.join("elsewhere"));
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join("odd\nname"), "").unwrap();
        let shards = Shards::new(dir, &tree, 2, QUICK);
        shards.scan();
        let left_open = |why: &str| {
            let merged = shards.merge().run();
            merged.expect_code(2).expect_one_error_line(why);
            let report =
                merged.expect(merged.stderr().contains("was not finished"), "it says so").report();
            assert!(!report.complete && report.findings[0].code == "name-unsafe");
            let links = report.roots[0].checks.iter().find(|check| check.name == "links").unwrap();
            assert_eq!(links.status, "partial");
        };
        fs::rename(&tree, &elsewhere).unwrap();
        left_open("ENOENT");
        fs::create_dir(&tree).unwrap();
        left_open("that the shards scanned");
        fs::remove_dir(&tree).unwrap();
        fs::rename(&elsewhere, &tree).unwrap();
        shards.merge().run().expect_code(0);
    });
}

#[test]
fn a_part_says_that_it_is_one_and_asks_for_what_it_needs() {
    in_lab(&[], |dir| {
        let tree = dir.join("tree");
        fs::create_dir_all(tree.join("a/b/c")).unwrap();
        let shards = Shards::new(dir, &tree, 2, QUICK);
        let part = shards.part(1).run();
        let report = part.expect_code(0).report();
        assert_eq!(report.roots[0].shard.as_deref(), Some("1/2"));
        assert!(report.environment.is_none() && report.tar.is_none());
        let whole = Fscan::new(dir).args(["--quick", "--skip", "environment"]).arg(&tree).run();
        whole.expect(!whole.stdout().contains("part"), "a whole tree is no part");

        let facts = dir.join("facts.gz");
        let tree_twice = [tree.as_path(), tree.as_path()];
        for (arguments, paths, what) in [
            (&["--shard", "0/2"][..], &tree_twice[..1], "--facts"),
            (&["--shard", "2/2", "--facts"], &tree_twice[..1], "the first is 0 and the last 1"),
            (&["--shard", "0/2", "--facts"], &tree_twice[..], "give one PATH"),
            (&["--cross-mounts", "--shard", "0/2", "--facts"], &tree_twice[..1], "--cross-mounts"),
        ] {
            let scan = Fscan::new(dir).args(arguments);
            let scan = if arguments.last() == Some(&"--facts") { scan.arg(&facts) } else { scan };
            let outcome = scan.args(paths).run();
            outcome.expect_code(2).expect(outcome.stderr().contains(what), what);
        }
        assert!(!facts.exists());
    });
}

/// The reports and manifests of one scan and of merged parts, held against one another.
pub(crate) fn expect_the_same(dir: &Dir, root: &Path, counts: &[u32], arguments: &[&str]) {
    let manifest = Shards::new(dir, root, 1, arguments).folder.join("whole.jsonl");
    let whole = Fscan::new(dir).args(["--format", "json", "-q", "--manifest"]).arg(&manifest);
    let whole = without_times(&whole.args(arguments).arg(root).run());
    let manifest = manifest_without_times(&manifest);
    for count in counts {
        let shards = Shards::new(dir, root, *count, arguments);
        for index in 0..*count {
            shards.part(index).arg("--manifest").arg(shards.manifest(index)).run();
        }
        let joined = shards.folder.join("joined.jsonl");
        let merged = shards.merge().arg("--manifest").arg(&joined).run();
        let all = without_times(&merged);
        merged.expect(all == whole, &format!("{count} shards give the report of one:\n{whole}"));
        assert_eq!(manifest_without_times(&joined), manifest, "{count} shards");
    }
}

/// Numbers repeat in subvolumes, and each begins with the same one.
#[test]
fn numbers_that_repeat_on_one_mount_are_told_apart() {
    let needs =
        [Need::Loop, Need::Tool("mkfs.btrfs"), Need::Tool("btrfs"), Need::Filesystem("btrfs")];
    in_lab(&needs, |dir| {
        let image = Image::made_by("mkfs.btrfs", dir, 120, &[]);
        let mount = image.mount("rw");
        for volume in ["one", "two", "three"] {
            let top = mount.join(volume);
            let made =
                tool("btrfs").args(["-q", "subvolume", "create"]).arg(&top).status().unwrap();
            assert!(made.success());
            for folder in ["a", "b", "c", "d"] {
                fs::create_dir_all(top.join(folder).join("deep")).unwrap();
                fs::write(top.join(folder).join("deep/file"), [b'x'; 9000]).unwrap();
                fs::hard_link(top.join("a/deep/file"), top.join(folder).join("link")).unwrap();
            }
        }
        expect_the_same(dir, mount.point(), &[4], FULL);
    });
}

/// What one file says is told once, and counted once, whoever met its names.
#[test]
fn a_damaged_file_of_many_names_is_told_once() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        let (broken, zeroed) = (mount.join("broken.gz"), mount.join("zeroed.js"));
        fs::write(&broken, packed(b"content")).unwrap();
        let end = fs::metadata(&broken).unwrap().len() - 6;
        std::os::unix::fs::FileExt::write_all_at(
            &fs::File::options().write(true).open(&broken).unwrap(),
            b"wrong",
            end,
        )
        .unwrap();
        fs::write(&zeroed, [0; 8192]).unwrap();
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
        for (file, end) in [(&broken, ".gz"), (&zeroed, ".js")] {
            fs::File::options().write(true).open(file).unwrap().set_modified(long_ago).unwrap();
            for n in 0..8 {
                let folder = mount.join(&format!("folder-{n}"));
                fs::create_dir_all(&folder).unwrap();
                fs::hard_link(file, folder.join(format!("name{end}"))).unwrap();
            }
        }
        let shards = Shards::new(dir, mount.point(), 4, FULL);
        shards.scan();
        let merged = shards.merge().run();
        let report = merged.expect_code(1).report();
        let codes: Vec<_> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["content-zeroed", "content-self-check-failed"], "each once");
        let whole = Fscan::new(dir).args(["--format", "json", "-q"]).args(FULL).arg(mount.point());
        assert_eq!(report.totals, whole.run().report().totals);
    });
}

/// Overlays do not count names: each is a file of its own, for parts as well.
#[test]
fn links_that_are_not_counted_are_files_of_their_own() {
    in_lab(&[Need::Filesystem("overlay")], |dir| {
        let layers = Mount::tmpfs(&dir.join("layers"), "size=64m");
        let folders = ["lower", "upper", "work"].map(|name| layers.join(name));
        folders.iter().for_each(|folder| fs::create_dir(folder).unwrap());
        fs::write(folders[0].join("file"), [b'x'; 5000]).unwrap();
        for n in 0..8 {
            fs::create_dir(folders[0].join(format!("folder-{n}"))).unwrap();
            fs::hard_link(folders[0].join("file"), folders[0].join(format!("folder-{n}/link")))
                .unwrap();
        }
        let merged = Mount::overlay(&dir.join("merged"), &folders[0], &folders[1], &folders[2]);
        expect_the_same(dir, merged.point(), &[4], FULL);
    });
}

#[test]
fn a_directory_that_moved_between_parts_is_not_silently_left_out() {
    in_lab(&[], |dir| {
        let tree = dir.join("tree");
        for first in 0..20 {
            fs::create_dir_all(tree.join(format!("place-{first}/moved-{first}/inside"))).unwrap();
        }
        let shards = Shards::new(dir, &tree, 2, FULL);
        let scan = |index| {
            shards.part(index).arg("--manifest").arg(shards.manifest(index)).run().expect_code(0);
        };
        scan(0);
        for n in 0..20 {
            let to = format!("place-{}/moved-to-{n}", (n + 1) % 20);
            fs::rename(tree.join(format!("place-{n}/moved-{n}")), tree.join(to)).unwrap();
        }
        scan(1);
        let joined = dir.join("joined.jsonl");
        let merged = shards.merge().arg("--manifest").arg(&joined).run();
        let report = merged.expect_code(0).report();
        let gap = report.unchecked.iter().find(|row| row.reason == "vanished");
        merged.expect(gap.is_some_and(|row| row.what == "directory"), "it is told");
        let header = fs::read_to_string(&joined).unwrap();
        assert!(header.lines().next().unwrap().contains(r#""unexamined":[{"path":""#));
        // Nothing moves any more.
        let shards = Shards::new(dir, &tree, 2, FULL);
        shards.scan();
        let report = shards.merge().run().expect_code(0).report();
        assert!(report.unchecked.is_empty());
    });
}

#[test]
fn parts_are_never_replaced_and_manifests_are_those_of_the_facts() {
    in_lab(&[], |dir| {
        let (tree, other) = (dir.join("tree"), dir.join("other"));
        [&tree, &other].iter().for_each(|path| fs::create_dir(path).unwrap());
        let (shards, foreign) =
            (Shards::new(dir, &tree, 1, FULL), Shards::new(dir, &other, 1, FULL));
        shards.scan_with_manifests();
        foreign.scan_with_manifests();
        let before = fs::read(shards.facts(0)).unwrap();
        refused(shards.merge().arg("-o").arg(shards.facts(0)), "one of the parts");
        let out = dir.join("out.json");
        refused(shards.merge().arg("-o").arg(&out).arg("--manifest").arg(&out), "given twice");
        assert_eq!(fs::read(shards.facts(0)).unwrap(), before);
        fs::copy(foreign.manifest(0), shards.manifest(0)).unwrap();
        refused(shards.merge().arg("--manifest").arg(&out), "not written by the scan whose facts");
        // Of another run of the same part, moments ago.
        let again = Shards::new(dir, &tree, 1, FULL);
        again.scan_with_manifests();
        fs::copy(again.manifest(0), shards.manifest(0)).unwrap();
        refused(shards.merge().arg("--manifest").arg(&out), "not written by the scan whose facts");
        assert!(!out.exists());
        // What may be all that tells of another tree; this one need not be there for that.
        let kept = foreign.manifest(0);
        let before = fs::read(&kept).unwrap();
        let away = dir.join("away");
        fs::rename(&tree, &away).unwrap();
        refused(again.merge().arg("--manifest").arg(&kept), "is the manifest of another tree");
        fs::rename(&away, &tree).unwrap();
        assert_eq!(fs::read(&kept).unwrap(), before);

        // A part that fails leaves nothing of an earlier one.
        fs::remove_dir(&tree).unwrap();
        shards.part(0).run().expect_code(2);
        assert!(!shards.facts(0).exists());
    });
}
