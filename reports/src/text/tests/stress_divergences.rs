use super::stress::with_stress;
use super::{plain, verbose};
use crate::sample::{divergence, stress};
use crate::{
    PathName, Stress, StressDivergence, StressElsewhere, StressElsewhereOutcome, StressMinimised,
};

#[test]
fn a_divergence_is_told_with_what_shows_it_again() {
    let elsewhere = [
        ("shm", StressElsewhereOutcome::AsExpected),
        ("nfs", StressElsewhereOutcome::NotTried),
        ("xfs", StressElsewhereOutcome::AsExpected),
    ];
    let elsewhere =
        elsewhere.map(|(target, outcome)| StressElsewhere { target: target.into(), outcome });
    let row = StressDivergence { elsewhere: elsewhere.to_vec(), ..divergence("home") };
    let report = with_stress(Stress { divergences: vec![row], ..stress() });
    let text = plain(&report);
    let expected = "
  home    ext4         1,200,000  39,344  1.2 µs  24.8 µs  41.3 ms  1
  shm     tmpfs        1,200,000  39,344  1.2 µs  24.8 µs  41.3 ms  none

  checked:  the outcome of each operation, 48 comparisons of whole trees, 2,620
            listings of directories that changed, 24 scans at rest

  rename: ENOENT instead of success, on home 17 times
    operation   rename a/f1 b/f2
    expected    success
    found       ENOENT
    evidence    the directory lists f1
    reproducer  3 operations, minimised
      mkdir a
      create a/f1
      rename a/f1 b/f2
    replay it   fscan replay '/tmp/rename 1.fscan'
    elsewhere   as expected on shm and xfs; not tried on nfs

  known differences:  ";
    assert!(text.contains(expected), "{text}");
    let conclusion = "

  diverges on home alone:  Other targets do as expected where the reproducers
                           were tried: as far as this shows, the filesystem
                           there or what lies below it is at fault.
";
    assert!(text.contains(conclusion), "{text}");

    let more = "
    evidence    the directory lists f1
    evidence    statx finds f1: inode 12
    met in      round 3, operation 1,204
    reproducer  3 operations, minimised
";
    assert!(verbose(&report).contains(more), "{}", verbose(&report));
}

#[test]
fn a_divergence_met_once_on_two_targets_accuses_neither() {
    let once = |target| StressDivergence {
        occurrences: 1,
        minimised: StressMinimised::NotReproduced,
        replay_file: None,
        ..divergence(target)
    };
    let report = with_stress(Stress { divergences: vec![once("shm"), once("home")], ..stress() });
    let text = plain(&report);
    let expected = "
  rename: ENOENT instead of success, on home once
    operation   rename a/f1 b/f2
    expected    success
    found       ENOENT
    evidence    the directory lists f1
    reproducer  3 operations, the divergence did not show again
      mkdir a
      create a/f1
      rename a/f1 b/f2
    replay it   fscan replay FILE; --reproducers DIR writes FILE, and -v shows
                its lines

";
    assert!(text.contains(expected), "{text}");
    let conclusion = "\n  diverges on home and shm:  It diverges wherever the reproducers";
    assert!(text.contains(conclusion), "{text}");
}

#[test]
fn a_long_reproducer_and_many_divergences_are_cut_unless_verbose() {
    let mut row = divergence("home");
    row.reproducer = (0..40).map(|line| format!("create f{line}")).collect();
    let mut hammered = stress();
    hammered.divergences = vec![row; 7];
    hammered.divergences_beyond = 1_200;
    let text = plain(&with_stress(hammered.clone()));
    let lines = "
      create f11
      ... and 28 more (-v shows them)
    replay it   fscan replay '/tmp/rename 1.fscan'

";
    assert!(text.contains(lines) && !text.contains("create f12\n"), "{text}");
    let rest = "\n  ... and 1,202 divergences more (-v shows more)\n\n  known differences";
    assert_eq!((text.matches("17 times").count(), text.contains(rest)), (5, true), "{text}");

    let text = verbose(&with_stress(hammered));
    let rest = "\n\n  ... and 1,200 divergences more (the report lists no more of them)\n";
    assert_eq!((text.matches("17 times").count(), text.contains(rest)), (7, true), "{text}");
    assert!(text.contains("      create f39\n    replay it"), "{text}");
}

#[test]
fn a_replay_file_whose_path_leads_nowhere_is_no_command() {
    let mut row = divergence("home");
    row.replay_file = Some(PathName::new(b"/d".repeat(50_000)));
    let mut report = with_stress(Stress { divergences: vec![row], ..stress() });
    let how = "    replay it   fscan replay FILE; --reproducers DIR writes FILE, and -v shows\n";
    assert!(plain(&report).contains(how), "{}", plain(&report));

    let row = &mut report.stress.as_mut().unwrap().divergences[0];
    row.reproducer.clear();
    row.minimised = StressMinimised::NotTried;
    let text = plain(&report);
    assert!(text.contains("\n    reproducer  not minimised\n\n"), "{text}");
}
