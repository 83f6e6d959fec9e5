//! Archives that real tools got wrong, extracted in each way: nothing outside the scratch
//! directory is touched, nothing accuses the filesystem, and what is sound is extracted.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use reports::{Severity, TarPattern, TarRun};
use walkdir::WalkDir;

use super::trips::options;
use crate::Control;
use crate::archive::tests::build::{Raw, RawBlock, record};
use crate::archive::tests::compression::gzip;
use crate::round_trip::{RoundTrips, Size, Source, TripOptions, run};

/// A case: archives that are extracted one after the other, what is said of them, and how many
/// entries each of the patterns brings.
struct Case {
    name: &'static str,
    archives: Vec<Vec<u8>>,
    /// Words of a reason that must be given.
    why: &'static str,
    /// By npm and npm-cached, which take no links.
    npm: u64,
    /// By pnpm, which takes no directories either.
    pnpm: u64,
    /// By sequential.
    sequential: u64,
}

fn case(name: &'static str, raw: Raw, why: &'static str, npm: u64, sequential: u64) -> Case {
    Case { name, archives: vec![raw.end()], why, npm, pnpm: npm, sequential }
}

/// What lies outside: names, modes, times and contents.
fn outside(dir: &Path) -> BTreeMap<String, (u32, i64, i64, Vec<u8>)> {
    let entries = WalkDir::new(dir.join("outside")).into_iter().map(Result::unwrap);
    entries
        .map(|entry| {
            let metadata = entry.metadata().unwrap();
            let content = fs::read(entry.path()).unwrap_or_default();
            let times = (metadata.mtime(), metadata.mtime_nsec());
            (entry.path().display().to_string(), (metadata.mode(), times.0, times.1, content))
        })
        .collect()
}

fn judge(case: &Case, dir: &Path, patterns: &[TarPattern]) -> RoundTrips {
    judge_within(case, dir, patterns, Size::UNLIMITED)
}

fn judge_within(case: &Case, dir: &Path, patterns: &[TarPattern], most: Size) -> RoundTrips {
    let place = dir.join("place");
    let paths: Vec<_> = (0..case.archives.len()).map(|n| dir.join(format!("{n}/a.tgz"))).collect();
    for (path, archive) in paths.iter().zip(&case.archives) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, archive).unwrap();
    }
    let before = outside(dir);
    let options = TripOptions {
        patterns: patterns.to_vec(),
        most,
        ..options(&place, Source::Archives(paths))
    };
    let done = run(&options, &Control::new(|_| ())).unwrap();
    assert_eq!(outside(dir), before, "{}: outside", case.name);
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "{}: nothing is left", case.name);
    let rows = done.findings.clone().into_rows();
    let accusing: Vec<_> = rows.iter().filter(|row| row.severity > Severity::Info).collect();
    assert!(accusing.is_empty(), "{}: {accusing:?}", case.name);
    let whys: Vec<_> = done.trips.refused.iter().map(|refused| refused.why.as_str()).collect();
    if case.why.is_empty() {
        assert!(whys.is_empty(), "{}: {whys:?}", case.name);
    } else {
        assert!(whys.iter().any(|why| why.contains(case.why)), "{}: {whys:?}", case.name);
    }
    done
}

fn verified(run: &TarRun) -> u64 {
    assert_eq!((run.differing, run.left_behind), (0, 0), "{run:?}");
    run.verified
}

/// A directory with something precious outside, and a place to extract in.
fn with_outside(test: impl FnOnce(&Path)) {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["outside/folder", "place"] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
    }
    fs::write(dir.path().join("outside/precious"), "precious").unwrap();
    test(dir.path());
}

fn judge_all(cases: impl FnOnce(&Path) -> Vec<Case>) {
    with_outside(|dir| {
        for case in cases(dir) {
            let done = judge(&case, dir, &TarPattern::ALL);
            let found: Vec<_> = done.trips.runs.iter().map(verified).collect();
            let expected = [case.npm, case.npm, case.pnpm, case.sequential];
            assert_eq!(found, expected, "{}: {:?}", case.name, done.trips);
        }
    });
}

