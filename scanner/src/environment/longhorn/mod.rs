//! Which Longhorn volume a root is on, and what Longhorn and Kubernetes know of it.
//!
//! The mount table and sysfs say what a root is on (`backing`). What is known of that volume
//! comes from objects in JSON (`given`, `fields`, `volume`, `claim`, `objects`) that kubectl
//! printed (`kubectl`) or that the user gave; `choose` finds the volume among those of a file. Each
//! question then has an answer or a reason why not (`facts`).
//!
//! kubectl runs only where a root seems to be on Longhorn, or is on a block device in a pod.

mod backing;
mod choose;
mod claim;
mod facts;
mod fields;
mod gathered;
mod given;
mod kubectl;
mod name;
mod objects;
mod volume;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reports::{Answer, Fact, FactName};

use super::probe::NOT_TRIED;
use super::{Effort, Place, Probe, Surroundings};
use crate::program;
pub use given::{GivenError, LONGEST_LONGHORN, read_longhorn};
pub use objects::LonghornObjects;

use backing::Backing;
use choose::Root;
use gathered::{Gathered, Origin, Resource};
use kubectl::Kubectl;

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
    /// Whether programs may be asked.
    effort: Effort,
    /// The PATH.
    path: OsString,
    /// The pod's name, in a pod.
    pod: Option<String>,
    /// /sys.
    sysfs: PathBuf,
}

impl LonghornProbe {
    /// As the environment of this process is.
    pub(super) fn new(source: LonghornSource, effort: Effort) -> Self {
        let in_pod = env::var_os("KUBERNETES_SERVICE_HOST").is_some();
        let name = || env::var("HOSTNAME").unwrap_or_default();
        LonghornProbe {
            source,
            effort,
            path: env::var_os("PATH").unwrap_or_default(),
            pod: in_pod.then(name),
            sysfs: PathBuf::from("/sys"),
        }
    }

    /// The facts of roots when the user gave objects.
    fn from_given(roots: &[Root], known: &Gathered) -> Vec<Fact> {
        let of_root = |root: &Root| match choose::volume(root, roots, known) {
            Ok(chosen) => facts::of_volume(&root.place.name, &chosen.name, &chosen.source, known),
            Err(not) => facts::none_of(&root.place.name, &not.why, &not.source),
        };
        roots.iter().flat_map(of_root).collect()
    }

    /// The facts of roots when nobody is asked, and why not.
    fn from_mount(roots: &[Root], why: &'static str) -> Vec<Fact> {
        let nobody = Gathered::new(Origin::Nobody(why));
        let of_root = |root: &Root| match &root.on {
            Backing::Named { name, source, is_certain: true } => {
                facts::of_volume(&root.place.name, name, source, &nobody)
            }
            on => facts::none_of(&root.place.name, &not_known(on, why), MOUNT),
        };
        roots.iter().flat_map(of_root).collect()
    }

    /// The facts of roots by kubectl.
    fn by_kubectl(&self, roots: &[Root], program: Option<PathBuf>, limit: Duration) -> Vec<Fact> {
        // A little is left for taking in what it printed.
        let time = (limit * 9 / 10).min(PATIENCE);
        let kubectl = program.map(|program| Kubectl::new(&program, time));
        let mut asked = Asked { kubectl, pod: self.pod.as_deref(), volumes: BTreeMap::new() };
        roots.iter().flat_map(|root| asked.facts(root.place, &root.on)).collect()
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
        let places = surroundings.places.iter();
        let roots: Vec<_> = places.map(|place| Root::of(place, &self.sysfs)).collect();
        facts.extend(match (&self.source, self.effort) {
            (LonghornSource::Given { objects, name }, _) => {
                let mut known = Gathered::new(Origin::File(name.clone()));
                known.objects = objects.as_ref().clone();
                Self::from_given(&roots, &known)
            }
            (LonghornSource::Nothing, _) => Self::from_mount(&roots, "Kubernetes was not asked"),
            (LonghornSource::Kubectl, Effort::LookOnly) => Self::from_mount(&roots, NOT_TRIED),
            (LonghornSource::Kubectl, Effort::Try) => {
                self.by_kubectl(&roots, program, surroundings.time_limit)
            }
        });
        facts
    }
}

/// Where it is read what a root is on.
const MOUNT: &str = "/proc/self/mountinfo, /sys/dev/block";

/// Why the volume of a root is not known, when `because` kept it from being found out.
fn not_known(on: &Backing, because: &str) -> String {
    match on {
        Backing::Elsewhere { why } => why.clone(),
        Backing::Named { name, source, .. } => {
            format!("it may be the Longhorn volume {name} ({source}); {because}")
        }
        Backing::Unnamed => {
            format!("its device calls itself as Longhorn's do and says no name; {because}")
        }
        Backing::BlockDevice => {
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
    fn facts(&mut self, place: &Place, on: &Backing) -> Vec<Fact> {
        let none = |why: &str| facts::none_of(&place.name, &not_known(on, why), MOUNT);
        match on {
            Backing::Elsewhere { .. } => none(""),
            Backing::Named { name, source, is_certain } => {
                let known = self.about(name);
                if *is_certain || known.objects.volumes.contains_key(name) {
                    return facts::of_volume(&place.name, name, source, known);
                }
                none(&known.why(Resource::Volume))
            }
            Backing::Unnamed | Backing::BlockDevice => match self.mounted_at(place) {
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
