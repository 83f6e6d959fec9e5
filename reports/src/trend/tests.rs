//! A table of cases, and what else a trend tells of.

use std::collections::BTreeMap;

use super::*;
use crate::sample::{
    divergence, finding, healthy, hostile, stress, stress_target, suppressed, tar_trips, volume,
};
use crate::{
    Answer, CheckRun, CheckStatus, Code, Environment, Fact, FactName, Finding, Subject,
    TextOptions, Unchecked, UncheckedReason,
};

/// Reports of nights, by night.
type Nights = Vec<Vec<Report>>;

/// What reports lead to: how many more errors, resets before which runs, which states.
type OnRecord<'a> = (&'a str, Vec<Report>, u64, &'a [u32], &'a [TrendState]);

/// A report of the day of that number.
fn day(number: i64) -> Report {
    let at =
        |hour: i64| Timestamp::from_unix_seconds(1_700_000_000 + number * 86_400 + hour * 3600);
    Report { started_at: at(0).unwrap(), finished_at: at(1).unwrap(), ..healthy() }
}

fn dangling(name: &str) -> Finding {
    finding(Code::DirentDangling, format!("/home/coder/{name}").as_bytes())
}

fn with(mut report: Report, findings: &[Finding]) -> Report {
    report.findings.extend_from_slice(findings);
    report.judge();
    report
}

fn of(reports: impl IntoIterator<Item = Report>) -> Trend {
    let dated = |(number, report)| Dated {
        file: PathName::new(format!("{number}.json").into_bytes()),
        report,
        night: None,
    };
    Trend::of(&reports.into_iter().enumerate().map(dated).collect::<Vec<_>>())
}

/// The states of all rows that are not about suppressions.
fn states(trend: &Trend) -> Vec<TrendState> {
    let rows = trend.series.iter().flat_map(|series| &series.findings);
    rows.filter(|row| row.suppressed.is_none()).map(|row| row.state).collect()
}

fn check(mut report: Report, name: &str, status: CheckStatus) -> Report {
    let checks = &mut report.roots[0].checks;
    checks.retain(|check| check.name != name);
    checks.push(CheckRun { name: name.into(), status, reason: Some("not asked for".into()) });
    report
}

fn left_out(mut report: Report, reason: UncheckedReason, count: u64, places: &[&str]) -> Report {
    let path = |place: &&str| PathName::new(place.as_bytes().to_vec());
    let examples = places.iter().map(path).collect();
    report.unchecked.push(Unchecked { reason, what: "entry".into(), count, examples });
    report
}

fn accepting(mut report: Report, count: u64) -> Report {
    report.suppressed =
        vec![crate::Suppressed { code: Code::DirentDangling, count, ..suppressed() }];
    report
}

fn many(count: u64) -> Finding {
    Finding { subject: Subject::default(), occurrences: count, ..dangling("") }
}

/// Summaries of nights say which finding became what.
#[test]
fn a_series_names_the_first_findings_that_changed() {
    let lines = |reports: [Report; 2]| of(reports).series[0].lines();
    let told = lines([with(day(0), &[dangling("a"), many(3)]), with(day(1), &[many(9)])]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("dirent-dangling (all of this code together): growing, 4 -> 9"));
    let told = lines([with(day(0), &[dangling("a")]), with(day(1), &[dangling("b\u{1b}[2J")])]);
    assert_eq!(
        told,
        [
            "/home/coder (scan): 1 new, 1 gone",
            "/home/coder (scan): corrupt dirent-dangling /home/coder/b\\u{1b}[2J: new",
            "/home/coder (scan): corrupt dirent-dangling /home/coder/a: gone",
        ]
    );
    let unseen = check(day(0), "entries", CheckStatus::Skipped);
    let told = lines([unseen, with(day(1), &[dangling("a")])]);
    assert!(told[1].contains("/home/coder/a: found where no report looked before"), "{told:?}");
    let long = "x".repeat(5000);
    let ten: Vec<_> = (0..10).map(|number| dangling(&format!("{number}{long}"))).collect();
    let told = lines([day(0), with(day(1), &ten)]);
    assert_eq!(told.len(), 7, "{told:?}");
    assert!(told[6].ends_with(": and 5 more, which `fscan trend` lists"), "{told:?}");
    assert!(told.iter().all(|line| line.len() < 300), "{told:?}");
    let same = lines([with(day(0), &[dangling("a")]), with(day(1), &[dangling("a")])]);
    assert_eq!(same, ["/home/coder (scan): 1 same"]);
}

