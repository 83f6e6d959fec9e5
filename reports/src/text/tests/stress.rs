use std::path::Path;

use super::{plain, verbose};
use crate::sample::{divergence, healthy, stress, stress_target};
use crate::{
    PathName, Report, Root, Stress, StressAbility, StressCapability, StressDivergence,
    StressElsewhere, StressElsewhereOutcome, StressEnding, StressNotProvided, StressTarget, Totals,
};

/// The report of a stress run alone.
pub(super) fn with_stress(stress: Stress) -> Report {
    Report { totals: Totals::default(), stress: Some(stress), ..healthy() }
}

/// The section, with its heading and what stands below it.
fn section(text: &str) -> &str {
    let start = text.find("\nStress\n").unwrap_or_else(|| panic!("{text}"));
    &text[start..]
}

fn missing(feature: &str, detail: Option<&str>) -> StressCapability {
    StressCapability {
        feature: feature.into(),
        declared: Some(true),
        found: StressAbility::Absent,
        detail: detail.map(Into::into),
    }
}

#[test]
fn a_run_in_which_nothing_diverged_is_told_in_a_table() {
    let text = plain(&with_stress(stress()));
    let expected = "
Stress
  seed 42, profile mixed, 2 threads a target; home in /mnt/home, shm in /mnt/shm

  target  filesystem  operations   ops/s     p50      p99  slowest  divergences
  home    ext4         1,200,000  39,344  1.2 µs  24.8 µs  41.3 ms  none
  shm     tmpfs        1,200,000  39,344  1.2 µs  24.8 µs  41.3 ms  none

  checked:  the outcome of each operation, 48 comparisons of whole trees, 2,620
            listings of directories that changed, 24 scans at rest

  known differences:  2 came up and explained 1,412 differences; 1 never came up
        1,200  tmpfs-listing-snapshot (tmpfs): new names are not listed
          212  directory-size: sizes of directories differ
  coverage:  2 operations x 3 outcomes seen, 4 combinations

  passed:  Every outcome was one that POSIX and the known differences allow.

What was there before was not looked at: `fscan PATH` does that.
";
    assert_eq!(section(&text), expected, "{text}");
}

/// What was made is gone when people read of it: its names say more than its directories.
#[test]
fn targets_that_were_made_for_the_run_are_named_without_their_directories() {
    let mut hammered = stress();
    hammered.targets[1].made = true;
    hammered.targets.push(StressTarget { made: true, ..stress_target("ext4", "ext4") });
    hammered.quirks[1].defect = true;
    let mut report = with_stress(hammered);
    let root =
        |path: &str| Root { path: PathName::from(Path::new(path)), ..report.roots[0].clone() };
    report.roots = vec![root("/mnt/home"), root("/mnt/shm"), root("/mnt/ext4")];
    let text = plain(&report);
    assert!(!text.contains("/mnt/shm") && !text.contains("/mnt/ext4"), "{text}");
    assert!(text.contains("\n/mnt/home  ext4 on"), "{text}");
    assert!(text.contains("home in /mnt/home, 2 targets made\n  for this run\n"), "{text}");
    assert!(text.contains("directory-size: a defect: sizes"), "{text}");
}

#[test]
fn a_replay_says_whether_what_was_recorded_shows() {
    let mut replayed = stress();
    replayed.recorded = Some("rename: EIO instead of success".into());
    let text = plain(&with_stress(replayed.clone()));
    let not = "recorded:  rename: EIO instead of success; it does not show on home and shm\n";
    assert!(text.contains(not), "{text}");
    let row = StressDivergence { class: replayed.recorded.clone().unwrap(), ..divergence("shm") };
    replayed.divergences = vec![row];
    let text = plain(&with_stress(replayed));
    let both = "; it shows on shm; it does not show on home\n";
    assert!(text.replace("\n             ", " ").contains(both), "{text}");
}

#[test]
fn what_there_is_nothing_to_say_of_takes_no_lines() {
    let mut bare = StressTarget { latency: Vec::new(), ..stress_target("home", "ext4") };
    (bare.comparisons, bare.listings, bare.scans) = (0, 0, 0);
    let hammered = Stress {
        threads: 1,
        targets: vec![bare],
        quirks: Vec::new(),
        coverage: Vec::new(),
        ..stress()
    };
    let text = plain(&with_stress(hammered));
    let expected = "
Stress
  seed 42, profile mixed, 1 thread a target; home in /mnt/home

  target  filesystem  operations   ops/s  p50  p99  slowest  divergences
  home    ext4         1,200,000  39,344    -    -        -  none

  checked:  the outcome of each operation alone

  passed:  Every outcome was one that POSIX and the known differences allow.

What was there before was not looked at: `fscan PATH` does that.
";
    assert_eq!(section(&text), expected, "{text}");
}

#[test]
fn verbose_shows_each_target_quirk_and_combination() {
    let text = verbose(&with_stress(stress()));
    let facts = "

  shm:  tmpfs with rw,relatime; 12 rounds in 30.5 s, 3.0 GiB written, at most
        4,096 names at the same time
    operation      timed     p50     p90      p99     p99.9  slowest
    all        1,200,000  1.2 µs  5.0 µs  24.8 µs  124.0 µs  41.3 ms
    rename        80,000  2.1 µs  8.4 µs  42.0 µs  210.0 µs   4.2 ms

  features:  none is missing
    home:  temporary-files present
    shm:  temporary-files present
  known differences:  2 came up and explained 1,412 differences; 1 never came up
        1,200  tmpfs-listing-snapshot (tmpfs): new names are not listed
               [readdir(3)]
          212  directory-size: sizes of directories differ [readdir(3)]
            0  ext4-link-limit (ext4): a file has at most 65,000 names
               [readdir(3)]
  coverage:  2 operations x 3 outcomes seen, 4 combinations
    create  ok 790,000, EEXIST 2,300
    rename  ok 141,000, ENOENT 17

";
    assert!(text.contains(facts), "{text}");
}

