//! Another filesystem at the same path, and the same one under another name.

use super::*;

/// Two reports that lead to which changes and states.
type Recreated<'a> = (&'a str, Report, Report, &'a [TrendAspect], &'a [TrendState]);

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
    let shown = text(&trend).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("(another filesystem"), "{shown}");
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
        ("another size", named(errors(1, 5, 7, 8), "sdc", 200), true, TrendState::FirstLook),
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

/// A report of a filesystem with this UUID, and the number that statfs makes from it.
fn known(mut report: Report, uuid: Option<&str>, id: Option<&str>) -> Report {
    let root = &mut report.roots[0];
    (root.filesystem_uuid, root.filesystem_id) = (uuid.map(Into::into), id.map(Into::into));
    report
}

/// A claim that was recreated under the same names: device, size and path are as before.
#[test]
fn another_uuid_is_another_filesystem_whatever_else_is_as_before() {
    use TrendState::{FirstLook, Gone, Same};
    let found = |number, count| with(day(number), &[many(count)]);
    let (a, b) = (Some("a"), Some("b"));
    let (uuid, id) = ([TrendAspect::FilesystemUuid], [TrendAspect::FilesystemId]);
    let [before, after] = [found(0, 3), found(1, 9)];
    let cases: Vec<Recreated<'_>> = vec![
        ("the same", known(before.clone(), a, a), known(found(1, 3), a, a), &[], &[Same]),
        ("recreated", known(before.clone(), a, a), known(after.clone(), b, b), &uuid, &[FirstLook]),
        (
            "an older kernel",
            known(before.clone(), None, a),
            known(after.clone(), None, b),
            &id,
            &[FirstLook],
        ),
        (
            "as bad as before",
            known(before.clone(), a, a),
            known(found(1, 3), b, b),
            &uuid,
            &[FirstLook],
        ),
        ("sound now", known(before.clone(), a, a), known(day(1), b, b), &uuid, &[Gone]),
        ("a newer kernel", known(before.clone(), None, a), known(found(1, 3), b, a), &[], &[Same]),
        ("another subvolume", known(before.clone(), a, a), known(found(1, 3), a, b), &[], &[Same]),
        (
            "said to be nothing",
            known(before.clone(), a, a),
            known(found(1, 3), Some(""), a),
            &[],
            &[Same],
        ),
        ("not known any more", known(before, a, a), known(found(1, 3), None, None), &[], &[Same]),
    ];
    for (name, before, after, aspects, expected) in cases {
        let trend = of([before, after]);
        let series = &trend.series[0];
        let told: Vec<_> = series.changes.iter().map(|change| change.aspect).collect();
        assert_eq!((told.as_slice(), states(&trend).as_slice()), (aspects, expected), "{name}");
        let replaced = series.changes.iter().any(|change| change.replaces);
        assert_eq!(replaced, !aspects.is_empty(), "{name}");
        let text = text(&trend).split_whitespace().collect::<Vec<_>>().join(" ");
        let page = page(&trend);
        for shown in [&text, &page] {
            let said = shown.contains("recreated or replaced");
            assert_eq!(said, replaced, "{name}: {shown}");
        }
        let between = "Between 2023-11-14 22:13 and 2023-11-15 22:13: filesystem ";
        assert_eq!(text.contains(between), replaced, "{name}: {text}");
    }
}

/// What grew from one filesystem to another has not grown.
#[test]
fn numbers_of_two_filesystems_are_not_held_against_one_another() {
    let sized = |number, entries, uuid| {
        let mut report = known(day(number), Some(uuid), None);
        report.totals.entries = entries;
        report
    };
    let grown = |trend: &Trend| text(trend).contains("+4");
    assert!(grown(&of([sized(0, 5, "a"), sized(1, 9, "a")])));
    assert!(!grown(&of([sized(0, 5, "a"), sized(1, 9, "b")])));
    assert!(grown(&of([sized(0, 7, "a"), sized(1, 5, "b"), sized(2, 9, "b")])));
    // What an earlier one had before is no return in this one.
    let found = |number, uuid| known(with(day(number), &[dangling("a")]), Some(uuid), None);
    let sound = |number, uuid| known(day(number), Some(uuid), None);
    let back = |uuid| states(&of([found(0, uuid), sound(1, "b"), found(2, "b")]));
    assert_eq!(back("b"), [TrendState::Returned]);
    assert_eq!(back("a"), [TrendState::New]);
}

/// Errors of a filesystem that is gone say nothing of the one that stands there.
#[test]
fn errors_on_record_are_those_of_the_filesystem_that_stands_there() {
    let with_uuid = |number, count, uuid| {
        let first = if uuid == "a" { 5 } else { 50 };
        known(errors(number, count, first, 60), Some(uuid), None)
    };
    let increase = |last: [(u64, &'static str); 2]| {
        let last =
            last.into_iter().zip(2..).map(|((count, uuid), day)| with_uuid(day, count, uuid));
        let trend = of([with_uuid(0, 1, "a"), with_uuid(1, 9, "a")].into_iter().chain(last));
        let series = &trend.series[0];
        let counter = series.kernel_errors.as_ref().unwrap();
        let told = text::kernel_errors(series, counter);
        (counter.increase, told.contains("first report of it"), series.line())
    };
    let (errors, of_it, line) = increase([(9, "a"), (12, "a")]);
    assert!(
        (errors, of_it) == (11, false) && line.contains("+11 since the first report"),
        "{line}"
    );
    let (errors, of_it, line) = increase([(2, "b"), (4, "b")]);
    assert!((errors, of_it) == (4, true), "{errors} {line}");
    assert!(line.contains("+4 since the first report of this filesystem"), "{line}");
}

/// A UUID can be given anew, and a device another name.
#[test]
fn the_same_filesystem_is_known_under_another_uuid_or_device() {
    let record = |number, uuid| known(errors(number, 3, -9, -8), Some(uuid), None);
    let trend = of([record(0, "a"), record(1, "b")]);
    assert_eq!(states(&trend), [TrendState::Same]);
    let changes = &trend.series[0].changes;
    assert_eq!(changes[0].meaning(), "the same filesystem under another UUID", "{changes:?}");

    let mut elsewhere = known(with(day(1), &[dangling("a")]), Some("a"), None);
    elsewhere.roots[0].device = "/dev/mapper/other".into();
    let before = known(with(day(0), &[dangling("a")]), Some("a"), None);
    let trend = of([before.clone(), elsewhere.clone()]);
    assert_eq!(states(&trend), [TrendState::Same]);
    elsewhere.roots[0].filesystem_uuid = None;
    assert_eq!(states(&of([before, elsewhere])), [TrendState::FirstLook]);

    let mounted = |number, kind: &str, uuid| {
        let mut report = known(with(day(number), &[dangling("a")]), uuid, None);
        report.roots[0].filesystem = kind.into();
        report
    };
    let as_ext4 = |uuid| states(&of([mounted(0, "ext3", uuid), mounted(1, "ext4", uuid)]));
    assert_eq!(as_ext4(Some("a")), [TrendState::Same]);
    assert_eq!(as_ext4(None), [TrendState::FirstLook]);
}
