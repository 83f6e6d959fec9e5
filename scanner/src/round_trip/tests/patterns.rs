//! The calls of each pattern, in their order.

use std::fs;

use reports::{TarClassification, TarPattern};
use rustix::io::Errno;

use super::bench::{extract, package, recorder};
use crate::archive::tests::build::Raw;
use crate::round_trip::file_system::Call;
use crate::round_trip::layout::retired;

/// The calls for one package with `package.json` and `lib/a.js`, without their common beginning.
fn calls(pattern: TarPattern) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r")).unwrap();
    let archive = Raw::new().file("package/lib/a.js", b"a").file("package/package.json", b"{}");
    let archive = archive.symlink("package/link", b"lib/a.js").end();
    fs::write(dir.path().join("foo.tgz"), archive).unwrap();
    let recorder = recorder(dir.path());
    let foo = package("foo", &dir.path().join("foo.tgz"));
    let extracted = extract(&recorder, dir.path(), pattern, &[foo]);
    assert!(extracted[0].stumbles.is_empty(), "{:?}", extracted[0].stumbles);
    let hidden = String::from_utf8(retired(b"r/node_modules/foo")).unwrap();
    let calls = recorder.calls().into_iter();
    calls.map(|call| call.replace(&hidden, "HIDDEN").replace("r/node_modules/foo", "FOO")).collect()
}

#[test]
fn npm_makes_every_directory_for_every_entry() {
    let expected = [
        "mkdir r/node_modules",
        "mkdir FOO",
        "open FOO/package.json",
        "write FOO/package.json",
        "close FOO/package.json",
        "rename FOO -> HIDDEN",
        "mkdir r/node_modules EEXIST",
        "lstat r/node_modules",
        "mkdir FOO",
        "mkdir FOO/lib",
        "lstat FOO/lib/a.js ENOENT",
        "open FOO/lib/a.js",
        "write FOO/lib/a.js",
        "close FOO/lib/a.js",
        "lstat FOO/package.json ENOENT",
        "open FOO/package.json",
        "write FOO/package.json",
        "close FOO/package.json",
        "scandir HIDDEN",
        "unlink HIDDEN/package.json",
        "rmdir HIDDEN",
        "lstat HIDDEN ENOENT",
        "scandir r/node_modules",
    ];
    assert_eq!(calls(TarPattern::Npm), expected);
}

/// Of `lib/a.js` and `lib/b.js`, what is asked about `lib`.
fn asked_about_lib(pattern: TarPattern) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r")).unwrap();
    let archive = Raw::new().file("package/lib/a.js", b"a").file("package/lib/b.js", b"b").end();
    fs::write(dir.path().join("foo.tar"), archive).unwrap();
    let recorder = recorder(dir.path());
    extract(&recorder, dir.path(), pattern, &[package("foo", &dir.path().join("foo.tar"))]);
    let calls = recorder.calls().into_iter();
    calls.filter(|call| call.contains("/lib") && !call.contains("/lib/")).collect()
}

#[test]
fn npm_makes_a_directory_again_and_npm_cached_remembers_it() {
    let lib = "r/node_modules/foo/lib";
    let anew = [format!("mkdir {lib}"), format!("mkdir {lib} EEXIST"), format!("lstat {lib}")];
    assert_eq!(asked_about_lib(TarPattern::Npm), anew);
    assert_eq!(asked_about_lib(TarPattern::NpmCached), [format!("mkdir {lib}")]);
}

#[test]
fn pnpm_fills_a_store_and_links_from_there_with_package_json_last() {
    let calls = calls(TarPattern::Pnpm);
    let place = "r/node_modules/.pnpm/foo@0/node_modules/foo";
    let of = |word: &str| -> Vec<&String> {
        calls.iter().filter(|call| call.starts_with(word)).collect()
    };
    let links = of("link");
    assert_eq!(links.len(), 2, "{calls:?}");
    assert!(links[0].starts_with("link r/store/"), "{links:?}");
    assert!(links[0].ends_with("foo_tmp_0/lib/a.js"), "{links:?}");
    assert!(links[1].ends_with("foo_tmp_0/package.json"), "{links:?}");
    let renames = of("rename");
    assert!(renames[0].starts_with("rename r/store/tmp-0 -> r/store/"), "{renames:?}");
    assert_eq!(*renames[2], format!("rename {place}_tmp_0 -> {place}"));
    assert_eq!(*calls.last().unwrap(), "symlink .pnpm/foo@0/node_modules/foo -> FOO");
}

