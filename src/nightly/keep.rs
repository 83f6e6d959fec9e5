//! Which nights are kept: first all are judged, and then those go that are not.

use std::collections::BTreeSet;

use reports::Timestamp;

use super::age::{Age, DAY, ages};
use super::baseline;
use super::config::{Config, Keep};
use super::night_name::{self, PARTIAL};
use super::removal::{Removable, look, size};
use super::store::Store;

/// What came of nights that are not kept.
#[derive(Debug, Default)]
pub struct Tidied {
    /// Which were removed and why.
    pub told: Vec<String>,
    /// What should be known: which could not be removed, too.
    pub remarks: Vec<String>,
}

/// Removes nights that are not kept. `tonight` is the one that came to its end just now.
pub fn tidy(
    store: &Store,
    config: &Config,
    now: Timestamp,
    tonight: Option<&str>,
) -> anyhow::Result<Tidied> {
    let judged = judge_all(store, config, &lying(store)?, now, tonight)?;
    let mut tidied = Tidied::default();
    for (name, why) in judged.going() {
        match look(store, name).and_then(Removable::remove) {
            Ok(()) => tidied.told.push(format!("{name}: {why}")),
            Err(error) => tidied.remarks.push(format!("{name} stays: {error:#}")),
        }
    }
    tidied.remarks.extend(judged.remarks);
    Ok(tidied)
}

/// How many bytes would be free again.
pub fn reclaimable(store: &Store, config: &Config, now: Timestamp) -> anyhow::Result<u64> {
    let lying = lying(store)?;
    let judged = judge_all(store, config, &lying, now, None)?;
    let goes = |night: &&Lying| {
        let mut going = judged.going();
        going.any(|(name, _)| name == night.name) && look(store, &night.name).is_ok()
    };
    Ok(lying.iter().filter(goes).fold(0, |sum, night| sum.saturating_add(night.bytes)))
}

/// A night as it lies there.
#[derive(Clone, Debug)]
struct Lying {
    name: String,
    began: Timestamp,
    bytes: u64,
}

/// All of them, the newest first.
fn lying(store: &Store) -> anyhow::Result<Vec<Lying>> {
    let night = |name: String| {
        let (began, bytes) = (night_name::time(&name)?, size(store, &name));
        Some(Lying { name, began, bytes })
    };
    Ok(store.nights()?.into_iter().filter_map(night).collect())
}

/// What is to become of nights.
#[derive(Debug, Default)]
struct Judged {
    /// Each, and why it is not kept.
    nights: Vec<(String, Option<String>)>,
    remarks: Vec<String>,
}

impl Judged {
    /// Has nights stay that the next one would be compared with.
    fn spare(&mut self, compared: &BTreeSet<String>) {
        let spared = self.nights.iter_mut().filter(|(name, _)| compared.contains(name));
        spared.for_each(|(_, why)| *why = None);
    }

    fn going(&self) -> impl Iterator<Item = (&str, &str)> {
        self.nights.iter().filter_map(|(name, why)| Some((name.as_str(), why.as_deref()?)))
    }
}

/// Judges nights as they lie there. Beside those that `keep` has stay, those stay that the next one
/// would be compared with.
fn judge_all(
    store: &Store,
    config: &Config,
    lying: &[Lying],
    now: Timestamp,
    tonight: Option<&str>,
) -> anyhow::Result<Judged> {
    let mut judged = judge(lying, config.keep, now, tonight);
    // Lists are read whole for it.
    if judged.going().next().is_some() {
        let earlier = store.summaries(&store.nights_before(now)?);
        judged.spare(&baseline::nights(config, &earlier));
    }
    Ok(judged)
}

/// Judges nights, the newest first. The newest stays, the newest that came to its end, and what is
/// yet to come, which is not counted either: the clock was ahead then, or is behind now.
fn judge(nights: &[Lying], keep: Keep, now: Timestamp, tonight: Option<&str>) -> Judged {
    let is_tonight = |night: &&Lying| Some(night.name.as_str()) == tonight;
    let (to_come, past): (Vec<_>, Vec<_>) =
        nights.iter().partition(|night| night.began > now && !is_tonight(night));
    let ended = past.iter().position(|night| !night.name.ends_with(PARTIAL));
    let times: Vec<_> = past.iter().map(|night| night.began).collect();
    let mut judged = Judged::default();
    judged.remarks.extend(to_come.first().map(|night| yet_to_come(&night.name, to_come.len())));
    let mut kept = Kept { nights: 0, bytes: 0 };
    let mut doubted = None;
    for (number, (night, age)) in past.iter().zip(ages(&times, now)).enumerate() {
        let stays = number == 0 || Some(number) == ended || is_tonight(night);
        let why = kept.why_not(keep, age, night.bytes).filter(|_| !stays);
        if why.is_none() {
            kept.add(night.bytes);
            let is_doubted = !stays && days(age.by_name) >= keep.days;
            doubted = doubted.or(is_doubted.then_some(night));
        }
        judged.nights.push((night.name.clone(), why));
    }
    judged.remarks.extend(doubted.map(|night| {
        format!(
            "{} is not removed by its age (`keep.days`): there was a pause between nights that may be \
             a jump of the clock, so it is older by its name than by what can be believed",
            night.name
        )
    }));
    judged
}

fn yet_to_come(name: &str, count: usize) -> String {
    let others = if count > 1 { format!(", as {} others are", count - 1) } else { String::new() };
    format!(
        "{name} is yet to come{others}, so the clock is behind now or was ahead then: it is neither \
         compared with nor counted nor removed; remove the folder if the clock was ahead"
    )
}

fn days(age: std::time::Duration) -> u64 {
    age.as_secs() / DAY.as_secs()
}

/// The newer nights that are kept.
struct Kept {
    nights: u64,
    /// What their files take, in bytes.
    bytes: u64,
}

impl Kept {
    fn add(&mut self, bytes: u64) {
        self.nights += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Why one more, which is so old and takes so much, is not kept.
    fn why_not(&self, keep: Keep, age: Age, bytes: u64) -> Option<String> {
        let (nights, all) = (self.nights, self.bytes.saturating_add(bytes));
        if days(age.believed) >= keep.days {
            Some(format!("{} days old (`keep.days`)", days(age.by_name)))
        } else if nights >= keep.nights {
            let newer = if nights == 1 { "newer one is" } else { "newer ones are" };
            Some(format!("{nights} {newer} kept (`keep.nights`)"))
        } else if all > keep.bytes {
            Some(format!("it and newer ones take {all} bytes (`keep.bytes`)"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