/// What reports lead to which state.
#[test]
fn what_becomes_of_a_finding() {
    use CheckStatus::{Partial, Ran, Skipped};
    use TrendState::*;
    let found = |number| with(day(number), &[dangling("a")]);
    let stopped = |report| Report { complete: false, ..report };
    let heavier = Finding { severity: Severity::Suspect, ..dangling("a") };
    let moved =
        Finding { subject: Subject { inode: Some(7), ..dangling("a").subject }, ..dangling("a") };
    let excluded = |report, places: &[&str]| {
        left_out(report, UncheckedReason::Excluded, places.len() as u64, places)
    };
    let denied =
        |report, count| left_out(report, UncheckedReason::PermissionDenied, count, &["/x"]);
    let below = ["/home/coder/a"];
    let cases: Vec<(&str, Vec<Report>, &[TrendState])> = vec![
        ("nothing at all", vec![day(0), day(1)], &[]),
        ("new", vec![day(0), found(1)], &[New]),
        ("gone", vec![found(0), day(1)], &[Gone]),
        ("gone long ago", vec![found(0), day(1), day(2)], &[]),
        ("as it was", vec![found(0), found(1)], &[Same]),
        ("written anew, with another inode", vec![found(0), with(day(1), &[moved])], &[Same]),
        ("there again", vec![found(0), day(1), found(2)], &[Returned]),
        ("another one", vec![found(0), with(day(1), &[dangling("b")])], &[New, Gone]),
        ("heavier", vec![with(day(0), std::slice::from_ref(&heavier)), found(1)], &[Growing]),
        ("lighter", vec![found(0), with(day(1), &[heavier])], &[Same]),
        ("more of it", vec![with(day(0), &[many(3)]), with(day(1), &[many(9)])], &[Growing]),
        ("less of it", vec![with(day(0), &[many(9)]), with(day(1), &[many(3)])], &[Shrinking]),
        (
            "one beyond the rows: which of them were there cannot be known",
            vec![found(0), with(day(1), &[dangling("b"), many(1)])],
            &[Growing],
        ),
        ("a check skipped", vec![found(0), check(day(1), "entries", Skipped)], &[NotLookedAt]),
        ("a check in part", vec![found(0), check(day(1), "entries", Partial)], &[NotLookedAt]),
        ("less judged", vec![found(0), check(day(1), "entries", Ran)], &[NotLookedAt]),
        (
            "as much judged",
            vec![check(found(0), "entries", Ran), check(day(1), "entries", Ran)],
            &[Gone],
        ),
        ("more judged", vec![check(found(0), "entries", Ran), day(1)], &[Gone]),
        ("another check skipped", vec![found(0), check(day(1), "links", Skipped)], &[Gone]),
        ("stopped", vec![found(0), stopped(day(1))], &[NotLookedAt]),
        ("stopped, and there", vec![day(0), stopped(found(1))], &[New]),
        (
            "less of it in part",
            vec![with(day(0), &[many(9)]), stopped(with(day(1), &[many(3)]))],
            &[NotLookedAt],
        ),
        ("a first look", vec![check(day(0), "entries", Skipped), found(1)], &[FirstLook]),
        ("a first look to the end", vec![stopped(day(0)), found(1)], &[FirstLook]),
        (
            "more than a stopped run saw",
            vec![stopped(with(day(0), &[many(3)])), with(day(1), &[many(9)])],
            &[FirstLook],
        ),
        (
            "not looked at between",
            vec![found(0), check(day(1), "entries", Skipped), found(2)],
            &[Same],
        ),
        ("gone, and not looked at between", vec![found(0), stopped(day(1)), day(2)], &[Gone]),
        ("excluded now", vec![found(0), excluded(day(1), &below)], &[NotLookedAt]),
        ("excluded before", vec![excluded(day(0), &below), found(1)], &[FirstLook]),
        ("something else excluded", vec![found(0), excluded(day(1), &["/home/coder/b"])], &[Gone]),
        ("the folder excluded", vec![found(0), excluded(day(1), &["/home/coder"])], &[NotLookedAt]),
        ("more denied than is named", vec![found(0), denied(day(1), 9)], &[NotLookedAt]),
        (
            "as much denied as before, and not all of it named",
            vec![denied(found(0), 9), denied(day(1), 9)],
            &[NotLookedAt],
        ),
        ("nothing denied", vec![found(0), denied(day(1), 0)], &[Gone]),
        (
            "less denied of what is counted together",
            vec![denied(with(day(0), &[many(3)]), 9), denied(day(1), 8)],
            &[Gone],
        ),
        ("accepted", vec![found(0), accepting(day(1), 1)], &[Accepted]),
        ("no longer accepted", vec![accepting(day(0), 1), found(1)], &[Unaccepted]),
        (
            "others accepted all the time",
            vec![accepting(day(0), 1), accepting(found(1), 1)],
            &[New],
        ),
    ];
    for (name, reports, expected) in cases {
        let trend = of(reports.clone());
        assert_eq!(states(&trend), expected, "{name}: {trend:#?}");
        // The order in which files are given does not matter.
        let mut turned: Vec<_> = reports.into_iter().enumerate().collect();
        turned.reverse();
        let dated = turned.into_iter().map(|(number, report)| Dated {
            file: PathName::new(format!("{number}.json").into_bytes()),
            report,
            night: None,
        });
        assert_eq!(Trend::of(&dated.collect::<Vec<_>>()), trend, "{name}");
    }
}

