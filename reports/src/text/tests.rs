mod compared;
mod components;
mod stress;
mod stress_divergences;
mod suppressed;

use super::*;
use crate::path_name::is_unsafe_to_show;
use crate::sample::{
    diff, failing, finding, healthy, hostile, root, tar_control, tar_run, tar_trips, volume,
    with_findings,
};
use crate::{
    CheckRun, CheckStatus, Code, DiffTotals, FindingCollector, PathName, Recommendation, Severity,
    TarClassification, TarPattern, TarRefused, TarRun, TarTrips, Totals, Unchecked,
    UncheckedReason,
};

fn rendered(report: &Report, options: TextOptions) -> String {
    let mut out = Vec::new();
    write_text(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(report: &Report) -> String {
    rendered(report, TextOptions::default())
}

fn verbose(report: &Report) -> String {
    let options = TextOptions { verbose: true, ..TextOptions::default() };
    rendered(report, options)
}

/// `count` dangling names, and one finding of each other severity.
fn damaged(count: usize) -> Report {
    let mut collector = FindingCollector::new(false);
    for index in 0..count {
        let path = format!("/home/coder/app/{index:04}");
        collector.add(finding(Code::DirentDangling, path.as_bytes()));
    }
    for code in [Code::DirectoryReadUnstable, Code::MountErrorsContinue, Code::NameCollision] {
        collector.add(finding(code, b"/home/coder/app"));
    }
    with_findings(collector.into_rows())
}

#[test]
fn a_healthy_tree_is_told_in_a_few_lines() {
    assert_eq!(
        plain(&healthy()),
        "\
HEALTHY  No damage was found.

/home/coder  ext4 on /dev/longhorn/pvc-3f0c0a52-8d2f-4a64-b0b2-6f9f7a1c2d3e
190,312 entries in 1.25 s (152,250 entries/s): 20,111 directories, 165,001
files, 5,200 symbolic links.
Everything was examined.
"
    );
}

#[test]
fn a_comparison_is_told_in_numbers() {
    let mut report = healthy();
    report.diff = Some(diff());
    let text = plain(&report);
    let expected = "
  lost or changed:  2 missing (2.0 KiB), 1 of other metadata (1.0 KiB), 1 added
                    (1.0 KiB); 1,200 entries, 1.2 MiB are as they were

    missing  changed metadata    moved    added  directory
          2        0        1        0        1  app
";
    assert!(text.contains(expected), "{text}");

    let mut copied = diff();
    copied.totals.missing = crate::DiffTally::default();
    report.diff = Some(copied.clone());
    let kept = "1,200 entries, 1.2 MiB are as they were; no file lost its content";
    let words = |report: &Report| plain(report).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&report).contains(kept), "{}", plain(&report));
    copied.totals.unchecked = crate::DiffTally { entries: 1, bytes: 0 };
    report.diff = Some(copied.clone());
    assert!(!words(&report).contains("no file lost"), "{}", plain(&report));
    assert!(!words(&report).contains("was the volume mounted"), "{}", plain(&report));
    copied.before.entries = 1;
    report.diff = Some(copied);
    assert!(words(&report).contains("was the volume mounted when it was made?"));

    let mut intact = diff();
    intact.totals = DiffTotals { unchanged: intact.totals.unchanged, ..DiffTotals::default() };
    intact.by_directory.clear();
    let changed = std::mem::take(&mut intact.changed);
    (intact.missing, intact.added) = (Vec::new(), Vec::new());
    intact.left_out = crate::DiffLeftOut::default();
    report.diff = Some(intact.clone());
    let text = plain(&report);
    assert!(text.contains("\n  intact:  1,200 entries, 1.2 MiB are as they were\n"), "{text}");
    assert!(text.starts_with("HEALTHY  "), "{text}");

    intact.totals.unchecked = crate::DiffTally { entries: 573, bytes: 0 };
    report.diff = Some(intact.clone());
    let text = plain(&report);
    assert!(text.starts_with("HEALTHY, NOT ALL COMPARED  "), "{text}");
    let told: Vec<_> = text.split_whitespace().collect();
    assert!(told.join(" ").contains("573 entries could not be compared"), "{text}");

    // A file that was not read, with another time.
    intact.changed = changed[..1].to_vec();
    intact.left_out.changed = 2;
    report.diff = Some(intact);
    let text = words(&report);
    let told =
        "different: 3 differences among 573 entries that could not be wholly compared; 1,200";
    assert!(text.contains(told) && !text.contains("intact"), "{text}");
}

