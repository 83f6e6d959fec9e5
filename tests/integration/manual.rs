//! `fscan man --install`: pages and completions as packages ship them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Dir, Fscan, Need, in_lab, tool};

const PAGES: &str = "share/man/man1";

/// Installs below a folder of this name, on a terminal that is as wide as that.
fn install(dir: &Dir, name: &str, columns: &str) -> PathBuf {
    let prefix = dir.join(name);
    let run = Fscan::new(dir).args(["man", "--install"]).arg(&prefix).variable("COLUMNS", columns);
    let outcome = run.run();
    outcome.expect_code(0).expect(outcome.stderr().is_empty(), "nothing on stderr");
    for path in outcome.stdout().lines() {
        outcome.expect(Path::new(path).is_file(), &format!("{path} was written"));
    }
    let (told, written) = (outcome.stdout().lines().count(), content(&prefix).len());
    outcome.expect(told == written, "every file that was written is told");
    prefix
}

/// Every file below a folder, and what is in it.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let read = |path: &Path| (path.strip_prefix(folder).unwrap().to_owned(), fs::read(path));
    files.map(|file| read(file.path())).map(|(path, text)| (path, text.unwrap())).collect()
}

#[test]
fn each_command_has_a_page() {
    let dir = Dir::new();
    let pages = install(&dir, "prefix", "80").join(PAGES);
    let help = Fscan::new(&dir).arg("-h").run().stdout();
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    // What does not fit a line goes on further right.
    let rows = commands.split("\n\n").next().unwrap().lines();
    let commands = rows.filter_map(|row| row.strip_prefix("  ")?.split(' ').next());
    let commands = commands.filter(|command| !command.is_empty());
    let mut expected: Vec<_> = commands.filter(|command| *command != "help").collect();
    assert!(expected.len() > 10 && expected.contains(&"scan"), "{expected:?}");
    for command in &expected {
        let page = fs::read_to_string(pages.join(format!("fscan-{command}.1"))).unwrap();
        let title = format!(".TH \"FSCAN-{}\" \"1\" \"\" ", command.to_uppercase());
        assert!(page.starts_with(&title), "{page}");
        assert!(page.contains(&format!("\\fBfscan {command} ")), "{command} has a synopsis");
    }
    let page = fs::read_to_string(pages.join("fscan.1")).unwrap();
    assert!(page.contains(".SH \"EXIT STATUS\"") && page.contains("\\fB129, 130, 143\\fR"));
    expected.push("itself");
    assert_eq!(fs::read_dir(pages).unwrap().count(), expected.len(), "and no other page");
}

#[test]
fn the_files_are_the_same_each_time() {
    let dir = Dir::new();
    let (narrow, wide) = (install(&dir, "narrow", "30"), install(&dir, "wide", "200"));
    assert!(content(&narrow) == content(&wide), "no byte depends on when and where");
    // Over an older version too.
    install(&dir, "wide", "200");
}

#[test]
fn completions_stand_where_shells_look_for_them() {
    let dir = Dir::new();
    let share = install(&dir, "prefix", "80").join("share");
    for (path, word) in [
        ("bash-completion/completions/fscan", "complete -F _fscan"),
        ("elvish/lib/fscan.elv", "set edit:completion:arg-completer[fscan]"),
        ("fish/vendor_completions.d/fscan.fish", "complete -c fscan"),
        ("zsh/site-functions/_fscan", "#compdef fscan\n"),
    ] {
        let script = fs::read_to_string(share.join(path)).unwrap();
        assert!(script.contains(word) && script.contains("cross-mounts"), "{path}");
    }
    let bash = share.join("bash-completion/completions/fscan");
    assert!(tool("bash").arg("-n").arg(bash).status().unwrap().success(), "bash reads it");
}

#[test]
fn man_programs_read_the_pages() {
    in_lab(&[Need::Tool("mandoc")], |dir| {
        let pages = fs::read_dir(install(dir, "prefix", "80").join(PAGES)).unwrap();
        for page in pages.map(|page| page.unwrap().path()) {
            // Those who write dates into pages miss one here.
            let lint = tool("mandoc").args(["-Tlint", "-Wwarning"]).arg(&page).output().unwrap();
            let said = String::from_utf8(lint.stdout).unwrap();
            let is_known = |line: &&str| {
                line.contains("missing date") || line.contains("skipping paragraph macro: br")
            };
            let unknown: Vec<_> = said.lines().filter(|line| !is_known(line)).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
        }
    });
}

#[test]
fn a_prefix_that_cannot_be_written_is_named() {
    let dir = Dir::new();
    let file = dir.file("prefix", b"no folder");
    let outcome = Fscan::new(&dir).args(["man", "--install"]).arg(&file).run();
    outcome.expect_code(2).expect_one_error_line("prefix/share/man/man1: make the folder");
    outcome.expect(outcome.stdout().is_empty(), "nothing on stdout");
}
