//! From evidence to a class: what an error comes down to.
//!
//! ENOENT has innocent causes and one that is not. Innocent: somebody removed a directory on the
//! way, which shows as a directory that is neither found nor listed, as one that was removed
//! while it was held, or as a removal that the competing installer owns up to. Not innocent: a
//! directory that is listed and not found, or a live directory in which a file cannot be made for
//! want of it.

use reports::TarClassification;
use rustix::io::Errno;

use super::evidence::{Evidence, Way};
use super::file_system::Call;

/// What an error comes down to.
pub fn classify(call: Call, errno: Errno, evidence: &Evidence) -> TarClassification {
    use TarClassification::{
        FilesystemError, NameCollision, NoSpace, ParentRemoved, Permission, Unknown,
    };
    match errno {
        // The kernel's own count says more than what it answered.
        Errno::NOSPC | Errno::ROFS if evidence.kernel_errors > 0 => FilesystemError,
        Errno::NOSPC | Errno::DQUOT => NoSpace,
        Errno::UCLEAN | Errno::BADMSG | Errno::IO => FilesystemError,
        Errno::ACCESS | Errno::PERM | Errno::ROFS => Permission,
        errno if is_own_limit(errno) => Permission,
        _ if evidence.collides => NameCollision,
        Errno::NOENT => missing(call, evidence),
        _ if evidence.removed_before.is_some() => ParentRemoved,
        Errno::STALE => FilesystemError,
        _ if evidence.kernel_errors > 0 => FilesystemError,
        _ => Unknown,
    }
}

/// What this process, or the machine, was short of.
fn is_own_limit(errno: Errno) -> bool {
    matches!(errno, Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN)
}

/// Something is not there that was made before.
fn missing(call: Call, evidence: &Evidence) -> TarClassification {
    use TarClassification::{FilesystemError, LookupInconsistent, ParentRemoved, Unknown};
    match &evidence.way {
        Way::ListedNotFound(_) => return LookupInconsistent,
        Way::Refused(_, Errno::UCLEAN | Errno::BADMSG | Errno::IO | Errno::STALE) => {
            return FilesystemError;
        }
        Way::Refused(_, errno) if is_own_limit(*errno) => return TarClassification::Permission,
        // Short of descriptors or the like: nothing could be seen.
        Way::Refused(..) => return Unknown,
        Way::Whole | Way::CameBack(_) | Way::Gone(_) => {}
    }
    let listed_not_found =
        evidence.name_listed == Some(true) && evidence.name_found == Some(Err(Errno::NOENT));
    if listed_not_found {
        return LookupInconsistent;
    }
    if evidence.removed_before.is_some() || evidence.parent_links == Some(0) {
        return ParentRemoved;
    }
    if evidence.shared || evidence.scratch_removed {
        return ParentRemoved;
    }
    // Nobody who is known of took it away, and nothing shows that the filesystem lost it.
    if matches!(evidence.way, Way::Gone(_)) {
        return Unknown;
    }
    match call {
        // Each directory was there all the time, since nobody else is in the scratch directory,
        // and the name itself need not be.
        Call::Open | Call::MakeDirectory | Call::Symlink => LookupInconsistent,
        // What was made here is gone, or was denied once.
        _ if evidence.name_listed == Some(false) => Unknown,
        _ => LookupInconsistent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use TarClassification::{
        FilesystemError, LookupInconsistent, NameCollision, NoSpace, ParentRemoved, Permission,
        Unknown,
    };

    type Change<'a> = &'a dyn Fn(&mut Evidence);

    fn class(call: Call, errno: Errno, change: impl Fn(&mut Evidence)) -> TarClassification {
        let mut evidence = Evidence { name_listed: Some(false), ..Evidence::default() };
        evidence.name_found = Some(Err(Errno::NOENT));
        change(&mut evidence);
        classify(call, errno, &evidence)
    }

    #[test]
    fn errors_that_say_why_are_taken_at_their_word() {
        let table = [
            (Errno::NOSPC, NoSpace),
            (Errno::DQUOT, NoSpace),
            (Errno::UCLEAN, FilesystemError),
            (Errno::BADMSG, FilesystemError),
            (Errno::IO, FilesystemError),
            (Errno::STALE, FilesystemError),
            (Errno::ACCESS, Permission),
            (Errno::PERM, Permission),
            (Errno::ROFS, Permission),
            (Errno::MFILE, Permission),
            (Errno::FBIG, Unknown),
        ];
        for (errno, expected) in table {
            assert_eq!(class(Call::Open, errno, |_| ()), expected, "{errno}");
        }
    }

    #[test]
    fn a_mount_that_an_error_turned_read_only_is_damage() {
        let damaged = class(Call::Open, Errno::ROFS, |evidence| evidence.kernel_errors = 1);
        assert_eq!(damaged, FilesystemError);
    }

    #[test]
    fn what_is_missing_has_an_owner_or_is_a_contradiction() {
        let gone = |e: &mut Evidence| e.way = Way::Gone(b"a".to_vec());
        let denied = |e: &mut Evidence| e.way = Way::ListedNotFound(b"a".to_vec());
        let held = |e: &mut Evidence| e.parent_links = Some(0);
        let owned = |e: &mut Evidence| e.removed_before = Some(Duration::from_millis(1));
        let listed = |e: &mut Evidence| e.name_listed = Some(true);
        let shared = |e: &mut Evidence| {
            (e.shared, e.name_found) = (true, Some(Ok(crate::FileKind::Regular)));
        };
        let there = |e: &mut Evidence| {
            (e.name_listed, e.name_found) = (Some(true), Some(Ok(crate::FileKind::Regular)));
        };
        let table: [(Call, Change<'_>, TarClassification); 11] = [
            (Call::Open, &gone, Unknown),
            (Call::Open, &held, ParentRemoved),
            (Call::Open, &owned, ParentRemoved),
            (Call::Open, &denied, LookupInconsistent),
            (Call::Open, &listed, LookupInconsistent),
            (Call::Open, &|_| (), LookupInconsistent),
            (Call::Look, &|_| (), Unknown),
            (Call::Look, &there, LookupInconsistent),
            (Call::Look, &shared, ParentRemoved),
            (Call::OpenToRead, &shared, ParentRemoved),
            (Call::OpenToRead, &listed, LookupInconsistent),
        ];
        for (index, (call, change, expected)) in table.into_iter().enumerate() {
            assert_eq!(class(call, Errno::NOENT, change), expected, "row {index}");
        }
    }

    #[test]
    fn names_that_collide_are_the_archives() {
        let collides = |evidence: &mut Evidence| evidence.collides = true;
        assert_eq!(class(Call::Open, Errno::ISDIR, collides), NameCollision);
        assert_eq!(class(Call::Open, Errno::ISDIR, |_| ()), Unknown);
    }
}
