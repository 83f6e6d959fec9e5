//! The volume, by what Longhorn says of its replicas.

use super::Judged;
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::{Answer, ComponentStatus, Environment, FactName, FactValue, PathName, Report};

pub(super) fn judge(known: &Environment, report: &Report) -> Judged {
    let judged = report.roots.iter().filter_map(|root| volume(known, &root.path));
    // The worst: what is known to be bad before what is not known.
    let weight = |status: ComponentStatus| match status {
        Fails => 3,
        AtRisk => 2,
        Unknown => 1,
        Works => 0,
    };
    let worst = judged.max_by_key(|(status, _)| weight(*status));
    worst.unwrap_or_else(|| (Unknown, why_none(known)))
}

fn volume(known: &Environment, path: &PathName) -> Option<Judged> {
    let text = |name| known.of_path(name, path).and_then(FactValue::text);
    let volume = text(FactName::LonghornVolume)?;
    let replicas = known.of_path(FactName::VolumeReplicas, path).and_then(FactValue::number);
    let robustness = text(FactName::VolumeRobustness);
    let salvaged = text(FactName::LastSalvaged).is_some_and(|time| !time.is_empty());
    let status = match (robustness, replicas) {
        (Some("faulted"), _) => Fails,
        (Some("degraded"), _) | (_, Some(0 | 1)) => AtRisk,
        _ if salvaged => AtRisk,
        (Some("healthy"), Some(_)) => Works,
        _ => Unknown,
    };
    let mut notes = vec![match replicas {
        Some(1) => format!("{volume} has a single replica"),
        Some(count) => format!("{volume} has {count} replicas"),
        None => format!("how many replicas {volume} has is not known"),
    }];
    notes.extend(robustness.map(|word| format!("Longhorn says {word}, of replicas alone")));
    notes.extend(salvaged.then(|| "it was salvaged".to_owned()));
    notes.extend(match text(FactName::LastBackup) {
        Some("") => Some("no backup is known".to_owned()),
        Some(time) => Some(format!("the last backup is of {time}")),
        None => Some("whether there is a backup is not known".to_owned()),
    });
    Some((status, sentence(&notes)))
}

/// Clauses as a sentence.
fn sentence(clauses: &[String]) -> String {
    let text = clauses.join("; ");
    let mut letters = text.chars();
    let is_name = !text.starts_with("how many");
    match letters.next() {
        Some(first) if !is_name => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        _ => format!("{text}."),
    }
}

fn why_none(known: &Environment) -> String {
    let facts = known.facts.iter().filter(|fact| fact.name == FactName::LonghornVolume);
    let mut reasons = facts.filter_map(|fact| match &fact.answer {
        Answer::Unknown(why) => Some(why),
        Answer::Value(_) => None,
    });
    match reasons.next() {
        Some(why) => format!("No Longhorn volume is known: {why}."),
        None => "No Longhorn volume is known.".to_owned(),
    }
}
