//! Facts that could not be asked, as against those that do not apply.
//!
//! A reason tells which it is by its words: a time limit, a refusal by the kernel or by
//! Kubernetes, a failure of the machine. The rest (no such file, no pod, another filesystem) are
//! answers of a kind, and what a quick look leaves out was left out by request.

use reports::{Answer, CheckStatus, Fact, FactName, PathName};

use super::learn::{INTERNAL, NO_ANSWER, NO_THREAD};

/// What reasons begin with.
const BEGINNINGS: [&str; 3] = [NO_ANSWER, INTERNAL, NO_THREAD];

/// What stands somewhere in those that kubectl gives.
const OF_KUBECTL: [&str; 5] = [
    "access was refused (403)",
    "no valid credentials (401)",
    "API server cannot be reached",
    "did not end within",
    "no time left to ask kubectl",
];

/// What the kernel says where something is there and cannot be read.
const REFUSALS: [&str; 9] =
    ["EACCES", "EPERM", "EIO", "EUCLEAN", "EBADMSG", "ESTALE", "ENOMEM", "EMFILE", "ENFILE"];

/// Most facts that are named.
const MOST_TOLD: usize = 8;

/// How far the machine and a root could be asked, and what could not be.
pub fn asked(facts: &[Fact], root: &PathName) -> (CheckStatus, Option<String>) {
    of_facts(&not_asked(facts, root))
}

fn of_facts(not_asked: &[FactName]) -> (CheckStatus, Option<String>) {
    if not_asked.is_empty() {
        return (CheckStatus::Ran, None);
    }
    let told: Vec<_> = not_asked.iter().take(MOST_TOLD).map(|name| name.as_str()).collect();
    let more = not_asked.len() - told.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (CheckStatus::Partial, Some(format!("could not be asked: {}{more}", told.join(", "))))
}

/// The facts of the machine and of a root that could not be asked, in the order of the table.
fn not_asked(facts: &[Fact], root: &PathName) -> Vec<FactName> {
    let of_it = facts.iter().filter(|fact| fact.path.as_ref().is_none_or(|path| path == root));
    let names = of_it.filter_map(|fact| match &fact.answer {
        Answer::Unknown(why) if is_failure(why) => Some(fact.name),
        _ => None,
    });
    names.collect()
}

fn is_failure(why: &str) -> bool {
    BEGINNINGS.iter().any(|words| why.starts_with(words))
        || OF_KUBECTL.iter().any(|words| why.contains(words))
        || REFUSALS.iter().any(|errno| why.ends_with(errno))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_could_not_be_asked_is_told_from_what_does_not_apply() {
        for why in [
            "no answer within 5 s",
            INTERNAL,
            NO_THREAD,
            "access was refused (403), which says nothing of the volume: Forbidden",
            "it may be the Longhorn volume x (y); the cluster's API server cannot be reached: z",
            "/etc/subuid: EACCES",
            "the path: lookup says EIO",
        ] {
            assert!(is_failure(why), "{why}");
        }
        for why in [
            "not tried in a quick look",
            "/etc/subuid: ENOENT",
            "not on a Longhorn volume: it is tmpfs",
            "no sign of a pod",
            "errors=panic: nothing is looked up there",
            "kubectl is not installed; give --longhorn FILE",
        ] {
            assert!(!is_failure(why), "{why}");
        }
    }

    #[test]
    fn the_facts_of_the_machine_and_of_one_root_count() {
        let [here, there] = ["/here", "/there"].map(|path| PathName::from(Path::new(path)));
        let late = || Answer::unknown("no answer within 5 s");
        let facts = [
            Fact::of_machine(FactName::User, late(), "x"),
            Fact::of_machine(FactName::Docker, Answer::is(""), "x"),
            Fact::of_path(FactName::SpaceFree, &here, late(), "x"),
            Fact::of_path(FactName::SpaceSize, &there, late(), "x"),
        ];
        assert_eq!(not_asked(&facts, &here), [FactName::User, FactName::SpaceFree]);
    }

    #[test]
    fn facts_that_could_not_be_asked_make_the_check_partial() {
        assert_eq!(of_facts(&[]), (CheckStatus::Ran, None));
        let few = [FactName::User, FactName::LastBackup];
        let reason = "could not be asked: user, last-backup".to_owned();
        assert_eq!(of_facts(&few), (CheckStatus::Partial, Some(reason)));
        let (_, reason) = of_facts(&[FactName::User; 10]);
        assert!(reason.unwrap().ends_with("user and 2 more"));
    }
}
