//! The cache or repository that a damaged file is part of, by the file's path.

use crate::Finding;

/// The blanks of a template that such a directory fills.
const HOLDERS: &[(&str, &[u8])] = &[("npm-cache", b"_cacache"), ("repository", b"objects")];

/// Whether a blank is filled by what findings speak of.
pub(super) fn is_holder(blank: &str) -> bool {
    HOLDERS.iter().any(|(name, _)| *name == blank)
}

/// The directory that `_cacache` of npm, or `objects` of git, stands in; none where the finding's
/// path is not known whole or leads through no such folder.
pub(super) fn holder_of<'a>(blank: &str, finding: &'a Finding) -> Option<&'a [u8]> {
    let (_, folder) = HOLDERS.iter().find(|(name, _)| *name == blank)?;
    let path = finding.subject.path.as_ref().filter(|path| !path.is_shortened())?.as_bytes();
    let mut above = path;
    while let Some(slash) = above.iter().rposition(|&byte| byte == b'/') {
        let (before, name) = above.split_at_checked(slash)?;
        if name.get(1..) == Some(*folder) {
            return Some(if before.is_empty() { b"/" } else { before });
        }
        above = before;
    }
    (above == *folder).then_some(b".")
}

#[cfg(test)]
mod tests {
    use crate::Code;
    use crate::sample::finding;

    use super::*;

    #[test]
    fn the_innermost_folder_of_the_name_counts() {
        for (blank, path, expected) in [
            ("npm-cache", "/h/.npm/_cacache/content-v2/sha512/aa/bb/cc", Some("/h/.npm")),
            ("npm-cache", "/_cacache/index-v5/aa", Some("/")),
            ("npm-cache", "_cacache/index-v5/aa", Some(".")),
            ("npm-cache", "/h/_cacaches/x_cacache/a", None),
            ("repository", "/objects/app/.git/objects/aa/bb", Some("/objects/app/.git")),
            ("repository", "/srv/a.git/objects/pack/pack-1.pack", Some("/srv/a.git")),
            ("repository", "/srv/a.git/config", None),
            ("path", "/objects/a", None),
        ] {
            let finding = finding(Code::ContentSelfCheckFailed, path.as_bytes());
            assert_eq!(holder_of(blank, &finding), expected.map(str::as_bytes), "{blank} {path}");
        }
    }
}
