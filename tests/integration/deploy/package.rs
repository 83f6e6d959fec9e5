//! The Debian package: what it is made of is there, and of this version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::deployed;
use super::units::text;
use crate::harness::{Dir, Fscan};

/// What Cargo.toml says of the package.
fn settings() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"]);
    let told = cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).output().unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = told["packages"].as_array().unwrap();
    let fscan = packages.iter().find(|package| package["name"] == "fscan").unwrap();
    fscan["metadata"]["deb"].clone()
}

/// Where an asset comes from, and where it is installed.
fn assets() -> Vec<(String, String)> {
    let settings = settings();
    let assets = settings["assets"].as_array().unwrap().iter();
    assets.map(|asset| (text(&asset[0]).to_owned(), text(&asset[1]).to_owned())).collect()
}

#[test]
fn what_is_packaged_is_there() {
    let dir = Dir::new();
    Fscan::new(&dir).args(["man", "--install", "installed"]).run().expect_code(0);
    let mut generated = 0;
    for (source, _) in assets() {
        let file: PathBuf = match source.strip_prefix("target/") {
            // What `deploy/release` makes besides.
            Some("release/fscan" | "THIRD-PARTY.txt") => continue,
            Some(path) => {
                generated += 1;
                dir.join(path.replace('*', "fscan-scan"))
            }
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join(source),
        };
        assert!(file.is_file(), "{}", file.display());
    }
    assert_eq!(generated, 5, "the pages, and completions of four shells");
}

#[test]
fn settings_that_administrators_change_are_kept() {
    assert_eq!(settings()["conf-files"], json!(["/etc/fscan/nightly.toml"]));
    let wanted = ("deploy/systemd/nightly.toml".to_owned(), "etc/fscan/".to_owned());
    assert!(assets().contains(&wanted));
}

#[test]
fn its_changelog_begins_with_this_version() {
    let changelog = fs::read_to_string(deployed("debian/changelog")).unwrap();
    let first = format!("fscan ({}-1) ", env!("CARGO_PKG_VERSION"));
    assert!(changelog.starts_with(&first), "{changelog}");
}