/// A path upwards that is long enough to reach the outside directory from anywhere below.
fn up(dir: &Path, file: &str) -> String {
    let depth = dir.components().count() + 12;
    format!("{}{}/outside/{file}", "../".repeat(depth), dir.strip_prefix("/").unwrap().display())
}

#[test]
fn names_that_lead_out() {
    judge_all(|dir| {
        let there = dir.join("outside/precious").display().to_string();
        let up = up(dir, "precious");
        let good = || Raw::new().file("package/good", b"good");
        vec![
            case("1: ..", good().file(&up, b"evil"), "contains \"..\"", 1, 1),
            case(
                "1: .. within",
                good().pax(&[("path", format!("package/a/{up}").as_bytes())]).file("x", b"evil"),
                "contains \"..\"",
                1,
                1,
            ),
            case("2: /x", good().file(&there, b"evil"), "absolute", 1, 1),
            case("2: ////x", good().file(&format!("///{there}"), b"evil"), "absolute", 1, 1),
            // Once `package` is stripped nothing but `..` is left.
            case("3: .. once stripped", good().file("package/../x", b"evil"), "..", 1, 1),
            case(
                "16: longer than PATH_MAX",
                {
                    let long = format!("package/{}x", "a/".repeat(3000));
                    good().pax(&[("path", long.as_bytes())]).file("x", b"evil")
                },
                "too",
                1,
                1,
            ),
            case(
                "31: 100,000 components",
                {
                    let deep = format!("package/{}x", "a/".repeat(100_000));
                    good().pax(&[("path", deep.as_bytes())]).file("x", b"evil")
                },
                "too",
                1,
                1,
            ),
        ]
    });
}

#[test]
fn links_that_lead_out() {
    judge_all(|dir| {
        let folder = dir.join("outside").display().to_string();
        let up = up(dir, "");
        let good = || Raw::new().file("package/good", b"good");
        let through = "through a symbolic link or a file";
        vec![
            // The directories that npm makes for d/f are its own: links are none of its business.
            case(
                "4: link outside, then through it",
                good().symlink("package/d", up.as_bytes()).file("package/d/precious", b"evil"),
                "target may lead out",
                2,
                2,
            ),
            case(
                "4: link inside, then through it",
                good().symlink("package/d", b"good").file("package/d/precious", b"evil"),
                // npm takes no links, so that it has nothing to refuse.
                through,
                2,
                2,
            ),
            case(
                "8: absolute link target",
                good().symlink("package/l", folder.as_bytes()),
                "target is absolute",
                1,
                1,
            ),
            case(
                "9: hard link to ..",
                good().hard_link("package/l", format!("{up}precious").as_bytes()),
                "",
                1,
                1,
            ),
            case(
                "10: hard link through a chain of links",
                good()
                    .symlink("package/a", b".")
                    .symlink("package/b", b"a/..")
                    .hard_link("package/l", b"package/b/outside/precious"),
                "",
                1,
                2,
            ),
            case(
                "14: links that would make only directories outside",
                good()
                    .symlink("package/d", up.as_bytes())
                    .header(RawBlock::new(b'5', b"package/d/made/")),
                "target may lead out",
                2,
                2,
            ),
        ]
        .into_iter()
        .map(|case| match case.name {
            "9: hard link to .." | "10: hard link through a chain of links" => {
                Case { why: "may lead out", ..case }
            }
            "14: links that would make only directories outside" => Case { pnpm: 1, ..case },
            _ => case,
        })
        .collect()
    });
}