/// The quick scan of a night and the full one are one look: what both find is new all the same.
#[test]
fn the_reports_of_a_night_are_one_look() {
    use TrendState::{FirstLook, Gone, New, NotLookedAt, Same};
    let quick = |report| check(report, "content", CheckStatus::Skipped);
    let full = |report| check(report, "content", CheckStatus::Ran);
    let unreadable = finding(Code::ContentUnreadable, b"/home/coder/a");
    let read = |number| full(with(day(number), std::slice::from_ref(&unreadable)));
    let found = |number| with(day(number), &[dangling("a")]);
    let cases: [(&str, Nights, &[TrendState]); 8] = [
        ("new in both", vec![vec![day(0), day(1)], vec![found(2), found(3)]], &[New]),
        ("new in the second", vec![vec![day(0), day(1)], vec![day(2), found(3)]], &[New]),
        ("new in the first", vec![vec![day(0), day(1)], vec![found(2), day(3)]], &[New]),
        ("as it was", vec![vec![day(0), found(1)], vec![found(2), found(3)]], &[Same]),
        ("gone", vec![vec![found(0), found(1)], vec![day(2), day(3)]], &[Gone]),
        ("read", vec![vec![quick(day(0)), full(day(1))], vec![quick(day(2)), read(3)]], &[New]),
        ("not read", vec![vec![quick(day(0)), read(1)], vec![quick(day(2))]], &[NotLookedAt]),
        ("read at last", vec![vec![quick(day(0))], vec![quick(day(1)), read(2)]], &[FirstLook]),
    ];
    for (name, nights, expected) in cases {
        let dated = nights.into_iter().enumerate().flat_map(|(night, reports)| {
            let night = PathName::new(night.to_string().into_bytes());
            reports.into_iter().enumerate().map(move |(number, report)| Dated {
                file: PathName::new(number.to_string().into_bytes()),
                report,
                night: Some(night.clone()),
            })
        });
        let trend = Trend::of(&dated.collect::<Vec<_>>());
        assert_eq!(states(&trend), expected, "{name}: {trend:#?}");
    }
    let alone = |report| Dated {
        file: PathName::new(b"x".to_vec()),
        report,
        night: Some(PathName::new(b"x".to_vec())),
    };
    assert!(!Trend::of(&[alone(day(0)), alone(found(1))]).compares());
}

