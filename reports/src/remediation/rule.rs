//! A rule, and what follows where it applies.

use std::collections::BTreeSet;

use super::condition::When;
use super::known::{Known, Place};
use super::template::Template;
use super::{Confidence, Recommendation, Step};
use crate::{Code, FactName, FactValue, Finding, Severity};

/// One rule.
pub(super) struct Rule {
    /// The recommendation's stable id.
    pub(super) id: &'static str,
    /// One line.
    pub(super) title: &'static str,
    /// Where it comes in the order of work.
    pub(super) stage: Stage,
    /// When it applies.
    pub(super) when: When,
    /// What to do; see [`Template`].
    pub(super) steps: &'static [Template],
    /// What can go wrong with it.
    pub(super) caveat: &'static str,
    /// Where the advice comes from.
    pub(super) source: &'static str,
    /// How sure it is.
    pub(super) confidence: Confidence,
}

/// The order of work, as a recommendation's priority.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    /// Keep what is there.
    Protect = 1,
    /// Find out what is wrong.
    Diagnose = 2,
    /// Put right what is wrong.
    Repair = 3,
    /// Begin anew elsewhere.
    Recreate = 4,
    /// Get on with the work meanwhile.
    WorkRound = 5,
    /// Keep it from happening or from growing.
    Prevent = 6,
}

/// Where a rule applies, and why.
#[derive(Default)]
struct Grounds<'a> {
    because: BTreeSet<Code>,
    facts: BTreeSet<FactName>,
    severity: Option<Severity>,
    places: Vec<Place<'a>>,
    findings: Vec<&'a Finding>,
    /// Whether it applies wherever it is.
    anywhere: bool,
}

impl<'a> Grounds<'a> {
    fn add(&mut self, place: Place<'a>, facts: Vec<FactName>) {
        self.facts.extend(facts);
        if !self.places.iter().any(|known| known.is(place)) {
            self.places.push(place);
        }
    }
}

impl Rule {
    /// What it recommends, if its condition holds.
    pub(super) fn apply(&self, known: Known<'_>) -> Option<Recommendation> {
        let grounds = if self.when.asks_for_finding() {
            self.grounds_in_findings(known)
        } else {
            self.grounds_in_facts(known)
        };
        if grounds.places.is_empty() && !grounds.anywhere {
            return None;
        }
        let copied = known.place(None).fact(FactName::VerifiedCopy).and_then(FactValue::flag);
        let holds_back = copied != Some(true);
        Some(Recommendation {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            priority: self.stage as u8,
            severity: grounds.severity.unwrap_or(self.when.weight),
            because: grounds.because.into_iter().collect(),
            facts: grounds.facts.into_iter().collect(),
            steps: self.steps(&grounds.places, &grounds.findings, holds_back),
            held_back: self.held_back(&grounds.places, holds_back),
            caveat: self.caveat.to_owned(),
            source: self.source.to_owned(),
            confidence: self.confidence,
        })
    }

    fn grounds_in_findings<'a>(&self, known: Known<'a>) -> Grounds<'a> {
        let mut grounds = Grounds::default();
        for finding in known.findings.iter().filter(|finding| self.when.finding(finding)) {
            let mut places = known.places_of(finding);
            if places.is_empty() && !self.when.asks_for_place() {
                places.push(known.place(None));
            }
            let mut holding = places
                .into_iter()
                .filter_map(|place| Some((place, self.when.at(place, known)?)))
                .peekable();
            grounds.findings.extend(holding.peek().map(|_| finding));
            for (place, facts) in holding {
                grounds.because.insert(finding.code);
                grounds.severity = grounds.severity.max(Some(finding.severity));
                match place.root {
                    Some(_) => grounds.add(place, facts),
                    None => grounds.anywhere = true,
                }
            }
        }
        // Roots stand in the order in which they were given.
        let order = |place: &Place<'_>| known.places().position(|other| other.is(*place));
        grounds.places.sort_by_key(order);
        grounds
    }

    fn grounds_in_facts<'a>(&self, known: Known<'a>) -> Grounds<'a> {
        let mut grounds = Grounds::default();
        let places: Vec<_> = if self.when.asks_for_place() {
            known.places().collect()
        } else {
            vec![known.place(None)]
        };
        for place in places {
            if let Some(facts) = self.when.at(place, known) {
                grounds.add(place, facts);
            }
        }
        grounds
    }

    /// The steps for places and findings; one that names something of a place is there once for
    /// each.
    pub(super) fn steps(
        &self,
        places: &[Place<'_>],
        findings: &[&Finding],
        holds_back: bool,
    ) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for template in self.steps.iter().filter(|template| !(template.destroys && holds_back)) {
            for step in template.steps(places, findings) {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        }
        steps
    }

    /// Why steps are missing.
    fn held_back(&self, places: &[Place<'_>], holds_back: bool) -> Option<String> {
        let destroys = self.steps.iter().any(|template| template.destroys);
        if !destroys || !holds_back {
            return None;
        }
        let backups = places.iter().filter_map(|place| place.fact(FactName::LastBackup)?.text());
        let backups: Vec<_> = backups.collect();
        let why = match backups.as_slice() {
            [] => "whether there is a backup is not known".to_owned(),
            all if all.iter().any(|backup| backup.is_empty()) => {
                "no backup of the volume is known".to_owned()
            }
            [first, ..] => format!("the last backup ({first}) has not been compared"),
        };
        Some(format!(
            "Commands that can destroy data are left out until a copy is verified: {why}. Once a \
             copy was compared (--baseline, `fscan diff`), and you know what that left open, `fscan \
             report FILE --copy-verified` shows them."
        ))
    }
}