#[test]
fn directories_that_become_links() {
    judge_all(|_| {
        let through = "through a symbolic link or a file";
        vec![
            // The link takes the place of the empty directory; f then leads through it.
            case(
                "5: directory, link of its name, file below",
                Raw::new()
                    .header(RawBlock::new(b'5', b"package/e/"))
                    .header(RawBlock::new(b'5', b"package/d/"))
                    .symlink("package/d", b"e")
                    .file("package/d/f", b"evil"),
                through,
                3,
                3,
            ),
            case(
                "6: ß and ss are two",
                Raw::new()
                    .header(RawBlock::new(b'5', "package/ß/".as_bytes()))
                    .symlink("package/ss", b"good")
                    .file("package/ß/f", b"f")
                    .file("package/good", b"good"),
                "",
                3,
                4,
            ),
            case(
                "7: link, then the directory foo/.",
                Raw::new()
                    .symlink("package/foo", b"bar")
                    .header(RawBlock::new(b'5', b"package/foo/.").mode(0o777)),
                through,
                1,
                1,
            ),
            case(
                "13: link, then a file of its name",
                Raw::new()
                    .file("package/t", b"t")
                    .symlink("package/l", b"t")
                    .file("package/l", b"l"),
                "",
                2,
                3,
            ),
        ]
        .into_iter()
        .map(|case| match &case.name[..2] {
            "5:" => Case { pnpm: 1, ..case },
            "6:" => Case { pnpm: 2, ..case },
            "7:" => Case { pnpm: 0, ..case },
            _ => case,
        })
        .collect()
    });
}

#[test]
fn hard_links() {
    judge_all(|_| {
        vec![
            case(
                "11: hard link with data",
                Raw::new()
                    .file("package/a", b"aaaa")
                    .entry(RawBlock::new(b'1', b"package/b").link(b"package/a"), b"evil"),
                "",
                1,
                2,
            ),
            case(
                "12: hard link before its target",
                Raw::new().hard_link("package/b", b"package/a").file("package/a", b"a"),
                "has not brought",
                1,
                1,
            ),
        ]
        .into_iter()
        .collect()
    });
}

/// 15: the first archive plants a link, the second one writes through it, into one directory.
#[test]
fn case_15_two_archives() {
    with_outside(|dir| {
        use super::bench::{extract, package, recorder};
        let folder = dir.join("outside").display().to_string();
        let plant = Raw::new().symlink("package/d", folder.as_bytes()).end();
        let inside = Raw::new().symlink("package/d", b"e").end();
        let write = Raw::new().file("package/d/precious", b"evil").end();
        let before = outside(dir);
        for pattern in TarPattern::ALL {
            for (index, first) in [&plant, &inside].into_iter().enumerate() {
                let root = dir.join(format!("{}-{index}", pattern.as_str()));
                fs::create_dir_all(root.join("r")).unwrap();
                fs::write(root.join("1.tar"), first).unwrap();
                fs::write(root.join("2.tar"), &write).unwrap();
                let packages = ["1.tar", "2.tar"].map(|file| package("foo", &root.join(file)));
                extract(&recorder(&root), &root, pattern, &packages);
                let link = root.join("r/node_modules/foo/package/d");
                if pattern == TarPattern::Sequential && index == 1 {
                    assert_eq!(fs::read_link(link).unwrap(), Path::new("e"));
                }
                // Even a link that somebody else plants is not followed.
                let evil = root.join("r/node_modules/foo/d");
                let _ = fs::remove_dir_all(&evil);
                if std::os::unix::fs::symlink(&folder, &evil).is_ok() {
                    extract(&recorder(&root), &root, pattern, &packages[1..]);
                }
            }
        }
        assert_eq!(outside(dir), before);
    });
}

