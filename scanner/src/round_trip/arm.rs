//! The round trips of one pattern in one directory: extract, compare, remove, and again.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::{available_parallelism, scope, sleep};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use super::abilities::Abilities;
use super::account::{Account, RoundAccount};
use super::churn::compete;
use super::evidence::OnTheSpot;
use super::extraction::{Extracted, Round};
use super::file_system::FileSystem;
use super::packages::Package;
use super::pattern::{Pattern, Workers};
use super::place::room_left;
use super::removal::remove_patiently;
use super::removals::Removals;
use super::streams;
use super::trouble::{Stumble, Witness};
use super::verify::{Verification, Verified};
use crate::archive::Limits;
use crate::kernel::ErrorCounters;
use crate::scratch::Scratch;

/// How long a difference has to go away before it counts, each time.
const SECOND_LOOKS: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(300)];

/// What all rounds in one directory have in common.
pub struct Arm<'a> {
    /// Where they work.
    pub scratch: &'a Scratch,
    /// What the filesystem there keeps.
    pub abilities: Abilities,
    /// The kernel's name of its device, and the errors that it had counted.
    pub kernel: Option<(String, u64)>,
    /// What is extracted.
    pub packages: &'a [Package],
    /// How much an archive may hold.
    pub limits: Limits,
    /// Packages at once; none where the pattern decides.
    pub jobs: Option<usize>,
    /// How often.
    pub rounds: u32,
    /// Whether a competing installer is at work.
    pub churn: bool,
    /// Whether what was extracted is left where it is.
    pub keep: bool,
    /// Who may end it early, and is told how far it is.
    pub watch: Watch<'a>,
    /// Threads that read back what was extracted; where none can be had, one does it.
    pub readers: Option<&'a ThreadPool>,
}

/// Who may end it early, and is told how far it is.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Asked before each step.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// Told how many entries were extracted since it was told last.
    pub came: &'a (dyn Fn(u64) + Sync),
}

impl Arm<'_> {
    /// Goes through all rounds of a pattern.
    pub fn run(&self, pattern: &'static Pattern) -> Account {
        let mut account = Account::default();
        for number in 1..=self.rounds {
            if (self.watch.stopped)() {
                return account;
            }
            self.round(pattern, number, &mut account);
        }
        account.complete = !(self.watch.stopped)();
        account
    }

    fn round(&self, pattern: &'static Pattern, number: u32, account: &mut Account) {
        let directory = format!("{}-{number}", pattern.name.as_str()).into_bytes();
        let beneath = &self.scratch.beneath;
        let removals = Removals::default();
        let witness =
            OnTheSpot { beneath, removals: &removals, kernel: self.kernel.clone(), shared: false };
        if let Err(failure) = beneath.make_directory(&directory, 0o777) {
            let stumble = witness.look_into(failure, Instant::now(), false, Vec::new());
            account.stumble(number, stumble);
            return;
        }
        let room = || room_left(beneath.directory());
        let round = Round {
            on: beneath,
            pattern,
            directory: directory.clone(),
            witness: &witness,
            limits: self.limits,
            room: &room,
            stopped: self.watch.stopped,
            alone: self.size(pattern).0 == 1,
            temporaries: &AtomicU64::new(0),
        };
        let left = self.extract(&round, &removals, number, account);
        if !(self.watch.stopped)() {
            match Self::is_there(&round) {
                Ok(()) => {
                    let verified = self.verify(&round, &removals, &left);
                    account.verify(number, &left, verified);
                }
                Err(stumble) => account.stumble(number, stumble),
            }
            account.rounds += 1;
        }
        self.weigh_kernel_errors(number, account);
        if !self.keep {
            account.stay(remove_patiently(beneath, &directory));
        }
    }

    /// The kernel counts an error some time after the call that met it: what looked like another
    /// cause is judged anew at the end of the round.
    fn weigh_kernel_errors(&self, number: u32, account: &mut Account) {
        let Some((device, before)) = &self.kernel else { return };
        if ErrorCounters::read(device).is_some_and(|now| now.errors > *before) {
            account.blame_kernel_errors(number);
        }
    }

    /// Whether all that was extracted is still where it was: somebody may have cleaned up.
    fn is_there(round: &Round<'_>) -> Result<(), Stumble> {
        let looked = round.on.look(&round.directory);
        looked
            .map(|_| ())
            .map_err(|failure| round.witness.look_into(failure, Instant::now(), false, Vec::new()))
    }

    /// Extracts all packages, beside a competing installer where one was asked for.
    fn extract(
        &self,
        round: &Round<'_>,
        removals: &Removals,
        number: u32,
        account: &mut Account,
    ) -> RoundAccount {
        let begun = Instant::now();
        let done = AtomicBool::new(false);
        let both = Mutex::new((&mut *account, RoundAccount::default()));
        let add = |package: Extracted| {
            (self.watch.came)(package.entries);
            let mut both = both.lock().unwrap_or_else(PoisonError::into_inner);
            let (account, left) = &mut *both;
            account.add(number, left, package);
        };
        let stopped = self.watch.stopped;
        scope(|threads| {
            let over = || done.load(Ordering::Relaxed) || stopped();
            if self.churn {
                let (on, name) = (round.on, round.pattern.name);
                threads.spawn(move || compete(on, name, &round.directory, removals, &over));
            }
            // Also when it panics: whoever competes must not wait for ever.
            let _done = SetOnDrop(&done);
            let packages = self.packages.iter().cloned();
            streams::extract(round, packages, self.size(round.pattern), stopped, &add);
        });
        let (account, left) = both.into_inner().unwrap_or_else(PoisonError::into_inner);
        account.took += begun.elapsed();
        left
    }

    /// Packages under way at once, and threads for their calls.
    fn size(&self, pattern: &Pattern) -> (usize, usize) {
        let streams = self.jobs.unwrap_or(pattern.streams).max(1);
        let workers = match pattern.workers {
            Workers::Fixed(workers) => workers,
            Workers::Processors => available_parallelism().map_or(2, usize::from),
        };
        // Nobody is helped by threads that wait for one another's package.
        (streams, if streams == 1 { 1 } else { workers })
    }

    /// Compares, and compares again what differed.
    fn verify(&self, round: &Round<'_>, removals: &Removals, left: &RoundAccount) -> Verified {
        let may_be_gone = |path: &[u8]| removals.has_removed(path);
        let below = [round.directory.as_slice(), b"/node_modules"].concat();
        let verification = Verification {
            scratch: &self.scratch.path,
            below: &below,
            expected: &left.expected,
            dropped: &left.dropped,
            abilities: self.abilities,
            may_be_gone: &may_be_gone,
            readers: self.readers,
            stopped: self.watch.stopped,
            unread: AtomicU64::new(0),
            twins: OnceLock::new(),
            above_dropped: OnceLock::new(),
        };
        let first = verification.run();
        if first.differences.is_empty() {
            return first;
        }
        // What comes back at every look counts.
        SECOND_LOOKS.into_iter().fold(first, |before, pause| {
            if before.differences.is_empty() || (self.watch.stopped)() {
                return before;
            }
            sleep(pause);
            let mut again = verification.run();
            let seen: HashSet<_> =
                before.differences.iter().map(|difference| difference.path.clone()).collect();
            again.differences.retain(|difference| seen.contains(&difference.path));
            again
        })
    }
}

/// Says that something is over, whichever way it ends.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Where a path of the scratch directory lies.
pub fn absolute(scratch: &Path, path: &[u8]) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    super::file_system::join(scratch.as_os_str().as_bytes(), path)
}
