//! A reproducer, run once.

use super::budget::Budget;
use super::lane::{Ended, is_full};
use super::options::{StressOptions, Watch};
use super::tally::Tally;
use super::trial::{Footing, Met, Pace};
use crate::difference::Difference;
use crate::op::Op;
use crate::site::{Ground, Site, SiteError};
use crate::world::Verdict;

/// A sequence and where it is run.
pub struct Replay<'a> {
    /// What is asked for.
    pub options: &'a StressOptions,
    /// Where.
    pub site: &'a Site,
    /// What is known of the site.
    pub footing: &'a Footing,
    /// The operations.
    pub ops: &'a [Op],
    /// Who watches.
    pub watch: &'a Watch,
}

impl Replay<'_> {
    /// Runs it in a fresh tree: how that ended, and what differed first.
    pub fn run(
        &self,
        ground: &mut Ground,
        tally: &mut Tally,
    ) -> Result<(Ended, Option<Met>), SiteError> {
        let (mut world, _) = self.footing.begin(ground)?;
        let mut budget = Budget::of(self.options.max_bytes);
        tally.rounds += 1;
        for (position, op) in self.ops.iter().enumerate() {
            if self.watch.is_stopped() {
                return Ok((Ended::Stopped, None));
            }
            if !budget.admits(world.model(), op) {
                let most = self.options.max_bytes >> 20;
                let why = format!("{op}: more than {most} MiB would be written");
                return Ok((Ended::NoSpace(why), None));
            }
            // Whatever its class, a pause does not hide it.
            Pace::Paused.wait(self.ops.len());
            let ran = world.run(op);
            tally.add(op, &ran);
            let differences = match ran.verdict {
                Verdict::Agrees | Verdict::Unsupported => continue,
                Verdict::Excused(rows) => {
                    rows.iter().for_each(|row| *tally.quirks.entry(*row).or_default() += 1);
                    continue;
                }
                Verdict::NoSpace if is_full(self.site, ran.errno) => {
                    tally.no_space += 1;
                    return Ok((Ended::NoSpace(format!("{op}: no space")), None));
                }
                Verdict::NoSpace => vec![Difference::error(None, ran.errno)],
                Verdict::Differs(differences) => differences,
            };
            return Ok((Ended::Completed, Some(Met { position, op: op.clone(), differences })));
        }
        Ok((Ended::Completed, None))
    }
}
