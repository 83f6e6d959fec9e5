//! Whether a target that breaks a promise is found out, and how few operations then show it.

mod lies;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::generator::{Generator, Mix, Profile};
use crate::minimise::{Answer, Bounds, Ending, minimise};
use crate::model::Caller;
use crate::name::Names;
use crate::op::OpKind;
use crate::outcome::{Facts, Outcome, Seen};
use crate::target::InMemory;
use lies::{LIES, Lie};

const CALLER: Caller = Caller { overrides: false, umask: 0o022 };

/// Operations of a round.
const ROUND: usize = 1500;

/// Rounds in which a lie is to be found.
const ROUNDS: u64 = 6;

/// Operations that show a lie, at most.
const FEW: usize = 10;

/// A target that breaks a promise, and keeps all others.
struct Liar {
    honest: InMemory,
    lie: Lie,
}

impl Target for Liar {
    fn apply(&mut self, op: &Op) -> Outcome {
        (self.lie)(&mut self.honest, op)
    }
}

/// What differed, and the operations up to it.
struct Found {
    ops: Vec<Op>,
    class: (OpKind, Aspect),
}

struct Hunt {
    names: Arc<Names>,
    lie: Lie,
}

impl Hunt {
    fn new(lie: Lie) -> Self {
        Hunt { names: Arc::default(), lie }
    }

    fn begin(&self) -> World<Liar> {
        self.begin_as(&Nature::default(), &[])
    }

    fn begin_without(&self, absent: &[Feature]) -> World<Liar> {
        self.begin_as(&Nature::default(), absent)
    }

    fn begin_as(&self, nature: &Nature, absent: &[Feature]) -> World<Liar> {
        // Times of what is in memory are later than any of the test.
        let later = (coarse_now().0 + 3600, 0);
        let honest = InMemory::new(Arc::clone(&self.names), CALLER, later);
        let model = Model::new(Arc::clone(&self.names), CALLER, coarse_now());
        World::new(Liar { honest, lie: self.lie }, model, nature, absent)
    }

    /// What differs first of these operations, and then of the whole tree if that is looked at.
    fn run(&self, ops: impl Iterator<Item = Op>, compare: bool) -> Option<Found> {
        let (mut world, mut done) = (self.begin(), Vec::new());
        for op in ops {
            let found = judged(&mut world, &op);
            done.push(op);
            if let Some(class) = found {
                return Some(Found { ops: done, class });
            }
        }
        let looks = if compare { world.model().observations() } else { Vec::new() };
        for op in looks {
            if let Some(class) = judged(&mut world, &op) {
                done.push(op);
                return Some(Found { ops: done, class });
            }
        }
        None
    }

    fn search(&self, profile: Profile) -> Option<Found> {
        let mix = Mix { profile, only: Vec::new() };
        let mut rounds = 0..ROUNDS;
        rounds.find_map(|round| self.run(Generator::new(&mix, 1, round).take(ROUND), true))
    }

    fn shrink(&self, found: Found) -> Vec<Op> {
        let bounds = Bounds { attempts: 20_000, time: Duration::from_mins(5) };
        let class = found.class;
        let minimised =
            minimise(found.ops, bounds, &mut |ops| match self.run(ops.iter().cloned(), false) {
                Some(found) if found.class == class => Answer::Same,
                _ => Answer::Other,
            });
        assert_eq!(minimised.ending, Ending::Minimal);
        minimised.ops
    }
}

fn judged(world: &mut World<Liar>, op: &Op) -> Option<(OpKind, Aspect)> {
    match world.run(op).verdict {
        Verdict::Agrees => None,
        Verdict::Differs(differences) => Some((op.kind(), differences[0].aspect)),
        verdict => panic!("{op}: {verdict:?}"),
    }
}

#[test]
fn what_keeps_every_promise_is_found_nothing_wrong_with() {
    let honest = Hunt::new(InMemory::apply);
    for profile in Profile::ALL {
        if let Some(Found { ops, class }) = honest.search(profile) {
            panic!("{}: {class:?}: {:?}", profile.word(), ops.last());
        }
    }
}

#[test]
fn every_broken_promise_is_found_and_shown_by_few_operations() {
    for (promise, lie, aspects) in LIES {
        let hunt = Hunt::new(*lie);
        let profiles = [Profile::Mixed, Profile::Data, Profile::Metadata];
        let found = profiles.into_iter().find_map(|profile| hunt.search(profile));
        let found = found.unwrap_or_else(|| panic!("{promise}: it is not found"));
        let (kind, aspect) = found.class;
        assert!(aspects.contains(&aspect), "{promise}: {}: {aspect:?}", kind.verb());
        let few: Vec<String> = hunt.shrink(found).iter().map(Op::to_string).collect();
        assert!(few.len() <= FEW, "{promise}: {}: {few:#?}", few.len());
    }
}

#[test]
fn no_space_is_no_divergence() {
    let full = Hunt::new(|target, op| match op {
        Op::Create { .. } => Err(Errno::NOSPC),
        _ => target.apply(op),
    });
    let mut world = full.begin();
    let mut verdict = |line: &str| world.run(&line.parse().unwrap()).verdict;
    assert_eq!(verdict("create f0 mode=0644"), Verdict::NoSpace);
    assert_eq!(
        verdict("create d0/f0 mode=0644"),
        Verdict::Differs(vec![Difference::error(Some(Errno::NOENT), Some(Errno::NOSPC),)])
    );
}

