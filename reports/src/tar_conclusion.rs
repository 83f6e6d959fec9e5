//! What tar round trips tell of the filesystem, when the control arm is held against the others.

use crate::TarClassification::{NoSpace, Permission};
use crate::{TarRun, TarTrips};

/// What all runs together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TarConclusion {
    /// Not an entry was extracted.
    NothingExtracted,
    /// All was extracted, was as written, and went away again.
    Passed,
    /// The same, in what was done; a run stopped early or did not compare everything.
    PassedSoFar,
    /// What failed has causes that say nothing of the filesystem.
    NotAccused,
    /// It fails here, and the control arm does not fail.
    FailsHereOnly,
    /// It fails in the control arm as well.
    FailsInControlToo,
    /// It fails here, and no control arm came to its end without troubles of its own.
    NoControl,
}

impl TarConclusion {
    /// The sentence people read.
    pub fn text(self) -> &'static str {
        match self {
            TarConclusion::NothingExtracted => {
                "Nothing was extracted: this says nothing of the filesystem."
            }
            TarConclusion::Passed => "Every entry was extracted and reads back as it was written.",
            TarConclusion::PassedSoFar => {
                "Nothing failed in what was done; the rest was not tried or not compared."
            }
            TarConclusion::NotAccused => {
                "What failed has causes that say nothing of the filesystem."
            }
            TarConclusion::FailsHereOnly => {
                "It fails here and passes in the control run: as far as this shows, the \
                 filesystem here or what lies below it is at fault."
            }
            TarConclusion::FailsInControlToo => {
                "It fails in the control run as well: the cause is not this filesystem alone. \
                 Look at memory, the kernel, other programs, and the archives."
            }
            TarConclusion::NoControl => {
                "No control run passed to compare with: `--control DIR` with a directory on tmpfs \
                 tells whether the filesystem here is at fault."
            }
        }
    }
}

impl TarTrips {
    /// What all runs together say.
    pub fn conclusion(&self) -> TarConclusion {
        let tried = || self.runs.iter().filter(|run| !run.control);
        let accusing: Vec<&TarRun> = tried().filter(|run| run.accuses_filesystem()).collect();
        if !accusing.is_empty() {
            return self.held_against_control(&accusing);
        }
        if !tried().all(TarRun::is_clean) {
            TarConclusion::NotAccused
        } else if tried().all(|run| run.entries == 0) {
            TarConclusion::NothingExtracted
        } else if tried().all(TarRun::is_whole) && self.refused_count() == 0 {
            TarConclusion::Passed
        } else {
            TarConclusion::PassedSoFar
        }
    }

    /// What the control arms of the same patterns say of runs that accuse the filesystem. One
    /// that stopped early, extracted nothing or was kept from it says nothing; that it was raced
    /// as the others were does not count against it.
    fn held_against_control(&self, accusing: &[&TarRun]) -> TarConclusion {
        let controls = |of: &TarRun| {
            let pattern = of.pattern;
            self.runs.iter().filter(move |run| run.control && run.pattern == pattern)
        };
        let kept_from_it = |run: &TarRun| [NoSpace, Permission].iter().any(|&c| run.count(c) > 0);
        let cleared = |of: &&TarRun| {
            let passed =
                |run: &TarRun| run.is_whole() && !kept_from_it(run) && run.entries >= of.entries;
            controls(of).next().is_some() && controls(of).all(passed)
        };
        if accusing.iter().any(|of| controls(of).any(TarRun::accuses_filesystem)) {
            TarConclusion::FailsInControlToo
        } else if accusing.iter().all(cleared) {
            TarConclusion::FailsHereOnly
        } else {
            TarConclusion::NoControl
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TarClassification::{FilesystemError, ParentRemoved};
    use crate::sample::{failing, tar_run, tar_trips};
    use crate::{TarClassification, TarPattern};

    /// npm here and in the control arm, with what failed in each.
    fn concluded(
        here: Option<TarClassification>,
        control: Option<TarClassification>,
    ) -> TarConclusion {
        let run = |class: Option<TarClassification>, control| {
            let run = TarRun { control, ..tar_run(TarPattern::Npm) };
            class.map_or(run.clone(), |class| failing(run, class, 1))
        };
        TarTrips { runs: vec![run(here, false), run(control, true)], ..tar_trips() }.conclusion()
    }

    #[test]
    fn the_control_arm_decides_who_is_at_fault() {
        for (here, control, expected) in [
            (None, None, TarConclusion::Passed),
            (None, Some(NoSpace), TarConclusion::Passed),
            (Some(ParentRemoved), None, TarConclusion::NotAccused),
            (Some(FilesystemError), None, TarConclusion::FailsHereOnly),
            (Some(FilesystemError), Some(FilesystemError), TarConclusion::FailsInControlToo),
            (Some(FilesystemError), Some(NoSpace), TarConclusion::NoControl),
            (Some(FilesystemError), Some(Permission), TarConclusion::NoControl),
            (Some(FilesystemError), Some(ParentRemoved), TarConclusion::FailsHereOnly),
        ] {
            assert_eq!(concluded(here, control), expected, "{here:?}, {control:?}");
        }
    }

    #[test]
    fn only_a_whole_control_run_of_the_same_pattern_clears() {
        let here = failing(tar_run(TarPattern::Npm), FilesystemError, 1);
        let control = TarRun { control: true, ..tar_run(TarPattern::Npm) };
        let conclusion =
            |runs: &[TarRun]| TarTrips { runs: runs.to_vec(), ..tar_trips() }.conclusion();
        assert_eq!(conclusion(&[here.clone(), control.clone()]), TarConclusion::FailsHereOnly);
        assert_eq!(conclusion(std::slice::from_ref(&here)), TarConclusion::NoControl);
        for other in [
            TarRun { pattern: TarPattern::Pnpm, ..control.clone() },
            TarRun { complete: false, ..control.clone() },
            TarRun { entries: 0, ..control },
        ] {
            assert_eq!(conclusion(&[here.clone(), other]), TarConclusion::NoControl);
        }
    }

    #[test]
    fn nothing_extracted_and_half_a_run_are_not_passed() {
        let conclusion = |run| TarTrips { runs: vec![run], ..tar_trips() }.conclusion();
        let run = tar_run(TarPattern::Sequential);
        let stopped = TarRun { complete: false, ..run.clone() };
        assert_eq!(conclusion(stopped), TarConclusion::PassedSoFar);
        let unseen = TarRun { verified: run.verified - 1, ..run.clone() };
        assert_eq!(conclusion(unseen), TarConclusion::PassedSoFar);
        assert_eq!(conclusion(TarRun { entries: 0, ..run }), TarConclusion::NothingExtracted);
        let none = TarTrips { runs: Vec::new(), ..tar_trips() };
        assert_eq!(none.conclusion(), TarConclusion::NothingExtracted);
    }
}
