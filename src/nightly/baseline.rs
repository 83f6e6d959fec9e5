//! Which manifest a root is compared with: the newest of an earlier night that can be relied on.
//!
//! However old it is: a night that has none to compare with takes what it finds for sound, silent
//! corruption too. So the night that holds it is kept as well.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use reports::{Night, NightStepName, PathName, Severity};
use scanner::manifest::read_seal;

use super::config::Config;
use super::report_name;

/// A night with the folder that it is in.
pub type Earlier = (PathBuf, Night);

/// The manifests of a root, the newest first, as far as the first that can be relied on.
#[derive(Debug, Default)]
pub struct Baseline {
    /// That one.
    pub manifest: Option<PathBuf>,
    /// Newer ones that are not what was written.
    pub damaged: Vec<PathBuf>,
    /// How many newer ones are of nights that proved damage, or in which something changed silently.
    pub unsound: usize,
}

impl Baseline {
    /// Looks for it in `earlier`, the newest first.
    pub fn of(root: &Path, earlier: &[Earlier]) -> Self {
        let root = PathName::from(root);
        let mut baseline = Baseline::default();
        for (folder, night) in earlier {
            let Some((manifest, is_sound)) = manifest(&root, folder, night) else { continue };
            if !is_sound {
                // What a night found damaged must not be what the next one takes for sound.
                baseline.unsound += 1;
            } else if read_seal(&manifest).is_some() {
                baseline.manifest = Some(manifest);
                return baseline;
            } else {
                baseline.damaged.push(manifest);
            }
        }
        baseline
    }

    /// What could not be done for want of one, where there should be one.
    pub fn trouble(&self, root: &Path) -> Option<String> {
        let all = self.damaged.len() + self.unsound;
        (self.manifest.is_none() && all > 0).then(|| {
            format!(
                "{}: {all} nights before have a list of it, and none can be relied on ({} damaged, {} of \
                 nights that found damage), so it was compared with nothing: what changed silently \
                 since is not seen, tonight nor later; compare it with a backup (`fscan diff`)",
                PathName::from(root).escaped(),
                self.damaged.len(),
                self.unsound
            )
        })
    }
}

/// The manifest that a night left of a root, and whether the tree was sound then. It lies beside the
/// report of the full scan.
fn manifest(root: &PathName, folder: &Path, night: &Night) -> Option<(PathBuf, bool)> {
    let mut steps = night.steps.iter().filter(|step| step.root.as_ref() == Some(root));
    let full = steps.find(|step| step.step == NightStepName::Full)?;
    let report = full.report.as_ref()?;
    let number = report_name::place(report, NightStepName::Full.as_str(), "json")?;
    let path = folder.join(report_name::of("manifest", number, "gz"));
    let is_there = path.symlink_metadata().is_ok_and(|it| it.is_file());
    let is_sound = full.worst != Some(Severity::Corrupt) && !full.changed_silently;
    is_there.then_some((path, is_sound))
}

/// The names of the nights that the next one would be compared with.
pub fn nights(config: &Config, earlier: &[Earlier]) -> BTreeSet<String> {
    let is_compared = config.full.as_ref().is_some_and(|full| full.baseline);
    let roots = config.roots.iter().filter(|_| is_compared);
    let manifests = roots.filter_map(|root| Baseline::of(root, earlier).manifest);
    let night = |path: PathBuf| Some(path.parent()?.file_name()?.to_str()?.to_owned());
    manifests.filter_map(night).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use reports::NightEnding;

    use super::*;
    use crate::nightly::store::Store;
    use crate::nightly::{MARKER, SUMMARY, tests};

    /// Silent corruption of long ago must not become what is sound, because nights are many.
    #[test]
    fn all_nights_are_looked_at_for_a_list_that_can_be_relied_on() {
        let top = tempfile::tempdir().unwrap();
        let store = Store::there(top.path().canonicalize().unwrap()).unwrap();
        for number in 0..40 {
            let folder = store.path.join(format!("2024-01-01T02-00-{number:02}Z"));
            let worst = (number >= 10).then_some(Severity::Corrupt);
            let mut night = tests::night(NightEnding::Done, worst, true, &[]);
            let step = &mut night.steps[0];
            step.step = NightStepName::Full;
            step.root = Some(PathName::new(b"/home".to_vec()));
            step.report = Some("full.json".to_owned());
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(MARKER), "").unwrap();
            fs::write(folder.join("manifest.gz"), "").unwrap();
            fs::write(folder.join(SUMMARY), serde_json::to_vec(&night).unwrap()).unwrap();
        }
        let earlier = store.summaries(&store.nights().unwrap());
        let baseline = Baseline::of(Path::new("/home"), &earlier);
        assert_eq!((baseline.damaged.len(), baseline.unsound), (10, 30), "{baseline:?}");
        let trouble = baseline.trouble(Path::new("/home")).unwrap();
        assert!(trouble.contains("40 nights") && trouble.contains("10 damaged"), "{trouble}");
        // Where there was none yet, there is nothing to be told.
        let none = Baseline::of(Path::new("/srv"), &earlier);
        assert_eq!(none.trouble(Path::new("/srv")), None);
    }
}
