//! Divergences over time.

use super::*;

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
