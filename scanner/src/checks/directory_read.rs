//! `directory-read-error`, `directory-read-loop`, `directory-read-unstable`: a listing that does
//! not come to its end, or not twice to the same.
//!
//! Looks at the error that ended a listing. EUCLEAN, EBADMSG, EIO and ESTALE are the kernel's
//! word for damage. A position that comes again, or more names than fit into an ext4
//! directory's blocks, prove a loop. Any filesystem, no privilege.

use reports::Code;
use rustix::io::Errno;

use super::errno_name::errno_name;
use super::lookup::Refusal;
use super::{Anomalies, Anomaly};
use crate::oddities::Oddities;
use crate::walk::ListingError;

/// Judges the error; false where it is no anomaly but something that could not be looked at.
pub fn judge(error: ListingError, oddities: Oddities, anomalies: &mut Anomalies) -> bool {
    let anomaly = match error {
        ListingError::Read(errno) => match Refusal::from(errno) {
            Refusal::Damage(errno) => unreadable(errno),
            Refusal::Unexplained(errno) => unreadable(errno).only_suspect(),
            Refusal::Gone | Refusal::Denied | Refusal::OutOfResources | Refusal::NoAnswer => {
                return false;
            }
        },
        ListingError::Loop { offset } => {
            let found = format!("position {offset} came again");
            Anomaly::new(Code::DirectoryReadLoop, "a listing comes to an end", found).compared()
        }
        ListingError::Endless { names } if oddities.is_ext => {
            let found = format!("more than {names} names");
            let expected = "no more names than fit into the directory's blocks";
            Anomaly::new(Code::DirectoryReadLoop, expected, found).compared()
        }
        ListingError::Endless { .. } => return false,
    };
    anomalies.add(if oddities.answers_for_itself { anomaly } else { anomaly.only_suspect() });
    true
}

/// The anomaly of a directory that cannot even be opened.
pub fn cannot_open(errno: Errno) -> Anomaly {
    let found = format!("opening it says {}", errno_name(errno));
    Anomaly::new(Code::DirectoryReadError, "the directory can be opened", found).refused_with(errno)
}

fn unreadable(errno: Errno) -> Anomaly {
    let found = format!("getdents64 says {}", errno_name(errno));
    Anomaly::new(Code::DirectoryReadError, "the directory can be read to its end", found)
        .refused_with(errno)
}

/// The anomaly of a directory that shows different things at two looks while its times stand
/// still.
pub fn unstable(ino: u64) -> Anomaly {
    let found = "two looks at it differ, and its times say that nothing changed";
    Anomaly::new(Code::DirectoryReadUnstable, "a quiet directory looks the same twice", found)
        .inode(ino)
}
