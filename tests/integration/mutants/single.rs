//! One mutant, with all that is said of it.

use std::env;

use super::bases::Base;
use super::judge::{self, USERS};
use super::mutant::Plan;
use super::say;
use crate::harness::{Dir, Fscan, fsck};

/// Makes the mutant, keeps its image, and prints what e2fsck and fscan say.
pub(super) fn show(dir: &Dir, bases: &[Base], number: u64) {
    let plan = Plan::of(number);
    let (volume, description) = plan.carry_out(bases);
    let kept = env::temp_dir().join(format!("fscan-mutant-{number}.image"));
    judge::write_image(&kept, &volume);
    say(&format!("\nmutant {number}: {} on {}", plan.class.name, plan.base_name()));
    say(&format!("{description}\nkept as {}", kept.display()));
    say(&format!("\n== e2fsck\n{}", String::from_utf8_lossy(&fsck(&kept).stdout)));
    for user in USERS {
        let file = dir.join("mutant");
        judge::write_image(&file, &volume);
        let Some(mount) = judge::mount(dir, &file, judge::is_read_only(number)) else {
            say("the kernel does not mount it");
            return;
        };
        let outcome = Fscan::new(dir).arg(mount.point()).user(user).run();
        say(&format!("== fscan as {user:?}: {:?}\n{}", outcome.code(), outcome.stdout()));
    }
}