#[test]
fn records_that_lie() {
    let paxed = |records: &[(&str, &[u8])]| Raw::new().pax(records);
    judge_all(|_| {
        vec![
            case(
                "21: ustar size 0, PAX size 3",
                paxed(&[("size", b"3")]).header(RawBlock::new(b'0', b"package/a")).data(b"abc"),
                "",
                1,
                1,
            ),
            case(
                "22: sizes that differ",
                paxed(&[("size", b"3")])
                    .header(RawBlock::new(b'0', b"package/a").size(512))
                    .data(b"abc"),
                "",
                1,
                1,
            ),
            case(
                "23: PAX before a GNU long name",
                Raw::new()
                    .pax(&[("size", b"3")])
                    .long(b'L', b"package/long")
                    .header(RawBlock::gnu(b'0', b"package/short"))
                    .data(b"abc"),
                "",
                1,
                1,
            ),
            case(
                "24: malformed PAX",
                Raw::new()
                    .file("package/good", b"good")
                    .entry(RawBlock::new(b'x', b"x"), b"99 path=package/evil\n")
                    .file("package/a", b"a"),
                "PAX",
                1,
                1,
            ),
            case(
                "25: NUL in a PAX value",
                paxed(&[("path", b"package/a\0b")]).file("package/x", b"x"),
                "NUL",
                0,
                0,
            ),
            case(
                "26: a name that looks like a number",
                paxed(&[("path", b"package/1e5")]).file("x", b"x"),
                "",
                1,
                1,
            ),
            case(
                "27: negative size",
                Raw::new().header(RawBlock::new(b'0', b"package/a").put(124, &[0xff; 12])),
                "negative",
                0,
                0,
            ),
            case(
                "28: huge sparse map",
                paxed(&[
                    ("GNU.sparse.major", b"1"),
                    ("GNU.sparse.minor", b"0"),
                    ("GNU.sparse.name", b"package/s"),
                    ("GNU.sparse.realsize", b"1048576"),
                ])
                .entry(RawBlock::new(b'0', b"x"), b"99999999999\n"),
                "sparse",
                0,
                0,
            ),
            case(
                "29: giant PAX record",
                Raw::new()
                    .entry(RawBlock::new(b'x', b"x"), &record("comment", &vec![b'a'; 2 << 20])),
                "names and attributes",
                0,
                0,
            ),
            case(
                "29: giant long name",
                Raw::new().long(b'L', &vec![b'a'; 2 << 20]).file("x", b"x"),
                "names and attributes",
                0,
                0,
            ),
        ]
    });
}

#[test]
fn kinds_that_are_not_extracted() {
    let node = |flag, name: &str| RawBlock::new(flag, name.as_bytes()).mode(0o666);
    judge_all(|_| {
        vec![
            case("32: device", Raw::new().header(node(b'3', "package/d")), "a device", 0, 0),
            case("32: FIFO", Raw::new().header(node(b'6', "package/f")), "a FIFO", 0, 0),
            case(
                "20: a refused entry stays refused",
                Raw::new().header(node(b'6', "package/f")).file("package/g", b"g"),
                "a FIFO",
                1,
                1,
            ),
            // Set-user-id is masked, and the verification would tell.
            case(
                "32: set-user-id",
                Raw::new().entry(RawBlock::new(b'0', b"package/s").mode(0o6755), b"s"),
                "",
                1,
                1,
            ),
            case(
                "18, 19: metadata through a name",
                {
                    Raw::new()
                        .pax(&[
                            ("SCHILY.acl.access", b"user::rwx"),
                            ("LIBARCHIVE.xattr.user.x", b"eA=="),
                        ])
                        .symlink("package/l", b"good")
                        .file("package/good", b"good")
                },
                "",
                1,
                2,
            ),
        ]
    });
}

/// 17: names are judged once more by the kernel: nothing is decided by comparing paths.
#[test]
fn case_17_a_parent_that_is_swapped() {
    with_outside(|dir| {
        use crate::round_trip::beneath::{Beneath, open_directory};
        use crate::round_trip::file_system::{Creation, FileSystem};
        let root = dir.join("place");
        std::os::unix::fs::symlink(dir.join("outside"), root.join("link")).unwrap();
        let before = outside(dir);
        let beneath = Beneath::new(open_directory(&root).unwrap());
        let path = b"link/precious".as_slice();
        assert!(beneath.open(path, Creation::Truncate, 0o600).is_err());
        assert!(beneath.make_directory(b"link/made", 0o700).is_err());
        assert!(beneath.unlink(path).is_err());
        assert!(beneath.rename(path, b"stolen").is_err());
        assert!(beneath.link(path, b"stolen").is_err());
        assert!(beneath.look(path).is_err());
        assert!(beneath.list(b"link").is_err());
        assert!(beneath.set_directory_mode(b"link", 0o777).is_err());
        assert!(beneath.set_times_at(path, (1, 0)).is_err());
        assert!(beneath.open(b"../outside/precious", Creation::Truncate, 0o600).is_err());
        assert_eq!(outside(dir), before);
        fs::remove_file(root.join("link")).unwrap();
    });
}

