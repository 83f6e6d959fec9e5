use std::os::unix::fs::MetadataExt;

use stress::emit::EmitError;

use super::*;

#[test]
fn results_are_told_as_commands_tell_them() {
    let ran = run_sh(&[
        "mkdir d0 mode=0755",
        "mkdir d1 mode=0700",
        "create d1/f1 mode=0640",
        "create d1/f1 mode=0640",
        "rename d0 d1 how=plain",
        "rename d0 d1 how=noreplace",
        "rmdir d1",
        "unlink d0",
        "write f9 at=0 length=10 fill=1",
        "truncate f9 size=7",
        "fallocate f9 how=extend at=0 length=1",
        "utimens f9 seconds=0 nanoseconds=0",
        "readlink d1/f1",
        "list d1/f1 buffer=96",
        "read f9 at=0 length=1",
        "rename d0 d1 how=plain",
    ]);
    let text = ran.text();
    let of = |step: usize| {
        let begin = text.find(&format!("{step}: ")).unwrap();
        text[begin..].split_inclusive("   status ").next().unwrap().to_owned()
    };
    for (step, errno) in [
        (4, "File exists"),
        (5, "Directory not empty"),
        (6, "File exists"),
        (7, "Directory not empty"),
        (8, "Is a directory"),
        (9, "No such file or directory"),
        (10, "No such file or directory"),
        (11, "No such file or directory"),
        (12, "No such file or directory"),
        (13, "Invalid argument"),
        (14, "Not a directory"),
        (15, "No such file or directory"),
        (16, "Directory not empty"),
    ] {
        assert!(of(step).contains(errno), "{errno} at {step}:\n{text}");
    }
    assert!(text.ends_with("16: rename d0 d1 how=plain\nmv: cannot move 'd0' to 'd1': Directory not empty\n   status 1\n"), "{text}");
    assert_eq!(text.matches("   status 0\n").count(), 3, "{text}");
    ran.says("   expected: ENOTEMPTY");
    ran.says("   found:    done");
    assert!(!ran.here().join("f9").exists(), "no command makes what it should only change");
    assert_eq!(ran.here().join("d1").metadata().unwrap().mode() & 0o777, 0o700);
}

#[test]
fn odd_names_arrive_and_are_shown_escaped() {
    let mut lines = odd_names();
    lines.push("list odd0 buffer=32768".to_owned());
    lines.push("unlink odd0/odd0".to_owned());
    lines.push("unlink odd0/odd0".to_owned());
    lines.push("create odd0/odd0 mode=0644".to_owned());
    lines.push("rmdir odd0".to_owned());
    let ran = run_sh(&strings(&lines));
    has_odd_names(&ran.here());
    ran.shows_nothing_that_moves_the_cursor();
    ran.says("rmdir: failed to remove 'new'$'\\n''line': Directory not empty");
}

#[test]
fn hostile_values_stay_values() {
    let ran = run_sh_among(&[], &hostile(&["mkdir d0 mode=0755"]));
    assert!(ran.output.status.success());
    ran.shows_nothing_that_moves_the_cursor();
    ran.says(
        "   expected: */ ??/ /* \" \\\\ ' $(touch pwned) `touch pwned`\\ntouch pwned\\n\\u{1b}",
    );
    assert_eq!(fs::read_dir(ran.here()).unwrap().count(), 1);
}

#[test]
fn another_directory_than_an_empty_one_is_refused() {
    for precious in [".precious", "\n"] {
        let ran = run_sh_among(&[precious], &reproducer(&["mkdir d0 mode=0755"]));
        assert_eq!(ran.output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&ran.output.stderr);
        assert_eq!(said, "This directory is not empty: run this in an empty one.\n");
        assert_eq!(fs::read_dir(ran.here()).unwrap().count(), 1);
    }
}

#[test]
fn what_a_shell_cannot_do_is_an_error_that_says_what_can() {
    let names = Names::default();
    let refused = emit_sh(&reproducer(&["unlink f0", "tmpfile h0 . mode=0644"]), &names);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "operation 2, `tmpfile h0 . mode=0644`, cannot be done by a shell (it keeps a file open): \
         use `--emit c`"
    );
    let able = |line: &str| match emit_sh(&reproducer(&[line]), &names) {
        Ok(_) => true,
        Err(EmitError::NotInShell { position: 1, .. }) => false,
        Err(other) => panic!("{other}"),
    };
    for op in every_operation() {
        let line = op.to_string();
        let handle = line.split(' ').nth(1).is_some_and(|word| word.starts_with('h'));
        assert_eq!(able(&line), !handle && !line.starts_with("copy "), "{line}");
    }
    assert!(!able("setxattr f0 attribute=1 length=1 fill=1 how=create"));
    assert!(!able("utimens f0 seconds=1 nanoseconds=1000000000"));
}

#[test]
fn a_command_that_is_missing_is_named_before_anything_is_done() {
    let lines = ["mkdir d0 mode=0755", "setxattr d0 attribute=1 length=1 fill=1 how=any"];
    let script = emit_sh(&reproducer(&lines), &Names::default()).unwrap();
    let ran = run_among(&[], |root| {
        let commands = root.join("bin");
        fs::create_dir(&commands).unwrap();
        fs::write(commands.join("ls"), "#!/bin/sh\n").unwrap();
        let executable = PermissionsExt::from_mode(0o755);
        fs::set_permissions(commands.join("ls"), executable).unwrap();
        let mut sh = Command::new("/bin/sh");
        sh.arg("-c").arg(script).env("PATH", commands);
        sh
    });
    assert_eq!(ran.output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ran.output.stderr);
    assert_eq!(said, "setfattr is needed, of the package attr.\n");
    assert_eq!(fs::read_dir(ran.here()).unwrap().count(), 0);
}

/// Whether this machine has a command that says so in its help.
fn has(command: &str, option: &str) -> bool {
    let help = Command::new(command).arg("--help").output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains(option))
}

#[test]
fn names_change_places_where_mv_can_do_that() {
    let lines = ["mkdir d0 mode=0755", "create f0 mode=0644", "rename d0 f0 how=exchange"];
    let ran = run_sh_among(&[], &reproducer(&lines));
    if has("mv", "--exchange") {
        assert!(ran.here().join("f0").is_dir() && ran.here().join("d0").is_file());
    } else {
        assert_eq!(ran.output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&ran.output.stderr);
        assert_eq!(said, "mv of coreutils 9.5 or later is needed.\n");
    }
}

#[test]
fn attributes_are_set_shown_and_removed_where_there_are_commands_for_it() {
    let lines = [
        "create odd16 mode=0644",
        "setxattr odd16 attribute=1 length=3 fill=1 how=any",
        "getxattr odd16 attribute=1",
        "listxattr odd16",
        "removexattr odd16 attribute=1",
        "getxattr odd16 attribute=1",
    ];
    if !has("setfattr", "--name") {
        let required = std::env::var_os("FSCAN_LAB").is_some_and(|lab| lab == "required");
        assert!(!required, "setfattr is missing");
        eprintln!("skipped: setfattr is missing");
        return;
    }
    let ran = run_sh(&lines);
    let text = ran.text();
    assert!(text.contains("0000000   B   B   B\n"), "{text}");
    assert!(text.contains("\nuser.a1\n"), "{text}");
    assert!(text.contains("No such attribute"), "{text}");
}
