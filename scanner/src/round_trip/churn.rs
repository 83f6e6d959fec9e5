//! A competing installer: what it finds in `node_modules` it retires and removes, as a second npm
//! in the same directory does, or the clean-up of one that tries again (npm/cli#4383,
//! npm/pacote#87).

use std::time::Duration;

use reports::TarPattern;

use super::file_system::{FileSystem, Listed, join};
use super::removal::remove_what_is_there;
use super::removals::Removals;
use crate::inode_facts::FileKind;

/// How long it waits between two packages: as long as a package takes to be extracted, more or
/// less, so that most come through.
const PAUSE: Duration = Duration::from_micros(500);

/// Goes on until it is stopped.
pub fn compete(
    on: &dyn FileSystem,
    pattern: TarPattern,
    round: &[u8],
    removals: &Removals,
    stopped: &dyn Fn() -> bool,
) {
    let modules = join(round, b"node_modules");
    let packages = match pattern {
        TarPattern::Pnpm => join(&modules, b".pnpm"),
        _ => modules,
    };
    let mut turn = 0_usize;
    while !stopped() {
        let there = packages_in(on, &packages);
        // Here and there, in an order that has nothing to do with that of the extraction.
        if let Some(package) = there.get(turn.wrapping_mul(7919) % there.len().max(1)) {
            take_away(on, package, removals, turn);
        }
        turn += 1;
        std::thread::sleep(PAUSE);
    }
}

fn take_away(on: &dyn FileSystem, package: &[u8], removals: &Removals, turn: usize) {
    let (directory, name) = super::file_system::split(package);
    let hidden = join(directory, &[b".", name, format!("-removed{turn}").as_bytes()].concat());
    removals.note(package, &hidden);
    if on.rename(package, &hidden).is_ok() {
        // Noted again, since some time may have gone by.
        removals.note(package, &hidden);
        remove_what_is_there(on, &hidden);
    }
}

/// Directories that hold a package, or a scope of them, by name.
fn packages_in(on: &dyn FileSystem, directory: &[u8]) -> Vec<Vec<u8>> {
    let is_package =
        |entry: &Listed| entry.kind == FileKind::Directory && !entry.name.starts_with(b".");
    let listed = on.list(directory).unwrap_or_default();
    let packages = listed.into_iter().filter(is_package);
    let mut packages: Vec<_> = packages.map(|entry| join(directory, &entry.name)).collect();
    packages.sort();
    packages
}
