//! Values of a night's settings.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::arguments;
use crate::settings::{Field, Wrong};

/// An absolute path: a timer runs in whatever folder.
pub fn absolute(field: Field<'_, '_>) -> Result<PathBuf, Wrong> {
    let text = field.text()?;
    if text.contains('\0') {
        return Err(field.wrong("it holds a NUL, which no path does"));
    }
    if Path::new(text).is_absolute() {
        // Without a slash at the end, as reports have it.
        return Ok(Path::new(text).components().collect());
    }
    Err(field.wrong(&format!("`{text}` is not an absolute path")))
}

/// A time with a unit, or a number of seconds.
pub fn time(field: Field<'_, '_>) -> Result<Duration, Wrong> {
    let text = field.text().or_else(|_| field.number())?;
    arguments::time(text).map_err(|why| field.wrong(&why))
}

/// A number of bytes, or a string with a unit.
pub fn size(field: Field<'_, '_>) -> Result<u64, Wrong> {
    crate::settings::rate(field).map(u64::from)
}

/// A whole number of a range.
pub fn number(field: Field<'_, '_>, range: RangeInclusive<u64>) -> Result<u64, Wrong> {
    let number = field.number()?.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = range.into_inner();
        let most = if most == u64::MAX { " or more".to_owned() } else { format!(" to {most}") };
        field.wrong(&format!("not a whole number of {least}{most}"))
    })
}

/// A file that node_exporter's textfile collector reads.
pub fn metrics_file(field: Field<'_, '_>) -> Result<PathBuf, Wrong> {
    let path = absolute(field)?;
    arguments::prometheus_file(field.text()?).map_err(|why| field.wrong(&why))?;
    Ok(path)
}
