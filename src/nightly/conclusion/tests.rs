use std::fs;

use reports::{NIGHT_SCHEMA_VERSION, Severity};

use super::*;
use crate::nightly::UnderWay;

/// Where nights are kept during a test.
struct Nights {
    config: Config,
    store: Store,
    folder: NightFolder,
    top: tempfile::TempDir,
}

/// A night without a step that has just begun; `more` stands in its settings.
fn begun(more: &str) -> Nights {
    let top = tempfile::tempdir().unwrap();
    let path = top.path().display();
    let text = format!(
        "roots = [\"/proc\"]\nreports = \"{path}/nights\"\nprometheus-file = \"{path}/x.prom\"\n{more}"
    );
    let config = Config::read(&text, Path::new("nightly.toml")).unwrap();
    let store = Store::open(&config).unwrap();
    let folder = store.begin(&UnderWay::default()).unwrap();
    Nights { config, store, folder, top }
}

impl Nights {
    /// Concludes it, and comes back with its metrics as well.
    fn concluded(&self) -> (Night, String) {
        let now = Timestamp::now();
        let night = Night {
            schema_version: NIGHT_SCHEMA_VERSION,
            started_at: now,
            finished_at: now,
            duration_seconds: 0.0,
            complete: true,
            fail_on: Severity::Suspect,
            folder: PathName::from(self.folder.final_path().as_path()),
            seed: 1,
            steps: Vec::new(),
            trend: Vec::new(),
            worse: None,
            removed: Vec::new(),
            troubles: Vec::new(),
            remarks: Vec::new(),
        };
        let nights = self.store.nights().unwrap();
        let earlier: Vec<_> = nights.into_iter().filter(|it| *it != self.folder.name).collect();
        let (config, store, folder) = (&self.config, &self.store, &self.folder);
        let night = Conclusion { config, store, folder, earlier: &earlier }.of(night);
        (night, fs::read_to_string(self.top.path().join("x.prom")).unwrap())
    }
}

#[test]
fn metrics_say_of_no_night_that_it_is_clean_unless_it_was_kept() {
    let (night, metrics) = begun("").concluded();
    assert!(night.is_clean() && metrics.contains("fscan_night_clean 1"), "{night:?} {metrics}");
    let nights = begun("");
    fs::rename(&nights.folder.path, nights.top.path().join("aside")).unwrap();
    let (night, metrics) = nights.concluded();
    assert!(!night.is_done() && metrics.contains("fscan_night_clean 0"), "{night:?} {metrics}");
    assert!(!metrics.contains("last_clean"), "{metrics}");
}
