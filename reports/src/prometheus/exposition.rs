//! The text format: metrics with their help, type and samples.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::clip::clip_middle;
use crate::path_name::escape_prose;

/// Bytes of a label's value.
const VALUE: usize = 256;

/// A metric: its name, without the prefix that all have, and its help.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metric {
    /// The name behind `fscan_`.
    pub(crate) name: &'static str,
    /// What it is, with its unit.
    pub(crate) help: &'static str,
}

/// Metrics in the order in which they are added.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    families: Vec<(Metric, BTreeMap<String, String>)>,
    /// Labels of every sample that is added.
    common: Vec<(&'static str, String)>,
}

impl Exposition {
    /// What is added from now on has these labels too.
    pub(crate) fn common(&mut self, labels: Vec<(&'static str, String)>) {
        self.common = labels;
    }

    /// A metric without labels.
    pub(crate) fn number(&mut self, metric: Metric, value: impl ToString) {
        self.labelled(metric, [([], value)]);
    }

    /// A metric with a sample for each of these labels. Of samples whose labels are the same, the
    /// first is kept: a second one would make the whole file unreadable.
    pub(crate) fn labelled<const LABELS: usize, V: ToString>(
        &mut self,
        metric: Metric,
        samples: impl IntoIterator<Item = ([(&'static str, String); LABELS], V)>,
    ) {
        let known = self.families.iter().position(|(known, _)| known.name == metric.name);
        let at = known.unwrap_or_else(|| {
            self.families.push((metric, BTreeMap::new()));
            self.families.len() - 1
        });
        let Some((_, family)) = self.families.get_mut(at) else { return };
        for (pairs, value) in samples {
            let all: Vec<_> = self.common.iter().chain(&pairs).cloned().collect();
            family.entry(labels(&all)).or_insert_with(|| value.to_string());
        }
    }

    /// The metrics as text; those without a sample are left out.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (metric, samples) in self.families.iter().filter(|(_, samples)| !samples.is_empty()) {
            let Metric { name, help } = metric;
            let _ = writeln!(text, "# HELP fscan_{name} {help}\n# TYPE fscan_{name} gauge");
            for (labels, value) in samples {
                let _ = writeln!(text, "fscan_{name}{labels} {value}");
            }
        }
        text
    }
}

/// `{a="x",b="y"}`, or nothing.
fn labels(pairs: &[(&'static str, String)]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// A value as the format quotes it. What must not be shown is escaped before, in fscan's own way.
fn quoted(value: &str) -> String {
    let value = clip_middle(&escape_prose(value), VALUE);
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRIC: Metric = Metric { name: "a", help: "What it is." };

    #[test]
    fn a_metric_has_its_help_and_type_once() {
        let mut page = Exposition::default();
        page.number(METRIC, 1);
        page.labelled(
            Metric { name: "b", help: "Another." },
            [([("x", "2".to_owned())], 2), ([("x", "1".to_owned())], 1)],
        );
        assert_eq!(
            page.text(),
            "# HELP fscan_a What it is.\n# TYPE fscan_a gauge\nfscan_a 1\n\
             # HELP fscan_b Another.\n# TYPE fscan_b gauge\nfscan_b{x=\"1\"} 1\nfscan_b{x=\"2\"} 2\n"
        );
    }

    #[test]
    fn values_are_quoted_and_short_and_no_sample_stands_twice() {
        let mut page = Exposition::default();
        let hostile = "a\\\"\n\u{202e}";
        page.labelled(METRIC, [([("x", hostile.to_owned())], 1), ([("x", hostile.to_owned())], 2)]);
        let samples: Vec<_> = page.text().lines().skip(2).map(str::to_owned).collect();
        assert_eq!(samples, ["fscan_a{x=\"a\\\\\\\"\\\\n\\\\u{202e}\"} 1"]);
        assert!(quoted(&"€".repeat(1000)).len() <= VALUE);
    }

    /// What is added of several reports stands in one family.
    #[test]
    fn a_metric_that_is_added_again_keeps_its_help_once() {
        let mut page = Exposition::default();
        for step in ["quick", "full"] {
            page.common(vec![("step", step.to_owned())]);
            page.labelled(METRIC, [([("x", "1".to_owned())], 1)]);
        }
        assert_eq!(
            page.text(),
            "# HELP fscan_a What it is.\n# TYPE fscan_a gauge\n\
             fscan_a{step=\"full\",x=\"1\"} 1\nfscan_a{step=\"quick\",x=\"1\"} 1\n"
        );
    }

    #[test]
    fn a_metric_without_samples_is_left_out() {
        let mut page = Exposition::default();
        page.labelled::<1, u8>(METRIC, []);
        assert_eq!(page.text(), "");
    }
}
