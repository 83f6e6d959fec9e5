//! Which format a file has.

use super::{
    Chosen, Place, beginning, cargo_vendor, git_checksum, git_loose_object, git_packed_refs,
    git_ref, gzip, lfs_object, npm_content, npm_index, oci_blob, png, pnpm_index, pnpm_store,
    sha256_blob, sqlite, test_data, zip,
};

/// Formats that the place gives away: stores that a program keeps, and nobody edits.
const BY_PLACE: [fn(&Place<'_>, &[u8]) -> Chosen; 12] = [
    git_loose_object::verifier,
    git_checksum::verifier,
    git_ref::verifier,
    git_packed_refs::verifier,
    npm_content::verifier,
    npm_index::verifier,
    pnpm_index::verifier,
    pnpm_store::verifier,
    oci_blob::verifier,
    sha256_blob::verifier,
    lfs_object::verifier,
    cargo_vendor::verifier,
];

/// Formats that the first bytes give away, wherever the file stands.
const BY_CONTENT: [fn(&Place<'_>, &[u8]) -> Chosen; 4] =
    [gzip::verifier, zip::verifier, png::verifier, sqlite::verifier];

/// Formats that the name gives away where the first bytes say nothing else: they may be lost.
const BY_NAME: [fn(&Place<'_>, &[u8]) -> Chosen; 2] = [zip::verifier_by_name, beginning::verifier];

/// Chooses by the place and the first bytes of the content: 64, or all of a shorter file. None
/// where no format carries a checksum that is known here. Called for every file of a tree, so
/// nothing is allocated before a format is recognised.
pub fn verifier_for(place: &Place<'_>, head: &[u8]) -> Chosen {
    if let Some(chosen) = BY_PLACE.iter().find_map(|format| format(place, head)) {
        return Some(chosen);
    }
    let chosen = BY_CONTENT.iter().chain(&BY_NAME).find_map(|format| format(place, head))?;
    Some(test_data::believed(place, chosen))
}
