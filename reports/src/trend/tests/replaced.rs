//! Another filesystem at the same path, and the same one under another name.

use super::*;

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