#[test]
fn only_what_is_worse_makes_a_trend_bad() {
    let worst = |states: &[Report]| of(states.to_vec()).worst();
    let found = |number| with(day(number), &[dangling("a")]);
    assert_eq!(worst(&[day(0), found(1)]), Some(Severity::Corrupt));
    let gone = [found(0), day(1)];
    assert_eq!(worst(&gone), None);
    assert_eq!(worst(&[found(0), found(1)]), None);
    assert_eq!(worst(&[found(0)]), None, "there is nothing to compare with");
    // What is accepted counts for nothing.
    let trend = of([accepting(day(0), 1), accepting(day(1), 5)]);
    let rows = &trend.series[0].findings;
    assert_eq!((trend.worst(), rows.len(), rows[0].state), (None, 1, TrendState::Growing));
    assert_eq!(rows[0].suppressed.as_deref(), Some("app/vendor"));
}

fn facts(mut report: Report, facts: &[(FactName, u64)]) -> Report {
    let path = report.roots[0].path.clone();
    let fact =
        |(name, value): &(FactName, u64)| Fact::of_path(*name, &path, Answer::is(*value), "x");
    let facts = facts.iter().map(fact).collect();
    report.environment = Some(Environment { facts, components: Vec::new() });
    report
}

/// A report whose kernel has `count` errors on record, the first and the last at these times.
fn errors(number: i64, count: u64, first: i64, last: i64) -> Report {
    let second = |hour: i64| (1_700_000_000 + hour * 3600) as u64;
    let mut values = vec![(FactName::KernelErrors, count)];
    if count > 0 {
        values.push((FactName::KernelFirstError, second(first)));
        values.push((FactName::KernelLastError, second(last)));
    }
    let report = check(day(number), "kernel", CheckStatus::Ran);
    let recorded = Finding {
        subject: Subject {
            path: Some(PathName::new(b"/home/coder".to_vec())),
            device: Some("sda".into()),
            inode: None,
        },
        ..finding(Code::KernelErrorsRecorded, b"")
    };
    facts(with(report, if count > 0 { std::slice::from_ref(&recorded) } else { &[] }), &values)
}

/// Days are of 24 hours, and a run takes the first hour of its day.
#[test]
fn errors_on_record_add_up_over_resets() {
    use TrendState::{Gone, Growing, New, Same};
    let cases: [OnRecord<'_>; 7] = [
        ("none", vec![errors(0, 0, 0, 0), errors(1, 0, 0, 0)], 0, &[], &[]),
        ("the first", vec![errors(0, 0, 0, 0), errors(1, 3, 5, 6)], 3, &[], &[New]),
        ("more by others", vec![errors(0, 3, -9, -8), errors(1, 5, -9, 10)], 2, &[], &[Growing]),
        ("more by a scan", vec![errors(0, 3, -9, -8), errors(1, 5, -9, 24)], 2, &[], &[Same]),
        ("e2fsck", vec![errors(0, 3, -9, -8), errors(1, 0, 0, 0)], 0, &[1], &[Gone]),
        (
            "e2fsck, and more than before",
            vec![errors(0, 3, -9, -8), errors(1, 5, 24, 24)],
            5,
            &[1],
            &[Growing],
        ),
        (
            "twice",
            vec![
                errors(0, 3, -9, -8),
                errors(1, 1, 7, 7),
                errors(2, 4, 7, 47),
                errors(3, 2, 71, 71),
            ],
            6,
            &[1, 3],
            &[Growing],
        ),
    ];
    for (name, reports, increase, resets, expected) in cases {
        let trend = of(reports);
        let counter = trend.series[0].kernel_errors.as_ref().unwrap();
        assert_eq!((counter.increase, counter.resets.as_slice()), (increase, resets), "{name}");
        assert_eq!(states(&trend), expected, "{name}: {trend:#?}");
        let rows = &trend.series[0].findings;
        assert!(rows.iter().all(|row| row.counts == counter.values), "{name}: {rows:?}");
    }
}

