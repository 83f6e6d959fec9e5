//! Which reports make a series, and in what order.

use super::*;

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
fn a_report_of_no_path_is_told() {
    let nowhere = Report { roots: vec![], ..day(1) };
    let trend = of([day(0), nowhere, day(2)]);
    assert_eq!(trend.remarks, ["1.json: it is about no path, so nothing was compared with it"]);
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
