//! Rectangles whose areas are as their weights are, as square as they can be (squarified treemaps,
//! Bruls, Huizing and van Wijk, 2000).

/// A rectangle, in units of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    /// What is left when so much is taken off each side, and more at the top.
    pub(super) fn inset(self, side: f64, top: f64) -> Area {
        Area {
            x: self.x + side,
            y: self.y + top,
            width: (self.width - 2.0 * side).max(0.0),
            height: (self.height - top - side).max(0.0),
        }
    }
}

/// Lays weights out in `area`, in their order, which should fall. Weights that are 0 get no room.
pub(super) fn squarified(weights: &[u64], area: Area) -> Vec<Area> {
    let sum: f64 = weights.iter().map(|weight| *weight as f64).sum();
    let unit = if sum > 0.0 { area.width * area.height / sum } else { 0.0 };
    let sizes: Vec<f64> = weights.iter().map(|weight| *weight as f64 * unit).collect();
    let mut areas = Vec::with_capacity(sizes.len());
    let (mut left, mut rest) = (sizes.as_slice(), area);
    while !left.is_empty() {
        let (row, behind) = left.split_at(row_length(left, rest.width.min(rest.height)));
        rest = lay_row(row, rest, &mut areas);
        left = behind;
    }
    areas
}

/// How many of the first sizes stand in one row along `side`: as long as they become squarer.
fn row_length(sizes: &[f64], side: f64) -> usize {
    let (mut sum, mut worst) = (0.0, f64::INFINITY);
    let first = sizes.first().copied().unwrap_or(0.0);
    for (index, size) in sizes.iter().enumerate() {
        sum += size;
        let with_it = oblongness(first, *size, sum, side);
        if index > 0 && with_it > worst {
            return index;
        }
        worst = with_it;
    }
    sizes.len()
}

/// The worst ratio of sides in a row from its largest and smallest size.
fn oblongness(largest: f64, smallest: f64, sum: f64, side: f64) -> f64 {
    let (square, side) = (sum * sum, side * side);
    if square <= 0.0 || side <= 0.0 || smallest <= 0.0 {
        return f64::INFINITY;
    }
    (side * largest / square).max(square / (side * smallest))
}

/// Lays one row along the shorter side and hands back what is left.
fn lay_row(sizes: &[f64], area: Area, areas: &mut Vec<Area>) -> Area {
    let sum: f64 = sizes.iter().sum();
    let upright = area.width >= area.height;
    let side = if upright { area.height } else { area.width };
    let thickness = if side > 0.0 { sum / side } else { 0.0 };
    let mut at = 0.0;
    for size in sizes {
        let length = if thickness > 0.0 { size / thickness } else { 0.0 };
        areas.push(if upright {
            Area { x: area.x, y: area.y + at, width: thickness, height: length }
        } else {
            Area { x: area.x + at, y: area.y, width: length, height: thickness }
        });
        at += length;
    }
    if upright {
        Area { x: area.x + thickness, width: (area.width - thickness).max(0.0), ..area }
    } else {
        Area { y: area.y + thickness, height: (area.height - thickness).max(0.0), ..area }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area { x: 10.0, y: 20.0, width: 600.0, height: 400.0 };

    #[test]
    fn areas_are_as_the_weights_and_fill_the_whole() {
        let weights = [6, 6, 4, 3, 2, 2, 1];
        let areas = squarified(&weights, AREA);
        assert_eq!(areas.len(), weights.len());
        for (weight, area) in weights.iter().zip(&areas) {
            let size = area.width * area.height;
            assert!((size - *weight as f64 * 10_000.0).abs() < 1e-6, "{area:?}");
            assert!(area.x >= 10.0 - 1e-9 && area.x + area.width <= 610.0 + 1e-6, "{area:?}");
            assert!(area.y >= 20.0 - 1e-9 && area.y + area.height <= 420.0 + 1e-6, "{area:?}");
        }
    }

    #[test]
    fn rectangles_are_nearly_square() {
        let weights: Vec<u64> = (1..=40).rev().map(|n| n * 10).collect();
        let ratios = squarified(&weights, AREA).into_iter().map(|area| {
            let ratio = area.width / area.height;
            ratio.max(1.0 / ratio)
        });
        assert!(ratios.fold(0.0, f64::max) < 4.0);
    }

    #[test]
    fn no_two_rectangles_overlap() {
        let weights: Vec<u64> = (1..=25).rev().map(|n| n * n).collect();
        let areas = squarified(&weights, AREA);
        for (index, a) in areas.iter().enumerate() {
            for b in areas.iter().skip(index + 1) {
                let apart = a.x + a.width <= b.x + 1e-6
                    || b.x + b.width <= a.x + 1e-6
                    || a.y + a.height <= b.y + 1e-6
                    || b.y + b.height <= a.y + 1e-6;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn nothing_and_what_weighs_nothing_take_no_room() {
        assert!(squarified(&[], AREA).is_empty());
        for area in squarified(&[0, 0], AREA) {
            assert!((area.width * area.height).abs() < 1e-9);
        }
        let odd = squarified(&[u64::MAX, 1, 0], AREA);
        assert!(odd.iter().all(|area| area.width.is_finite() && area.height.is_finite()));
    }
}
