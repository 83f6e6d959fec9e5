//! Features that a target should have and has not, or all that were tried.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Stress, StressCapability, StressTarget};

use super::numbers::counted;
use super::page::{Page, Style};

pub(super) fn write<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    let missing = stress.missing_features().count() as u64;
    if missing > 0 {
        let count = counted(missing, "feature", "features");
        page.labelled(2, Style::Doubtful, "missing:", &count)?;
    } else if page.verbose() && stress.targets.iter().any(|t| !t.capabilities.is_empty()) {
        page.labelled(2, Style::Faint, "features:", "none is missing")?;
    }
    for target in &stress.targets {
        let verbose = page.verbose();
        let shown = |row: &&StressCapability| verbose || row.is_missing();
        let shown: Vec<_> = target.capabilities.iter().filter(shown).collect();
        write_target(target, &shown, page)?;
    }
    Ok(())
}

fn write_target<W: Write>(
    target: &StressTarget,
    rows: &[&StressCapability],
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let verbose = page.verbose();
    let features: Vec<_> = rows.iter().map(|row| feature(row, verbose)).collect();
    let name = format!("{}:", escape_prose(&target.name));
    page.labelled(4, Style::Plain, &name, &features.join(", "))
}

/// The feature, and where that is not clear already, what was found of it.
fn feature(row: &StressCapability, verbose: bool) -> String {
    let found = match (verbose, row.is_missing()) {
        (false, _) => String::new(),
        (true, true) => " missing".to_owned(),
        (true, false) => format!(" {}", row.found.as_str()),
    };
    let text = escape_prose(&row.feature) + &found;
    match &row.detail {
        Some(detail) => format!("{text} ({})", escape_prose(detail)),
        None => text,
    }
}
