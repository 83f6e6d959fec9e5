//! What the page says of findings that somebody accepts.

use super::{plain, verbose};
use crate::sample::{finding, healthy, suppressed, with_findings};
use crate::{Code, Report, Severity, Suppressed};

fn unmatched() -> Suppressed {
    Suppressed { count: 0, expires: None, glob: None, ..suppressed() }
}

#[test]
fn what_is_accepted_is_told_with_its_reason() {
    let rows = vec![suppressed(), Suppressed { count: 1, ..unmatched() }, unmatched()];
    let text = plain(&Report { suppressed: rows, ..healthy() });
    let expected = "
Suppressed
  3 findings of name-collision in app/vendor: the vendor ships both (until
  2027-01-31)
  1 finding of name-collision: the vendor ships both

Everything was examined.
";
    assert!(text.contains(expected), "{text}");
    let verdict = "HEALTHY  No damage was found. 4 findings are suppressed.\n";
    assert!(text.starts_with(verdict), "{text}");
}

#[test]
fn what_matched_nothing_is_told_if_everything_is() {
    let report = Report { suppressed: vec![unmatched()], ..healthy() };
    assert_eq!(plain(&report), plain(&healthy()));
    let expected = "
Suppressed
  no finding of name-collision: the vendor ships both
    says /home/coder/.fscan.toml
";
    let text = verbose(&report);
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_expired_is_told_as_long_as_it_is_there() {
    let over = Suppressed { count: 0, expired: true, ..suppressed() };
    let text = plain(&Report { suppressed: vec![over], ..healthy() });
    let expected = "
  no finding of name-collision in app/vendor: the vendor ships both (expired on
  2027-01-31: what it covered counts again)
";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("suppressed."), "{text}");
}

#[test]
fn damage_that_is_accepted_is_no_health() {
    let accepted = Suppressed { severity: Severity::Suspect, ..suppressed() };
    let risk = with_findings(vec![finding(Code::MountErrorsContinue, b"/")]);
    for report in [healthy(), risk] {
        let text = plain(&Report { suppressed: vec![accepted.clone()], ..report });
        assert!(text.contains("  No damage was found but what is suppressed. "), "{text}");
    }
}