#[test]
fn what_is_not_done_at_all_is_unsupported_and_nothing_else() {
    let without = Hunt::new(|target, op| match op {
        Op::Link { .. } => Err(Errno::PERM),
        Op::OpenUnnamed { .. } => Err(Errno::IO),
        _ => target.apply(op),
    });
    let absent = [Feature::HardLinks, Feature::UnnamedFiles];
    let mut world = without.begin_without(&absent);
    let mut verdict = |line: &str| world.run(&line.parse().unwrap()).verdict;
    assert_eq!(verdict("create f0 mode=0644"), Verdict::Agrees);
    assert_eq!(verdict("link f0 f1"), Verdict::Unsupported);
    let errors = [Difference::error(None, Some(Errno::IO))];
    let unnamed = "tmpfile h0 . mode=0600";
    assert_eq!(verdict(unnamed), Verdict::Differs(errors.to_vec()), "another error");
    assert_eq!(verdict("stat f1"), Verdict::Agrees, "nothing was made");
    let mut with = without.begin();
    with.run(&"create f0 mode=0644".parse().unwrap());
    let errors = [Difference::error(None, Some(Errno::PERM))];
    let verdict = with.run(&"link f0 f1".parse().unwrap()).verdict;
    assert_eq!(verdict, Verdict::Differs(errors.to_vec()), "it was promised");
}

#[test]
fn names_that_differ_in_case_are_left_alone_where_they_are_one() {
    let folding = Hunt::new(|target, op| {
        let folded = op.to_string().replace("odd9", "odd8").parse().unwrap();
        target.apply(&folded)
    });
    let ops = ["create odd8 mode=0644", "create odd9 mode=0644", "list . buffer=4096"];
    let run = |world: &mut World<Liar>| ops.map(|op| world.run(&op.parse().unwrap()).verdict);
    let error = Verdict::Differs(vec![Difference::error(None, Some(Errno::EXIST))]);
    assert_eq!(run(&mut folding.begin()), [Verdict::Agrees, error, Verdict::Agrees]);
    let mut world = folding.begin_without(&[Feature::CaseSensitivity]);
    assert_eq!(run(&mut world), [Verdict::Unsupported, Verdict::Unsupported, Verdict::Agrees]);
    assert!(world.rules_out(&"rename f0 d0/odd9 how=plain".parse().unwrap()));
    assert!(!world.rules_out(&"rename f0 d0/f9 how=plain".parse().unwrap()));
    assert_eq!(world.model().live(), 1, "nothing was made");
}

#[test]
fn what_nobody_can_follow_is_not_asked_for() {
    let of_users = Nature {
        filesystem: "overlay".to_owned(),
        options: vec!["userxattr".to_owned()],
        layered: true,
        ..Nature::default()
    };
    let mut world = Hunt::new(|_, op| panic!("{op} was done")).begin_as(&of_users, &[]);
    world.model = crate::population::model(&Arc::default(), CALLER, of_users.links());
    let linked: Op = "link f0 f5".parse().unwrap();
    let plan = world.model.plan(&linked);
    world.model.carry_out(plan, &Ok(Seen::Done), (0, 0));
    let before = format!("{:?}", world.model);
    let verdict = world.run(&"copy f0 f5 at=0 to_at=9 length=1".parse().unwrap()).verdict;
    let Verdict::Excused(rows) = verdict else { panic!("{verdict:?}") };
    assert_eq!(
        rows.iter().map(|row| QUIRKS[*row].id).collect::<Vec<_>>(),
        ["overlay-linked-copies"]
    );
    assert_eq!(format!("{:?}", world.model), before);
}

#[test]
fn what_a_filesystem_does_not_keep_is_not_compared() {
    let vague = Hunt::new(|target, op| {
        target.apply(op).map(|seen| match seen {
            Seen::Facts(facts) => Seen::Facts(Facts {
                mode: 0o755,
                modified: (facts.modified.0 - 1, 0),
                links: facts.links + u32::from(facts.size > 0),
                ..facts
            }),
            seen => seen,
        })
    });
    let absent = [Feature::Modes, Feature::Nanoseconds];
    let mut world = vague.begin_without(&absent);
    let mut verdict = |line: &str| world.run(&line.parse().unwrap()).verdict;
    assert_eq!(verdict("create f0 mode=0600"), Verdict::Agrees);
    assert_eq!(verdict("utimens f0 seconds=5 nanoseconds=6"), Verdict::Agrees);
    assert_eq!(verdict("stat f0"), Verdict::Unsupported);
    assert_eq!(verdict("append f0 length=1 fill=1"), Verdict::Agrees);
    let Verdict::Differs(differences) = verdict("stat f0") else { panic!("links differ") };
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(differences[0].aspect, Aspect::Links);
}

/// What was excused is in the model as it is in the target: what was refused did not happen.
#[test]
fn what_is_excused_leaves_the_model_as_it_was() {
    let short = Hunt::new(|target, op| match op {
        Op::SetAttribute { length: 4000.., .. } => Err(Errno::NOSPC),
        _ => target.apply(op),
    });
    let nature = Nature { filesystem: "ext4".to_owned(), ..Nature::default() };
    let mut world = short.begin_as(&nature, &[]);
    let mut verdict = |line: &str| world.run(&line.parse().unwrap()).verdict;
    assert_eq!(verdict("create f0 mode=0644"), Verdict::Agrees);
    let set = "setxattr f0 attribute=1 length=4000 fill=1 how=any";
    let Verdict::Excused(rows) = verdict(set) else { panic!("it is not excused") };
    let ids: Vec<&str> = rows.iter().map(|row| QUIRKS[*row].id).collect();
    assert_eq!(ids, ["ext4-attribute-space"]);
    assert_eq!(verdict("listxattr f0"), Verdict::Agrees, "it was not set");
}
