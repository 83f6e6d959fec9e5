//! From what was counted to the section of the report.

use std::collections::BTreeMap;

use reports::{
    Code, Finding, PathName, Root, Stress, StressAbility, StressCapability, StressCount,
    StressCoverage, StressEnding, StressNotProvided, StressQuirk, StressTarget, Subject,
};

use super::divergences::Divergences;
use super::lane::Ended;
use super::options::{StressOptions, Watch};
use super::{Done, Worked};
use crate::feature::{Ability, Feature};
use crate::quirk::{On, QUIRKS, Standing};
use crate::site::Site;

/// Puts everything together, and removes what is left of the sites.
pub fn assemble(
    options: StressOptions,
    worked: &[Worked],
    divergences: Divergences,
    watch: &Watch,
) -> Done {
    let (rows, beyond) = divergences.into_rows();
    let sites = options.sites;
    let both = || sites.iter().zip(worked);
    let mut findings: Vec<Finding> = rows.iter().map(|row| row.finding.clone()).collect();
    findings.extend(both().flat_map(|(site, worked)| site_findings(site, worked)));
    findings.extend(both().flat_map(|(site, worked)| defects(site, worked)));
    let complete = !watch.is_stopped()
        && worked.iter().all(|w| matches!(w.ended, Ended::Completed | Ended::Diverged));
    let stress = Stress {
        seed: options.seed,
        profile: options.mix.profile.word().to_owned(),
        recorded: None,
        threads: options.lanes as u32,
        targets: both().map(|(site, worked)| target(site, worked)).collect(),
        not_provided: options
            .not_provided
            .into_iter()
            .map(|out| StressNotProvided { name: out.name, why: out.why })
            .collect(),
        divergences: rows.into_iter().map(|row| row.told).collect(),
        divergences_beyond: beyond,
        quirks: quirks(worked),
        coverage: coverage(both()),
    };
    let unusable = both()
        .filter_map(|(site, worked)| match &worked.ended {
            Ended::Unusable(error) => Some(format!("{}: {error}", site.name)),
            _ => None,
        })
        .collect();
    let roots: Vec<Root> = sites.iter().map(Site::describe).collect();
    for site in sites {
        let path: PathName = site.path.as_path().into();
        if let Err(error) = site.remove() {
            findings.push(not_removed(path, &error.to_string()));
        }
    }
    Done { stress, roots, findings, complete, unusable }
}

fn not_removed(path: PathName, why: &str) -> Finding {
    let subject = Subject { path: Some(path), ..Subject::default() };
    Finding::new(Code::StressCleanupFailed, subject, "the scratch directory is removed", why)
}

fn site_findings(site: &Site, worked: &Worked) -> Vec<Finding> {
    let subject = || Subject { path: Some(site.path.as_path().into()), ..Subject::default() };
    let lost = match &worked.ended {
        Ended::Lost(why) => {
            let expected = format!("{} can be worked in to the end", site.name);
            Some(Finding::new(Code::StressTargetLost, subject(), expected, why.clone()))
        }
        _ => None,
    };
    let missing = capabilities(site, worked).into_iter().filter(StressCapability::is_missing);
    let missing = missing.map(|capability| {
        let expected = format!("{} has {}", site.filesystem, capability.feature);
        let found = capability.detail.unwrap_or_default();
        Finding::new(Code::StressFeatureMissing, subject(), expected, found)
    });
    lost.into_iter().chain(missing).collect()
}

/// Known defects that were met: facts, for nobody here can mend them.
fn defects(site: &Site, worked: &Worked) -> Vec<Finding> {
    let met = worked.tally.quirks.iter().filter_map(|(row, count)| {
        let quirk = QUIRKS.get(*row)?;
        match quirk.standing {
            Standing::Defect(shown) => Some((quirk, shown, *count)),
            Standing::Legitimate => None,
        }
    });
    met.map(|(quirk, shown, count)| {
        let subject = Subject { path: Some(site.path.as_path().into()), ..Subject::default() };
        let expected = "what POSIX says; this is a known defect of this kernel";
        let mut finding = Finding::new(Code::StressKnownDefect, subject, expected, quirk.text);
        finding.occurrences = count;
        finding.evidence = vec![format!("target {}", site.name)];
        finding.evidence.push(format!("{}: {}", quirk.id, quirk.source));
        finding.evidence.extend(shown.iter().map(ToString::to_string));
        finding
    })
    .collect()
}

