//! One thing that is known, or is known not to be known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FactName, PathName};

/// A fact, and how it was learnt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// Which.
    pub name: FactName,
    /// The root that it is about; none where it is about the machine.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathName>,
    /// What it is, or why that is not known.
    #[serde(flatten)]
    pub answer: Answer,
    /// How it was learnt: the file, system call or command (`/proc/self/uid_map`).
    pub source: String,
}

/// What a question came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The value.
    Value(FactValue),
    /// Why it is not known. A refusal (EPERM, 403) and "not found" stand here: they never mean that
    /// all is well.
    Unknown(String),
}

/// A value, in the unit that the fact's name says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A word or name. An empty one is a value that is known to be empty (no backup was ever made).
    Text(String),
    /// Several.
    List(Vec<String>),
}

impl Fact {
    /// A fact of the machine.
    pub fn of_machine(name: FactName, answer: Answer, source: impl Into<String>) -> Self {
        Fact { name, path: None, answer, source: source.into() }
    }

    /// A fact of a root.
    pub fn of_path(
        name: FactName,
        path: &PathName,
        answer: Answer,
        source: impl Into<String>,
    ) -> Self {
        Fact { name, path: Some(path.clone()), answer, source: source.into() }
    }

    /// The value, where it is known.
    pub fn value(&self) -> Option<&FactValue> {
        match &self.answer {
            Answer::Value(value) => Some(value),
            Answer::Unknown(_) => None,
        }
    }
}

impl Answer {
    /// A value.
    pub fn is(value: impl Into<FactValue>) -> Self {
        Answer::Value(value.into())
    }

    /// No value, and why.
    pub fn unknown(why: impl Into<String>) -> Self {
        Answer::Unknown(why.into())
    }
}

impl FactValue {
    /// Yes or no.
    pub fn flag(&self) -> Option<bool> {
        if let FactValue::Flag(flag) = self { Some(*flag) } else { None }
    }

    /// A number.
    pub fn number(&self) -> Option<u64> {
        if let FactValue::Number(number) = self { Some(*number) } else { None }
    }

    /// A word or name.
    pub fn text(&self) -> Option<&str> {
        if let FactValue::Text(text) = self { Some(text) } else { None }
    }

    /// Several.
    pub fn list(&self) -> Option<&[String]> {
        if let FactValue::List(list) = self { Some(list) } else { None }
    }
}

impl From<bool> for FactValue {
    fn from(flag: bool) -> Self {
        FactValue::Flag(flag)
    }
}

impl From<u64> for FactValue {
    fn from(number: u64) -> Self {
        FactValue::Number(number)
    }
}

impl From<&str> for FactValue {
    fn from(text: &str) -> Self {
        FactValue::Text(text.to_owned())
    }
}

impl From<String> for FactValue {
    fn from(text: String) -> Self {
        FactValue::Text(text)
    }
}

impl From<Vec<String>> for FactValue {
    fn from(list: Vec<String>) -> Self {
        FactValue::List(list)
    }
}
