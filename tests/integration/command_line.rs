//! What the command line answers besides a scan: help for findings, completions, usage errors.

use std::io::Write;
use std::process::{Command, Stdio};

use reports::Code;

use crate::harness::{Dir, Fscan, Need, Outcome, User, files, in_lab};

fn run(arguments: &[&str]) -> Outcome {
    Fscan::new(&Dir::new()).args(arguments).run()
}

#[test]
fn version_names_the_program() {
    let outcome = run(&["--version"]);
    let version = format!("fscan {}\n", env!("CARGO_PKG_VERSION"));
    outcome.expect_code(0).expect(outcome.stdout() == version, "its name and version");
}

#[test]
fn help_goes_to_stdout_and_names_the_exit_codes() {
    for arguments in [&["--help"][..], &["scan", "--help"]] {
        let outcome = run(arguments);
        outcome.expect_code(0).expect(outcome.stderr().is_empty(), "nothing on stderr");
        for option in ["--quick", "--fail-on", "--output", "--threads", "--exclude"] {
            outcome.expect(outcome.stdout().contains(option), &format!("{option} is explained"));
        }
    }
    let outcome = run(&["--help"]);
    for code in ["0", "1", "2", "3"] {
        let line = |line: &str| line.trim_start().starts_with(code);
        outcome.expect(outcome.stdout().lines().any(line), &format!("exit code {code}"));
    }
}

#[test]
fn explain_lists_every_code() {
    let outcome = run(&["explain"]);
    outcome.expect_code(0);
    for text in Code::all() {
        outcome.expect(outcome.stdout().contains(text.word), &format!("{} is listed", text.word));
    }
}

#[test]
fn explain_knows_every_code() {
    for text in Code::all() {
        let outcome = run(&["explain", text.word]);
        let stdout = outcome.expect_code(0).stdout();
        outcome.expect(stdout.contains(text.word), "the code is named");
        outcome.expect(!text.title.is_empty() && stdout.contains(text.title), "and its title");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [text.meaning, text.detection, text.remedy] {
            let told = !part.is_empty() && words(&stdout).contains(&words(part));
            outcome.expect(told, "meaning, detection and remedy are told");
        }
        let widest = stdout.lines().map(|line| line.chars().count()).max();
        outcome.expect(widest <= Some(80), "it fits 80 columns");
    }
}

#[test]
fn explain_refuses_a_code_that_is_none() {
    let outcome = run(&["explain", "nonsense"]);
    outcome.expect_code(2).expect(outcome.stderr().contains("nonsense"), "the word is named");
    outcome.expect(outcome.stdout().is_empty(), "nothing on stdout");
}

#[test]
fn completions_are_valid_bash() {
    let outcome = run(&["completions", "bash"]);
    outcome.expect_code(0).expect(outcome.stdout().contains("_fscan"), "a completion function");
    let bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn();
    let mut bash = bash.unwrap();
    bash.stdin.take().unwrap().write_all(outcome.stdout_bytes()).unwrap();
    outcome.expect(bash.wait().unwrap().success(), "bash reads it");
}

#[test]
fn man_writes_a_manual_page() {
    let outcome = run(&["man"]);
    outcome.expect_code(0).expect(outcome.stdout().contains(".TH fscan"), "a page of that name");
    outcome.expect(outcome.stdout().contains("quick"), "with the options of a scan");
    for section in ["FSCAN TREND", "FSCAN NIGHTLY"] {
        outcome.expect(outcome.stdout().contains(section), "and each command");
    }
}

#[test]
fn usage_errors_end_with_2_and_say_what_is_wrong() {
    for (arguments, word) in [
        (&[][..], "PATH"),
        (&["scan"], "PATH"),
        (&["-rf"], "-r"),
        (&["--nonsense", "/tmp"], "--nonsense"),
        (&["--check", "nonsense", "/tmp"], "nonsense"),
        (&["--skip", "nonsense", "/tmp"], "nonsense"),
        (&["--format", "nonsense", "/tmp"], "nonsense"),
        (&["--fail-on", "nonsense", "/tmp"], "nonsense"),
        (&["--threads", "nonsense", "/tmp"], "nonsense"),
        (&["--threads", "0", "/tmp"], "0"),
        (&["--exclude", "[", "/tmp"], "["),
        (&["--stat-timeout", "-1", "/tmp"], "from 0 to 4294967295"),
        (&["--threads", "-1", "/tmp"], "-1 is not in 1..=512"),
        (&["--max-rate", "-1", "/tmp"], "not a number of bytes"),
        (&["--max-duration", "-1", "/tmp"], "a time is a number above 0"),
        (&["stress", "--seed", "-1"], "not a whole number from 0 to 18446744073709551615"),
        (&["stress", "--ops", "-1"], "not a whole number from 1 to 18446744073709551615"),
        (&["stress", "--duration", "-1"], "a time is a number above 0"),
        (&["stress", "--max-bytes", "-1"], "not a number of bytes"),
        (&["tar", "--jobs", "-1"], "-1 is not in 1..=4096"),
        (&["tar", "--rounds", "-1"], "-1 is not in 1.."),
        (&["tar", "--generated", "-1"], "-1 is not in 1..=1000000"),
        (&["tar", "--seed", "-1"], "not a whole number from 0 to"),
        (&["--ignore", "mtime", "/tmp"], "--baseline"),
        (&["--quick", "--ignore", "mtime", "/tmp"], "--ignore"),
        (&["--no-settings", "diff", "a", "b"], "a command comes first"),
        (&["-q", "report", "r.json"], "`fscan report ...`"),
        (&["completions", "nonsense"], "nonsense"),
    ] {
        let outcome = run(arguments);
        outcome.expect_code(2).expect(outcome.stderr().contains(word), &format!("{word} is named"));
        outcome.expect(outcome.stdout().is_empty(), "nothing on stdout");
    }
}