#[test]
fn a_recreated_claim_is_told_as_such() {
    let mut after = errors(1, 0, 0, 0);
    after.roots[0].device = "/dev/longhorn/pvc-new".into();
    let trend = of([with(errors(0, 3, -9, -8), &[dangling("a")]), after]);
    let series = &trend.series[0];
    let [change] = series.changes.as_slice() else { panic!("{:?}", series.changes) };
    assert_eq!((change.run, change.aspect), (1, TrendAspect::Device));
    assert_eq!((&change.from, change.to.as_str()), (&volume().device, "/dev/longhorn/pvc-new"));
    let told = "another filesystem or device stands there now";
    let because: Vec<_> = series.findings.iter().map(|row| row.because.as_deref()).collect();
    assert_eq!((states(&trend), because), (vec![TrendState::Gone; 2], vec![Some(told); 2]));
    assert_eq!(series.kernel_errors.as_ref().unwrap().resets, [1]);
    assert!(text(&trend).contains("(another filesystem"), "{}", text(&trend));
    assert!(series.line().contains("another device stands there"), "{}", series.line());
}

/// The kernel names devices in the order in which it meets them.
#[test]
fn another_device_name_alone_is_no_other_filesystem() {
    let named = |mut report: Report, name: &str, size: u64| {
        let sized = Answer::is(size);
        let path = report.roots[0].path.clone();
        let fact = Fact::of_path(FactName::SpaceSize, &path, sized, "x");
        report.environment.as_mut().unwrap().facts.push(fact);
        for finding in &mut report.findings {
            finding.subject.device = Some(name.into());
        }
        report.roots[0].device = format!("/dev/{name}");
        report
    };
    let before = |count| named(errors(0, count, -9, -8), "sdb", 100);
    for (what, after, replaced, expected) in [
        ("the same record", named(errors(1, 5, -9, -8), "sdc", 100), false, TrendState::Same),
        ("it grew", named(errors(1, 5, -9, -8), "sdc", 200), false, TrendState::Same),
        ("another size", named(errors(1, 5, 7, 8), "sdc", 200), true, TrendState::Growing),
        (
            "a name that says which",
            named(errors(1, 0, 0, 0), "mapper/b", 100),
            true,
            TrendState::Gone,
        ),
    ] {
        let trend = of([before(5), after]);
        let series = &trend.series[0];
        let told = series.changes.iter().any(|change| change.replaces);
        assert_eq!((told, states(&trend)), (replaced, vec![expected]), "{what}: {trend:#?}");
        let device = series.changes.iter().find(|it| it.aspect == TrendAspect::Device);
        assert_eq!(device.map(|it| it.run), Some(1), "{what}");
        let shown = [text(&trend), page(&trend), series.line()];
        let [text, page, line] = shown.map(|shown| shown.contains("another"));
        assert_eq!((text, page, line), (true, true, replaced), "{what}");
        let other = self::page(&trend).contains("another filesystem stands there");
        assert_eq!(other, replaced, "{what}");
    }
    let trend = of([before(0), named(errors(1, 0, 0, 0), "sdc", 100)]);
    assert_eq!(trend.series[0].kernel_errors.as_ref().unwrap().resets, [0_u32; 0]);
}

