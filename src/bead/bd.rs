//! `bd`, the first client of beads. Comments from files: 0.24 and later.

use super::client::{Client, LABEL, Order, TEXT};

/// The program `bd`.
pub struct Bd;

impl Client for Bd {
    fn name(&self) -> &'static str {
        "bd"
    }

    fn arguments(&self, order: &Order<'_>) -> Vec<String> {
        match order {
            Order::Comment { id } => {
                ["comments", "add", id, "-f", TEXT, "--json"].map(str::to_owned).into()
            }
            Order::Open { title, kind, priority } => {
                let priority = priority.to_string();
                let head = ["create", title, "-t", kind, "-p", &priority, "-l", LABEL];
                let words = head.into_iter().chain(["--body-file", "-", "--json"]);
                words.map(str::to_owned).collect()
            }
        }
    }
}
