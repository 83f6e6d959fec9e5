use std::fs;
use std::path::Path;

use super::*;
use crate::nightly::config::Config;

/// Settings of which these nights are kept, the folder for them, and nights in it.
fn with_nights(names: &[&str]) -> (tempfile::TempDir, Store) {
    let top = tempfile::tempdir().unwrap();
    let text = format!("roots = [\"/proc\"]\nreports = \"{}/nights\"", top.path().display());
    let config = Config::read(&text, Path::new("nightly.toml")).unwrap();
    let store = Store::open(&config).unwrap();
    for name in names {
        fs::create_dir(store.path.join(name)).unwrap();
        fs::write(store.path.join(name).join(MARKER), "x").unwrap();
    }
    (top, store)
}

/// Which of these nights go on the 20th of January 2024, and whether the clock is doubted.
#[test]
fn a_clock_that_was_ahead_costs_no_night() {
    let now = night_name::time("2024-01-20T02-00-00Z").unwrap();
    let (old, last) = ("2024-01-01T02-00-00Z", "2024-01-19T02-00-00Z");
    let (tonight, future) = ("2024-01-20T01-00-00Z.partial", "2038-01-01T02-00-00Z");
    for (nights, most, expected, doubted) in [
        (vec![old, last, tonight], 60, vec![old], false),
        // The one under way is not the newest by name.
        (vec![old, last, tonight, future], 1, vec![last, old], true),
        (vec![last, tonight, future], 60, vec![], true),
        // Too much time since the last one.
        (vec![old, "2024-01-02T02-00-00Z", tonight], 60, vec![], true),
        (vec![old, "2024-01-02T02-00-00Z", tonight], 1, vec![old], true),
        (vec![tonight], 60, vec![], false),
    ] {
        let (_top, store) = with_nights(&nights);
        let keep = Keep { days: 10, nights: most, bytes: u64::MAX };
        let tidied = tidy(&store, keep, now, Some(tonight)).unwrap();
        let gone: Vec<_> = tidied.told.iter().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!((gone, tidied.remark.is_some()), (expected, doubted), "{nights:?}: {tidied:?}");
        assert!(store.path.join(tonight).is_dir());
    }
}