#[test]
fn sequential_opens_first_and_makes_directories_when_they_are_missing() {
    let expected = [
        "mkdir r/node_modules",
        "mkdir FOO",
        "open FOO/package/lib/a.js ENOENT",
        "mkdir FOO/package",
        "mkdir FOO/package/lib",
        "open FOO/package/lib/a.js",
        "write FOO/package/lib/a.js",
        "utime FOO/package/lib/a.js",
        "fchmod FOO/package/lib/a.js",
        "close FOO/package/lib/a.js",
        "open FOO/package/package.json",
        "write FOO/package/package.json",
        "utime FOO/package/package.json",
        "fchmod FOO/package/package.json",
        "close FOO/package/package.json",
        "symlink lib/a.js -> FOO/package/link",
        "utime FOO/package/link",
    ];
    assert_eq!(calls(TarPattern::Sequential), expected);
}

/// A call that fails drops its entry, and the rest goes on.
#[test]
fn a_failed_call_drops_its_entry_alone() {
    for pattern in [TarPattern::Npm, TarPattern::NpmCached] {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("r")).unwrap();
        let archive = Raw::new().file("package/lib/a.js", b"a").file("package/b.js", b"b").end();
        fs::write(dir.path().join("foo.tar"), archive).unwrap();
        let path = "r/node_modules/foo/lib/a.js";
        let recorder = recorder(dir.path()).failing(Call::Open, path, Errno::NOENT);
        let foo = package("foo", &dir.path().join("foo.tar"));
        let extracted = extract(&recorder, dir.path(), pattern, &[foo]).remove(0);
        assert_eq!((extracted.entries, extracted.succeeded), (2, 1));
        let [stumble] = &extracted.stumbles[..] else { panic!("{:?}", extracted.stumbles) };
        assert_eq!((stumble.call, stumble.errno), (Call::Open, Errno::NOENT));
        assert_eq!(stumble.path, path.as_bytes());
        // Its directory is there and alive, so that ENOENT contradicts it.
        assert_eq!(stumble.classification, TarClassification::LookupInconsistent);
        assert!(extracted.expected.contains_key(b"r/node_modules/foo/b.js".as_slice()));
        assert!(!extracted.expected.contains_key(path.as_bytes()));
    }
}

/// Where a package's directory cannot be made, nothing of it is extracted.
#[test]
fn a_package_without_its_directory_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r")).unwrap();
    let archive = Raw::new().file("package/a.js", b"a").end();
    fs::write(dir.path().join("foo.tar"), archive).unwrap();
    let path = "r/node_modules/foo";
    let recorder = recorder(dir.path()).failing(Call::MakeDirectory, path, Errno::NOSPC);
    let foo = package("foo", &dir.path().join("foo.tar"));
    let extracted = extract(&recorder, dir.path(), TarPattern::Sequential, &[foo]).remove(0);
    assert_eq!((extracted.entries, extracted.expected.len()), (0, 0));
    assert_eq!(extracted.stumbles[0].classification, TarClassification::NoSpace);
}

/// Descriptors that run out while it is removed leave it there, which is told as that alone.
#[test]
fn what_was_retired_and_stays_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r")).unwrap();
    fs::write(dir.path().join("foo.tar"), Raw::new().file("package/a.js", b"a").end()).unwrap();
    let hidden = retired(b"r/node_modules/foo");
    let path = std::str::from_utf8(&hidden).unwrap();
    let recorder = recorder(dir.path()).failing(Call::List, path, Errno::MFILE);
    let foo = package("foo", &dir.path().join("foo.tar"));
    let extracted = extract(&recorder, dir.path(), TarPattern::Npm, &[foo]).remove(0);
    let classes: Vec<_> = extracted.stumbles.iter().map(|one| one.classification).collect();
    assert_eq!(classes, [TarClassification::Permission]);
    assert!(extracted.dropped.contains(&hidden), "{:?}", extracted.dropped);
}
