//! Scratch directories that earlier runs left: the next run names them, and `--clean` removes them.

use std::path::PathBuf;

use reports::PathName;
use scanner::scratch::{Kind, Leftover, Owner, clean as remove, leftovers};

use crate::output;
use crate::status::Status;

/// Names what is left in these places, and says `why` it may be there.
pub fn name(places: &[PathBuf], kind: Kind, why: &str) {
    // A directory that cannot be listed is told of when it is worked in.
    let left = places.iter().filter_map(|place| leftovers(place, kind).ok());
    for leftover in left.flatten() {
        output::say(&format!("{}: {why}; `--clean` removes it", shown(&leftover)));
    }
}

/// Removes what is left in these places; where an owner is given, only what that left. That nothing
/// was is said to people, unless they want quiet.
pub fn clean(places: &[PathBuf], kind: Kind, owner: Option<&Owner>, quiet: bool) -> Status {
    let is_meant = |leftover: &Leftover| owner.is_none_or(|owner| leftover.is_of(owner));
    let (mut status, mut found) = (Status::Clean, false);
    for place in places {
        // A place that is gone keeps nothing in the other ones.
        let left = leftovers(place, kind).unwrap_or_else(|error| {
            output::say(&error.to_string());
            status = Status::CouldNotRun;
            Vec::new()
        });
        for leftover in left.into_iter().filter(is_meant) {
            found = true;
            match remove(&leftover) {
                Ok(()) => output::say(&format!("{}: removed", shown(&leftover))),
                Err(error) => {
                    output::say(&error.to_string());
                    status = Status::CouldNotRun;
                }
            }
        }
    }
    if !found && status == Status::Clean && owner.is_none() && !quiet {
        let shown: Vec<_> =
            places.iter().map(|place| PathName::from(place.as_path()).escaped()).collect();
        output::say(&format!("nothing to remove in {}", shown.join(", ")));
    }
    status
}

fn shown(leftover: &Leftover) -> String {
    PathName::from(leftover.path.as_path()).escaped()
}
