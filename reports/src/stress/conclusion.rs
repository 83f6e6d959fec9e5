//! What a stress run tells of the filesystems, when its targets are held against one another.

use super::StressElsewhereOutcome::{AsExpected, NotTried, Other, Same};
use super::{Stress, StressDivergence, StressElsewhereOutcome, StressEnding, StressMinimised};

/// What all targets together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StressConclusion {
    /// Not an operation ran.
    NothingRun,
    /// All outcomes were as they must be.
    NoDivergence,
    /// The same, in what was done; a target did not come to its end.
    NoDivergenceSoFar,
    /// Nothing diverged before a target vanished or turned read-only.
    TargetLost,
    /// Each reproducer leads to its divergence on its own target, and nowhere else it was tried.
    DivergesThereOnly,
    /// Each reproducer leads to its divergence wherever it was tried.
    DivergesEverywhere,
    /// The reproducers do not agree on where they lead to a divergence.
    DivergesInPart,
    /// No reproducer that could show anything was tried on another target.
    NotCompared,
}

impl StressConclusion {
    /// The sentence people read.
    pub fn text(self) -> &'static str {
        match self {
            StressConclusion::NothingRun => {
                "Not an operation was run: this says nothing of any filesystem."
            }
            StressConclusion::NoDivergence => {
                "Every outcome was one that POSIX and the known differences allow."
            }
            StressConclusion::NoDivergenceSoFar => {
                "Nothing diverged in what was done; not every target came to its end."
            }
            StressConclusion::TargetLost => {
                "Nothing diverged before a target vanished or turned read-only. Read the kernel \
                 log: it says whether the filesystem or what lies below it failed."
            }
            StressConclusion::DivergesThereOnly => {
                "Other targets do as expected where the reproducers were tried: as far as this \
                 shows, the filesystem there or what lies below it is at fault."
            }
            StressConclusion::DivergesEverywhere => {
                "It diverges wherever the reproducers were tried: the cause is not one filesystem \
                 alone. Look at the kernel and at memory, and bear in mind that fscan's model may \
                 be wrong."
            }
            StressConclusion::DivergesInPart => {
                "Not all of it shows in the same places, or not all was tried: each divergence \
                 says where its reproducer ran and what it came to."
            }
            StressConclusion::NotCompared => {
                "No reproducer could be compared with another target: `fscan replay FILE --on \
                 NAME=DIRECTORY` with a directory on another filesystem tells whether the one \
                 here is at fault."
            }
        }
    }
}

/// Where a divergence shows, as far as it was tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    Unknown,
    There,
    Everywhere,
    Part,
}

impl Stress {
    /// What all targets together say.
    pub fn conclusion(&self) -> StressConclusion {
        let lost = || self.targets.iter().any(|target| target.ended == StressEnding::Lost);
        if self.divergence_count() > 0 {
            self.held_against_one_another()
        } else if lost() {
            StressConclusion::TargetLost
        } else if self.operations() == 0 {
            StressConclusion::NothingRun
        } else if self.targets.iter().all(super::StressTarget::is_whole) {
            StressConclusion::NoDivergence
        } else {
            StressConclusion::NoDivergenceSoFar
        }
    }

