//! What becomes of a finding: a table of what reports lead to which state.

use super::*;

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
