//! Which fault befalls what, and when.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::Fault;

/// A fault, and what it befalls: everything, always, unless told otherwise.
#[derive(Debug)]
pub struct Rule {
    fault: Fault,
    name: Option<OsString>,
    turn: Turn,
    met: AtomicU64,
    fired: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    Always,
    Nth(u64),
    Seeded { seed: u64, one_in: u64 },
}

impl Rule {
    /// The fault befalls every name, each time.
    pub fn new(fault: Fault) -> Self {
        let (met, fired) = (AtomicU64::new(0), AtomicU64::new(0));
        Rule { fault, name: None, turn: Turn::Always, met, fired }
    }

    /// Only names that are called so, in whatever directory.
    #[must_use]
    pub fn named(mut self, name: impl Into<OsString>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only the nth time, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.turn = Turn::Nth(nth);
        self
    }

    /// Only one name in so many, chosen by the seed and the name: always the same ones.
    #[must_use]
    pub fn seeded(mut self, seed: u64, one_in: u64) -> Self {
        self.turn = Turn::Seeded { seed, one_in };
        self
    }

    /// Whether it is this name's turn.
    fn befalls(&self, name: &OsStr) -> bool {
        if self.name.as_deref().is_some_and(|own| own != name) {
            return false;
        }
        let met = self.met.fetch_add(1, Ordering::Relaxed) + 1;
        let fires = match self.turn {
            Turn::Always => true,
            Turn::Nth(nth) => met == nth,
            Turn::Seeded { seed, one_in } => mix(seed, name).is_multiple_of(one_in.max(1)),
        };
        self.fired.fetch_add(u64::from(fires), Ordering::Relaxed);
        fires
    }
}

/// The rules of one filesystem. Of several that fit, the first one holds.
#[derive(Debug, Default)]
pub struct Script {
    rules: Vec<Rule>,
}

impl Script {
    /// In this order.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        Script { rules: rules.into_iter().collect() }
    }

    /// How often each rule broke its promise, in their order: one that never did proves nothing.
    pub fn fired(&self) -> Vec<u64> {
        self.rules.iter().map(|rule| rule.fired.load(Ordering::Relaxed)).collect()
    }

    /// Whether any rule has this fault.
    pub(crate) fn knows(&self, fault: &Fault) -> bool {
        self.rules.iter().any(|rule| rule.fault == *fault)
    }

    /// What `choose` makes of the first fault that befalls a name; rules whose fault it makes
    /// nothing of do not take notice.
    pub(crate) fn find<T>(&self, name: &OsStr, choose: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.rules.iter().find_map(|rule| {
            let chosen = choose(&rule.fault)?;
            rule.befalls(name).then_some(chosen)
        })
    }
}

/// A number that looks random and is the same in each run (SplitMix64's last step, over FNV-1a).
fn mix(seed: u64, name: &OsStr) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    let hash = name
        .as_bytes()
        .iter()
        .fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Call;
    use rustix::io::Errno;

    fn fails(script: &Script, name: &str) -> bool {
        let choose = |fault: &Fault| matches!(fault, Fault::Fail(Call::Create, _)).then_some(());
        script.find(OsStr::new(name), choose).is_some()
    }

    fn rule() -> Rule {
        Rule::new(Fault::Fail(Call::Create, Errno::NOENT))
    }

    #[test]
    fn the_nth_is_the_nth_of_those_that_fit() {
        let script = Script::new([rule().named("a").nth(2)]);
        let fired = ["a", "b", "a", "a"].map(|name| fails(&script, name));
        assert_eq!(fired, [false, false, true, false]);
        assert_eq!(script.fired(), [1]);
    }

    #[test]
    fn a_seed_chooses_the_same_names_each_time() {
        let names: Vec<String> = (0..1000).map(|n| format!("name-{n}")).collect();
        let chosen = |seed| {
            let script = Script::new([rule().seeded(seed, 10)]);
            names.iter().filter(|name| fails(&script, name)).collect::<Vec<_>>()
        };
        assert_eq!(chosen(7), chosen(7));
        assert_ne!(chosen(7), chosen(8));
        assert!((50..200).contains(&chosen(7).len()), "{}", chosen(7).len());
    }

    #[test]
    fn other_faults_take_no_notice() {
        let script = Script::new([Rule::new(Fault::LoseName), rule().nth(1)]);
        assert!(fails(&script, "a"));
        assert_eq!(script.fired(), [0, 1]);
    }
}
