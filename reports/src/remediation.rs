//! What to do, because of which findings. Rules are data; nothing here runs anything.

mod quote;
mod rules;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, FactName, Finding, Root, Severity};
pub(crate) use quote::shell_word;
use rules::Rule;

/// What to do, why, and how sure that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// A stable id (`secure-data`).
    pub id: String,
    /// One line.
    pub title: String,
    /// 1 first: protect, then 2 diagnose, 3 repair, 4 recreate, 5 work round, 6 prevent.
    pub priority: u8,
    /// How much hangs on it: the worst severity of what led to it.
    #[serde(default = "at_least")]
    pub severity: Severity,
    /// The codes that led to it.
    pub because: Vec<Code>,
    /// The facts that led to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactName>,
    /// Why commands that destroy something are not given, where some were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back: Option<String>,
    /// In order.
    pub steps: Vec<Step>,
    /// What can go wrong with it.
    pub caveat: String,
    /// Where the advice comes from.
    pub source: String,
    /// How sure it is that this is the right thing to do.
    pub confidence: Confidence,
}

/// What is said of a recommendation that carries no severity: those of older reports.
fn at_least() -> Severity {
    Severity::Info
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it does.
    pub text: String,
    /// A command that can be pasted, where there is one. Words in capitals (`DEVICE`) stand for
    /// what only the reader knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// How sure a recommendation is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// One of several things that may help.
    Low,
    /// An inference from facts.
    Medium,
    /// What the filesystem's or vendor's documentation says for this case.
    High,
}

impl Confidence {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// The recommendations that follow from `findings` on `roots`, in order.
pub fn recommend(findings: &[Finding], roots: &[Root]) -> Vec<Recommendation> {
    let applied = rules::all().filter_map(|rule| apply(rule, findings, roots));
    let mut recommendations: Vec<_> = applied.collect();
    // The sort is stable: rules of one priority stay in the order of their table.
    recommendations.sort_by_key(|recommendation| recommendation.priority);
    recommendations
}

/// What `rule` recommends, if its condition holds.
fn apply(rule: &Rule, findings: &[Finding], roots: &[Root]) -> Option<Recommendation> {
    let mut because = BTreeSet::new();
    let mut concerned = BTreeSet::new();
    for finding in findings.iter().filter(|finding| rule.when.finding(finding)) {
        let mut places = places_of(finding, roots);
        places.retain(|&place| roots.get(place).is_some_and(|root| rule.when.root(root)));
        if !places.is_empty() || rule.when.any_filesystem() {
            because.insert(finding.code);
            concerned.extend(places);
        }
    }
    if because.is_empty() {
        return None;
    }
    let roots: Vec<&Root> = concerned.iter().filter_map(|&place| roots.get(place)).collect();
    Some(Recommendation {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        priority: rule.stage as u8,
        severity: Severity::Info,
        because: because.into_iter().collect(),
        facts: Vec::new(),
        held_back: None,
        steps: rule.steps(&roots),
        caveat: rule.caveat.to_owned(),
        source: rule.source.to_owned(),
        confidence: rule.confidence,
    })
}

/// The indices of the roots a finding may speak of: the one its path lies in, else those on its
/// device, else every one.
pub(crate) fn places_of(finding: &Finding, roots: &[Root]) -> Vec<usize> {
    if let Some(place) = root_above(finding, roots) {
        return vec![place];
    }
    let device = finding.subject.device.as_deref();
    let is_on = |root: &Root| {
        let kernel_name = root.device.strip_prefix("/dev/");
        device.is_some_and(|name| root.device == name || kernel_name == Some(name))
    };
    let on_device = roots.iter().enumerate().filter(|(_, root)| is_on(root));
    let places: Vec<usize> = on_device.map(|(place, _)| place).collect();
    if places.is_empty() { (0..roots.len()).collect() } else { places }
}

/// The index of the innermost root that the finding's path lies in.
fn root_above(finding: &Finding, roots: &[Root]) -> Option<usize> {
    let path = finding.subject.path.as_ref()?.as_bytes();
    let lies_in = |root: &[u8]| {
        let rest = path.strip_prefix(root);
        rest.is_some_and(|rest| root.ends_with(b"/") || rest.is_empty() || rest.starts_with(b"/"))
    };
    let above = roots.iter().enumerate();
    above
        .filter(|(_, root)| lies_in(root.path.as_bytes()))
        .max_by_key(|(_, root)| root.path.as_bytes().len())
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests;