#[test]
fn each_root_and_each_kind_of_run_has_its_series() {
    let mut other = with(day(1), &[dangling("a")]);
    other.roots[0].path = PathName::new(b"/srv".to_vec());
    let trend = of([day(0), other]);
    assert!(!trend.compares() && trend.series.len() == 2);
    assert_eq!(trend.remarks.len(), 2, "{:?}", trend.remarks);
    assert!(
        trend.remarks[1].contains("no other report is of a scan of /srv"),
        "{:?}",
        trend.remarks
    );

    // Of two roots in one report each has what lies below it, and no sums.
    let two = |number, findings: &[Finding]| {
        let mut report = with(day(number), findings);
        report.roots.push(crate::Root { path: PathName::new(b"/srv".to_vec()), ..volume() });
        report
    };
    let there = finding(Code::DirentDangling, b"/srv/a");
    let trend = of([two(0, &[]), two(1, &[dangling("a"), there])]);
    let of_series: BTreeMap<_, _> =
        trend.series.iter().map(|series| (series.path.escaped(), series.findings.len())).collect();
    assert_eq!(of_series, BTreeMap::from([("/home/coder".into(), 1), ("/srv".into(), 1)]));
    assert!(trend.series.iter().all(|series| series.measures.is_empty()));

    // One that was given twice is one, with all that lies below it.
    let twice = |number, findings: &[Finding]| {
        let mut report = with(day(number), findings);
        report.roots.push(volume());
        report
    };
    let trend = of([twice(0, &[]), twice(1, &[dangling("a")])]);
    assert_eq!((trend.series.len(), states(&trend)), (1, vec![TrendState::New]));

    let mut tar = day(2);
    tar.roots[0].checks = vec![];
    tar.tar = Some(tar_trips());
    let trend = of([day(0), day(1), tar]);
    let kinds: Vec<_> =
        trend.series.iter().map(|series| (series.kind, series.runs.len())).collect();
    assert_eq!(kinds, [(TrendKind::Scan, 2), (TrendKind::Tar, 1)]);
}

#[test]
fn a_report_counts_once_and_clocks_that_went_back_are_told() {
    let mut back = day(2);
    back.finished_at = day(1).started_at;
    let trend = of([day(0), day(1), day(1), back]);
    assert_eq!(trend.reports.len(), 3);
    let [twice, clock] = trend.remarks.as_slice() else { panic!("{:?}", trend.remarks) };
    assert_eq!(twice, "2.json: the same report as 1.json; it counts once");
    assert!(clock.starts_with("3.json: its clock went back during the run"), "{clock}");
    let counted_alone = of([day(0), day(0)]);
    assert!(!counted_alone.compares());
}

/// Operations with another seed are other operations.
#[test]
fn a_divergence_that_was_not_met_again_is_gone_with_the_same_operations_alone() {
    let hammered = |number: i64, seed, diverges: bool| {
        let mut report = day(number);
        let mut hammered = stress();
        hammered.seed = seed;
        hammered.targets = vec![stress_target("home", "ext4")];
        report.roots[0].path = hammered.targets[0].directory.clone();
        report.roots[0].checks = vec![];
        if diverges {
            hammered.divergences = vec![divergence("home")];
            let place = report.roots[0].path.as_bytes().to_vec();
            report.findings = vec![finding(Code::StressDivergence, &place)];
            report.findings[0].evidence = vec!["target home, rename: ENOENT".into()];
        }
        report.stress = Some(hammered);
        report
    };
    for (seed, expected) in [(1, TrendState::Gone), (2, TrendState::NotLookedAt)] {
        let trend = of([hammered(0, 1, true), hammered(1, seed, false)]);
        assert_eq!(states(&trend), [expected], "{trend:#?}");
        let measure = |quantity| {
            let mut measures = trend.series[0].measures.iter();
            measures.find(|measure| measure.quantity == quantity).unwrap().values.clone()
        };
        assert_eq!(measure(TrendQuantity::Divergences), [Some(1), Some(0)]);
        assert_eq!(measure(TrendQuantity::OperationsRate), [Some(39_344); 2]);
    }
    let trend = of([hammered(0, 1, false), hammered(1, 2, true)]);
    assert_eq!(states(&trend), [TrendState::FirstLook]);
    let row = &trend.series[0].findings[0];
    assert_eq!(row.detail.as_deref(), Some("target home, rename: ENOENT"));
}

/// Each finding of a root of its own: what is done once for each pair of them would take minutes.
#[test]
fn many_roots_with_many_findings_are_no_matter() {
    let many = |number: i64| {
        let name = |root: usize| format!("/home/{root}").into_bytes();
        let mut report = day(number);
        let root = |number| crate::Root { path: PathName::new(name(number)), ..volume() };
        report.roots = (0..1500).map(root).collect();
        let found = (0..1500).map(|root| finding(Code::DirentDangling, &name(root)));
        report.findings = found.collect();
        report
    };
    let begun = std::time::Instant::now();
    let trend = of([day(0), many(1), many(2)]);
    assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(states(&trend), vec![TrendState::Same; 1500]);
}

