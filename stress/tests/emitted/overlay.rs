//! Programs that mount an overlay first: run by root, on a tmpfs, in a mount namespace of their own.

use super::*;

const REPRODUCER: &str = include_str!("../../src/emit/layers/overlay.ops");

/// Runs a program or a script there; none where that cannot be done.
fn run_on_overlay(program: impl FnOnce(&Path) -> PathBuf) -> Option<String> {
    let root = TempDir::new().unwrap();
    let program = program(root.path());
    let mounts = "mount -t tmpfs none . && cd \"$PWD\" || exit 77; exec \"$0\"";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", mounts]).arg(program);
    fs::create_dir(root.path().join("empty")).unwrap();
    let output = command.current_dir(root.path().join("empty")).output().unwrap();
    if matches!(output.status.code(), Some(1 | 77)) {
        let required = std::env::var_os("FSCAN_LAB").is_some_and(|lab| lab == "required");
        assert!(!required, "{output:?}");
        eprintln!("skipped: mounting takes root: {output:?}");
        return None;
    }
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_program_in_c_begins_on_an_overlay_of_its_own() {
    let source = emit_c(&REPRODUCER.parse().unwrap(), &Names::default()).unwrap();
    let said = run_on_overlay(|root| {
        let program = root.join("reproducer");
        compile(&source, &["-O2"], &program);
        program
    });
    let Some(said) = said else { return };
    for line in ["2: rename(\"f1\", \"d0/d0/f0\") = 0", "4: lstat(\"f0\", &st) = 0"] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
}

#[test]
fn a_script_begins_on_an_overlay_of_its_own() {
    let script = emit_sh(&REPRODUCER.parse().unwrap(), &Names::default()).unwrap();
    let said = run_on_overlay(|root| {
        let program = root.join("reproducer.sh");
        fs::write(&program, &script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program
    });
    let Some(said) = said else { return };
    assert!(said.contains("2: rename f1 d0/d0/f0 how=plain\n   status 0"), "{said}");
    assert!(said.contains("5: link f0 d0/d0/f1\n   status 0"), "{said}");
}
