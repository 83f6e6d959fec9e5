//! The objects of Kubernetes between a pod and its volume.

use reports::Answer;

use super::fields::Fields;

/// The name of Longhorn's CSI driver.
pub(super) const DRIVER: &str = "driver.longhorn.io";

/// A `PersistentVolumeClaim`.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// The PersistentVolume that it is bound to.
    pub persistent_volume: Option<String>,
    pub storage_class: Option<String>,
}

impl Claim {
    /// Reads it, with its namespace and name.
    pub(super) fn read(fields: Fields) -> Option<((String, String), Self)> {
        let name = (fields.name("metadata.namespace")?, fields.name("metadata.name")?);
        let persistent_volume = fields.name("spec.volumeName");
        let storage_class = fields.name("spec.storageClassName");
        Some((name, Claim { persistent_volume, storage_class }))
    }
}

/// A `PersistentVolume`.
#[derive(Clone, Debug)]
pub(super) struct PersistentVolume {
    /// The CSI driver.
    pub driver: Option<String>,
    /// What the driver calls the volume: Longhorn by its name.
    pub handle: Option<String>,
    pub storage_class: Option<String>,
    pub reclaim_policy: Answer,
    /// Namespace and name of the claim that it is bound to.
    pub claim: Option<(String, String)>,
}

impl PersistentVolume {
    /// Reads it.
    pub(super) fn read(fields: Fields) -> Self {
        let namespace = fields.name("spec.claimRef.namespace");
        PersistentVolume {
            driver: fields.word("spec.csi.driver").map(str::to_owned),
            handle: fields.name("spec.csi.volumeHandle"),
            storage_class: fields.name("spec.storageClassName"),
            reclaim_policy: fields.text("spec.persistentVolumeReclaimPolicy"),
            claim: namespace.zip(fields.name("spec.claimRef.name")),
        }
    }

    /// The name of the Longhorn volume that it stands for.
    pub(super) fn volume(&self) -> Option<&str> {
        self.handle.as_deref().filter(|_| self.driver.as_deref() == Some(DRIVER))
    }
}

/// A `Pod`: which claims it mounts.
#[derive(Clone, Debug)]
pub(super) struct Pod {
    namespace: String,
    /// Where, and the name of the claim.
    mounts: Vec<(String, String)>,
}

impl Pod {
    /// Reads it.
    pub(super) fn read(fields: Fields) -> Option<Self> {
        let claims: Vec<(&str, String)> = fields
            .list("spec.volumes")
            .filter_map(|volume| {
                Some((volume.word("name")?, volume.name("persistentVolumeClaim.claimName")?))
            })
            .collect();
        let containers = fields.list("spec.containers");
        let mounts = containers.flat_map(|container| container.list("volumeMounts"));
        let mounts = mounts.filter_map(|mount| {
            let called = mount.word("name")?;
            let (_, claim) = claims.iter().find(|(name, _)| *name == called)?;
            let path = mount.word("mountPath")?;
            Some((path.trim_end_matches('/').to_owned(), claim.clone()))
        });
        let mounts = mounts.collect();
        Some(Pod { namespace: fields.name("metadata.namespace")?, mounts })
    }

    /// Namespace and name of the claim that is mounted at `point`.
    pub(super) fn claim_at(&self, point: &[u8]) -> Option<(String, String)> {
        let (_, claim) = self.mounts.iter().find(|(path, _)| path.as_bytes() == point)?;
        Some((self.namespace.clone(), claim.clone()))
    }
}
