//! What a run is made of: how often each operation comes.

use crate::op::OpKind;

/// A mix of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What an install does: much that is made, renamed and removed.
    Npm,
    /// Everything.
    Mixed,
    /// Names, links, modes, times, attributes; hardly any data.
    Metadata,
    /// Reading and writing in few files.
    Data,
    /// Limits: long names and paths, many links, large sizes, odd names.
    Edge,
}

/// How often an operation comes, beside the others.
pub type Weight = (OpKind, u32);

impl Profile {
    /// Every one.
    pub const ALL: [Profile; 5] =
        [Profile::Npm, Profile::Mixed, Profile::Metadata, Profile::Data, Profile::Edge];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Npm => "npm",
            Profile::Mixed => "mixed",
            Profile::Metadata => "metadata",
            Profile::Data => "data",
            Profile::Edge => "edge",
        }
    }

    /// The profile of that word.
    pub fn parse(word: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.word() == word)
    }

    /// How often each operation comes.
    pub fn weights(self) -> Vec<Weight> {
        match self {
            Profile::Npm => [NAMES, FEW_LOOKS, LITTLE_DATA].concat(),
            Profile::Mixed => [NAMES, LOOKS, HANDLES, DATA, RANGES, ATTRIBUTES].concat(),
            Profile::Metadata => [NAMES, LOOKS, HANDLES, ATTRIBUTES, ATTRIBUTES].concat(),
            Profile::Data => [FEW_NAMES, HANDLES, DATA, DATA, RANGES, RANGES].concat(),
            Profile::Edge => [NAMES, LOOKS, HANDLES, LITTLE_DATA, RANGES, ATTRIBUTES].concat(),
        }
    }
}

const NAMES: &[Weight] = &[
    (OpKind::Create, 120),
    (OpKind::Unlink, 80),
    (OpKind::Rename, 120),
    (OpKind::MakeDirectory, 50),
    (OpKind::RemoveDirectory, 30),
    (OpKind::Link, 30),
    (OpKind::Symlink, 20),
];

const FEW_NAMES: &[Weight] = &[
    (OpKind::Create, 30),
    (OpKind::Unlink, 10),
    (OpKind::Rename, 10),
    (OpKind::MakeDirectory, 10),
    (OpKind::Link, 5),
];

const LOOKS: &[Weight] =
    &[(OpKind::Look, 60), (OpKind::List, 20), (OpKind::ReadLink, 10), (OpKind::Read, 20)];

const FEW_LOOKS: &[Weight] = &[(OpKind::Look, 30), (OpKind::List, 5), (OpKind::Read, 10)];

const HANDLES: &[Weight] = &[
    (OpKind::Open, 40),
    (OpKind::OpenUnnamed, 8),
    (OpKind::OpenDirectory, 12),
    (OpKind::Close, 20),
    (OpKind::LinkHandle, 10),
    (OpKind::LookHandle, 20),
    (OpKind::ListStep, 20),
    (OpKind::ListRest, 8),
    (OpKind::Rewind, 4),
    (OpKind::SeekBack, 6),
];

const LITTLE_DATA: &[Weight] = &[(OpKind::Write, 30), (OpKind::Append, 10), (OpKind::Truncate, 5)];

const DATA: &[Weight] = &[
    (OpKind::Write, 40),
    (OpKind::WriteHandle, 30),
    (OpKind::Append, 20),
    (OpKind::Read, 30),
    (OpKind::ReadHandle, 30),
    (OpKind::Truncate, 20),
    (OpKind::TruncateHandle, 10),
    (OpKind::Sync, 1),
    (OpKind::SyncHandle, 1),
];

const RANGES: &[Weight] = &[(OpKind::Allocate, 25), (OpKind::Copy, 20)];

const ATTRIBUTES: &[Weight] = &[
    (OpKind::SetAttribute, 20),
    (OpKind::GetAttribute, 15),
    (OpKind::RemoveAttribute, 8),
    (OpKind::ListAttributes, 8),
    (OpKind::ChangeMode, 20),
    (OpKind::ChangeTime, 15),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_makes_and_removes() {
        for profile in Profile::ALL {
            let weights = profile.weights();
            let has = |kind| weights.iter().any(|(known, weight)| *known == kind && *weight > 0);
            assert!(has(OpKind::Create) && has(OpKind::Unlink), "{profile:?}");
            assert_eq!(Profile::parse(profile.word()), Some(profile));
        }
    }

    #[test]
    fn mixed_has_every_operation_that_is_not_made_of_others() {
        let weights = Profile::Mixed.weights();
        let missing = OpKind::ALL.iter().filter(|kind| !weights.iter().any(|(k, _)| k == *kind));
        assert_eq!(missing.collect::<Vec<_>>(), [&OpKind::Fill, &OpKind::Purge]);
    }
}
