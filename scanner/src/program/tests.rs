use std::fs;

use super::*;

/// A time to sleep that is of this test alone, so that its processes can be told.
fn own_sleep(test: u32) -> String {
    format!("{}.{test}", 100_000 + std::process::id())
}

/// How many processes sleep for that time; killed ones are waited for.
fn sleepers(time: &str) -> usize {
    let is_one = |folder: &PathBuf| {
        let command = fs::read(folder.join("cmdline")).unwrap_or_default();
        command.split(|byte| *byte == 0).any(|argument| argument == time.as_bytes())
    };
    let count = || {
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        processes.filter(is_one).count()
    };
    let deadline = Instant::now() + Duration::from_secs(3);
    while count() > 0 && Instant::now() < deadline {
        thread::sleep(BEAT);
    }
    count()
}

fn limits(milliseconds: u64) -> Limits {
    Limits {
        stdout: 1 << 20,
        ..Limits::until(Instant::now() + Duration::from_millis(milliseconds))
    }
}

fn shell(script: &str, limits: &Limits) -> Result<Printed, ProgramError> {
    run(Path::new("/bin/sh"), &["-c", script], limits)
}

/// Scripts that would run for ever, and the beginning of what is said of each.
#[test]
fn what_does_not_end_is_killed_with_all_that_it_started() {
    let table = [
        ("exec sleep TIME", "within 0."),
        ("sleep TIME", "within 0."),
        ("trap '' TERM INT HUP; sleep TIME; sleep TIME", "within 0."),
        ("exec >&- 2>&-; sleep TIME", "within 0."),
        ("sleep TIME & sleep TIME & wait", "within 0."),
        ("sleep TIME & yes", "more than 1048576 bytes to standard output"),
        ("sleep TIME & yes >&2", "more than 65536 bytes to standard error"),
        ("sleep TIME & kill -9 $$", "killed by signal 9"),
        ("sleep TIME & exit 3", "exit status 3"),
    ];
    for (number, (script, said)) in table.iter().enumerate() {
        let time = own_sleep(number as u32);
        let begun = Instant::now();
        let error = shell(&script.replace("TIME", &time), &limits(400)).unwrap_err().to_string();
        assert!(error.starts_with("/bin/sh: it ") && error.contains(said), "{script}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{script}");
        assert_eq!(sleepers(&time), 0, "{script}");
    }
}

#[test]
fn a_child_that_keeps_the_pipe_open_keeps_nobody_waiting() {
    let time = own_sleep(20);
    let begun = Instant::now();
    let printed = shell(&format!("sleep {time} & echo x"), &limits(20_000)).unwrap();
    assert_eq!(printed.stdout, b"x\n");
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(sleepers(&time), 0);
}

#[test]
fn a_child_that_left_the_group_keeps_nobody_waiting_either() {
    let begun = Instant::now();
    let printed = shell("setsid sleep 3 & sleep 0.2; echo x", &limits(20_000)).unwrap();
    assert_eq!(printed.stdout, b"x\n");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn all_output_comes_back_whatever_the_pipe_holds() {
    let script = "echo $LC_ALL >&2; cat; yes 0123456 | head -c 1000000";
    let printed = shell(script, &limits(20_000)).unwrap();
    assert_eq!(printed.stderr, b"C\n");
    assert_eq!(printed.stdout.len(), 1_000_000);
    assert!(printed.stdout.chunks(8).all(|line| line == b"0123456\n"));
}

#[test]
fn the_limit_itself_may_be_printed() {
    let script = |bytes| format!("head -c {bytes} /dev/zero");
    assert_eq!(shell(&script(1 << 20), &limits(20_000)).unwrap().stdout.len(), 1 << 20);
    let error = shell(&script((1 << 20) + 1), &limits(20_000)).unwrap_err();
    assert!(matches!(error, ProgramError::TooMuch { limit: 1_048_576, .. }), "{error}");
}

#[test]
fn failures_are_told_apart() {
    let error = shell("echo first >&2; echo why >&2; exit 1", &limits(20_000)).unwrap_err();
    assert_eq!(error.to_string(), "/bin/sh: it ended with exit status 1: why");
    let error = shell("exit 1", &limits(20_000)).unwrap_err();
    assert_eq!(error.to_string(), "/bin/sh: it ended with exit status 1: it said nothing");

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode| {
        let path = folder.path().join(name);
        stand_in::write(&path, text, mode);
        run(&path, &[""; 0], &limits(20_000)).unwrap_err()
    };
    let missing = run(&folder.path().join("none"), &[""; 0], &limits(20_000)).unwrap_err();
    assert!(matches!(missing, ProgramError::NotFound { .. }), "{missing}");
    let interpreter = write("script", "#!/no/such/shell\n", 0o755);
    assert!(matches!(interpreter, ProgramError::NotFound { .. }), "{interpreter}");
    let mode = write("mode", "#!/bin/sh\n", 0o644);
    assert!(matches!(mode, ProgramError::NotExecutable { .. }), "{mode}");
    let garbage = write("garbage", "\u{1}\u{2}", 0o755);
    assert!(matches!(garbage, ProgramError::CannotStart { .. }), "{garbage}");
}

#[test]
fn only_a_program_that_can_be_run_is_found() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (folder, mode) in folders.iter().zip([0o644, 0o755]) {
        stand_in::write(&folder.path().join("tool"), "", mode);
    }
    let path = |folders: &[&Path]| env::join_paths(folders).unwrap();
    let [plain, runs] = [folders[0].path(), folders[1].path()];
    assert_eq!(find("tool", &path(&[Path::new("."), plain])), None);
    assert_eq!(find("tool", &path(&[plain, runs])), Some(runs.join("tool")));
    assert_eq!(find("tool", OsStr::new("")), None);
}

