//! Bars and their axes. Numbers and words stand in HTML, so that they keep their size on a narrow
//! page; the shapes are SVG, which stretches.

use maud::{Markup, html};

/// The right end of every scale.
pub(super) const FULL: u64 = 1000;

/// A part of a bar, from one place on the scale to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// What it stands for, as a class.
    pub(super) class: &'static str,
    /// From 0 to [`FULL`].
    pub(super) from: u64,
    /// From 0 to [`FULL`].
    pub(super) to: u64,
}

/// Parts on one line. The numbers stand beside it, so it is hidden from readers of the screen.
pub(super) fn bar(parts: &[Part]) -> Markup {
    html! {
        svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.ground x="0" y="0" width="1000" height="10" {}
            @for part in parts {
                rect.(part.class) x=(part.from) y="0" width=(width(*part)) height="10" {}
            }
        }
    }
}

/// What is there is seen, however little it is.
fn width(part: Part) -> u64 {
    part.to.saturating_sub(part.from).max(3)
}

/// Where `value` stands on a scale that ends at `most`.
pub(super) fn place(value: u64, most: u64) -> u64 {
    if most == 0 {
        return 0;
    }
    let place = u128::from(value.min(most)) * u128::from(FULL) / u128::from(most);
    u64::try_from(place).unwrap_or(FULL)
}

/// Parts one behind the other, each as long as its share of `most`.
pub(super) fn stacked(values: &[(&'static str, u64)], most: u64) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut sum = 0_u64;
    for (class, value) in values.iter().filter(|(_, value)| *value > 0) {
        let from = place(sum, most);
        sum = sum.saturating_add(*value);
        parts.push(Part { class, from, to: place(sum, most) });
    }
    parts
}

/// Labels below a bar at equal distances, the last one at its end. The one before gives way to it.
pub(super) fn axis(labels: &[String]) -> Markup {
    let columns = labels.len().saturating_sub(1).clamp(1, 12);
    html! {
        div.axis.{ "of-" (columns) } aria-hidden="true" {
            @for (index, label) in labels.iter().enumerate() {
                @if index + 1 < columns.max(2) { span { (label) } }
                @else if index < columns { span {} }
                @else { span.end { (label) } }
            }
        }
    }
}

/// The least of 1, 2, 2.5 and 5 times a power of ten that is not below `value`.
pub(super) fn round_up(value: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for times in [10, 20, 25, 50] {
            let end = unit.saturating_mul(times) / 10;
            if end >= value.max(1) && (times != 25 || unit >= 10) {
                return end;
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let ends = [0, 1, 3, 7, 11, 23, 39_344, 1_000_000].map(round_up);
        assert_eq!(ends, [1, 1, 5, 10, 20, 25, 50_000, 1_000_000]);
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn parts_stand_behind_one_another_and_end_on_the_scale() {
        let parts = stacked(&[("a", 1), ("none", 0), ("b", 3)], 4);
        let ends: Vec<_> = parts.iter().map(|part| (part.class, part.from, part.to)).collect();
        assert_eq!(ends, [("a", 0, 250), ("b", 250, 1000)]);
        assert_eq!((place(u64::MAX, u64::MAX), place(5, 0), place(9, 3)), (1000, 0, 1000));
    }
}
