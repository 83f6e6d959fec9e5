//! The image's files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::deployed;
use crate::harness::{Need, in_lab, python_program};

const FILES: [&str; 3] =
    ["Containerfile", "Containerfile.kubectl", "Containerfile.node-problem-detector"];

fn read(file: &str) -> String {
    fs::read_to_string(deployed(file)).unwrap()
}

#[test]
fn a_linter_has_nothing_to_say() {
    in_lab(&[Need::PythonProgram("hadolint")], |_| {
        let files = FILES.map(deployed);
        let lint = python_program("hadolint").args(files).output().unwrap();
        assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
    });
}

#[test]
fn every_image_is_of_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(read("Containerfile").contains(&format!("image.version=\"{version}\"")));
    for file in &FILES[1..] {
        assert!(read(file).contains(&format!("ARG FSCAN_IMAGE=fscan:{version}\n")), "{file}");
    }
    let settings = read("kubernetes/overlays/example/settings/images/kustomization.yaml");
    let tags = settings.lines().filter(|line| line.contains("newTag: "));
    let tags: Vec<_> = tags.map(|line| line.contains(&format!("newTag: {version}"))).collect();
    assert_eq!(tags, [true, true]);
}

#[test]
fn bases_have_a_version() {
    for file in FILES {
        for line in read(file).lines().filter_map(|line| line.strip_prefix("ARG ")) {
            let (_, image) = line.split_once('=').unwrap();
            let (_, tag) = image.rsplit_once(':').unwrap();
            assert!(tag.chars().filter(|c| *c == '.').count() == 2, "{file}: {image}");
        }
    }
}

#[test]
fn the_context_is_what_is_built_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".dockerignore")).unwrap();
    let mut lines = ignored.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("*"), "what is not named is left out");
    let kept: BTreeSet<_> = lines.map(|line| line.strip_prefix('!').unwrap()).collect();
    for path in &kept {
        assert!(root.join(path).exists(), "{path}");
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    let members = members.trim_matches(['[', ']']).split(", ").map(|name| name.trim_matches('"'));
    let needed = members.map(|member| member.split('/').next().unwrap());
    for path in needed.chain(["Cargo.lock", "Cargo.toml", "src", "LICENSE-MIT"]) {
        assert!(kept.contains(path), "{path} is needed");
    }
    assert!(!kept.contains("target") && !kept.contains(".git"));
}
