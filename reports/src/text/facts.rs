//! What is known of machine, pod and volumes, and how it was learnt.

use std::io::{self, Write};

use crate::Environment;
use crate::environment::{Told, told};
use crate::path_name::escape_prose;

use super::page::{Page, Style};

/// Columns of a fact's name.
const NAME: usize = 34;

/// Members of a list that are shown when not everything is to be shown.
const LISTED: usize = 5;

pub(super) fn write<W: Write>(known: &Environment, page: &mut Page<'_, W>) -> io::Result<()> {
    let listed = if page.verbose() { usize::MAX } else { LISTED };
    told(known, listed).iter().try_for_each(|place| write_place(place, page))
}

fn write_place<W: Write>(place: &Told<'_>, page: &mut Page<'_, W>) -> io::Result<()> {
    let name = place.path.map(crate::PathName::escaped);
    page.heading(name.as_deref().unwrap_or("This machine"))?;
    for (fact, words) in &place.known {
        let label = format!("{:<NAME$}", fact.name.text().title);
        page.labelled(2, Style::Plain, &label, &escape_prose(words))?;
        if page.verbose() {
            page.labelled(6, Style::Faint, "from", &escape_prose(&fact.source))?;
        }
    }
    for (why, titles) in &place.unknown {
        let sentence = format!("{}: {}", titles.join(", "), escape_prose(why));
        page.labelled(2, Style::Doubtful, "not known", &sentence)?;
    }
    Ok(())
}
