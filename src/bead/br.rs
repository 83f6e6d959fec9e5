//! `br` (beads_rust), the second client of beads: it calls a text of many lines
//! `--description-file`.

use super::client::{Client, LABEL, Order, TEXT};

/// The program `br`.
pub struct Br;

impl Client for Br {
    fn name(&self) -> &'static str {
        "br"
    }

    fn arguments(&self, order: &Order<'_>) -> Vec<String> {
        match order {
            Order::Comment { id } => {
                ["comments", "add", id, "-f", TEXT, "--json"].map(str::to_owned).into()
            }
            Order::Open { title, kind, priority } => {
                let priority = priority.to_string();
                let head = ["create", title, "-t", kind, "-p", &priority, "-l", LABEL];
                let words = head.into_iter().chain(["--description-file", TEXT, "--json"]);
                words.map(str::to_owned).collect()
            }
        }
    }
}
