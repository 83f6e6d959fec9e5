//! What a filesystem can do at all: promised by a table, tried out before anything else.
//!
//! What is absent and not promised is no divergence; what is promised and absent is a finding.

use rustix::io::Errno;

use crate::difference::Aspect;
use crate::name::Family;
use crate::op::{Op, OpKind};
use crate::operand::{AllocateHow, RenameHow};
use crate::outcome::{Outcome, Seen};
use crate::target::Target;

/// Something that not every filesystem does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Several names of one file.
    HardLinks,
    /// Symbolic links.
    SymbolicLinks,
    /// RENAME_NOREPLACE.
    ExclusiveRename,
    /// RENAME_EXCHANGE.
    ExchangingRename,
    /// O_TMPFILE.
    UnnamedFiles,
    /// Extended attributes of users.
    Attributes,
    /// Ranges that are treated by fallocate(2).
    Allocation(AllocateHow),
    /// copy_file_range(2).
    RangeCopies,
    /// Types of files in listings.
    ListedTypes,
    /// Names that differ in case alone are two.
    CaseSensitivity,
    /// Nanoseconds in times.
    Nanoseconds,
    /// Permission bits.
    Modes,
}

/// Whether a feature is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ability {
    /// It is.
    Present,
    /// It is not; the error, or what was seen instead.
    Absent(String),
    /// That could not be found out; why.
    Unknown(String),
}

impl Feature {
    /// Every one.
    pub const ALL: [Feature; 17] = [
        Feature::HardLinks,
        Feature::SymbolicLinks,
        Feature::ExclusiveRename,
        Feature::ExchangingRename,
        Feature::UnnamedFiles,
        Feature::Attributes,
        Feature::Allocation(AllocateHow::Extend),
        Feature::Allocation(AllocateHow::KeepSize),
        Feature::Allocation(AllocateHow::Punch),
        Feature::Allocation(AllocateHow::Zero),
        Feature::Allocation(AllocateHow::Collapse),
        Feature::Allocation(AllocateHow::Insert),
        Feature::RangeCopies,
        Feature::ListedTypes,
        Feature::CaseSensitivity,
        Feature::Nanoseconds,
        Feature::Modes,
    ];

    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Feature::HardLinks => "hard-links",
            Feature::SymbolicLinks => "symbolic-links",
            Feature::ExclusiveRename => "rename-noreplace",
            Feature::ExchangingRename => "rename-exchange",
            Feature::UnnamedFiles => "unnamed-files",
            Feature::Attributes => "user-attributes",
            Feature::Allocation(AllocateHow::Extend) => "fallocate",
            Feature::Allocation(AllocateHow::KeepSize) => "fallocate-keep-size",
            Feature::Allocation(AllocateHow::Punch) => "fallocate-punch",
            Feature::Allocation(AllocateHow::Zero) => "fallocate-zero",
            Feature::Allocation(AllocateHow::Collapse) => "fallocate-collapse",
            Feature::Allocation(AllocateHow::Insert) => "fallocate-insert",
            Feature::RangeCopies => "copy-file-range",
            Feature::ListedTypes => "listed-types",
            Feature::CaseSensitivity => "case-sensitive-names",
            Feature::Nanoseconds => "nanosecond-times",
            Feature::Modes => "permission-bits",
        }
    }

    /// Whether a filesystem promises it; none where the table does not know that filesystem, or
    /// where it depends on what lies below it. Source: the shares of fs/ of Linux 6.18 that
    /// implement them, tried out on that kernel.
    pub fn promised(self, filesystem: &str) -> Option<bool> {
        let shifts = [AllocateHow::Collapse, AllocateHow::Insert];
        match (filesystem, self) {
            ("btrfs", Feature::Allocation(how)) => Some(!shifts.contains(&how)),
            // Attributes of users came with Linux 6.6.
            ("tmpfs", Feature::Attributes) => None,
            ("tmpfs", Feature::Allocation(how)) => {
                Some(!shifts.contains(&how) && how != AllocateHow::Zero)
            }
            ("overlay", Feature::Allocation(_) | Feature::Attributes | Feature::UnnamedFiles) => {
                None
            }
            ("ext4" | "xfs" | "btrfs" | "tmpfs" | "overlay", _) => Some(true),
            _ => None,
        }
    }

    /// The feature that an operation needs, if it needs one.
    pub fn needed_by(op: &Op) -> Option<Feature> {
        match op {
            Op::Rename { how: RenameHow::NoReplace, .. } => Some(Feature::ExclusiveRename),
            Op::Rename { how: RenameHow::Exchange, .. } => Some(Feature::ExchangingRename),
            Op::Allocate { how, .. } => Some(Feature::Allocation(*how)),
            op => match op.kind() {
                OpKind::Link | OpKind::LinkHandle => Some(Feature::HardLinks),
                OpKind::Symlink => Some(Feature::SymbolicLinks),
                OpKind::OpenUnnamed => Some(Feature::UnnamedFiles),
                OpKind::Copy => Some(Feature::RangeCopies),
                OpKind::SetAttribute
                | OpKind::GetAttribute
                | OpKind::RemoveAttribute
                | OpKind::ListAttributes => Some(Feature::Attributes),
                _ => None,
            },
        }
    }

    /// Whether an operation cannot be told the outcome of where the feature is not there.
    pub fn rules_out(self, op: &Op) -> bool {
        match self {
            Feature::CaseSensitivity => op.names_any(|name| name.family().0 == Family::Odd),
            Feature::SymbolicLinks => op.kind() == OpKind::Symlink,
            _ => false,
        }
    }

    /// Whether nothing can be said of this where the feature is not there.
    pub fn blurs(self, aspect: Aspect) -> bool {
        match self {
            Feature::Modes => aspect == Aspect::Mode,
            Feature::Nanoseconds => matches!(aspect, Aspect::Modified | Aspect::Changed),
            _ => false,
        }
    }

    /// Tries it out in a fresh tree, with names that no such tree has.
    pub fn try_out(self, target: &mut impl Target) -> Ability {
        let lines = match self {
            Feature::HardLinks => &["create f60 mode=0644", "link f60 f61"][..],
            Feature::SymbolicLinks => {
                &["create f60 mode=0644", "symlink f60 f61", "read f61 at=0 length=1"]
            }
            Feature::ExclusiveRename => &["create f60 mode=0644", "rename f60 f61 how=noreplace"],
            Feature::ExchangingRename => {
                &["create f60 mode=0644", "create f61 mode=0644", "rename f60 f61 how=exchange"]
            }
            Feature::UnnamedFiles => &["tmpfile h0 . mode=0600"],
            Feature::Attributes => {
                &["create f60 mode=0644", "setxattr f60 attribute=0 length=9 fill=1 how=any"]
            }
            Feature::Allocation(how) => return try_allocation(how, target),
            Feature::RangeCopies => &[
                "create f60 mode=0644",
                "create f61 mode=0644",
                "write f60 at=0 length=10 fill=1",
                "copy f60 f61 at=0 to_at=0 length=10",
            ],
            Feature::ListedTypes => &["create f60 mode=0644", "list . buffer=4096"],
            Feature::CaseSensitivity => &["create odd8 mode=0644", "create odd9 mode=0644"],
            Feature::Nanoseconds => {
                &["create f60 mode=0644", "utimens f60 seconds=5 nanoseconds=123456789", "stat f60"]
            }
            Feature::Modes => &["create f60 mode=0644", "chmod f60 mode=0600", "stat f60"],
        };
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        self.judge(&try_lines(&lines, target))
    }

    fn judge(self, outcome: &Outcome) -> Ability {
        match (self, outcome) {
            (Feature::CaseSensitivity, Err(Errno::EXIST)) => {
                Ability::Absent("a name is taken by one that differs in case".to_owned())
            }
            (Feature::SymbolicLinks, Err(Errno::LOOP)) => {
                Ability::Absent("they are not followed (nosymfollow)".to_owned())
            }
            (_, Err(errno)) if is_unsupported(*errno) => {
                Ability::Absent(scanner::errno_word(*errno))
            }
            (_, Err(errno)) => Ability::Unknown(scanner::errno_word(*errno)),
            (Feature::ListedTypes, Ok(Seen::Rows(rows)))
                if rows.rows.iter().any(|row| row.kind.is_none()) =>
            {
                Ability::Absent("rows have no type".to_owned())
            }
            (Feature::Nanoseconds, Ok(Seen::Facts(facts))) if facts.modified.1 != 123_456_789 => {
                Ability::Absent(format!(
                    "5.123456789 became {}",
                    crate::difference::time(facts.modified)
                ))
            }
            (Feature::Modes, Ok(Seen::Facts(facts))) if facts.mode != 0o600 => {
                Ability::Absent(format!("0600 became 0{:o}", facts.mode))
            }
            (_, Ok(_)) => Ability::Present,
        }
    }
}

