//! Which Longhorn volume a root is on, and what Longhorn and Kubernetes know of it.
//!
//! The mount table and sysfs say what a root is on (`standing`). What is known of that volume
//! comes from objects in JSON (`given`, `fields`, `volume`, `claim`, `objects`) that kubectl
//! printed (`kubectl`) or that the user gave; `choose` finds the volume among those of a file. Each
//! question then has an answer or a reason why not (`facts`).
//!
//! kubectl runs only where a root seems to be on Longhorn, or is on a block device in a pod.

mod choose;
mod claim;
mod facts;
mod fields;
mod gathered;
mod given;
mod kubectl;
mod name;
mod objects;
mod standing;
mod volume;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reports::{Answer, Fact, FactName};

use super::{Place, Probe, Surroundings};
use crate::program;
pub use given::{GivenError, read_longhorn};
pub use objects::LonghornObjects;

use gathered::{Gathered, Origin, Resource};
use kubectl::Kubectl;
use standing::Standing;

/// The longest that kubectl is asked, all questions together.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who is asked about volumes.
#[derive(Clone, Debug, Default)]
pub enum LonghornSource {
    /// kubectl, where there is one and a root may be on Longhorn.
    #[default]
    Kubectl,
    /// What the user gave.
    Given {
        /// What was in it.
        objects: Arc<LonghornObjects>,
        /// What it is called (`--longhorn volume.json`).
        name: String,
    },
    /// Nobody.
    Nothing,
}

/// Tells of Longhorn volumes.
#[derive(Debug)]
pub(super) struct LonghornProbe {
    source: LonghornSource,
    /// The PATH.
    path: OsString,
    /// The pod's name, in a pod.
    pod: Option<String>,
    /// /sys.
    sysfs: PathBuf,
}

impl LonghornProbe {
    /// As the environment of this process is.
    pub(super) fn new(source: LonghornSource) -> Self {
        let in_pod = env::var_os("KUBERNETES_SERVICE_HOST").is_some();
        let name = || env::var("HOSTNAME").unwrap_or_default();
        LonghornProbe {
            source,
            path: env::var_os("PATH").unwrap_or_default(),
            pod: in_pod.then(name),
            sysfs: PathBuf::from("/sys"),
        }
    }

    /// The facts of a root when the user gave objects.
    fn from_given(place: &Place, standing: &Standing, known: &Gathered) -> Vec<Fact> {
        match choose::volume(place, standing, known) {
            Ok(chosen) => facts::of_volume(&place.name, &chosen.name, &chosen.source, known),
            Err(not) => facts::none_of(&place.name, &not.why, &not.source),
        }
    }

    /// The facts of a root when nobody is asked.
    fn from_mount(place: &Place, standing: &Standing) -> Vec<Fact> {
        let nobody = Gathered::new(Origin::Nobody);
        match standing {
            Standing::Named { name, source, is_certain: true } => {
                facts::of_volume(&place.name, name, source, &nobody)
            }
            _ => {
                facts::none_of(&place.name, &not_known(standing, "Kubernetes was not asked"), MOUNT)
            }
        }
    }
}

impl Probe for LonghornProbe {
    fn facts(&self) -> &'static [FactName] {
        &facts::LEARNT
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let program = program::find("kubectl", &self.path);
        let found = program.as_ref().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
        let mut facts = vec![Fact::of_machine(FactName::Kubectl, Answer::is(found), "PATH")];
        let standings = surroundings.places.iter().map(|place| standing::of(place, &self.sysfs));
        let roots = surroundings.places.iter().zip(standings);
        match &self.source {
            LonghornSource::Given { objects, name } => {
                let mut known = Gathered::new(Origin::File(name.clone()));
                known.objects = objects.as_ref().clone();
                facts.extend(roots.flat_map(|(place, on)| Self::from_given(place, &on, &known)));
            }
            LonghornSource::Nothing => {
                facts.extend(roots.flat_map(|(place, on)| Self::from_mount(place, &on)));
            }
            LonghornSource::Kubectl => {
                // A little is left for taking in what it printed.
                let time = (surroundings.time_limit * 9 / 10).min(PATIENCE);
                let kubectl = program.map(|program| Kubectl::new(&program, time));
                let pod = self.pod.as_deref();
                let mut asked = Asked { kubectl, pod, volumes: BTreeMap::new() };
                facts.extend(roots.flat_map(|(place, on)| asked.facts(place, &on)));
            }
        }
        facts
    }
}

/// Where a root's standing is read.
const MOUNT: &str = "/proc/self/mountinfo, /sys/dev/block";

/// Why the volume of a root is not known, when `because` kept it from being found out.
fn not_known(standing: &Standing, because: &str) -> String {
    match standing {
        Standing::Elsewhere { why } => why.clone(),
        Standing::Named { name, source, .. } => {
            format!("it may be the Longhorn volume {name} ({source}); {because}")
        }
        Standing::Unnamed => {
            format!("it is on a device of Longhorn's that does not say its name; {because}")
        }
        Standing::BlockDevice => {
            format!("nothing says that its block device is a Longhorn volume; {because}")
        }
    }
}

/// kubectl, and what it said so far.
struct Asked<'a> {
    kubectl: Option<Kubectl>,
    pod: Option<&'a str>,
    volumes: BTreeMap<String, Gathered>,
}

impl Asked<'_> {
    fn facts(&mut self, place: &Place, standing: &Standing) -> Vec<Fact> {
        let none = |why: &str| facts::none_of(&place.name, &not_known(standing, why), MOUNT);
        match standing {
            Standing::Elsewhere { .. } => none(""),
            Standing::Named { name, source, is_certain } => {
                let known = self.about(name);
                if *is_certain || known.objects.volumes.contains_key(name) {
                    return facts::of_volume(&place.name, name, source, known);
                }
                none(&known.why(Resource::Volume))
            }
            Standing::Unnamed | Standing::BlockDevice => match self.mounted_at(place) {
                Ok(name) => {
                    let source = "kubectl get pods, persistentvolumeclaims, persistentvolumes";
                    let known = self.about(&name);
                    facts::of_volume(&place.name, &name, source, known)
                }
                Err(why) => none(&why),
            },
        }
    }

    /// What kubectl knows of a volume. It is asked once.
    fn about(&mut self, name: &str) -> &Gathered {
        let kubectl = &self.kubectl;
        self.volumes.entry(name.to_owned()).or_insert_with(|| match kubectl {
            Some(kubectl) => kubectl.about(name),
            None => without_kubectl(),
        })
    }

    /// The volume that the pod mounts where the root is.
    fn mounted_at(&self, place: &Place) -> Result<String, String> {
        let pod = self.pod.ok_or("it is not in a pod of Kubernetes")?;
        let kubectl = self.kubectl.as_ref().ok_or(NO_KUBECTL)?;
        let mount = place.mount.as_ref().ok_or("what is mounted there is not known")?;
        kubectl.mounted_at(pod, &mount.point)
    }
}

/// What is said where there is no kubectl.
const NO_KUBECTL: &str = "kubectl is not installed; give --longhorn FILE";

/// Nothing is known of a volume.
fn without_kubectl() -> Gathered {
    let mut known = Gathered::new(Origin::Kubectl);
    let kinds = [
        Resource::Volume,
        Resource::Engine,
        Resource::Claim,
        Resource::PersistentVolume,
        Resource::StorageClass,
    ];
    known.missing = kinds.map(|kind| (kind, NO_KUBECTL.to_owned())).into();
    known
}

#[cfg(test)]
mod tests;