fn best(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bombs() {
    with_outside(|dir| {
        // 30: zeros that expand by a factor of a thousand.
        let mut zeros = Raw::new().header(RawBlock::new(b'0', b"package/z").size(64 << 20)).0;
        zeros.resize(zeros.len() + (64 << 20), 0);
        // A million entries that hold nothing, in a thousand members of gzip.
        let thousand = (0..1000).fold(Raw::new(), |raw, _| raw.file("package/x", b"")).0;
        let empty = best(&thousand).repeat(1000);
        let few = Size { entries: 2000, ..Size::UNLIMITED };
        let table = [
            ("zeros", best(&zeros), "compressed one", Size::UNLIMITED),
            ("empty entries", empty, "2000 members", few),
        ];
        for (name, archive, why, most) in table {
            let archives = vec![archive];
            let case = Case { name, archives, why, npm: 0, pnpm: 0, sequential: 0 };
            let done = judge_within(&case, dir, &TarPattern::ALL, most);
            for run in &done.trips.runs {
                assert!(run.bytes < 64 << 20 && run.entries <= 2000, "{run:?}");
            }
        }
    });
}

/// 33: whatever is cut off, the result is right or the archive is said to be damaged.
#[test]
fn truncation() {
    let whole = Raw::new().file("package/a", &[b'a'; 700]).file("package/b", b"b").end();
    with_outside(|dir| {
        for cut in (0..whole.len()).step_by(256) {
            for bytes in [whole[..cut].to_vec(), gzip(&whole[..cut]), {
                let gz = gzip(&whole);
                gz[..cut.min(gz.len() - 1)].to_vec()
            }] {
                let name = "truncated";
                let mut case =
                    Case { name, archives: vec![bytes], why: "", npm: 0, pnpm: 0, sequential: 0 };
                // A lone block of zeros ends an archive for every tar.
                if cut < whole.len() - 1024 + 512 {
                    case.why = "t";
                }
                judge_cut(&case, dir, cut, whole.len());
            }
        }
    });
}

fn judge_cut(case: &Case, dir: &Path, cut: usize, whole: usize) {
    let place = dir.join("place");
    let path = dir.join("cut.tgz");
    fs::write(&path, &case.archives[0]).unwrap();
    let options = TripOptions {
        patterns: vec![TarPattern::Npm, TarPattern::Sequential],
        ..options(&place, Source::Archives(vec![path]))
    };
    let done = run(&options, &Control::new(|_| ())).unwrap();
    let rows = done.findings.into_rows();
    assert!(rows.is_empty(), "{cut}: {rows:?}");
    let complete = done.trips.runs.iter().all(|run| run.verified == 2);
    let said = !done.trips.refused.is_empty();
    assert!(complete || said, "{cut} of {whole}: {:?}", done.trips);
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
}

#[test]
fn random_bytes() {
    with_outside(|dir| {
        let mut state = 1_u64;
        for round in 0..20 {
            let bytes: Vec<u8> = (0..2000)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round);
                    (state >> 56) as u8
                })
                .collect();
            let case = Case {
                name: "random",
                archives: vec![bytes],
                why: "archive",
                npm: 0,
                pnpm: 0,
                sequential: 0,
            };
            judge(&case, dir, &TarPattern::ALL);
        }
    });
}
