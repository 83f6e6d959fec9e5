//! `dirent-dangling` and `dirent-bad-inode`: a name that is listed and cannot be looked up.
//!
//! Looks at the errno of statx on a listed name. ENOENT that stays proves that directory and
//! index disagree (a changed hash seed does that to every name of an indexed directory);
//! EUCLEAN, EBADMSG, EIO and ESTALE are the kernel's own word for damage; any other error that a
//! lookup has no reason for is best explained by damage. Any filesystem, no privilege.

use reports::Code;
use rustix::io::Errno;

use super::errno_name::errno_name;
use super::{Anomalies, Anomaly};
use crate::oddities::Oddities;

/// What a failed system call on the tree says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not there.
    Gone,
    /// This user may not.
    Denied,
    /// The kernel is short of something.
    OutOfResources,
    /// Whoever serves the filesystem does not answer.
    NoAnswer,
    /// The kernel says that the filesystem is damaged.
    Damage(Errno),
    /// An error without a good reason.
    Unexplained(Errno),
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOENT => Refusal::Gone,
            Errno::ACCESS | Errno::PERM | Errno::NOKEY => Refusal::Denied,
            Errno::MFILE | Errno::NFILE => Refusal::OutOfResources,
            Errno::NOTCONN | Errno::TIMEDOUT | Errno::HOSTDOWN | Errno::CONNABORTED => {
                Refusal::NoAnswer
            }
            Errno::UCLEAN | Errno::BADMSG | Errno::IO | Errno::STALE => Refusal::Damage(errno),
            _ => Refusal::Unexplained(errno),
        }
    }
}

/// Judges a listed name that statx refused.
pub fn judge(name: &[u8], ino: u64, refusal: Refusal, oddities: Oddities, out: &mut Anomalies) {
    let anomaly = match refusal {
        Refusal::Gone => Anomaly::new(
            Code::DirentDangling,
            "a name that is listed can be looked up",
            "lookup says ENOENT",
        )
        .compared(),
        Refusal::Damage(errno) => refused(errno),
        Refusal::Unexplained(errno) => refused(errno).only_suspect(),
        Refusal::Denied | Refusal::OutOfResources | Refusal::NoAnswer => return,
    };
    let anomaly = anomaly.named(name).inode(ino);
    out.add(if oddities.answers_for_itself { anomaly } else { anomaly.only_suspect() });
}

/// A name that lookup refuses with ELOOP, while the number listed for it is that of the directory it
/// stands in, or of one above: a directory must not hold itself (fs/dcache.c, d_splice_alias).
pub fn holds_itself(name: &[u8], ino: u64) -> Anomaly {
    let found = "the number listed is that of a directory above, and lookup says ELOOP";
    Anomaly::new(Code::DirectoryMultiplyLinked, "a directory has one name", found)
        .named(name)
        .inode(ino)
}

fn refused(errno: Errno) -> Anomaly {
    let found = format!("lookup says {}", errno_name(errno));
    Anomaly::new(Code::DirentBadInode, "the inode behind a listed name can be read", found)
        .refused_with(errno)
}

/// A file that was looked up, and that the kernel refuses to open for a reason other than
/// permission.
pub fn refused_open(errno: Errno, name: &[u8], ino: u64) -> Anomaly {
    let found = format!("open says {}", errno_name(errno));
    let anomaly = Anomaly::new(Code::DirentBadInode, "a file that is there can be opened", found)
        .named(name)
        .inode(ino)
        .refused_with(errno);
    match Refusal::from(errno) {
        Refusal::Damage(_) => anomaly,
        _ => anomaly.only_suspect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oddities;
    use reports::Severity;

    fn judged(errno: Errno, filesystem: &str) -> Option<(Code, Severity)> {
        let mut out = Anomalies::default();
        judge(b"name", 12, errno.into(), oddities::of(filesystem), &mut out);
        out.kept.first().map(|anomaly| (anomaly.code, anomaly.severity))
    }

    #[test]
    fn refusals_are_worth_what_the_filesystem_is() {
        use Severity::{Corrupt, Suspect};
        let table = [
            (Errno::NOENT, "ext4", Some((Code::DirentDangling, Corrupt))),
            (Errno::UCLEAN, "ext4", Some((Code::DirentBadInode, Corrupt))),
            (Errno::BADMSG, "xfs", Some((Code::DirentBadInode, Corrupt))),
            (Errno::LOOP, "ext4", Some((Code::DirentBadInode, Suspect))),
            (Errno::IO, "fuse.sshfs", Some((Code::DirentBadInode, Suspect))),
            (Errno::NOENT, "nfs4", Some((Code::DirentDangling, Suspect))),
            (Errno::ACCESS, "ext4", None),
            (Errno::NOTCONN, "fuse", None),
        ];
        for (errno, filesystem, expected) in table {
            assert_eq!(judged(errno, filesystem), expected, "{errno} on {filesystem}");
        }
    }
}
