//! `[[suppress]]`: which findings are accepted, where, why, and until when.

use std::os::unix::ffi::OsStrExt;

use reports::{Code, PathName, Severity, SuppressedPlace, Suppression};

use super::document::Folder;
use super::table::{Field, Table};
use super::wrong::{Wrong, meant};

/// The longest reason, in bytes: it stands in each report.
const LONGEST_REASON: usize = 500;

/// The longest glob, in bytes.
const LONGEST_GLOB: usize = 1000;

/// The most suppressions of a file: each stands in each report, which must stay small enough to
/// attach.
const MOST: usize = 200;

/// Reads all of a file.
pub fn read(
    list: Field<'_, '_>,
    file: &PathName,
    folder: Folder<'_>,
) -> Result<Vec<Suppression>, Wrong> {
    let items = list.items("tables, each under [[suppress]]")?;
    if items.len() > MOST {
        return Err(list.wrong(&format!("{} of them; {MOST} are the most", items.len())));
    }
    items.into_iter().map(|item| suppression(item, file, folder)).collect()
}

fn suppression(
    item: Field<'_, '_>,
    file: &PathName,
    folder: Folder<'_>,
) -> Result<Suppression, Wrong> {
    let table = Table::new(item, &["code", "path", "reason", "expires"])?;
    let code = code(table.need("code", "which kind of finding is accepted")?)?;
    let place = table.get("path").map(|path| place(path, folder)).transpose()?;
    let reason = reason(table.need("reason", "say why it is accepted")?)?;
    let expires = table.get("expires").map(|day| day.day()).transpose()?;
    if expires.is_none() && code.severity() >= Severity::Suspect {
        let severity = code.severity().as_str();
        let why = format!("{code} is {severity}, which is accepted until a day (2027-01-31)");
        table.need("expires", &why)?;
    }
    Ok(Suppression { code, place, reason, expires, file: file.clone() })
}

fn code(field: Field<'_, '_>) -> Result<Code, Wrong> {
    let word = field.text()?;
    word.parse().map_err(|unknown: String| {
        let meant = match meant(word, Code::all().iter().map(|row| row.word)) {
            meant if meant.is_empty() => "; `fscan explain` lists them all".to_owned(),
            meant => meant,
        };
        field.wrong(&format!("{unknown}{meant}"))
    })
}

fn place(field: Field<'_, '_>, folder: Folder<'_>) -> Result<SuppressedPlace, Wrong> {
    let folder = folder.map(|folder| folder.as_os_str().as_bytes());
    let glob = field.text()?;
    if glob.len() > LONGEST_GLOB {
        return Err(field.wrong(&format!("{} bytes; {LONGEST_GLOB} are the most", glob.len())));
    }
    let place = SuppressedPlace::new(glob, folder);
    place.map_err(|error| field.wrong(&format!("not a glob: {error}")))
}

fn reason(field: Field<'_, '_>) -> Result<String, Wrong> {
    let text = field.text()?.trim();
    match text.len() {
        0 => Err(field.wrong("it is empty: say why it is accepted")),
        1..=LONGEST_REASON => Ok(text.to_owned()),
        bytes => Err(field.wrong(&format!("{bytes} bytes; {LONGEST_REASON} are the most"))),
    }
}