/// Whether an error says that there is no such thing here.
pub fn is_unsupported(errno: Errno) -> bool {
    matches!(errno, Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::NOTTY | Errno::PERM)
}

fn try_allocation(how: AllocateHow, target: &mut impl Target) -> Ability {
    let lines = [
        "create f60 mode=0644".to_owned(),
        "write f60 at=0 length=262144 fill=1".to_owned(),
        // What filesystems allocate at once is no more than this.
        format!("fallocate f60 how={} at=65536 length=65536", how.word()),
    ];
    Feature::Allocation(how).judge(&try_lines(&lines, target))
}

/// Does operations until one fails; what the last one came to.
fn try_lines(lines: &[String], target: &mut impl Target) -> Outcome {
    let mut last = Ok(Seen::Done);
    for op in lines.iter().filter_map(|line| line.parse().ok()) {
        last = target.apply(&op);
        if last.is_err() {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Caller;
    use crate::target::InMemory;
    use std::sync::Arc;

    #[test]
    fn what_does_everything_has_every_feature() {
        for feature in Feature::ALL {
            let caller = Caller { overrides: false, umask: 0o022 };
            let mut target = InMemory::new(Arc::default(), caller, (0, 0));
            assert_eq!(feature.try_out(&mut target), Ability::Present, "{feature:?}");
        }
    }

    #[test]
    fn an_error_says_whether_a_feature_is_absent() {
        let judged = |errno| Feature::HardLinks.judge(&Err(errno));
        assert_eq!(judged(Errno::PERM), Ability::Absent("EPERM".to_owned()));
        assert_eq!(judged(Errno::NOSPC), Ability::Unknown("ENOSPC".to_owned()));
        let folds = Feature::CaseSensitivity.judge(&Err(Errno::EXIST));
        assert!(matches!(folds, Ability::Absent(_)));
    }

    #[test]
    fn promises_are_those_of_the_filesystem() {
        let collapse = Feature::Allocation(AllocateHow::Collapse);
        let promised =
            ["ext4", "btrfs", "tmpfs", "overlay", "fuse.x"].map(|fs| collapse.promised(fs));
        assert_eq!(promised, [Some(true), Some(false), Some(false), None, None]);
    }
}
