//! A reproducer, run once.

use super::tally::Tally;
use super::trial::{Footing, Met, Pace};
use crate::difference::Difference;
use crate::reproducer::Reproducer;
use crate::site::{Ground, Site, SiteError};
use crate::world::Verdict;

/// Runs it in a fresh tree; what differed first.
pub fn replay(
    site: &Site,
    footing: &Footing,
    ground: &mut Ground,
    reproducer: &Reproducer,
    tally: &mut Tally,
) -> Result<Option<Met>, SiteError> {
    let (mut world, _) = footing.begin(ground)?;
    tally.rounds += 1;
    for (position, op) in reproducer.ops.iter().enumerate() {
        // Whatever its class, a pause does not hide it.
        Pace::Paused.wait(reproducer.ops.len());
        let ran = world.run(op);
        tally.add(op, &ran);
        match ran.verdict {
            Verdict::Differs(differences) => {
                return Ok(Some(Met { position, op: op.clone(), differences }));
            }
            Verdict::NoSpace => {
                tally.no_space += 1;
                let differences = vec![Difference::error(None, ran.errno)];
                let met = Met { position, op: op.clone(), differences };
                return Ok(super::lane::has_plenty(site).then_some(met));
            }
            Verdict::Excused(rows) => {
                rows.iter().for_each(|row| *tally.quirks.entry(*row).or_default() += 1);
            }
            Verdict::Agrees | Verdict::Unsupported => {}
        }
    }
    Ok(None)
}
