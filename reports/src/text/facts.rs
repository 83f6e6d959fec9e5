//! What is known of machine, pod and volumes, and how it was learnt.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Answer, Environment, Fact, FactName, FactValue, PathName};

use super::numbers::{bytes, grouped};
use super::page::{Page, Style};

/// Columns of a fact's name.
const NAME: usize = 30;

pub(super) fn write<W: Write>(known: &Environment, page: &mut Page<'_, W>) -> io::Result<()> {
    let mut about: Option<Option<&PathName>> = None;
    for fact in &known.facts {
        if about != Some(fact.path.as_ref()) {
            about = Some(fact.path.as_ref());
            let place = fact.path.as_ref().map(PathName::escaped);
            page.heading(place.as_deref().unwrap_or("This machine"))?;
        }
        let label = format!("{:<NAME$}", fact.name.text().title);
        page.labelled(2, Style::Plain, &label, &escape_prose(&value(fact)))?;
        if page.verbose() {
            page.labelled(NAME + 4, Style::Faint, "from", &escape_prose(&fact.source))?;
        }
    }
    Ok(())
}

fn value(fact: &Fact) -> String {
    match &fact.answer {
        Answer::Unknown(why) => format!("unknown: {why}"),
        Answer::Value(FactValue::Flag(true)) => "yes".to_owned(),
        Answer::Value(FactValue::Flag(false)) => "no".to_owned(),
        Answer::Value(FactValue::Number(number)) => quantity(fact.name, *number),
        Answer::Value(FactValue::Text(text)) if text.is_empty() => "none".to_owned(),
        Answer::Value(FactValue::Text(text)) => text.clone(),
        Answer::Value(FactValue::List(list)) if list.is_empty() => "none".to_owned(),
        Answer::Value(FactValue::List(list)) => list.join(", "),
    }
}

/// A number with its unit.
fn quantity(name: FactName, number: u64) -> String {
    match name {
        FactName::MemoryLimit
        | FactName::MemoryUsed
        | FactName::SharedMemorySize
        | FactName::SpaceSize
        | FactName::SpaceFree
        | FactName::BlockSize
        | FactName::VolumeSize => bytes(number),
        FactName::KernelFirstError | FactName::KernelLastError => {
            let time = i64::try_from(number).ok().and_then(crate::Timestamp::from_unix_seconds);
            time.map_or_else(|| grouped(number), |time| time.to_string())
        }
        _ => grouped(number),
    }
}
