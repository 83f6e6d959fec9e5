//! What the kernel was told to do when it meets damage, and what it noted down before.

use std::fs;

use crate::harness::{Dir, Fscan, Image, Mount, Need, User, in_lab};

const LAB: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs"), Need::Tool("setpriv")];

const USERS: [User; 2] = [User::Caller, User::Nobody];

fn small_image(dir: &Dir, options: &[&str]) -> Image {
    let image = Image::ext4(dir, 16, options);
    image.fill(|top| fs::write(top.join("file"), "content").unwrap());
    image
}

/// The image is sound and is never scanned: a node must not panic for a test.
#[test]
fn errors_panic_is_refused_and_named() {
    in_lab(LAB, |dir| {
        for (mkfs, mount) in [(&[][..], "errors=panic"), (&["-e", "panic"][..], "rw")] {
            let image = small_image(dir, mkfs);
            let mount = image.mount(mount);
            for user in USERS {
                let outcome = Fscan::quick(dir).arg(mount.point()).user(user).run();
                outcome.expect_code(2).expect_one_error_line("panic");
                outcome.expect_one_error_line(mount.point().to_str().unwrap());
                outcome.expect(outcome.stderr().contains("--force"), "the way out is named");
            }
        }
    });
}

/// Below a root as well: crossing into such a mount needs the same consent.
#[test]
fn errors_panic_is_not_crossed_into() {
    in_lab(LAB, |dir| {
        let tree = dir.folder("tree");
        let image = small_image(dir, &[]);
        let mount = Mount::image(image.file(), &tree.join("inner"), "errors=panic");
        let outcome = Fscan::quick(dir).arg("--cross-mounts").arg(&tree).run();
        let report = outcome.expect_code(0).report();
        let left_out = report.unchecked_examples("errors-panic");
        outcome.expect(left_out == [mount.point().to_str().unwrap()], "it is left out and said");
        outcome.expect(report.totals.files == 0, "nothing in it is looked at");
    });
}

/// What an overlay looks up is looked up in its layers.
#[test]
fn errors_panic_below_an_overlay_is_refused() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        let lower = image.mount("errors=panic");
        let layers = Mount::tmpfs(&dir.join("layers"), "size=8m");
        let [upper, work] = ["upper", "work"].map(|layer| layers.join(layer));
        fs::create_dir(&upper).unwrap();
        fs::create_dir(&work).unwrap();
        let mount = Mount::overlay(&dir.join("merged"), lower.point(), &upper, &work);
        let outcome = Fscan::quick(dir).arg(mount.point()).run();
        outcome.expect_code(2).expect_one_error_line("errors=panic");
        outcome.expect_one_error_line(lower.point().to_str().unwrap());
    });
}

#[test]
fn errors_remount_ro_is_said_beforehand() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        let mount = image.mount("errors=remount-ro");
        for user in USERS {
            let outcome = Fscan::new(dir).arg("--quick").arg(mount.point()).user(user).run();
            let said = outcome.expect_code(0).stdout() + &outcome.stderr();
            outcome.expect(said.contains("read-only") || said.contains("remount-ro"), "it says so");
            let report = Fscan::quick(dir).arg(mount.point()).user(user).run().report();
            assert_eq!(report.roots[0].errors_policy.as_deref(), Some("remount-ro"));
        }
    });
}

/// It is the default of ext4: on a sound filesystem a warning would be one on nearly all of them.
#[test]
fn errors_continue_is_a_risk_where_there_is_damage() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        for user in USERS {
            let mount = image.mount("errors=continue");
            let scan = Fscan::quick(dir).args(["--fail-on", "warning"]);
            let outcome = scan.arg(mount.point()).user(user).run();
            let verdict = outcome.expect_code(0).report().verdict;
            outcome.expect(verdict == "healthy", "nothing is damaged");
        }
        image.debugfs(&["clri /file"]);
        let mount = image.mount("errors=continue");
        for user in USERS {
            let outcome = Fscan::quick(dir).arg(mount.point()).user(user).run();
            let report = outcome.expect_code(1).report();
            let codes = report.codes();
            outcome.expect(codes.contains("mount-errors-continue"), "damage can spread");
        }
    });
}

#[test]
fn errors_recorded_in_the_superblock_are_damage() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&[
            "set_super_value error_count 3",
            "set_super_value first_error_time 20260101000000",
            "set_super_value first_error_func ext4_lookup",
            "set_super_value first_error_line 1234",
            "set_super_value first_error_ino 12",
            "set_super_value last_error_time 20260102000000",
            "set_super_value last_error_func ext4_find_entry",
            "set_super_value last_error_line 4321",
        ]);
        let mount = image.mount("errors=remount-ro");
        for user in USERS {
            let outcome = Fscan::quick(dir).arg(mount.point()).user(user).run();
            let report = outcome.expect_code(1).report();
            let codes = Vec::from_iter(report.codes());
            outcome.expect(codes == ["kernel-errors-recorded"], "recorded errors and no other");
            let finding = report.findings_of("kernel-errors-recorded")[0];
            let said = format!("{} {:?}", finding.found, finding.evidence);
            outcome.expect(said.contains("ext4_lookup") && said.contains("1234"), "the first one");
            outcome.expect(said.contains("ext4_find_entry"), "and the last one");
        }
    });
}

/// The kernel turns the mount read-only at the first damage it meets.
#[test]
fn a_mount_made_read_only_by_an_error_is_damage() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["clri /file"]);
        let mount = image.mount("errors=remount-ro");
        fs::symlink_metadata(mount.join("file")).expect_err("lookup meets the freed inode");
        for user in USERS {
            let outcome = Fscan::quick(dir).arg(mount.point()).user(user).run();
            let codes = outcome.expect_code(1).report();
            let codes = codes.codes();
            for due in ["dirent-bad-inode", "kernel-errors-recorded", "mount-read-only-by-error"] {
                outcome.expect(codes.contains(due), &format!("{due} has to be found"));
            }
        }
    });
}