#[test]
fn numbers_stand_in_the_order_of_the_runs() {
    let space = [(FactName::SpaceSize, 100), (FactName::SpaceFree, 30), (FactName::InodesFree, 9)];
    let mut second = day(1);
    second.totals.entries = 5;
    let trend = of([second, facts(day(0), &space)]);
    let measures: BTreeMap<_, _> = trend.series[0]
        .measures
        .iter()
        .map(|measure| (measure.quantity, measure.values.clone()))
        .collect();
    assert_eq!(measures[&TrendQuantity::Entries], [Some(190_312), Some(5)]);
    assert_eq!(measures[&TrendQuantity::SpaceUsed], [Some(70), None]);
    assert_eq!(measures[&TrendQuantity::InodesFree], [Some(9), None]);
    let shown = text(&trend);
    assert!(shown.contains("-190,307"), "{shown}");
}

fn text(trend: &Trend) -> String {
    let mut text = Vec::new();
    write_trend_text(trend, Severity::Suspect, TextOptions::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn damage_that_stands_is_told_where_nothing_is_worse() {
    let found = |number| with(day(number), &[dangling("a")]);
    assert!(text(&of([found(0), found(1)])).starts_with("NO WORSE, STILL CORRUPT"));
    assert!(text(&of([found(0), day(1)])).starts_with("NO WORSE  "));
}

fn page(trend: &Trend) -> String {
    let mut page = Vec::new();
    write_trend_html(trend, Severity::Suspect, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

#[test]
fn a_page_stands_alone_and_holds_no_markup_of_others() {
    let markup = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
    let mut report = with(errors(1, 3, 5, 6), &[dangling(markup)]);
    report.tool.host = markup.into();
    report.roots[0].device = markup.into();
    let page = page(&of([errors(0, 0, 0, 0), report, hostile()]));
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"), "{page}");
    assert!(!page.contains("<img") && !page.contains("http:") && !page.contains("https:"));
    assert!(!page.contains("style=") && !page.contains("onerror=\""), "no policy allows it");
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(page.contains("WORSE") && page.contains("class=\"line\""));
    assert!(page.len() < 64 << 10, "{}", page.len());
}

/// However much there is, the page can be opened.
#[test]
fn a_page_is_bounded() {
    let found = |number: i64| {
        let names = (0..110).map(|name| dangling(&format!("{}{name}", "x".repeat(2000))));
        with(day(number), &names.collect::<Vec<_>>())
    };
    let page = page(&of((0..125).map(|number| if number == 0 { day(0) } else { found(number) })));
    assert!(page.len() < 1 << 20, "{}", page.len());
    assert!(page.contains("older reports"));
}

#[test]
fn no_report_can_speak_to_the_terminal() {
    let earlier = Report { started_at: day(-1).started_at, ..healthy() };
    for reports in [vec![earlier.clone(), hostile()], vec![hostile(), day(1)], vec![hostile()]] {
        let trend = of(reports);
        let mut json = Vec::new();
        write_trend_json(&trend, &mut json).unwrap();
        for shown in [text(&trend), String::from_utf8(json).unwrap(), page(&trend)] {
            let unsafe_to_show = |c: char| c != '\n' && crate::path_name::is_unsafe_to_show(c);
            assert!(!shown.contains(unsafe_to_show), "{shown}");
        }
        let lines = trend.series.iter().map(TrendSeries::line);
        assert!(lines.flat_map(String::into_bytes).all(|byte| byte >= b' '));
    }
}

#[test]
fn a_trend_reads_back_as_it_was() {
    let trend = of([with(day(0), &[dangling("a")]), errors(1, 3, 5, 6), hostile()]);
    let mut json = Vec::new();
    write_trend_json(&trend, &mut json).unwrap();
    assert_eq!(serde_json::from_slice::<Trend>(&json).unwrap(), trend);
}
