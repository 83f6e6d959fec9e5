//! What e2fsck, the kernel and fscan say of a mutant.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::mutant::Plan;
use super::volume::Volume;
use crate::harness::{Dir, Fscan, Mount, Outcome, User, fsck};

/// e2fsck's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fsck {
    Clean,
    Damaged,
    /// It could not tell; its exit code.
    Neither(Option<i32>),
}

/// What came of one scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// The codes of the findings.
    Recognised(Vec<String>),
    Missed,
    /// An exit code that says neither, a panic, or a scan that did not end.
    Failed(String),
}

/// Everything that was said of a mutant.
pub(super) struct Judged {
    pub(super) plan: Plan,
    pub(super) description: String,
    pub(super) read_only: bool,
    pub(super) fsck: Fsck,
    /// As root and as nobody; nothing where the kernel does not mount it.
    pub(super) scans: Option<[Scan; 2]>,
}

pub(super) const USERS: [User; 2] = [User::Caller, User::Nobody];

impl Scan {
    pub(super) fn recognised(&self) -> bool {
        matches!(self, Scan::Recognised(_))
    }
}

impl Judged {
    /// Whether it counts for recall: damaged says e2fsck, and the kernel mounts it.
    pub(super) fn counts(&self) -> bool {
        self.fsck == Fsck::Damaged && self.scans.is_some()
    }
}

/// Asks them all. `dir` is where the image is while it is judged.
pub(super) fn judge(dir: &Dir, plan: Plan, (volume, description): (Volume, String)) -> Judged {
    let read_only = is_read_only(plan.number);
    let file = dir.join("mutant");
    write_image(&file, &volume);
    let fsck = ask_fsck(&file);
    let scans = USERS.map(|user| {
        write_image(&file, &volume);
        scan(dir, &file, read_only, user)
    });
    let [root, nobody] = scans;
    let scans = root.zip(nobody).map(|(root, nobody)| [root, nobody]);
    Judged { plan, description, read_only, fsck, scans }
}

/// Some are mounted read-only, where the kernel repairs and records nothing.
pub(super) fn is_read_only(number: u64) -> bool {
    number % 5 == 4
}

fn ask_fsck(file: &Path) -> Fsck {
    let output = fsck(file);
    match output.status.code() {
        Some(0) => Fsck::Clean,
        Some(code) if code & 4 != 0 => Fsck::Damaged,
        code => Fsck::Neither(code),
    }
}

/// A scan on a fresh mount; nothing where that fails.
fn scan(dir: &Dir, file: &Path, read_only: bool, user: User) -> Option<Scan> {
    let mount = mount(dir, file, read_only)?;
    let run = || said_by(&Fscan::quick(dir).arg(mount.point()).user(user).run());
    // The harness panics when a scan does not end; one mutant must not stop the others.
    let scan = catch_unwind(AssertUnwindSafe(run));
    Some(scan.unwrap_or_else(|panic| Scan::Failed(words(&*panic))))
}

fn said_by(outcome: &Outcome) -> Scan {
    match outcome.code() {
        Some(0) => Scan::Missed,
        Some(1) => {
            let report = outcome.report();
            Scan::Recognised(report.codes().into_iter().map(str::to_owned).collect())
        }
        code => Scan::Failed(format!("exit code {code:?}: {}", outcome.stderr())),
    }
}

pub(super) fn mount(dir: &Dir, file: &Path, read_only: bool) -> Option<Mount> {
    let options = if read_only { "ro,errors=continue" } else { "errors=continue" };
    Mount::try_image(file, &dir.join("mnt"), options).ok()
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map_or("it panicked", String::as_str);
    words.trim().lines().next().unwrap_or_default().to_owned()
}

/// Writes what is not zero.
pub(super) fn write_image(path: &Path, volume: &Volume) {
    const CHUNK: usize = 4096;
    let file = File::create(path).unwrap();
    file.set_len(volume.bytes().len() as u64).unwrap();
    for (n, chunk) in volume.bytes().chunks(CHUNK).enumerate() {
        if chunk != &[0; CHUNK][..chunk.len()] {
            file.write_all_at(chunk, (n * CHUNK) as u64).unwrap();
        }
    }
}
