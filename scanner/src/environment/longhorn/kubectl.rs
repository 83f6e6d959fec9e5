//! Asks Kubernetes through kubectl.
//!
//! All that is asked for one scan shares one deadline. Questions that do not need one another's
//! answers are asked at the same time. Names that others chose reach the command line only where
//! Kubernetes takes them for names, so that none is an option.

use std::path::{Path, PathBuf};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use super::gathered::{Gathered, Origin, Outcome, Resource};
use super::given::read_longhorn;
use super::name;
use super::objects::LonghornObjects;
use crate::program::{self, Limits, ProgramError};

/// Where Longhorn keeps its objects.
const NAMESPACE: &str = "longhorn-system";

/// What kubectl itself may need after a request was given up, to say so.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// kubectl, and until when it may be asked.
#[derive(Debug)]
pub(super) struct Kubectl {
    program: PathBuf,
    deadline: Instant,
}

/// A question.
struct Question<'a> {
    resource: Resource,
    /// None where objects of this kind have none, or the pod's own is meant.
    namespace: Option<&'a str>,
    /// The name or what is looked for by; nothing for all.
    which: Vec<String>,
}

impl<'a> Question<'a> {
    fn one(resource: Resource, namespace: Option<&'a str>, name: &str) -> Self {
        Question { resource, namespace, which: vec![name.to_owned()] }
    }

    fn labelled(resource: Resource, label: &str, value: &str) -> Self {
        let which = vec![format!("--selector={label}={value}")];
        Question { resource, namespace: Some(NAMESPACE), which }
    }
}

impl Kubectl {
    /// To be asked for at most `time`.
    pub(super) fn new(program: &Path, time: Duration) -> Self {
        Kubectl { program: program.to_owned(), deadline: Instant::now() + time }
    }

    /// All that is known about the volume `name`.
    pub(super) fn about(&self, name: &str) -> Gathered {
        let mut known = Gathered::new(Origin::Kubectl);
        known.take(self.ask(&[Question::one(Resource::Volume, Some(NAMESPACE), name)]));
        known.take(self.ask(&about_volume(&known.objects, name)));
        known.take(self.ask(&about_claim(&known.objects, name)));
        known
    }

    /// The volume that is mounted at `point` in the pod `pod`, of the pod's own namespace.
    pub(super) fn mounted_at(&self, pod: &str, point: &[u8]) -> Result<String, String> {
        if !name::is_valid(pod) {
            return Err("the pod's name is not known".to_owned());
        }
        let objects = self.get(&Question::one(Resource::Pod, None, pod))?;
        let claim = objects.pods.iter().find_map(|pod| pod.claim_at(point));
        let claim = claim.ok_or("the pod says of no claim that it is mounted there")?;
        let question = Question::one(Resource::Claim, Some(&claim.0), &claim.1);
        let claims = self.get(&question)?.claims;
        let pv = claims.get(&claim).and_then(|claim| claim.persistent_volume.clone());
        let pv = pv.ok_or("the claim is not bound")?;
        let mut objects = self.get(&Question::one(Resource::PersistentVolume, None, &pv))?;
        let found = objects.persistent_volumes.remove(&pv);
        let found = found.ok_or("kubectl brought no PersistentVolume")?;
        found.volume().map(str::to_owned).ok_or_else(|| {
            let driver = found.driver.as_deref().unwrap_or("none");
            format!("its PersistentVolume {pv} is not Longhorn's: the CSI driver is {driver}")
        })
    }

    /// Asks several questions at the same time.
    fn ask(&self, questions: &[Question]) -> Vec<(Resource, Outcome)> {
        thread::scope(|scope| {
            let ask =
                |question| thread::Builder::new().spawn_scoped(scope, move || self.get(question));
            let threads: Vec<_> = questions.iter().map(ask).collect();
            let outcomes =
                threads.into_iter().map(|thread| match thread.map(ScopedJoinHandle::join) {
                    Ok(Ok(outcome)) => outcome,
                    Ok(Err(_)) => Err("the thread that ran kubectl panicked".to_owned()),
                    Err(error) => Err(format!("no thread could be started for kubectl: {error}")),
                });
            questions.iter().map(|question| question.resource).zip(outcomes).collect()
        })
    }

