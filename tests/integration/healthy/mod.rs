//! Healthy trees: nothing at `warning` or above, exit code 0, as root and as nobody. A false
//! alarm costs more trust than anything else.
//!
//! ext4 is mounted as it is by default, with `errors=continue`: that becomes a risk, and a warning,
//! only where there is damage.

use std::fs::File;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{
    Dir, Fscan, Image, Mount, Need, Outcome, User, content, counted_by_walkdir, in_lab, realistic,
};

const EXT4: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("e2fsck"), Need::Tool("setpriv")];

/// Scans as root and as nobody; nothing may be found. Returns the outcome as root.
pub(crate) fn expect_healthy(dir: &Dir, top: &Path) -> Outcome {
    expect_healthy_as(User::Nobody, dir, top);
    expect_healthy_as(User::Caller, dir, top)
}

pub(crate) fn expect_healthy_as(user: User, dir: &Dir, top: &Path) -> Outcome {
    expect_no_more_than(&[], user, dir, top)
}

/// Nothing is found but what these codes say of space and inodes.
fn expect_no_more_than(risks: &[&str], user: User, dir: &Dir, top: &Path) -> Outcome {
    let run = Fscan::new(dir).args(["--quick", "--format", "json"]).arg(top);
    let outcome = run.user(user).run();
    let report = outcome.expect_code(0).report();
    let codes = report.codes();
    let others: Vec<_> = codes.iter().filter(|code| !risks.contains(code)).collect();
    outcome.expect(others.is_empty(), &format!("as {user:?} a false alarm: {others:?}"));
    let verdict = if codes.is_empty() { "healthy" } else { "at-risk" };
    outcome.expect(report.verdict == verdict, "the verdict");
    outcome.expect(report.complete, "the scan came to its end");
    outcome
}

/// A healthy ext4: how it is made, filled, used and mounted.
#[derive(Clone, Copy)]
struct Control {
    /// Its size.
    mib: u64,
    /// Options for mkfs.ext4.
    mkfs: &'static [&'static str],
    /// What else is done to the new image.
    made: fn(&Image),
    /// Fills it, in a mount of its own.
    fill: fn(&Path),
    /// Options of all its mounts, of which the last one is read-only.
    mount: &'static str,
    /// Codes of what is running out.
    risks: &'static [&'static str],
    /// What goes on while it is scanned; the open files stay open.
    meanwhile: fn(&Path) -> Vec<File>,
}

/// What most controls have in common.
const CONTROL: Control = Control {
    mib: 64,
    mkfs: &[],
    made: |_| (),
    fill: |top| {
        realistic(top);
        content(top);
    },
    mount: "relatime",
    risks: &[],
    meanwhile: |_| vec![],
};

/// Makes a test of each control.
macro_rules! controls {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $(
            #[test]
            fn $name() {
                check(Control { $($field: $value,)* ..CONTROL });
            }
        )*
    };
}

mod ext4_formats;
mod ext4_states;
mod layers;
mod other;
mod views;

/// Nothing is found on the mounted image, writable and read-only, and e2fsck agrees before and
/// after.
fn check(control: Control) {
    in_lab(EXT4, move |dir| {
        let image = Image::ext4(dir, control.mib, control.mkfs);
        (control.made)(&image);
        {
            let mount = image.mount(control.mount);
            (control.fill)(mount.point());
        }
        // What changed just now may still be changing.
        sleep(Duration::from_millis(1100));
        assert!(!image.fsck_finds_damage(), "e2fsck, before the scan");
        {
            let mount = image.mount(control.mount);
            let open = (control.meanwhile)(mount.point());
            for user in [User::Nobody, User::Caller] {
                let outcome = expect_no_more_than(control.risks, user, dir, mount.point());
                let told = outcome.report().codes().len() == control.risks.len();
                outcome.expect(told, "what is running out is told");
            }
            drop(open);
        }
        assert!(!image.fsck_finds_damage(), "e2fsck, after the scan");
        let mount = image.mount(&format!("ro,{}", control.mount));
        let outcome = expect_healthy(dir, mount.point());
        let counted = counted_by_walkdir(mount.point());
        outcome.expect(outcome.report().totals == counted, &format!("walkdir: {counted:#?}"));
    });
}

#[test]
fn tmpfs() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        realistic(mount.point());
        expect_healthy(dir, mount.point());
    });
}
