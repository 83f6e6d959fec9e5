//! pnpm's store: `store/v10/files/aa/…`, `.pnpm-store/v3/files/aa/…`.
//!
//! A file's path is the SHA-512 of its content, cut after two digits, with `-exec` behind it
//! where it may be run (pnpm, store/cafs/src/getFilePathInCafs.ts). So since version 3 of the
//! store, up to version 11; `…-index.json` (up to version 9 of pnpm) is named by the package
//! ([`pnpm_index`](super::pnpm_index)).
//! Version 2 and older had whole packages. What is above `vN` is the user's choice (store-dir).
//! Covers every byte.
//!
//! A project's node_modules are hard links to these files, so that who edits there edits here.
//! The store writes a file once: one that was modified later than it was born was edited, and
//! is not checked; nor is one with several links where the filesystem does not say when it was
//! born. Damage below the filesystem leaves the times as they are.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, StatxFlags, statx};

use super::hash::Algorithm;
use super::whole_hash::WholeHash;
use super::{Chosen, Place, Surroundings, Verdict, Verifier};

/// How long writing a file may take, in seconds.
const WRITING: i64 = 5;

/// For a file of the store.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    let is_store = place.parent(1) == b"files" && is_version(place.parent(2));
    if !is_store || place.parent(0).len() != 2 {
        return None;
    }
    let name = place.name.strip_suffix(b"-exec").unwrap_or(place.name);
    let parts = [place.parent(0), name];
    let whole = WholeHash::of_name("pnpm store file", Algorithm::Sha512, &parts)?;
    Some(Box::new(StoreFile(whole)))
}

/// Whether a directory is called as a store that names files by their hash: `v3` and later.
pub fn is_version(name: &[u8]) -> bool {
    name.strip_prefix(b"v").is_some_and(|version| {
        !matches!(version, b"" | b"1" | b"2") && version.iter().all(u8::is_ascii_digit)
    })
}

struct StoreFile(WholeHash);

impl Verifier for StoreFile {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        match Box::new(self.0).finish(around) {
            Verdict::Disagrees(_) if may_be_edited(around.file) => {
                Verdict::NotChecked("edited after it was stored, as through a link to it")
            }
            verdict => verdict,
        }
    }
}

fn may_be_edited(file: BorrowedFd<'_>) -> bool {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
    let Ok(facts) = statx(file, c"", AtFlags::EMPTY_PATH, wanted) else { return true };
    if facts.stx_mask & StatxFlags::BTIME.bits() == 0 {
        return facts.stx_nlink > 1;
    }
    facts.stx_mtime.tv_sec > facts.stx_btime.tv_sec.saturating_add(WRITING)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::{Duration, SystemTime};

    use super::super::hash::hex_of;
    use super::super::testing::Lab;
    use super::*;

    fn path(store: &str, content: &[u8]) -> String {
        let hex = hex_of(Algorithm::Sha512, content);
        format!("{store}/files/{}/{}", &hex[..2], &hex[2..])
    }

    #[test]
    fn any_change_shows() {
        let content = b"module.exports = 1\n";
        for store in ["store/v3", ".pnpm-store/v10", "store/v11"] {
            for suffix in ["", "-exec"] {
                let path = path(store, content) + suffix;
                let lab = Lab::new();
                lab.agrees(&path, content);
                lab.every_flip_disagrees(&path, content, 0..content.len());
                lab.every_cut_disagrees(&path, content);
            }
        }
    }

    #[test]
    fn an_edited_file_is_not_checked() {
        let lab = Lab::new();
        let path = path("store/v10", b"as it was");
        let file = lab.put(&path, b"as edited");
        let later = SystemTime::now() + Duration::from_hours(1);
        File::options()
            .write(true)
            .open(&file)
            .unwrap()
            .set_times(FileTimes::new().set_modified(later))
            .unwrap();
        let verdict = super::super::testing::judge(&file, 100);
        assert!(matches!(verdict, Some(Verdict::NotChecked(_))), "{verdict:?}");
    }

    #[test]
    fn what_is_no_content_is_let_be() {
        let lab = Lab::new();
        let stored = path("store/v3", b"a");
        lab.agrees(&format!("{stored}-index.json"), b"{}");
        lab.not_ours(&stored.replace("v3", "v2"), b"b");
        lab.not_ours(&stored.replace("files", "index"), b"b");
    }
}
