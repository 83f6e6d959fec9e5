//! When two findings of different reports are the same one: code and subject. A path tells it where
//! there is one, since a file that is written anew has another inode number, and a device that is met
//! in another order another name.

use crate::clip::clip_end;
use crate::{Code, Finding, PathName, Subject};

/// How names of scratch directories begin.
const SCRATCH: &[u8] = b".fscan-";

/// What stands for the part of their names that differs from run to run.
const ANY: &[u8] = b"*";

/// Bytes of what tells divergences apart.
const DETAIL: usize = 200;

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) code: Code,
    pub(super) subject: Subject,
    /// Of a divergence the target and the class, which its evidence begins with.
    pub(super) detail: Option<String>,
}

impl Identity {
    /// That of a finding.
    pub(super) fn of(finding: &Finding) -> Self {
        let Subject { path, inode, device } = &finding.subject;
        let path = path.as_ref().map(stable);
        let inode = inode.filter(|_| path.is_none());
        // The kernel may call it otherwise after the next start.
        let device = device.clone().filter(|_| path.is_none());
        let code = finding.code;
        let evidence = finding.evidence.first().filter(|_| code.text().check == "stress");
        Identity {
            code,
            subject: Subject { path, inode, device },
            detail: evidence.map(|line| clip_end(line, DETAIL)),
        }
    }

    /// That of all findings of a code together.
    pub(super) fn of_code(code: Code) -> Self {
        Identity { code, subject: Subject::default(), detail: None }
    }
}

/// A path with the names of scratch directories as they are in every run.
pub(super) fn stable(path: &PathName) -> PathName {
    let bytes = path.as_bytes();
    let mut names = bytes.split(|byte| *byte == b'/');
    if path.is_shortened() || !names.any(|name| name.starts_with(SCRATCH)) {
        return path.clone();
    }
    let names: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'/').map(stable_name).collect();
    PathName::new(names.join(&b'/'))
}

/// `.fscan-tar-76f6592e0f3387b1` as `.fscan-tar-*`.
fn stable_name(name: &[u8]) -> Vec<u8> {
    let at = name.iter().rposition(|byte| *byte == b'-').map_or(0, |at| at + 1);
    match name.split_at(at) {
        (kind, number)
            if kind.len() > SCRATCH.len()
                && kind.starts_with(SCRATCH)
                && number.len() == 16
                && number.iter().all(u8::is_ascii_hexdigit) =>
        {
            [kind, ANY].concat()
        }
        _ => name.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_scratch_directories_are_the_same_in_each_run() {
        for (path, expected) in [
            ("/a/.fscan-tar-76f6592e0f3387b1/b", "/a/.fscan-tar-*/b"),
            ("/a/.fscan-tar-76f6592e0f3387b/b", "/a/.fscan-tar-76f6592e0f3387b/b"),
            ("/a/x.fscan-tar-76f6592e0f3387b1", "/a/x.fscan-tar-76f6592e0f3387b1"),
            ("/a/.fscan-notes", "/a/.fscan-notes"),
            ("/a-b/c", "/a-b/c"),
        ] {
            let stable = stable(&PathName::new(path.into()));
            assert_eq!(stable.as_bytes(), expected.as_bytes(), "{path}");
        }
    }
}
