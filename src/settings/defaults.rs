//! `[defaults]`: options that hold where none is typed.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::ValueEnum;
use scanner::Exclusions;

use crate::arguments::{FailOn, Format, When, bytes};

use super::table::{Field, Table};
use super::wrong::{Wrong, meant};

/// The options that may stand there, as they are typed without their dashes.
const NAMES: &[&str] = &[
    "all-findings",
    "check",
    "color",
    "exclude",
    "fail-on",
    "format",
    "max-rate",
    "progress",
    "skip",
    "stat-timeout",
    "strict",
    "threads",
];

/// Options; none of those that a file does not name.
#[derive(Debug, Default)]
pub struct Defaults {
    pub all_findings: Option<bool>,
    pub check: Option<Vec<String>>,
    pub color: Option<When>,
    pub exclude: Option<Vec<String>>,
    pub fail_on: Option<FailOn>,
    pub format: Option<Format>,
    pub max_rate: Option<NonZeroU64>,
    pub progress: Option<When>,
    pub skip: Option<Vec<String>>,
    pub stat_timeout: Option<Duration>,
    pub strict: Option<bool>,
    pub threads: Option<u16>,
}

impl Defaults {
    /// Reads the table.
    pub fn read(field: Field<'_, '_>) -> Result<Self, Wrong> {
        let table = Table::new(field, NAMES)?;
        let get = |name| table.get(name);
        Ok(Defaults {
            all_findings: get("all-findings").map(|field| field.flag()).transpose()?,
            check: get("check").map(checks).transpose()?,
            color: get("color").map(word).transpose()?,
            exclude: get("exclude").map(globs).transpose()?,
            fail_on: get("fail-on").map(word).transpose()?,
            format: get("format").map(word).transpose()?,
            max_rate: get("max-rate").map(rate).transpose()?,
            progress: get("progress").map(word).transpose()?,
            skip: get("skip").map(checks).transpose()?,
            stat_timeout: get("stat-timeout").map(seconds).transpose()?,
            strict: get("strict").map(|field| field.flag()).transpose()?,
            threads: get("threads").map(threads).transpose()?,
        })
    }
}

/// One of the words that the option takes.
pub fn word<T: ValueEnum>(field: Field<'_, '_>) -> Result<T, Wrong> {
    let text = field.text()?;
    T::from_str(text, false).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        field.wrong(&not_one_of(text, names.iter().map(String::as_str)))
    })
}

fn not_one_of<'a>(text: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let listed: Vec<_> = names.clone().collect();
    format!("`{text}` is none of {}{}", listed.join(", "), meant(text, names))
}

fn checks(field: Field<'_, '_>) -> Result<Vec<String>, Wrong> {
    let check = |item: Field<'_, '_>| {
        let text = item.text()?;
        if scanner::CHECK_NAMES.contains(&text) {
            return Ok(text.to_owned());
        }
        Err(item.wrong(&not_one_of(text, scanner::CHECK_NAMES.iter().copied())))
    };
    field.items("checks")?.into_iter().map(check).collect()
}

/// Globs of names and paths to leave out.
pub fn globs(field: Field<'_, '_>) -> Result<Vec<String>, Wrong> {
    let glob = |item: Field<'_, '_>| {
        let glob = item.text()?.to_owned();
        let read = Exclusions::new(std::slice::from_ref(&glob));
        read.map(|_| glob).map_err(|error| item.wrong(&error.to_string()))
    };
    field.items("globs")?.into_iter().map(glob).collect()
}

/// A number of bytes, or a string with a unit.
pub fn rate(field: Field<'_, '_>) -> Result<NonZeroU64, Wrong> {
    let text = field.text().or_else(|_| field.number())?;
    bytes(text).map_err(|why| field.wrong(&why))
}

fn seconds(field: Field<'_, '_>) -> Result<Duration, Wrong> {
    let seconds = field.number()?.parse().ok().and_then(|it| Duration::try_from_secs_f64(it).ok());
    seconds.ok_or_else(|| field.wrong("not a number of seconds"))
}

fn threads(field: Field<'_, '_>) -> Result<u16, Wrong> {
    let threads = field.number()?.parse().ok().filter(|threads| (1..=512).contains(threads));
    threads.ok_or_else(|| field.wrong("not a number from 1 to 512"))
}