#[test]
fn the_leader_is_reaped() {
    let mut command = Command::new("/bin/sleep");
    let child = command.arg("60").process_group(0).spawn().unwrap();
    let folder = PathBuf::from(format!("/proc/{}", child.id()));
    assert!(folder.exists());
    drop(Group::of(child));
    assert!(!folder.exists(), "it is a zombie");
}

#[test]
fn a_complaint_is_a_line() {
    assert_eq!(quote(b"one\n two \n\n"), "two");
    assert_eq!(quote(b"{\n  \"error\": \"no such bead\"\n}\n"), "{ \"error\": \"no such bead\" }");
    assert_eq!(quote(b" \n"), "it said nothing");
    assert!(quote("ä".repeat(1000).as_bytes()).ends_with("ä ..."));
}

/// Runs a script that is stopped once the file `stop_at` is there.
fn attended(script: &str, milliseconds: u64, stop_at: Option<&Path>) -> Attended {
    let deadline = Instant::now() + Duration::from_millis(milliseconds);
    let patience = Patience { deadline, grace: Duration::from_millis(300), said: 8 };
    let shell = Path::new("/bin/sh");
    let is_stopped = || stop_at.is_some_and(Path::exists);
    attend(shell, &["-c", script], &["HIDDEN"], &patience, &|_| {}, &is_stopped).unwrap()
}

/// How each script ends: its exit status, why it was asked to, whether it was killed.
#[test]
fn what_runs_long_is_asked_to_end_before_it_is_killed() {
    let asked = "trap 'exit 7' TERM; : > FLAG; sleep TIME & wait";
    let deaf = "trap '' TERM; sleep TIME & wait; wait";
    let out = Some(Cut::OutOfTime);
    let table = [
        ("exit 3", 5000, false, Some(3), None, false),
        (asked, 300, false, Some(7), out, false),
        (asked, 60_000, true, Some(7), Some(Cut::Stopped), false),
        ("sleep TIME", 300, false, None, out, false),
        (deaf, 300, false, None, out, true),
        ("sleep TIME & kill -9 $$", 5000, false, None, None, false),
    ];
    for (number, (script, limit, stop, code, cut, killed)) in table.into_iter().enumerate() {
        let time = own_sleep(100 + number as u32);
        // The script makes it once its trap is set.
        let folder = tempfile::tempdir().unwrap();
        let flag = folder.path().join("flag");
        let text = script.replace("TIME", &time).replace("FLAG", flag.to_str().unwrap());
        let ended = attended(&text, limit, Some(flag.as_path()).filter(|_| stop));
        assert_eq!((ended.cut, ended.killed), (cut, killed), "{script}: {ended:?}");
        assert_eq!(ended.status.unwrap().code(), code, "{script}: {ended:?}");
        assert!(ended.took < Duration::from_secs(4), "{script}: {ended:?}");
        assert_eq!(sleepers(&time), 0, "{script}");
    }
}

#[test]
fn of_what_a_long_run_says_the_end_is_kept() {
    let ended =
        attended("yes | head -c 1000000 >&2; echo the end >&2; yes | head -c 99999", 5000, None);
    assert_eq!(String::from_utf8_lossy(&ended.said), "the end\n");
    assert!(ended.status.unwrap().success() && ended.cut.is_none());
}
