//! `--from-npm-cache`: what npm has downloaded, as its cache keeps it (cacache: a line
//! `SHA-1 TAB JSON` of an index file names the key and the hash under which the content lies).

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha512};

use super::{expect_whole, only_run, package, scratches, succeed, tar};
use crate::harness::{Dir, Fscan, Outcome, in_lab, tool};

/// A cache that is put together by hand.
struct Cache {
    path: PathBuf,
}

impl Cache {
    fn new(dir: &Dir) -> Cache {
        Cache { path: dir.folder("_cacache") }
    }

    /// Keeps an archive, and hands back what the index says of it.
    fn keep(&self, archive: &Path) -> String {
        let content = fs::read(archive).unwrap();
        let digest = Sha512::digest(&content);
        let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let folder = self.path.join("content-v2/sha512").join(&hex[..2]).join(&hex[2..4]);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(&hex[4..]), content).unwrap();
        format!("sha512-{}", base64(&digest))
    }

    /// Appends a line to the index file of `number`, as it is when it was written to its end.
    fn note(&self, number: u32, key: &str, integrity: Option<&str>) {
        let entry = serde_json::json!({
            "key": format!("make-fetch-happen:request-cache:https://registry.npmjs.org/{key}"),
            "integrity": integrity,
            "time": 1_700_000_000_000_u64,
            "size": 1,
        });
        let line = format!("\n{}\t{entry}", self.sha1(&entry.to_string()));
        self.append(number, &line);
    }

    fn append(&self, number: u32, text: &str) {
        let folder = self.path.join(format!("index-v5/ab/{number:02x}"));
        fs::create_dir_all(&folder).unwrap();
        let file = File::options().create(true).append(true).open(folder.join("index"));
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn sha1(&self, text: &str) -> String {
        let file = self.path.with_extension("text");
        fs::write(&file, text).unwrap();
        succeed(tool("sha1sum").arg(file))[..40].to_owned()
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        let digit = |n: usize| {
            let digit = char::from(DIGITS[(bits >> (18 - 6 * n)) as usize % 64]);
            if n <= three.len() { digit } else { '=' }
        };
        [0, 1, 2, 3].map(digit)
    };
    bytes.chunks(3).flat_map(group).collect()
}

fn extract<'a>(dir: &'a Dir, place: &Path, cache: &Cache) -> Fscan<'a> {
    tar(dir, place).arg(format!("--from-npm-cache={}", cache.path.display()))
}

fn one_file(dir: &Dir, name: &str) -> PathBuf {
    package(dir, name, &[("package.json", format!("{{\"name\":\"{name}\"}}").as_bytes())])
}

/// The packages below `node_modules` of what was kept.
fn modules(outcome: &Outcome, place: &Path) -> Vec<String> {
    let [kept] = &scratches(place)[..] else { outcome.fail("what was extracted is kept") };
    let top = kept.join("npm-1/node_modules");
    let mut names = vec![];
    for name in super::listed(&top) {
        if name.starts_with('@') {
            names.extend(super::listed(&top.join(&name)).iter().map(|n| format!("{name}/{n}")));
        } else {
            names.push(name);
        }
    }
    names
}

#[test]
fn packages_are_extracted_under_their_names() {
    in_lab(&[], |dir| {
        let (cache, place) = (Cache::new(dir), dir.folder("place"));
        let foo = cache.keep(&one_file(dir, "foo"));
        let scoped = cache.keep(&one_file(dir, "scoped"));
        cache.note(1, "foo/-/foo-1.0.0.tgz", Some(&foo));
        cache.note(2, "@scope%2fbar/-/bar-2.0.0.tgz", Some(&scoped));
        // A request that is no archive, and content that is gone.
        cache.note(3, "foo", Some(&foo));
        let gone = format!("sha512-{}", base64(&[7; 64]));
        cache.note(4, "gone/-/gone-1.0.0.tgz", Some(&gone));
        // What was removed has a last line without content.
        cache.note(5, "removed/-/removed-1.0.0.tgz", Some(&foo));
        cache.note(5, "removed/-/removed-1.0.0.tgz", None);
        let outcome = extract(dir, &place, &cache).args(["--pattern=npm", "--keep"]).run();
        expect_whole(&outcome);
        outcome.expect(only_run(&outcome).packages == 2, "two are there");
        let names = modules(&outcome, &place);
        outcome.expect(names == ["@scope/bar", "foo"], &format!("{names:?}"));
        let kept = scratches(&place).remove(0).join("npm-1/node_modules/@scope/bar/package.json");
        outcome.expect(fs::read(kept).unwrap() == b"{\"name\":\"scoped\"}", "as it was packed");
        let source = outcome.report().tar.unwrap().source;
        outcome.expect(source.contains("_cacache"), "the report names the cache");
    });
}

/// A line that was not written to its end is passed over, as cacache does it.
#[test]
fn a_torn_line_does_not_hide_what_stands_before_it() {
    in_lab(&[], |dir| {
        let (cache, place) = (Cache::new(dir), dir.folder("place"));
        let foo = cache.keep(&one_file(dir, "foo"));
        cache.note(1, "foo/-/foo-1.0.0.tgz", Some(&foo));
        let sha1 = cache.sha1("whatever it was");
        cache.append(1, &format!("\n{sha1}\t{{\"key\":\"make-fetch-happen:request-ca"));
        let outcome = extract(dir, &place, &cache).args(["--pattern=npm", "--keep"]).run();
        expect_whole(&outcome);
        outcome.expect(modules(&outcome, &place) == ["foo"], "the package is there");
    });
}

/// Content that is damaged is named, and the rest goes on.
#[test]
fn damaged_content_is_named() {
    in_lab(&[], |dir| {
        let (cache, place) = (Cache::new(dir), dir.folder("place"));
        let foo = cache.keep(&one_file(dir, "foo"));
        cache.note(1, "foo/-/foo-1.0.0.tgz", Some(&foo));
        let zeros = dir.file("zeros.tgz", &[0; 4096]);
        let zeros = cache.keep(&zeros);
        cache.note(2, "bar/-/bar-1.0.0.tgz", Some(&zeros));
        let outcome = extract(dir, &place, &cache).arg("--pattern=npm").run();
        let report = outcome.expect_code(0).report();
        let named = report.unchecked_examples("archive-damaged");
        let content = named.first().is_some_and(|path| path.contains("/content-v2/sha512/"));
        outcome.expect(named.len() == 1 && content, &format!("{named:?}"));
        outcome.expect(only_run(&outcome).verified == 1, "the sound one is extracted");
    });
}

#[test]
fn without_a_package_there_is_nothing_to_do() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let empty = Cache::new(dir);
        let missing = Cache { path: dir.join("missing/_cacache") };
        for cache in [&empty, &missing] {
            let outcome = extract(dir, &place, cache).run();
            outcome.expect_code(2).expect_one_error_line(cache.path.to_str().unwrap());
            outcome.expect(outcome.stdout().is_empty(), "there is no report");
        }
        fs::create_dir_all(empty.path.join("index-v5")).unwrap();
        let outcome = extract(dir, &place, &empty).run();
        outcome.expect_code(2).expect_one_error_line(empty.path.to_str().unwrap());
        outcome.expect_one_error_line("npm ci");
    });
}
