//! Known differences between filesystems that came up, and how many never did.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Stress, StressQuirk};

use super::numbers::{counted, grouped};
use super::page::{Page, Style};

pub(super) fn write<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    if stress.quirks.is_empty() {
        return Ok(());
    }
    let never = stress.quirks_never_met().count() as u64;
    let met = match stress.quirks_met().count() as u64 {
        0 => "none came up".to_owned(),
        count => {
            let explained = stress.differences_explained();
            let outcomes = counted(explained, "difference", "differences");
            format!("{} came up and explained {outcomes}", grouped(count))
        }
    };
    let summary = format!("{met}; {} never came up", grouped(never));
    page.labelled(2, Style::Faint, "known differences:", &summary)?;
    stress.quirks_met().try_for_each(|quirk| write_one(quirk, page))?;
    if page.verbose() {
        stress.quirks_never_met().try_for_each(|quirk| write_one(quirk, page))?;
    }
    Ok(())
}

fn write_one<W: Write>(quirk: &StressQuirk, page: &mut Page<'_, W>) -> io::Result<()> {
    let filesystem = match quirk.filesystem.as_str() {
        "" => String::new(),
        filesystem => format!(" ({})", escape_prose(filesystem)),
    };
    let source =
        if page.verbose() { format!(" [{}]", escape_prose(&quirk.source)) } else { String::new() };
    let (id, what) = (escape_prose(&quirk.id), escape_prose(&quirk.text));
    let defect = if quirk.defect { "a defect: " } else { "" };
    let text = format!("{id}{filesystem}: {defect}{what}{source}");
    page.labelled(4, Style::Plain, &format!("{:>9}", grouped(quirk.count)), &text)
}
