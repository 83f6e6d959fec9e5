//! Other programs that build images.
//!
//! Looks for buildkitd and buildctl, buildah and podman on PATH. Proves that they are there, not
//! that they work.

use reports::{Fact, FactName};

use super::docker::program;
use super::{Probe, Surroundings};

/// Other programs that build images.
pub(super) struct ImageBuilders;

impl Probe for ImageBuilders {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::Buildkit, FactName::Buildah]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let buildkit = program(surroundings, &["buildkitd", "buildctl"]);
        let buildah = program(surroundings, &["buildah", "podman"]);
        vec![buildkit.of_machine(FactName::Buildkit), buildah.of_machine(FactName::Buildah)]
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::super::tests::{Fixture, text};
    use super::*;

    #[test]
    fn either_program_will_do() {
        let mut fixture =
            Fixture::with(&[("a/buildctl", ""), ("b/podman", ""), ("a/buildah/x", "")]);
        let path = |name: &str| fixture.0.system.join(name);
        std::fs::set_permissions(path("b/podman"), Permissions::from_mode(0o755)).unwrap();
        let (a, b, podman) = (path("a"), path("b"), path("b/podman"));
        fixture.set("PATH", &format!("relative:{}:{}", a.display(), b.display()));
        let of = |name| text(&ImageBuilders, &fixture, name).unwrap();
        assert_eq!(of(FactName::Buildah), podman.display().to_string());
        assert_eq!(of(FactName::Buildkit), "", "what cannot be run is none");
    }
}
