//! What a machine, a pod and a volume are, as far as that could be learnt.

mod component;
mod fact;
mod fact_name;
mod told;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PathName;

pub use component::{Component, ComponentName, ComponentStatus};
pub use fact::{Answer, Fact, FactValue};
pub use fact_name::{FactName, FactText};
pub(crate) use told::{Told, told};

/// Facts, and what they mean for the work that people do there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// What was learnt, in the order of [`FactName`], those of the machine before those of paths.
    pub facts: Vec<Fact>,
    /// What works there and what does not.
    #[serde(default)]
    pub components: Vec<Component>,
}

impl Environment {
    /// What is known of the machine.
    pub fn of_machine(&self, name: FactName) -> Option<&FactValue> {
        self.facts.iter().find(|fact| fact.name == name && fact.path.is_none())?.value()
    }

    /// What is known of a path that was asked about.
    pub fn of_path(&self, name: FactName, path: &PathName) -> Option<&FactValue> {
        let is_it = |fact: &&Fact| fact.name == name && fact.path.as_ref() == Some(path);
        self.facts.iter().find(is_it)?.value()
    }
}