    fn get(&self, question: &Question) -> Outcome {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("there was no time left to ask kubectl".to_owned());
        }
        let request = left.saturating_sub(LAST_WORDS).max(Duration::from_millis(100));
        let timeout = format!("--request-timeout={}ms", request.as_millis());
        let mut arguments = vec![timeout.as_str()];
        if let Some(namespace) = question.namespace {
            arguments.extend(["-n", namespace]);
        }
        arguments.extend(["get", question.resource.word()]);
        arguments.extend(question.which.iter().map(String::as_str));
        arguments.extend(["-o", "json"]);
        let printed = program::run(&self.program, &arguments, &Limits::until(self.deadline));
        let printed = printed.map_err(|error| reason(&error))?;
        let garbage = |error| format!("what kubectl printed cannot be read: {error}");
        read_longhorn(&printed.stdout).map_err(garbage)
    }
}

/// What is asked once the volume itself was asked for.
fn about_volume<'a>(known: &'a LonghornObjects, name: &'a str) -> Vec<Question<'a>> {
    let volume = known.volumes.get(name);
    // A volume that was provisioned for a claim is called as its PersistentVolume is.
    let pv = volume.and_then(|volume| volume.persistent_volume.as_deref()).unwrap_or(name);
    let claim = volume.and_then(|volume| volume.claim.as_ref());
    let mut questions = vec![Question::one(Resource::PersistentVolume, None, pv)];
    questions.push(match claim {
        Some((namespace, claim)) => Question::one(Resource::Claim, Some(namespace), claim),
        // Where the Volume may not be read, claims of one's own namespace mostly may.
        None => Question { resource: Resource::Claim, namespace: None, which: Vec::new() },
    });
    questions.push(Question::labelled(Resource::Engine, "longhornvolume", name));
    if volume.is_some_and(|volume| volume.integrity == reports::Answer::is("ignored")) {
        let setting = "snapshot-data-integrity";
        questions.push(Question::one(Resource::Setting, Some(NAMESPACE), setting));
    }
    if volume.is_some_and(|volume| volume.last_backup == reports::Answer::is("")) {
        questions.push(Question::labelled(Resource::Backup, "backup-volume", name));
    }
    questions
}

/// What is asked once the PersistentVolume was.
fn about_claim<'a>(known: &'a LonghornObjects, name: &'a str) -> Vec<Question<'a>> {
    let pv = known.persistent_volume_of(name);
    let claim = pv.and_then(|(_, pv)| pv.claim.as_ref());
    let claim = claim.filter(|claim| !known.claims.contains_key(*claim));
    let bound = claim.map(|(ns, claim)| Question::one(Resource::Claim, Some(ns), claim));
    // The class tells the reclaim policy where the PersistentVolume itself may not be read.
    let of_this =
        known.claims.values().find(|claim| claim.persistent_volume.as_deref() == Some(name));
    let class = of_this.filter(|_| pv.is_none()).and_then(|claim| claim.storage_class.as_deref());
    let class = class.map(|class| Question::one(Resource::StorageClass, None, class));
    bound.into_iter().chain(class).collect()
}

/// Why kubectl brought nothing. What it prints for people is in English.
fn reason(error: &ProgramError) -> String {
    let ProgramError::Failed { said: words, .. } = error else {
        return error.to_string();
    };
    let said = program::quote(words);
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let what = if has(&["(forbidden)", "is forbidden"]) {
        "access was refused (403), which says nothing of the volume"
    } else if has(&["unauthorized", "must be logged in", "provide credentials"]) {
        "kubectl has no valid credentials (401)"
    } else if has(&["(notfound)", "not found"]) {
        "it was not found"
    } else if has(&["doesn't have a resource type"]) {
        "the cluster knows no such kind of object"
    } else if has(&["refused", "unable to connect", "no route to host", "timeout", "deadline"]) {
        "the cluster's API server cannot be reached"
    } else {
        "kubectl failed"
    };
    format!("{what}: {said}")
}
