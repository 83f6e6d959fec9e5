//! Where pnpm keeps what it fetched.
//!
//! Looks at npm_config_store_dir, at `store-dir=` in ~/.npmrc, at PNPM_HOME, XDG_DATA_HOME and the
//! default ~/.local/share/pnpm/store (pnpm's settings). Where the first root lies on another
//! filesystem than the home, pnpm keeps the store for it at the top of that filesystem: links do
//! not lead across. Proves where it would be; pnpm is not run.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::{Fact, FactName};

use super::docker::filesystem_below;
use super::npm_cache::{setting, variable};
use super::probe::answer;
use super::standing::Standing;
use super::words::shown;
use super::{Probe, Surroundings};

/// Where pnpm keeps what it fetched.
pub(super) struct PnpmStore;

impl Probe for PnpmStore {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::PnpmStore, FactName::PnpmStoreFilesystem]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let (store, source) = match store(surroundings) {
            Ok((store, source)) => (Ok(store), source),
            Err(why) => (Err(why), "default"),
        };
        let kind = filesystem_below(&store, source);
        let store = answer(store.map(shown));
        vec![
            Fact::of_machine(FactName::PnpmStore, store, source),
            kind.of_machine(FactName::PnpmStoreFilesystem),
        ]
    }
}

fn store(surroundings: &Surroundings) -> Result<(PathBuf, &'static str), String> {
    for name in ["npm_config_store_dir", "pnpm_config_store_dir"] {
        if let Some(path) = variable(surroundings, name) {
            return Ok((path, "npm_config_store_dir"));
        }
    }
    if let Some(path) = setting(surroundings, &["store-dir", "storeDir"])? {
        return Ok((path, "~/.npmrc"));
    }
    let (usual, source) = usual(surroundings).ok_or("the user has no home")?;
    let elsewhere = on_its_own_filesystem(surroundings, &usual);
    Ok(elsewhere.map_or((usual, source), |store| (store, "default, on the root's filesystem")))
}

fn usual(surroundings: &Surroundings) -> Option<(PathBuf, &'static str)> {
    if let Some(home) = surroundings.directory("PNPM_HOME") {
        return Some((home.join("store"), "PNPM_HOME"));
    }
    if let Some(data) = surroundings.directory("XDG_DATA_HOME") {
        return Some((data.join("pnpm/store"), "XDG_DATA_HOME"));
    }
    Some((surroundings.home()?.join(".local/share/pnpm/store"), "default"))
}

/// Where the store is that pnpm makes for a project on another filesystem.
fn on_its_own_filesystem(surroundings: &Surroundings, usual: &Path) -> Option<PathBuf> {
    let project = surroundings.places.first()?.mount.as_ref()?;
    let home = Standing::of(usual).ok()?.mount;
    let top = Path::new(OsStr::from_bytes(&project.point));
    (home.device != project.device).then(|| top.join(".pnpm-store"))
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::super::tests::{Fixture, text};
    use super::*;

    #[test]
    fn what_is_set_first_counts() {
        let mut fixture = Fixture::with(&[]);
        let of = |fixture: &Fixture| text(&PnpmStore, fixture, FactName::PnpmStore);
        assert!(of(&fixture).is_err());
        let home = fixture.0.system.join("home");
        fixture.set("HOME", home.to_str().unwrap());
        let below_home = |path: &str| Ok(home.join(path).display().to_string());
        assert_eq!(of(&fixture), below_home(".local/share/pnpm/store"));
        fixture.set("XDG_DATA_HOME", "/data");
        assert_eq!(of(&fixture), Ok("/data/pnpm/store".into()));
        fixture.set("PNPM_HOME", "/pnpm");
        assert_eq!(of(&fixture), Ok("/pnpm/store".into()));
        fixture.write("home/.npmrc", "store-dir=~/s\n");
        assert_eq!(of(&fixture), below_home("s"));
        fixture.set("npm_config_store_dir", "/proc/store");
        assert_eq!(of(&fixture), Ok("/proc/store".into()));
        let kind = text(&PnpmStore, &fixture, FactName::PnpmStoreFilesystem);
        assert_eq!(kind, Ok("proc".into()));
    }

    #[test]
    fn a_project_on_another_filesystem_has_a_store_there() {
        let mut fixture = Fixture::with(&[]);
        let home = fixture.0.system.join("home");
        fixture.set("HOME", home.to_str().unwrap());
        fixture.0.places = vec![Place::of(Path::new("/proc/self"))];
        let store = text(&PnpmStore, &fixture, FactName::PnpmStore);
        assert_eq!(store, Ok("/proc/.pnpm-store".into()));
    }
}