/// The report of round trips with these runs.
fn with_trips(runs: Vec<TarRun>) -> Report {
    let mut report = healthy();
    report.tar = Some(TarTrips { runs, ..tar_trips() });
    report
}

#[test]
fn round_trips_that_pass_are_told_in_a_sentence_or_a_table() {
    let npm = tar_run(TarPattern::Npm);
    let text = plain(&with_trips(vec![npm.clone()]));
    let expected = "
Tar round trips
  passed:  711 generated packages, seed 42; npm on ext4: 38,112 entries, 200.0
           MiB in 1.58 s, all as they were written

Everything was examined.
";
    assert!(text.ends_with(expected), "{text}");

    let text = plain(&with_trips(vec![npm.clone(), tar_control(TarPattern::Npm)]));
    let expected = "
Tar round trips
  711 generated packages, seed 42; in /home/coder; control in /dev/shm

  pattern  filesystem       packages  entries  entries/s  errors
  npm      ext4                  711   38,112     24,122  no errors
  npm      tmpfs (control)       711   38,112     53,679  no errors

  passed:  Every entry was extracted and reads back as it was written.

Everything was examined.
";
    assert!(text.ends_with(expected), "{text}");
    assert!(verbose(&with_trips(vec![npm])).contains("\n  npm      ext4  "));
}

#[test]
fn a_race_is_told_as_one() {
    let npm = failing(tar_run(TarPattern::Npm), TarClassification::ParentRemoved, 3);
    let mut report = with_trips(vec![npm]);
    report.tar.as_mut().unwrap().churn = true;
    let text = plain(&report);
    let expected = "
  711 generated packages, seed 42, beside a competing installer; in /home/coder

  pattern  filesystem  packages  entries  entries/s  errors
  npm      ext4             711   38,112     24,122  3 parent-removed

  parent-removed, 3 times
    A directory above was removed meanwhile, as a second installer does it. That
    says nothing of the filesystem.
    TAR_ENTRY_ERROR ENOENT: no such file or directory, open '/home/coder/0.js'
      evidence  the directory above: inode 12, listed
    TAR_ENTRY_ERROR ENOENT: no such file or directory, open '/home/coder/1.js'
      evidence  the directory above: inode 12, listed
    ... and 1 more (-v shows more)

  failed:  What failed has causes that say nothing of the filesystem.
";
    assert!(text.contains(expected), "{text}");
    let text = verbose(&report);
    assert!(text.contains("open '/home/coder/2.js'\n      evidence  the dir"), "{text}");
    assert!(text.contains("      evidence  free: 8 GiB\n"), "{text}");
    assert!(!text.contains("... and"), "{text}");
}

#[test]
fn damage_is_told_against_the_control_run() {
    let npm = failing(tar_run(TarPattern::Npm), TarClassification::LookupInconsistent, 1201);
    let npm = failing(npm, TarClassification::ParentRemoved, 1);
    let cached = TarRun { complete: false, left_behind: 1, ..tar_run(TarPattern::NpmCached) };
    let control = [TarPattern::Npm, TarPattern::NpmCached].map(tar_control);
    let text = plain(&with_trips([vec![npm, cached], control.to_vec()].concat()));
    let table = "
  pattern     filesystem       packages  entries  entries/s  errors
  npm         ext4                  711   38,112     24,122  1,201 lookup-inconsistent
                                                             1 parent-removed
  npm-cached  ext4                  711   38,112     24,122  1 not removed
                                                             stopped early
  npm         tmpfs (control)       711   38,112     53,679  no errors
  npm-cached  tmpfs (control)       711   38,112     53,679  no errors

  lookup-inconsistent, 1,201 times
";
    assert!(text.contains(table), "{text}");
    let next = "\n    ... and 1,199 more (-v shows more)\n\n  parent-removed, 1 time\n";
    assert!(text.contains(next), "{text}");
    let conclusion = "

  failed:  It fails here and passes in the control run: as far as this shows,
           the filesystem here or what lies below it is at fault.
";
    assert!(text.contains(conclusion), "{text}");
}

