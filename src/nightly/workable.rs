//! Whether `fscan stress` can work in a place, asked just before it is to: it does not begin where it
//! cannot work in one of its places, and that one is to cost the others nothing.

use std::path::Path;
use std::time::Duration;

use reports::PathName;
use scanner::may_be_looked_up;
use stress::site::{Limits, SiteError};

use super::places::in_time;

/// How long a place may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a place cannot be worked in, as stress itself says it.
pub fn why_not(place: &Path, limits: Limits) -> Option<String> {
    if !may_be_looked_up(place, limits.force) {
        return Some(SiteError::ErrorsPanic { path: place.into() }.to_string());
    }
    let asked = place.to_owned();
    let admitted = in_time(PATIENCE, move || limits.footing(&asked).map(drop));
    match admitted {
        Some(admitted) => admitted.err().map(|error| error.to_string()),
        None => Some(format!(
            "{}: no answer within {} s; the mount seems to hang",
            PathName::from(place).escaped(),
            PATIENCE.as_secs()
        )),
    }
}