fn target(site: &Site, worked: &Worked) -> StressTarget {
    let Worked { tally, seconds, .. } = worked;
    let (ended, ended_because) = match &worked.ended {
        Ended::Completed => (StressEnding::Completed, None),
        Ended::Stopped => (StressEnding::Stopped, None),
        Ended::Diverged => (StressEnding::Diverged, None),
        Ended::Lost(why) => (StressEnding::Lost, Some(why.clone())),
        Ended::NoSpace(why) => (StressEnding::NoSpace, Some(why.clone())),
        Ended::Unusable(error) => (StressEnding::Unusable, Some(error.to_string())),
    };
    StressTarget {
        name: site.name.clone(),
        directory: site.path.as_path().into(),
        filesystem: site.filesystem.clone(),
        made: site.is_made(),
        mount_options: site.options.clone(),
        operations: tally.operations,
        rounds: tally.rounds,
        seconds: *seconds,
        operations_per_second: tally.operations as f64 / seconds.max(0.001),
        bytes_written: tally.bytes_written,
        live_entries_most: tally.live_most,
        comparisons: tally.comparisons,
        listings: tally.listings,
        scans: tally.scans,
        no_space: tally.no_space,
        latency: tally.latency(),
        capabilities: capabilities(site, worked),
        ended,
        ended_because,
    }
}

fn capabilities(site: &Site, worked: &Worked) -> Vec<StressCapability> {
    let tried = worked.tried.iter().flat_map(|tried| &tried.abilities);
    tried.map(|(feature, ability)| capability(site, *feature, ability)).collect()
}

fn capability(site: &Site, feature: Feature, ability: &Ability) -> StressCapability {
    let (found, detail) = match ability {
        Ability::Present => (StressAbility::Present, None),
        Ability::Absent(why) => (StressAbility::Absent, Some(why.clone())),
        Ability::Unknown(why) => (StressAbility::Unknown, Some(why.clone())),
    };
    let declared = feature.promised(&site.filesystem);
    StressCapability { feature: feature.word().to_owned(), declared, found, detail }
}

/// The rows of the table that are about a site that was worked on, and how often each was met.
fn quirks(worked: &[Worked]) -> Vec<StressQuirk> {
    let natures = || worked.iter().filter_map(|w| w.tried.as_ref()).map(|t| &t.footing.nature);
    let concerned = QUIRKS
        .iter()
        .enumerate()
        .filter(|(_, quirk)| natures().any(|nature| quirk.concerns(nature)));
    let count = |row: &usize| worked.iter().filter_map(|w| w.tally.quirks.get(row)).sum();
    concerned
        .map(|(row, quirk)| StressQuirk {
            id: quirk.id.to_owned(),
            filesystem: match quirk.on {
                On::Filesystem(filesystem) => filesystem.to_owned(),
                On::Overlay | On::OverlayWith(_) | On::OverlayWithout(_) | On::ForeignLayers => {
                    "overlay".to_owned()
                }
            },
            text: quirk.text.to_owned(),
            source: quirk.source.to_owned(),
            defect: matches!(quirk.standing, Standing::Defect(_)),
            count: count(&row),
        })
        .collect()
}

fn coverage<'a>(worked: impl Iterator<Item = (&'a Site, &'a Worked)>) -> Vec<StressCoverage> {
    let mut rows: BTreeMap<(&str, String), Vec<StressCount>> = BTreeMap::new();
    for (site, Worked { tally, .. }) in worked {
        for (operation, outcome, count) in tally.outcomes() {
            let counts = rows.entry((operation, outcome)).or_default();
            counts.push(StressCount { target: site.name.clone(), count });
        }
    }
    rows.into_iter()
        .map(|((operation, outcome), counts)| StressCoverage {
            operation: operation.to_owned(),
            outcome,
            counts,
        })
        .collect()
}
