//! Recall that was reached, in per cent: less is a failure.

/// As root and as nobody.
pub(super) type Floor = [f64; 2];

/// Of all mutants that count.
pub(super) const OVERALL: Floor = [0.0, 0.0];

/// Of a class. The others have no floor yet.
pub(super) const CLASS_FLOORS: &[(&str, Floor)] = &[];
