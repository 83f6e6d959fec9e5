//! Objects, where they came from, and why some are missing.

use super::objects::LonghornObjects;

/// A kind of object that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Volume,
    Engine,
    Backup,
    Setting,
    Claim,
    PersistentVolume,
    StorageClass,
    Pod,
}

impl Resource {
    /// As kubectl takes it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Resource::Volume => "volumes.longhorn.io",
            Resource::Engine => "engines.longhorn.io",
            Resource::Backup => "backups.longhorn.io",
            Resource::Setting => "settings.longhorn.io",
            Resource::Claim => "persistentvolumeclaims",
            Resource::PersistentVolume => "persistentvolumes",
            Resource::StorageClass => "storageclasses.storage.k8s.io",
            Resource::Pod => "pods",
        }
    }

    /// As people call one.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Resource::Volume => "Volume",
            Resource::Engine => "Engine",
            Resource::Backup => "Backup",
            Resource::Setting => "Setting",
            Resource::Claim => "PersistentVolumeClaim",
            Resource::PersistentVolume => "PersistentVolume",
            Resource::StorageClass => "StorageClass",
            Resource::Pod => "Pod",
        }
    }
}

/// Who was asked.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// The program.
    Kubectl,
    /// A file by this name.
    File(String),
    /// Nobody, and why.
    Nobody(&'static str),
}

/// What a question came to: objects, or why there are none.
pub(super) type Outcome = Result<LonghornObjects, String>;

/// What was learnt, and what was not.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    pub origin: Origin,
    pub objects: LonghornObjects,
    /// What could not be had, and why.
    pub missing: Vec<(Resource, String)>,
}

impl Gathered {
    pub(super) fn new(origin: Origin) -> Self {
        Gathered { origin, objects: LonghornObjects::default(), missing: Vec::new() }
    }

    /// Takes what questions came to.
    pub(super) fn take(&mut self, outcomes: Vec<(Resource, Outcome)>) {
        for (resource, outcome) in outcomes {
            match outcome {
                Ok(objects) => self.objects.merge(objects),
                Err(why) => self.missing.push((resource, why)),
            }
        }
    }

    /// Why an object is missing.
    pub(super) fn why(&self, resource: Resource) -> String {
        if let Some((_, why)) = self.missing.iter().find(|(missing, _)| *missing == resource) {
            return why.clone();
        }
        match &self.origin {
            Origin::Kubectl => format!("kubectl brought no {} of it", resource.noun()),
            Origin::File(name) => {
                let summary = self.objects.summary();
                format!("{name} holds no {} of it; it holds {summary}", resource.noun())
            }
            Origin::Nobody(why) => (*why).to_owned(),
        }
    }

    /// How a field is known.
    pub(super) fn source(&self, resource: Resource, field: &str) -> String {
        match &self.origin {
            Origin::Kubectl => format!("kubectl get {}: {field}", resource.word()),
            Origin::File(name) => format!("{name}, {}: {field}", resource.noun()),
            Origin::Nobody(_) => "nobody was asked".to_owned(),
        }
    }
}
