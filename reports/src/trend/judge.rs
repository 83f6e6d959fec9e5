//! What became of one finding: a table over how often each report saw it and how far it looked.

use std::cmp::Ordering::{Equal, Greater, Less};

use crate::Severity;
use crate::trend::TrendState;
use crate::trend::look::Look;

/// What one report says of a finding.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    /// How many it found.
    pub(super) count: u64,
    /// How bad, where it found some.
    pub(super) severity: Option<Severity>,
    /// How far it looked.
    pub(super) look: Look,
    /// Whether another filesystem stood there than in the newest report.
    pub(super) of_another: bool,
    /// How many findings of this kind were accepted in it.
    pub(super) accepted: u64,
}

/// A state, and why.
pub(super) type Judged = (TrendState, Option<String>);

impl Sight {
    /// Whether it can be compared with: it looked, or found something all the same.
    pub(super) fn tells(&self) -> bool {
        self.count > 0 || self.look == Look::Whole
    }

    /// How many there were, as far as that is known.
    pub(super) fn known(&self) -> Option<u64> {
        self.tells().then_some(self.count)
    }

    /// What two runs of one look say together.
    pub(super) fn and(self, later: Sight) -> Sight {
        let whole = self.look == Look::Whole && later.look != Look::Whole;
        Sight {
            count: self.count.max(later.count),
            severity: self.severity.max(later.severity),
            look: if whole { self.look } else { later.look },
            of_another: later.of_another,
            accepted: self.accepted.max(later.accepted),
        }
    }

    fn why(&self) -> Option<String> {
        match &self.look {
            Look::Whole => None,
            Look::Short(why) => Some(why.clone()),
        }
    }
}

/// What became of it; none where it was gone before.
pub(super) fn judge(sights: &[Sight]) -> Option<Judged> {
    let (newest, earlier) = sights.split_last()?;
    let before = earlier.iter().rev().find(|sight| sight.tells());
    if newest.count > 0 {
        return Some(there(newest, before, earlier));
    }
    // Nobody knows of it any more who could.
    let before = before.filter(|before| before.count > 0)?;
    Some(if before.of_another {
        (TrendState::Gone, Some("another filesystem or device stands there now".to_owned()))
    } else if newest.accepted > before.accepted {
        (TrendState::Accepted, None)
    } else if let Some(why) = newest.why() {
        (TrendState::NotLookedAt, Some(why))
    } else {
        (TrendState::Gone, None)
    })
}

/// What became of something that is there.
fn there(newest: &Sight, before: Option<&Sight>, earlier: &[Sight]) -> Judged {
    let Some(before) = before else {
        let why = earlier.last().and_then(Sight::why);
        return (TrendState::FirstLook, why.map(|why| format!("before, {why}")));
    };
    if before.of_another {
        let why = "no earlier report looked at the filesystem that stands there now";
        return (TrendState::FirstLook, Some(why.to_owned()));
    }
    if before.count == 0 {
        return if before.accepted > newest.accepted {
            (TrendState::Unaccepted, None)
        } else if earlier.iter().any(|sight| sight.count > 0 && !sight.of_another) {
            (TrendState::Returned, None)
        } else {
            (TrendState::New, None)
        };
    }
    if newest.severity > before.severity {
        return (TrendState::Growing, heavier(newest, before));
    }
    match (newest.count.cmp(&before.count), before.why(), newest.why()) {
        (Equal, ..) => (TrendState::Same, None),
        (Greater, None, _) => (TrendState::Growing, None),
        (Greater, Some(why), _) => (TrendState::FirstLook, Some(format!("before, {why}"))),
        (Less, _, None) => (TrendState::Shrinking, None),
        (Less, _, Some(why)) => (TrendState::NotLookedAt, Some(why)),
    }
}

fn heavier(newest: &Sight, before: &Sight) -> Option<String> {
    let (before, now) = (before.severity?, newest.severity?);
    Some(format!("it was {} and is {}", before.as_str(), now.as_str()))
}