    /// The names of the targets that diverge, each once, in the order of the targets.
    pub fn diverging_targets(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let rows = self.divergences.iter().map(|row| row.target.as_str());
        let known = self.targets.iter().map(|target| target.name.as_str());
        let in_order = known.filter(|name| self.divergences_on(name).next().is_some());
        for name in in_order.chain(rows) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn held_against_one_another(&self) -> StressConclusion {
        let spreads: Vec<Spread> =
            self.divergences.iter().map(|divergence| self.spread(divergence)).collect();
        let all = |spread| spreads.iter().all(|&other| other == spread);
        // What was tried nowhere speaks neither for nor against the rest, but without it nothing
        // can be said of all.
        if all(Spread::Unknown) {
            StressConclusion::NotCompared
        } else if all(Spread::There) {
            StressConclusion::DivergesThereOnly
        } else if all(Spread::Everywhere) {
            StressConclusion::DivergesEverywhere
        } else {
            StressConclusion::DivergesInPart
        }
    }

    /// Where a divergence shows. A reproducer that does not show it again on its own target says
    /// nothing where it shows none, and a target that met the same class by itself is one on
    /// which it shows.
    fn spread(&self, divergence: &StressDivergence) -> Spread {
        let met_alike = |name: &str| self.divergences_on(name).any(|r| r.class == divergence.class);
        let tells = |outcome: StressElsewhereOutcome| {
            outcome == Same || divergence.minimised != StressMinimised::NotReproduced
        };
        let tried = divergence
            .elsewhere
            .iter()
            .map(|row| if met_alike(&row.target) { Same } else { row.outcome });
        let beyond = self.divergences.iter().filter(|row| row.class == divergence.class);
        let beyond = beyond.filter(|row| row.target != divergence.target).map(|_| Same);
        let outcomes: Vec<_> = tried.chain(beyond).filter(|&o| o != NotTried && tells(o)).collect();
        let (same, passed) = (outcomes.contains(&Same), outcomes.contains(&AsExpected));
        let another = outcomes.contains(&Other);
        match (same, passed, another) {
            (false, false, false) => Spread::Unknown,
            (true, false, false) => Spread::Everywhere,
            (false, true, false) => Spread::There,
            _ => Spread::Part,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{divergence, stress};
    use crate::{StressElsewhere, StressTarget};

    /// A divergence on `home` whose reproducer came to these outcomes elsewhere.
    fn row(outcomes: &[StressElsewhereOutcome]) -> StressDivergence {
        let elsewhere = outcomes.iter().zip(["shm", "overlay", "xfs"]);
        let elsewhere = elsewhere
            .map(|(&outcome, target)| StressElsewhere { target: target.into(), outcome })
            .collect();
        StressDivergence { elsewhere, ..divergence("home") }
    }

    fn concluded(divergences: Vec<StressDivergence>) -> StressConclusion {
        Stress { divergences, ..stress() }.conclusion()
    }

    #[test]
    fn the_other_targets_decide_who_is_at_fault() {
        for (outcomes, expected) in [
            (&[][..], StressConclusion::NotCompared),
            (&[NotTried], StressConclusion::NotCompared),
            (&[AsExpected], StressConclusion::DivergesThereOnly),
            (&[AsExpected, NotTried], StressConclusion::DivergesThereOnly),
            (&[Same], StressConclusion::DivergesEverywhere),
            (&[Same, NotTried], StressConclusion::DivergesEverywhere),
            (&[Same, AsExpected], StressConclusion::DivergesInPart),
            (&[Other], StressConclusion::DivergesInPart),
            (&[Other, Same], StressConclusion::DivergesInPart),
        ] {
            assert_eq!(concluded(vec![row(outcomes)]), expected, "{outcomes:?}");
        }
    }

    #[test]
    fn all_divergences_must_agree() {
        let other_class =
            |outcomes| StressDivergence { class: "write: EIO".into(), ..row(outcomes) };
        let both = vec![row(&[AsExpected]), other_class(&[AsExpected])];
        assert_eq!(concluded(both), StressConclusion::DivergesThereOnly);
        let both = vec![row(&[AsExpected]), other_class(&[Same])];
        assert_eq!(concluded(both), StressConclusion::DivergesInPart);
        let both = vec![row(&[AsExpected]), other_class(&[NotTried])];
        assert_eq!(concluded(both), StressConclusion::DivergesInPart);
    }

    #[test]
    fn what_does_not_show_again_at_home_clears_nothing() {
        let not_again = |outcome| StressDivergence {
            minimised: StressMinimised::NotReproduced,
            ..row(&[outcome])
        };
        assert_eq!(concluded(vec![not_again(AsExpected)]), StressConclusion::NotCompared);
        assert_eq!(concluded(vec![not_again(Same)]), StressConclusion::DivergesEverywhere);
    }

    #[test]
    fn a_target_that_met_the_same_class_by_itself_is_not_cleared() {
        for outcome in [NotTried, AsExpected] {
            let both = vec![row(&[outcome]), divergence("shm")];
            assert_eq!(concluded(both), StressConclusion::DivergesEverywhere, "{outcome:?}");
        }
        let both = vec![row(&[]), divergence("shm")];
        assert_eq!(concluded(both), StressConclusion::DivergesEverywhere);
    }

    #[test]
    fn nothing_run_and_half_a_run_are_not_passed() {
        assert_eq!(stress().conclusion(), StressConclusion::NoDivergence);
        let with = |change: fn(&mut StressTarget)| {
            let mut hammered = stress();
            change(&mut hammered.targets[0]);
            hammered.conclusion()
        };
        let so_far = StressConclusion::NoDivergenceSoFar;
        assert_eq!(with(|target| target.operations = 0), so_far);
        assert_eq!(with(|target| target.ended = StressEnding::Stopped), so_far);
        assert_eq!(with(|target| target.ended = StressEnding::NoSpace), so_far);
        let lost = with(|target| target.ended = StressEnding::Lost);
        assert_eq!(lost, StressConclusion::TargetLost);
        let none = Stress { targets: Vec::new(), ..stress() };
        assert_eq!(none.conclusion(), StressConclusion::NothingRun);
        let beyond = Stress { divergences_beyond: 1, ..stress() };
        assert_eq!(beyond.conclusion(), StressConclusion::NotCompared);
    }

    #[test]
    fn diverging_targets_are_named_once_in_their_order() {
        let rows = ["elsewhere", "shm", "home", "shm"].map(divergence).to_vec();
        let hammered = Stress { divergences: rows, ..stress() };
        assert_eq!(hammered.diverging_targets(), ["home", "shm", "elsewhere"]);
    }
}
