//! Which operations ended how: a table of operations and outcomes, each with its count.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, rows};
use super::section::scrolled;
use super::words::plain;
use crate::numbers::{counted, grouped};
use crate::text::stress_coverage::by_operation;
use crate::{Stress, StressCoverage};

pub(super) fn coverage(stress: &Stress) -> Markup {
    let operations = by_operation(stress);
    let shown = rows(&operations, ROOM, |(name, rows)| one_operation(name, rows));
    let table = html! {
        table {
            thead { tr { th scope="col" { "Operation" } th scope="col" { "Outcomes, and how often on each target" } } }
            tbody { (shown.markup) }
        }
    };
    html! {
        @if !stress.coverage.is_empty() {
            details.card {
                summary {
                    "Coverage "
                    span.muted {
                        (counted(stress.operations_covered() as u64, "operation", "operations")) " × "
                        (counted(stress.outcomes_covered() as u64, "outcome", "outcomes")) ", "
                        (counted(stress.covered().count() as u64, "combination", "combinations")) " seen"
                    }
                }
                (scrolled("Coverage", &table))
                (beyond(shown.left_out))
            }
        }
    }
}

fn one_operation(name: &str, outcomes: &[&StressCoverage]) -> Markup {
    html! {
        tr {
            th scope="row" { (plain(name)) }
            td {
                ul.outcomes {
                    @for row in outcomes {
                        li {
                            strong { (plain(&row.outcome)) } " " (grouped(row.count()))
                            span.muted {
                                " ("
                                @for (index, count) in row.counts.iter().enumerate() {
                                    @if index > 0 { ", " }
                                    (plain(&count.target)) " " (grouped(count.count))
                                }
                                ")"
                            }
                        }
                    }
                }
            }
        }
    }
}
