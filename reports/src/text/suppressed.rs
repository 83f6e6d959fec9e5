//! What somebody accepts: how much of it there was, why, and until when.

use std::io::{self, Write};

use crate::Suppressed;
use crate::path_name::{escape, escape_prose};

use super::numbers::counted;
use super::page::Page;

/// What matched nothing is told only if everything is to be; what expired always.
pub(crate) fn is_shown(row: &Suppressed, verbose: bool) -> bool {
    row.count > 0 || row.expired || verbose
}

pub(super) fn write<W: Write>(rows: &[Suppressed], page: &mut Page<'_, W>) -> io::Result<()> {
    let verbose = page.verbose();
    let mut shown = rows.iter().filter(|row| is_shown(row, verbose)).peekable();
    if shown.peek().is_none() {
        return Ok(());
    }
    page.heading("Suppressed")?;
    for row in shown {
        page.paragraph(2, &escape_prose(&sentence(row)))?;
        if verbose {
            page.paragraph(4, &format!("says {}", row.file.escaped()))?;
        }
    }
    Ok(())
}

/// `3 findings of name-collision in app/vendor: REASON (until 2027-01-31)`.
pub(crate) fn sentence(row: &Suppressed) -> String {
    let number = match row.count {
        0 => "no finding".to_owned(),
        count => counted(count, "finding", "findings"),
    };
    let place = row.glob.as_deref().map(|glob| format!(" in {}", escape(glob.as_bytes())));
    let place = place.unwrap_or_default();
    let until = match row.expires {
        Some(day) if row.expired => format!(" (expired on {day}: what it covered counts again)"),
        Some(day) => format!(" (until {day})"),
        None => String::new(),
    };
    format!("{number} of {}{place}: {}{until}", row.code, row.reason)
}