#[test]
fn what_ended_early_or_was_not_there_is_named() {
    let mut hammered = stress();
    hammered.targets[0].ended = StressEnding::Lost;
    hammered.targets[0].ended_because = Some("EROFS at `write`".into());
    hammered.targets[1].ended = StressEnding::Stopped;
    hammered.targets[1].no_space = 1_200;
    hammered.targets.push(StressTarget { no_space: 1, ..stress_target("xfs", "xfs") });
    hammered.not_provided = ["btrfs", "overlay"]
        .map(|name| StressNotProvided { name: name.into(), why: "mounting needs root".into() })
        .to_vec();
    let mut report = with_stress(hammered);
    let text = plain(&report);
    let expected = "
            listings of directories that changed, 36 scans at rest
  home:  lost: it vanished or turned read-only (EROFS at `write`)
  shm:  stopped by a signal; 1,200 operations met a full disk
  xfs:  1 operation met a full disk

  not provided:  2 targets
    btrfs:  mounting needs root
    overlay:  mounting needs root

  known differences:";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("\n  lost:  Nothing diverged before a target vanished"), "{text}");

    report.stress.as_mut().unwrap().targets.remove(0);
    let text = plain(&report);
    assert!(text.contains("\n  passed so far:  Nothing diverged in what was done"), "{text}");
}

#[test]
fn missing_features_are_named_with_their_targets() {
    let mut hammered = stress();
    hammered.targets[0].capabilities.push(missing("exchange", Some("EINVAL")));
    hammered.targets[0].capabilities.push(missing("attributes", None));
    let mut unknown = missing("punch-hole", Some("EPERM"));
    unknown.found = StressAbility::Unknown;
    hammered.targets[1].capabilities.push(unknown);
    (hammered.quirks, hammered.coverage) = (Vec::new(), Vec::new());
    let report = with_stress(hammered);
    let expected = "

  missing:  2 features
    home:  exchange (EINVAL), attributes

  passed:  ";
    assert!(plain(&report).contains(expected), "{}", plain(&report));
    let expected = "

  missing:  2 features
    home:  temporary-files present, exchange missing (EINVAL), attributes
           missing
    shm:  temporary-files present, punch-hole unknown (EPERM)

  passed:  ";
    assert!(verbose(&report).contains(expected), "{}", verbose(&report));
}

#[test]
fn everything_fits_the_width() {
    let mut hammered = stress();
    hammered.targets[0].ended = StressEnding::Lost;
    hammered.targets[0].ended_because = Some("a reason of several words ".repeat(9));
    hammered.targets[0].capabilities = vec![missing("temporary-files", Some("EINVAL")); 9];
    hammered.not_provided =
        vec![StressNotProvided { name: "xfs".into(), why: "several words ".repeat(9) }];
    let mut row = divergence("home");
    row.evidence = vec!["evidence of several words ".repeat(9)];
    let same = StressElsewhere { target: "shm".into(), outcome: StressElsewhereOutcome::Same };
    row.elsewhere = vec![same];
    hammered.divergences = vec![row];
    hammered.quirks[0].text = "a difference of several words ".repeat(9);
    hammered.coverage[0].outcome = "an outcome of several words ".repeat(9);
    let report = with_stress(hammered);
    for text in [plain(&report), verbose(&report)] {
        let long = text.lines().skip_while(|line| *line != "Stress");
        assert_eq!(long.clone().find(|line| line.chars().count() > 80), None, "{text}");
        assert!(long.count() > 30, "{text}");
    }
}

/// A run that hammers alone walks nothing, and is no less worth a verdict.
#[test]
fn operations_without_a_walk_have_a_verdict() {
    let mut report = with_stress(stress());
    let text = plain(&report);
    assert!(text.starts_with("HEALTHY  No damage was found.\n"), "{text}");
    assert!(!text.contains("0 entries"), "{text}");

    report.stress.as_mut().unwrap().targets.clear();
    let text = plain(&report);
    assert!(text.starts_with("NOTHING EXAMINED  "), "{text}");
    let expected =
        "\n  not tried:  Not an operation was run: this says nothing of any filesystem.\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn no_number_is_too_large() {
    let mut target = stress_target("home", "ext4");
    (target.comparisons, target.operations, target.no_space) = (u64::MAX, u64::MAX, u64::MAX);
    target.operations_per_second = f64::INFINITY;
    target.latency[0].max_ns = u64::MAX;
    let mut hammered = Stress { targets: vec![target.clone(), target], ..stress() };
    hammered.divergences_beyond = u64::MAX;
    hammered.divergences = vec![divergence("home")];
    hammered.quirks.iter_mut().for_each(|quirk| quirk.count = u64::MAX);
    let counts = hammered.coverage.iter_mut().flat_map(|row| &mut row.counts);
    counts.for_each(|row| row.count = u64::MAX);
    let text = verbose(&with_stress(hammered));
    assert!(text.contains("18,446,744,073,709,551,615\n            comparisons of"), "{text}");
    assert!(text.contains("5124095 h 34 min"), "{text}");
}
