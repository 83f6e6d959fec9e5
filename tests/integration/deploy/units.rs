//! The units of `deploy/kubernetes`, composed as `kubectl apply -k` does it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;

use serde_json::Value;

use super::deployed;
use crate::harness::{Need, python, python_program};

/// What the composition needs.
pub(super) const NEEDS: [Need; 2] =
    [Need::PythonProgram("kubectl"), Need::PythonModule("kubernetes_validate")];

/// What can be applied by itself.
pub(super) const UNITS: [&str; 9] = [
    "setup",
    "cluster-access",
    "longhorn-access",
    "before",
    "after",
    "shards",
    "merge",
    "nightly",
    "node-problem-detector",
];

/// The oldest version of Kubernetes that deploy/README.md names, and a new one.
const VERSIONS: [&str; 2] = ["1.29", "1.37"];

/// Every unit, as it stands in the base and where the example made it its own; composed and validated
/// once for all tests.
static COMPOSED: LazyLock<BTreeMap<(&str, &str), Vec<Value>>> = LazyLock::new(|| {
    let overlays = ["base", "overlays/example"];
    let keys = overlays.iter().flat_map(|overlay| UNITS.map(|unit| (*overlay, unit)));
    let keys: Vec<_> = keys.collect();
    let folder = |(overlay, unit)| deployed("kubernetes").join(overlay).join(unit);
    let composed: Vec<_> = keys.iter().map(|key| composed(&folder(*key))).collect();
    keys.into_iter().zip(validated(&composed)).collect()
});

/// The objects of a unit of the base or of an overlay.
pub(super) fn objects(overlay: &'static str, unit: &'static str) -> Vec<Value> {
    COMPOSED[&(overlay, unit)].clone()
}

/// All objects of all units of the example.
pub(super) fn example() -> Vec<Value> {
    UNITS.iter().flat_map(|unit| objects("overlays/example", unit)).collect()
}

/// The text of YAML that a folder comes to.
pub(super) fn composed(folder: &Path) -> String {
    let output = python_program("kubectl").arg("kustomize").arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Warnings too: what is deprecated today is an error tomorrow.
    assert!(output.status.success() && said.is_empty(), "{}: {said}", folder.display());
    String::from_utf8(output.stdout).unwrap()
}

/// The objects of each text of YAML.
pub(super) fn validated(texts: &[String]) -> Vec<Vec<Value>> {
    let mut script = python();
    script.args(["-c", include_str!("manifests.py")]).args(VERSIONS);
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = script.spawn().unwrap();
    let texts = serde_json::to_vec(texts).unwrap();
    running.stdin.take().unwrap().write_all(&texts).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The pod that an object makes, where it makes some.
pub(super) fn pod(object: &Value) -> Option<&Value> {
    let spec = &object["spec"];
    match object["kind"].as_str()? {
        "Job" | "DaemonSet" => Some(&spec["template"]["spec"]),
        "CronJob" => Some(&spec["jobTemplate"]["spec"]["template"]["spec"]),
        _ => None,
    }
}

/// The members of a list.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value[field].as_array().into_iter().flatten()
}

/// A text.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text"))
}
