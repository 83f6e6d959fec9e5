//! Facts in the words that people read: what is known, and what is not, by place.

use super::{Answer, Environment, Fact, FactName, FactValue};
use crate::PathName;
use crate::numbers::{bytes, grouped};

/// What is told of a place. Its words are as they come: renderers escape them.
pub(crate) struct Told<'a> {
    /// Which root; none is the machine.
    pub(crate) path: Option<&'a PathName>,
    /// What is known: the fact, and its value in words.
    pub(crate) known: Vec<(&'a Fact, String)>,
    /// Titles of what is not known for one reason, and the reason.
    pub(crate) unknown: Vec<(&'a str, Vec<&'static str>)>,
}

/// Everything, the machine first. Of a list so many members are named at most.
pub(crate) fn told(known: &Environment, listed: usize) -> Vec<Told<'_>> {
    let mut places: Vec<Told<'_>> = Vec::new();
    for fact in &known.facts {
        let path = fact.path.as_ref();
        if places.last().is_none_or(|place| place.path != path) {
            places.push(Told { path, known: Vec::new(), unknown: Vec::new() });
        }
        if let Some(place) = places.last_mut() {
            place.add(fact, listed);
        }
    }
    places
}

impl<'a> Told<'a> {
    fn add(&mut self, fact: &'a Fact, listed: usize) {
        let why = match &fact.answer {
            Answer::Value(value) => {
                self.known.push((fact, words(fact.name, value, listed)));
                return;
            }
            Answer::Unknown(why) => why.as_str(),
        };
        let title = fact.name.text().title;
        match self.unknown.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, titles)) => titles.push(title),
            None => self.unknown.push((why, vec![title])),
        }
    }
}

fn words(name: FactName, value: &FactValue, listed: usize) -> String {
    match value {
        FactValue::Flag(true) => "yes".to_owned(),
        FactValue::Flag(false) => "no".to_owned(),
        FactValue::Number(number) => quantity(name, *number),
        FactValue::Text(text) if text.is_empty() => "none".to_owned(),
        FactValue::Text(text) => text.clone(),
        FactValue::List(list) if list.is_empty() => "none".to_owned(),
        FactValue::List(list) => {
            let named: Vec<_> = list.iter().take(listed).map(String::as_str).collect();
            match list.len().saturating_sub(listed) {
                0 => named.join(", "),
                more => format!("{} and {more} more", named.join(", ")),
            }
        }
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