#[test]
fn what_was_not_extracted_is_counted_and_the_first_are_named() {
    let mut report = with_trips(vec![tar_run(TarPattern::Sequential)]);
    let refused = |member: Option<&str>, why: &str| TarRefused {
        archive: PathName::new(b"/tmp/a.tgz".into()),
        member: member.map(|name| PathName::new(name.into())),
        why: why.into(),
    };
    let tar = report.tar.as_mut().unwrap();
    tar.refused = vec![
        refused(Some("../x"), "leads out of the directory"),
        refused(Some("dev/sda"), "a device"),
        refused(None, "the gzip stream ends early"),
        refused(Some("d"), "a device"),
    ];
    tar.refused_beyond = 9;
    let text = plain(&report);
    let expected = "
  not extracted:  13 members or archives
    /tmp/a.tgz: ../x: leads out of the directory
    /tmp/a.tgz: dev/sda: a device
    /tmp/a.tgz: the gzip stream ends early
    ... and 10 more
";
    assert!(text.contains(expected), "{text}");
}

/// Round trips alone walk nothing, and are no less worth a verdict.
#[test]
fn round_trips_without_a_walk_have_a_verdict() {
    let mut report = with_trips(vec![tar_run(TarPattern::Npm)]);
    report.totals = Totals::default();
    let text = plain(&report);
    assert!(text.starts_with("HEALTHY  No damage was found.\n"), "{text}");
    assert!(!text.contains("0 entries"), "{text}");

    report.tar.as_mut().unwrap().runs.clear();
    let text = plain(&report);
    assert!(text.starts_with("NOTHING EXAMINED  "), "{text}");
    let expected = "  not tried:  Nothing was extracted: this says nothing of the filesystem.\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn defects_stand_worst_first_with_two_examples_each() {
    let text = plain(&damaged(1201));
    assert!(text.starts_with("CORRUPT  Damage is proven. 1,203 findings of 3 kinds.\n"), "{text}");
    let defect = "
corrupt  A listed name that lookup says does not exist
         dirent-dangling, 1,201 times
  /home/coder/app/0000 (inode 18446744073709551615)
    expected  statx finds the name
    found     ENOENT, 4 times in 0.7 s
  /home/coder/app/0001 (inode 18446744073709551615)
    expected  statx finds the name
    found     ENOENT, 4 times in 0.7 s
  ... and 1,199 more (-v shows more)

suspect  Two listings of an unchanged directory differ
";
    assert!(text.contains(defect), "{text}");
    let order = ["\ncorrupt  ", "\nsuspect  ", "\nwarning  ", "\nNotes (", "\nWhat to do next\n"];
    let places: Vec<_> = order.iter().map(|part| text.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn verbose_shows_every_row_and_all_evidence() {
    let mut report = damaged(150);
    report.findings[0].evidence = vec!["first fact".into(), "second fact".into()];
    let brief = plain(&report);
    assert!(brief.contains("evidence  first fact") && !brief.contains("second fact"), "{brief}");
    assert!(!brief.contains("relatime"), "{brief}");

    let text = verbose(&report);
    assert!(text.contains("evidence  second fact"), "{text}");
    assert!(text.contains("/home/coder/app/0099 ("), "{text}");
    assert!(text.contains("... and 50 more (--all-findings lists them)"), "{text}");
    assert!(text.contains("rw,relatime"), "{text}");
}

#[test]
fn a_finding_without_a_subject_is_about_the_filesystem() {
    let mut report = with_findings(vec![finding(Code::KernelErrorsRecorded, b"/")]);
    report.findings[0].subject = crate::Subject::default();
    report.findings[0].occurrences = 3;
    let text = plain(&report);
    assert!(text.contains("\n  the whole filesystem (3 times)\n"), "{text}");
    assert!(!text.contains("... and"), "{text}");
}

#[test]
fn notes_are_brief_and_no_defects() {
    let mut report = with_findings(vec![finding(Code::NameCollision, b"/home/coder/README")]);
    let text = plain(&report);
    assert!(text.starts_with("HEALTHY  No damage was found.\n"), "{text}");
    assert!(text.contains("\nNotes (no defects)\n"), "{text}");
    assert!(!text.contains("expected"), "{text}");
    assert!(verbose(&report).contains("    expected  statx finds the name\n"));
    report.findings[0].severity = Severity::Warning;
    assert!(!plain(&report).contains("Notes"));
}

#[test]
fn a_run_that_did_not_end_says_so_beside_the_verdict() {
    for (mut report, label) in
        [(healthy(), "HEALTHY SO FAR, INCOMPLETE  "), (damaged(1), "CORRUPT, INCOMPLETE  ")]
    {
        report.complete = false;
        let text = plain(&report);
        assert!(text.starts_with(label), "{text}");
        let words: Vec<_> = text.split_whitespace().collect();
        assert!(words.join(" ").contains("The run stopped before its end"), "{text}");
        assert!(!text.contains("Everything was examined"), "{text}");
    }
}

#[test]
fn what_was_not_examined_is_named_with_its_reason() {
    let mut report = healthy();
    let paths = ["/home/coder/a", "/home/coder/b", "/home/coder/c"];
    report.unchecked.push(Unchecked {
        reason: UncheckedReason::PermissionDenied,
        what: "directory".into(),
        count: 3120,
        examples: paths.map(|path| PathName::new(path.into())).into(),
    });
    report.roots.push(root("/tmp", "tmpfs", "tmpfs"));
    for root in &mut report.roots {
        root.checks.extend(["extents", "content"].map(|name| CheckRun {
            name: name.into(),
            status: CheckStatus::Skipped,
            reason: Some("not asked for (--quick)".into()),
        }));
    }
    report.roots[0].checks[2] =
        CheckRun { name: "links".into(), status: CheckStatus::Partial, reason: None };
    let text = plain(&report);
    assert!(text.starts_with("HEALTHY  No damage was found. Not everything could"), "{text}");
    let expected = "
Not examined
  directory: permission denied (3,120 places)
    /home/coder/a
    /home/coder/b
    ... and 3,118 more
  links: checked in part, no reason given
  extents, content: skipped, not asked for (--quick)
";
    assert!(text.ends_with(expected), "{text}");
    assert!(verbose(&report).contains("/home/coder/c\n"));
}

#[test]
fn what_concurrent_changes_explain_is_counted_in_words() {
    let mut report = healthy();
    assert!(!plain(&report).contains("second look"));
    report.totals.volatile = 1;
    assert!(plain(&report).contains("\n1 anomaly was explained at a second look"));
    report.totals.volatile = 1200;
    assert!(plain(&report).contains("\n1,200 anomalies were explained"));
}

#[test]
fn commands_can_be_pasted_whole() {
    let mut report = damaged(1);
    let command = "x ".repeat(60) + r"$'\033' \ 'a b'";
    report.recommendations[0].steps[0].command = Some(format!("{command}\nsecond line"));
    for width in [30, 80, 200] {
        let options = TextOptions { width, ..TextOptions::default() };
        let text = rendered(&report, options);
        let lines: Vec<_> = text.lines().map(str::trim_start).collect();
        assert!(lines.contains(&command.as_str()), "{text}");
        assert!(lines.contains(&"second line"), "{text}");
    }
}

#[test]
fn advice_carries_reason_caveat_source_and_confidence() {
    let report = damaged(1);
    let text = plain(&report);
    assert!(text.contains("\n1. Stop writers and secure"), "{text}");
    assert!(text.contains("   Because of  dirent-dangling\n"), "{text}");
    assert!(text.contains("   Caveat  Snapshot and backup"), "{text}");
    assert!(text.contains("(confidence: high)\n"), "{text}");
    let Recommendation { title, .. } = &report.recommendations[1];
    assert!(text.contains(&format!("\n\n2. {title}\n")), "{text}");
}

/// Commands, paths and devices may be longer, for they are copied.
#[test]
fn prose_fits_the_width() {
    for width in [60, 80, 100] {
        let options = TextOptions { width, ..TextOptions::default() };
        let mut text = rendered(&damaged(1201), options);
        for row in Code::all() {
            let mut out = Vec::new();
            write_explanation(row.code, options, &mut out).unwrap();
            text += std::str::from_utf8(&out).unwrap();
        }
        let device = volume().device;
        let copied = |line: &str| line.starts_with("          ") || line.contains(&device);
        let long = text.lines().find(|line| line.chars().count() > width && !copied(line));
        assert_eq!(long, None, "width {width}");
    }
}

#[test]
fn an_absurd_width_is_survived() {
    for width in [0, 1, usize::MAX] {
        let options = TextOptions { width, ..TextOptions::default() };
        assert!(rendered(&damaged(3), options).contains("CORRUPT"));
    }
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    for text in [plain(&hostile()), verbose(&hostile())] {
        let raw = text.chars().find(|&c| is_unsafe_to_show(c) && c != '\n');
        assert_eq!(raw, None, "{text}");
        assert!(text.contains(r"/home/coder/a\n\r\t\u{1b}[2J\\x41\xff"), "{text}");
    }
}

#[test]
fn colour_is_there_only_when_asked_for_and_changes_no_word() {
    let options = TextOptions { color: true, ..TextOptions::default() };
    let report = damaged(3);
    let coloured = rendered(&report, options);
    assert!(coloured.starts_with("\u{1b}[1;31mCORRUPT\u{1b}[0m  Damage"));
    let mut stripped = coloured;
    for sgr in ["0", "1", "2", "1;31", "1;32", "1;33"] {
        stripped = stripped.replace(&format!("\u{1b}[{sgr}m"), "");
    }
    assert_eq!(stripped, plain(&report));
}

#[test]
fn an_explanation_says_what_how_and_what_to_do() {
    let mut out = Vec::new();
    write_explanation(Code::DirentDangling, TextOptions::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("dirent-dangling  A listed name that lookup"), "{text}");
    assert!(text.contains("\nSeverity: corrupt. Found by the check `entries`.\n"), "{text}");
    for heading in ["What it means", "How it is found", "What to do"] {
        assert!(text.contains(&format!("\n\n{heading}\n  ")), "{text}");
    }
}

/// A report from elsewhere may claim anything.
#[test]
fn the_largest_counts_are_shown() {
    let mut report = hostile();
    report.findings.extend(report.findings.clone());
    (report.diff, report.tar) = (Some(diff()), Some(tar_trips()));
    let mut json = serde_json::to_value(&report).unwrap();
    claim_the_most(&mut json);
    let report = serde_json::from_value(json).unwrap();
    for text in [plain(&report), verbose(&report)] {
        assert!(text.contains("18,446,744,073,709,551,615 findings"), "{text}");
    }
}

/// Makes every count the largest that there can be.
fn claim_the_most(value: &mut serde_json::Value) {
    const SMALLER: [&str; 6] = ["jobs", "priority", "round", "rounds", "schema_version", "threads"];
    match value {
        serde_json::Value::Number(number) if number.is_u64() => *number = u64::MAX.into(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(claim_the_most),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter_mut().filter(|(name, _)| !SMALLER.contains(&name.as_str()));
            fields.for_each(|(_, field)| claim_the_most(field));
        }
        _ => {}
    }
}