/// What is called like a command is scanned where it is there.
#[test]
fn a_folder_called_like_a_command_is_a_path() {
    let dir = Dir::new();
    files(&dir.folder("diff"), 3);
    for arguments in [&["--quick", "diff"][..], &["scan", "--quick", "diff"]] {
        let outcome = Fscan::new(&dir).args(arguments).args(["--skip", "kernel"]).run();
        outcome.expect_code(0).expect(outcome.stdout().contains("HEALTHY"), "it is scanned");
    }
}

#[test]
fn skipped_checks_are_listed_as_skipped() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let outcome = Fscan::quick(&dir).args(["--check", "entries,inodes", "tree"]).run();
    let report = outcome.expect_code(0).report();
    for (name, ran) in [("entries", true), ("inodes", true), ("links", false), ("kernel", false)] {
        let check = report.roots[0].checks.iter().find(|check| check.name == name);
        let status = check.map(|check| check.status == "skipped");
        outcome.expect(status == Some(!ran), &format!("{name} ran: {ran}"));
    }
}

#[test]
fn stdout_carries_the_result_alone() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let text = Fscan::new(&dir).args(["--quick", "--skip", "kernel", "tree"]).run();
    text.expect_code(0).expect(text.stderr().is_empty(), "no progress where nobody looks");
    text.expect(!text.stdout().contains('\x1b'), "no colour where nobody looks");
    text.expect(text.stdout().to_lowercase().contains("healthy"), "the verdict");
    let widest = text.stdout().lines().map(|line| line.chars().count()).max();
    text.expect(widest <= Some(80), "it fits 80 columns");

    let json = Fscan::quick_tree(&dir).args(["--progress", "always", "tree"]).run();
    json.expect_code(0).report();
    json.expect(!json.stderr().is_empty(), "progress goes to stderr");
}

#[test]
fn color_always_colours_and_no_color_wins_over_auto() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let scan = |color| {
        let arguments = ["--quick", "--skip", "kernel", "--color", color, "tree"];
        Fscan::new(&dir).args(arguments).run().stdout()
    };
    assert!(scan("always").contains('\x1b'));
    assert!(!scan("never").contains('\x1b'));
    assert!(!scan("auto").contains('\x1b'));
}

#[test]
fn quiet_says_nothing_about_a_healthy_tree() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let outcome = Fscan::new(&dir).args(["-q", "--quick", "--skip", "kernel", "tree"]).run();
    outcome.expect_code(0).expect(outcome.stderr().is_empty(), "nothing on stderr");
}

#[test]
fn a_scan_without_any_check_is_refused() {
    let dir = Dir::new();
    dir.folder("tree");
    let all = "entries,inodes,links,extents,allocation,attributes,content,tar,environment,kernel";
    for arguments in [["--skip", all], ["--check=links", "--skip=links"]] {
        let outcome = Fscan::new(&dir).args(arguments).arg("tree").run();
        outcome.expect_code(2).expect_one_error_line("no check");
        outcome.expect(outcome.stdout().is_empty(), "nothing seen is not healthy");
    }
}

/// The limit of processes is a usual one for a pod to hit.
#[test]
fn without_a_thread_to_start_it_says_so() {
    in_lab(&[Need::Tool("setpriv"), Need::Tool("prlimit")], |dir| {
        dir.folder("tree");
        for limit in [1, 2, 3] {
            let scan = Fscan::quick_tree(dir).user(User::Nobody).processes(limit).arg("tree");
            let outcome = scan.run();
            outcome.expect(matches!(outcome.code(), Some(0 | 2)), "it works or says why not");
        }
    });
}

#[test]
fn read_only_keeps_the_report_out_of_the_tree() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    let inside = tree.join("report.json");
    let scan = Fscan::quick_tree(&dir).args(["--read-only", "-o"]).args([&inside, &tree]);
    scan.run().expect_code(2).expect_one_error_line("--read-only");
    assert!(!inside.exists());
    let outside = dir.join("report.json");
    let scan = Fscan::quick_tree(&dir).args(["--read-only", "-o"]).args([&outside, &tree]);
    scan.run().expect_code(0);
    assert!(outside.exists());
}

#[test]
fn exclusions_may_be_absolute_paths() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    files(&tree.join("kept"), 2);
    files(&tree.join("cache"), 3);
    let cache = tree.join("cache");
    for glob in ["cache", cache.to_str().unwrap()] {
        let outcome = Fscan::quick_tree(&dir).args(["--exclude", glob]).arg(&tree).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.totals.files == 2, "the rest is scanned");
        outcome.expect(report.unchecked_count("excluded") == 1, "and what is left out is said");
    }
}
