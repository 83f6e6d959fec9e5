//! The report's facts and components, declared a second time.

#![allow(dead_code, reason = "declared so that an unknown or missing field fails to parse")]

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Environment {
    pub(crate) facts: Vec<Fact>,
    pub(crate) components: Vec<Component>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) path: Option<String>,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) value: Option<Value>,
    pub(crate) unknown: Option<String>,
    pub(crate) source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) note: String,
}

impl Environment {
    /// The only fact of that name.
    pub(crate) fn fact(&self, name: &str) -> &Fact {
        let mut facts = self.facts.iter().filter(|fact| fact.name == name);
        let fact = facts.next().unwrap_or_else(|| panic!("no fact {name}"));
        assert!(facts.next().is_none(), "several facts {name}");
        fact
    }

    /// The status of a component.
    pub(crate) fn status(&self, name: &str) -> &str {
        let row = self.components.iter().find(|row| row.name == name);
        &row.unwrap_or_else(|| panic!("no component {name}")).status
    }
}
