//! The system calls of the npm pattern, seen from outside: what node-tar makes for each entry, in
//! that order.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use super::{package, succeed};
use crate::harness::{Dir, Need, in_lab, tool};

/// What the calls are traced to.
const CALLS: &str = "trace=mkdirat,openat,openat2,renameat,renameat2,statx,newfstatat,write,close,\
                     unlinkat,fchmod,fchmodat,?fchmodat2,utimensat,fsync,fdatasync";

/// A call about the package, in words: `open lib/a.js`, with the error that it met.
fn told(line: &str, top: &str) -> Option<String> {
    // With -f each line begins with the number of the thread.
    let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let (call, rest) = line.split_once('(')?;
    let (arguments, answer) = rest.rsplit_once(" = ")?;
    let answer = answer.trim();
    let error = answer.strip_prefix("-1 ").and_then(|error| error.split(' ').next());
    // Parents are opened by O_PATH so that no call can be led astray by a symbolic link; node
    // hands whole paths to the kernel, which goes the same way.
    if arguments.contains("O_PATH") {
        return None;
    }
    let paths: Vec<String> =
        at_paths(arguments).iter().filter_map(|path| below(path, top)).collect();
    if call == "write" || call == "close" {
        return below(descriptor(arguments)?, top).map(|path| format!("{call} {path}"));
    }
    let first = paths.first()?;
    let words = match call {
        "mkdirat" => format!("mkdir {first}"),
        "statx" | "newfstatat" if arguments.contains("AT_SYMLINK_NOFOLLOW") => {
            format!("lstat {first}")
        }
        "openat" | "openat2" if arguments.contains("O_CREAT") => {
            for flag in ["O_WRONLY", "O_TRUNC", "O_NOFOLLOW"] {
                assert!(arguments.contains(flag), "{flag} is due: {line}");
            }
            assert!(
                !arguments.contains("O_EXCL"),
                "an installer writes over what is there: {line}"
            );
            format!("open {first}")
        }
        // A listing, for the removal.
        "openat" | "openat2" => format!("list {first}"),
        "renameat" | "renameat2" => format!("rename {first} {}", paths.get(1)?),
        "unlinkat" if arguments.contains("AT_REMOVEDIR") => format!("rmdir {first}"),
        "unlinkat" => format!("unlink {first}"),
        call => format!("{call} {first}"),
    };
    Some(error.map_or(words.clone(), |error| format!("{words} {error}")))
}

/// The path behind the first descriptor, as `-y` shows it.
fn descriptor(arguments: &str) -> Option<&str> {
    let (_, rest) = arguments.split_once('<')?;
    rest.split_once('>').map(|(path, _)| path)
}

/// Paths of a call that carries descriptors of directories: each `N</dir>, "name"`, joined.
fn at_paths(arguments: &str) -> Vec<String> {
    let mut paths = vec![];
    let mut rest = arguments;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((directory, after)) = after.split_once('>') else { break };
        let name = after.strip_prefix(", \"").and_then(|name| name.split_once('"'));
        if let Some((name, _)) = name {
            paths.push(format!("{directory}/{name}"));
        }
        rest = after;
    }
    paths
}

/// A path behind the round's `node_modules`, or the name that stands for that.
fn below(path: &str, top: &str) -> Option<String> {
    let path = path.trim_end_matches(" (deleted)");
    let (place, below) = path.split_once("/npm-1/")?;
    let in_place = Path::new(place).parent() == Some(Path::new(top));
    in_place.then(|| below.strip_prefix("node_modules/").unwrap_or(below).to_owned())
}

/// The calls until the package is there; what follows compares and removes it.
fn traced(dir: &Dir, archive: &Path) -> Vec<String> {
    let place = dir.folder("place");
    let log = dir.join("strace");
    let mut strace = tool("strace");
    strace.args(["-f", "-y", "-s", "4096", "-e", CALLS, "-o"]).arg(&log);
    strace.arg(env!("CARGO_BIN_EXE_fscan")).arg("tar").arg(&place);
    strace.args(["--no-control", "--quiet", "--pattern=npm", "--archive"]).arg(archive);
    succeed(&mut strace);
    let log = fs::read_to_string(log).unwrap();
    let top = place.to_str().unwrap();
    let mut calls: Vec<_> = joined(&log).iter().filter_map(|line| told(line, top)).collect();
    let end = calls.iter().position(|call| call.starts_with("rmdir .foo-"));
    calls.truncate(end.expect("what was retired is removed") + 1);
    without_parents(calls)
}

/// Parents are closed again, which node does not have to; files are closed once each.
fn without_parents(calls: Vec<String>) -> Vec<String> {
    let mut open = HashSet::new();
    let keep = |call: &String| match call.split_once(' ') {
        Some(("open", path)) => open.insert(path.to_owned()),
        Some(("close", path)) => open.remove(path),
        Some((call, _)) => call != "list",
        None => false,
    };
    calls.into_iter().filter(keep).collect()
}

/// Lines, those that strace had to break put together again.
fn joined(log: &str) -> Vec<String> {
    let mut begun = HashMap::new();
    let mut lines = vec![];
    for line in log.lines() {
        let thread = line.split_whitespace().next().unwrap_or_default();
        if let Some(start) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, start.to_owned());
        } else if let Some((_, end)) = line.split_once(" resumed>") {
            lines.push(begun.remove(thread).unwrap_or_default() + end);
        } else {
            lines.push(line.to_owned());
        }
    }
    lines
}

#[test]
fn npm_makes_the_calls_of_node_tar() {
    in_lab(&[Need::Tool("strace")], |dir| {
        let files: [(&str, &[u8]); 3] =
            [("package.json", b"{}"), ("lib/deep/one.js", b"one"), ("lib/two.js", b"two")];
        let calls = traced(dir, &package(dir, "foo", &files));
        let retired = calls.iter().find_map(|call| call.strip_prefix("rename foo "));
        let retired = retired.expect("what is in its place is retired").to_owned();
        let random = retired.strip_prefix(".foo-").expect("beside it, under a hidden name");
        assert!(random.len() == 8 && random.bytes().all(|b| b.is_ascii_alphanumeric()), "{random}");
        let calls: Vec<_> =
            calls.iter().map(|call| call.replace(&retired, ".foo-XXXXXXXX")).collect();
        let expected = [
            // What an earlier install would have left.
            "mkdir node_modules",
            "mkdir foo",
            "open foo/package.json",
            "write foo/package.json",
            "close foo/package.json",
            // From here on it is npm's.
            "rename foo .foo-XXXXXXXX",
            "mkdir node_modules EEXIST",
            "lstat node_modules",
            "mkdir foo",
            "lstat foo/package.json ENOENT",
            "open foo/package.json",
            "write foo/package.json",
            "close foo/package.json",
            "mkdir foo/lib",
            "mkdir foo/lib/deep",
            "lstat foo/lib/deep/one.js ENOENT",
            "open foo/lib/deep/one.js",
            "write foo/lib/deep/one.js",
            "close foo/lib/deep/one.js",
            "mkdir foo/lib EEXIST",
            "lstat foo/lib",
            "lstat foo/lib/two.js ENOENT",
            "open foo/lib/two.js",
            "write foo/lib/two.js",
            "close foo/lib/two.js",
            "unlink .foo-XXXXXXXX/package.json",
            "rmdir .foo-XXXXXXXX",
        ];
        assert_eq!(calls, expected);
    });
}
