//! What stands in `deploy/`: that it is what its readers take, that its names lead somewhere, and that
//! this binary takes its command lines.

mod commands;
mod image;
mod manifests;
mod node_problem_detector;
mod package;
mod place;
mod systemd;
mod time;
mod units;

use std::path::{Path, PathBuf};

/// A file or folder of `deploy/`.
fn deployed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path)
}

/// A time as Go, systemd and fscan write it: a number and one unit.
fn seconds(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let seconds = match unit {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        _ => panic!("{text} is no duration"),
    };
    seconds * number.parse::<u64>().unwrap()
}

/// Whoever follows the README finds what it names, and all that there is.
#[test]
fn the_readme_names_every_unit_and_no_other() {
    let readme = std::fs::read_to_string(deployed("README.md")).unwrap();
    let named = readme.split("-k $HERE/").skip(1);
    let named: std::collections::BTreeSet<_> =
        named.filter_map(|rest| rest.split_whitespace().next()).collect();
    assert_eq!(named, units::UNITS.into_iter().collect());
    let lists = ["base", "overlays/example"].map(|overlay| deployed("kubernetes").join(overlay));
    for unit in lists.iter().flat_map(|list| std::fs::read_dir(list).unwrap()) {
        let name = unit.unwrap().file_name().into_string().unwrap();
        assert!(name == "settings" || named.contains(name.as_str()), "{name}");
    }
}
