//! Whether the other sites show what one of them showed: the filesystem, or the kernel above it?

use reports::{StressElsewhere, StressElsewhereOutcome};

use super::trial::{Class, Footing, Pace, Trial};
use super::{Crew, Worked};
use crate::reproducer::{Ground, Reproducer};
use crate::site::Site;

/// Runs each minimal sequence on the sites that it did not come from.
pub fn try_elsewhere(crew: &Crew<'_>, worked: &[Worked]) {
    for mut shown in crew.divergences.shown() {
        let sites = crew.options.sites.iter().zip(worked);
        let others = sites.filter(|(site, _)| site.name != shown.site);
        for (site, worked) in others {
            let footing = worked.tried.as_ref().map(|tried| &tried.footing);
            let outcome = match footing {
                Some(footing) if !crew.watch.is_stopped() => {
                    try_on(crew, site, footing, &shown.reproducer, shown.class)
                }
                _ => StressElsewhereOutcome::NotTried,
            };
            shown.elsewhere.push(StressElsewhere { target: site.name.clone(), outcome });
        }
        crew.divergences.tried_elsewhere(shown.row, shown.elsewhere);
    }
}

fn try_on(
    crew: &Crew<'_>,
    site: &Site,
    footing: &Footing,
    reproducer: &Reproducer,
    class: Class,
) -> StressElsewhereOutcome {
    if site.is_layered() != (reproducer.ground == Ground::Layers) {
        // It begins with another tree.
        return StressElsewhereOutcome::NotTried;
    }
    let met = site.ground(0, &crew.fill()).and_then(|mut ground| {
        let trial = Trial { pace: Pace::of(class), most: crew.options.bytes_of_a_lane() };
        footing.try_sequence(&mut ground, &reproducer.ops, &trial, crew.watch)
    });
    match met {
        Ok(None) if crew.watch.is_stopped() => StressElsewhereOutcome::NotTried,
        Ok(None) => StressElsewhereOutcome::AsExpected,
        Ok(Some(met)) if met.class() == class => StressElsewhereOutcome::Same,
        Ok(Some(_)) => StressElsewhereOutcome::Other,
        Err(_) => StressElsewhereOutcome::NotTried,
    }
}
