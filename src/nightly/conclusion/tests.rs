use std::fs;

use reports::{NightEnding, Root, write_json};

use super::*;
use crate::nightly::places::Places;
use crate::nightly::{MARKER, UnderWay, tests};

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
    let store = Store::open(&config, &Places::find(&config)).unwrap();
    let folder = store.begin(&UnderWay::default()).unwrap();
    Nights { config, store, folder, top }
}

impl Nights {
    /// Concludes it, and comes back with its metrics as well.
    fn concluded(&self) -> (Night, String) {
        let mut night = tests::night(NightEnding::Done, None, true, &[]);
        night.folder = PathName::from(self.folder.final_path().as_path());
        let partial = self.folder.path.display();
        night.steps[0].command = format!("fscan scan --output {partial}/quick.json");
        let nights = self.store.nights().unwrap();
        let earlier: Vec<_> = nights.into_iter().filter(|it| *it != self.folder.name).collect();
        let (config, store, folder) = (&self.config, &self.store, &self.folder);
        let night = Conclusion { config, store, folder, earlier: &earlier }.of(night);
        (night, fs::read_to_string(self.top.path().join("x.prom")).unwrap_or_default())
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

/// The account that was kept.
fn account(folder: &Path) -> Night {
    serde_json::from_slice(&fs::read(folder.join(SUMMARY)).unwrap()).unwrap()
}

#[test]
fn what_is_told_of_files_names_them_as_they_are_called_then() {
    let nights = begun("");
    let (night, _) = nights.concluded();
    let folder = nights.folder.final_path();
    let command = &night.steps[0].command;
    assert!(command.ends_with(&format!("{}/quick.json", folder.display())), "{command}");
    assert_eq!(account(&folder), night);
    // Where it could not be finished it is called as before.
    let nights = begun("");
    fs::create_dir_all(nights.folder.final_path().join("taken")).unwrap();
    let (night, _) = nights.concluded();
    assert!(
        !night.is_done() && night.steps[0].command.contains(".partial/quick.json"),
        "{night:?}"
    );
}

#[test]
fn the_account_says_that_metrics_could_not_be_kept() {
    let nights = begun("");
    fs::create_dir(nights.top.path().join("x.prom")).unwrap();
    let (night, _) = nights.concluded();
    let [trouble] = &night.troubles[..] else { panic!("{night:?}") };
    assert!(trouble.contains("x.prom"), "{trouble}");
    assert_eq!(account(&nights.folder.final_path()), night);
}

/// Writes the report of a scan that began at `time` into the folder of a night.
fn scanned(folder: &Path, time: Timestamp) {
    let root = Root {
        path: PathName::new(b"/proc".to_vec()),
        filesystem: "proc".into(),
        device: "proc".into(),
        mount_options: "rw".into(),
        mount_point: "/proc".into(),
        errors_policy: None,
        filesystem_uuid: None,
        filesystem_id: None,
        shard: None,
        checks: Vec::new(),
    };
    let mut report = tests::report();
    (report.started_at, report.finished_at) = (time, time);
    report.roots.push(root);
    let mut text = Vec::new();
    write_json(&report, &mut text).unwrap();
    fs::write(folder.join("quick.json"), text).unwrap();
}

/// A night whose clock was ahead is not the newest one for ever.
#[test]
fn what_is_yet_to_come_is_not_compared_with() {
    let nights = begun("");
    let earlier = |name: &str| {
        let folder = nights.store.path.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(MARKER), "").unwrap();
        folder
    };
    let time = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
    scanned(&earlier("2023-11-14T02-00-00Z"), time(1_700_000_000));
    scanned(&earlier("2096-10-02T02-00-00Z"), time(4_000_000_000));
    earlier("2023-11-15T02-00-00Z.partial");
    let before = nights.store.nights_before(time(1_800_000_000)).unwrap();
    assert!(before.iter().all(|name| name.starts_with("202")) && before.len() == 3, "{before:?}");
    scanned(&nights.folder.path, time(1_750_000_000));
    fs::write(nights.folder.path.join("full.json"), "").unwrap();
    let (night, _) = nights.concluded();
    assert_eq!(night.trend, ["/proc (scan): nothing found, as before"], "{night:?}");
    let [broken, ahead, to_come, age] = &night.remarks[..] else { panic!("{:?}", night.remarks) };
    assert!(ahead.contains("2096-10-02T02-00-00Z/quick.json: it began at 2096"), "{ahead}");
    assert!(to_come.starts_with("2096-10-02T02-00-00Z is yet to come"), "{to_come}");
    assert!(age.contains("is not removed by its age"), "{age}");
    // It is called so by now.
    let now = nights.folder.final_path().join("full.json");
    assert!(broken.starts_with(now.to_str().unwrap()) && now.exists(), "{broken}");
}
