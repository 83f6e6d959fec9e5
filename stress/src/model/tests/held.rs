//! How a table is held against what does operations: the kernel, and the model itself.
//!
//! A case is what it is about, and operations separated by `;`. Behind ` -> ` stands what one comes
//! to: words that must all be among those of its outcome (see [`words`]). One without succeeds.
//! `pause` lets time go by. `LARGEST` is the largest size of a file, `BEYOND` the error of
//! what would begin there: where it is the largest offset as well, that is no range.

use std::cell::RefCell;
use std::fs::File;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
use scanner::{FileKind, errno_word};

use crate::difference::{row_name, time};
use crate::feature::{Ability, Feature};
use crate::model::{Caller, Expected, Model};
use crate::name::Names;
use crate::op::Op;
use crate::operand::{Handle, Mode};
use crate::outcome::{Facts, Outcome, Seen};
use crate::path::Path;
use crate::quirk::Nature;
use crate::target::{DirectoryTarget, InMemory, Target};
use crate::umask::umask;
use crate::world::{Verdict, World, coarse_now};

/// What a case is about, and its operations.
pub type Case<Lines = &'static str> = (&'static str, Lines);

/// Largest sizes: of most filesystems, and of ext4.
const LARGEST: [u64; 2] = [i64::MAX as u64, (1 << 44) - 4096];

/// Permission bits that hold nobody up.
const OVERRIDES: CapabilitySet = CapabilitySet::DAC_OVERRIDE.union(CapabilitySet::DAC_READ_SEARCH);

/// Runs every case after `ground`, each in a tree of its own, as the user that runs the test.
pub fn hold<Lines: AsRef<str>>(ground: &str, table: &[Case<Lines>]) {
    hold_as(overrides(), ground, table);
}

/// Whether permission bits do not hold up the user that runs the test.
pub fn overrides() -> bool {
    capabilities(None).unwrap().effective.contains(CapabilitySet::DAC_OVERRIDE)
}

/// As [`hold`], where permission bits hold the caller up.
pub fn hold_to_modes(ground: &'static str, table: &'static [Case]) {
    // Capabilities are a thread's own.
    let thread = std::thread::spawn(move || {
        let mut sets = capabilities(None).unwrap();
        sets.effective.remove(OVERRIDES);
        set_capabilities(None, sets).unwrap();
        hold_as(false, ground, table);
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn hold_as<Lines: AsRef<str>>(overrides: bool, ground: &str, table: &[Case<Lines>]) {
    let (names, caller) = (Arc::<Names>::default(), Caller { overrides, umask: umask() });
    let absent = absent(&names);
    for (about, lines) in table {
        let lines = lines.as_ref();
        // What the model does itself bears times that are later than any of the test.
        let later = (coarse_now().0 + 3600, 0);
        let model = |largest: u64| {
            let mut model = Model::new(Arc::clone(&names), caller, coarse_now());
            model.set_largest(largest);
            model
        };
        for largest in LARGEST {
            let memory = InMemory::new(Arc::clone(&names), caller, later).with_largest(largest);
            let world = |memory| World::new(memory, model(largest), &Nature::default(), &[]);
            let about = format!("{about}, in memory, {largest}");
            Held::new(memory, world).case(&about, ground, &sized(lines, largest));
        }
        let directory = tempfile::tempdir().unwrap();
        let nature = nature(directory.path());
        let kernel = target(&names, directory.path());
        let largest = kernel.largest().unwrap();
        let world = |kernel| World::new(kernel, model(largest), &nature, &absent);
        let about = format!("{about}, on {}", nature.filesystem);
        Held::new(kernel, world).case(&about, ground, &sized(lines, largest));
    }
}

/// What a case says of largest sizes, in bytes.
fn sized(lines: &str, largest: u64) -> String {
    let back = |back: u64| (largest - back).to_string();
    let beyond = if largest == i64::MAX as u64 { "EINVAL" } else { "EFBIG" };
    let lines = lines.replace("LARGEST-3", &back(3)).replace("LARGEST", &back(0));
    lines.replace("BEYOND", beyond)
}

pub fn target(names: &Arc<Names>, directory: &std::path::Path) -> DirectoryTarget {
    DirectoryTarget::new(Arc::clone(names), File::open(directory).unwrap().into())
}

pub fn nature(directory: &std::path::Path) -> Nature {
    let footing = scanner::Footing::of(directory).unwrap();
    Nature { filesystem: footing.kind().to_owned(), ..Nature::default() }
}

/// What the filesystem of temporary files does not do.
fn absent(names: &Arc<Names>) -> Vec<Feature> {
    let is_absent = |feature: &Feature| {
        let directory = tempfile::tempdir().unwrap();
        matches!(feature.try_out(&mut target(names, directory.path())), Ability::Absent(_))
    };
    Feature::ALL.into_iter().filter(is_absent).collect()
}

/// A target whose last outcome can be seen.
struct Watched<T> {
    target: T,
    last: Rc<RefCell<Outcome>>,
}

impl<T: Target> Target for Watched<T> {
    fn apply(&mut self, op: &Op) -> Outcome {
        let outcome = self.target.apply(op);
        *self.last.borrow_mut() = outcome.clone();
        outcome
    }
}

/// A world that is held to what a table says.
struct Held<T> {
    world: World<Watched<T>>,
    last: Rc<RefCell<Outcome>>,
}

impl<T: Target> Held<T> {
    fn new(target: T, world: impl FnOnce(Watched<T>) -> World<Watched<T>>) -> Self {
        let last = Rc::new(RefCell::new(Ok(Seen::Done)));
        Held { world: world(Watched { target, last: Rc::clone(&last) }), last }
    }

    fn case(mut self, about: &str, ground: &str, lines: &str) {
        for line in ground.split(';').chain(lines.split(';')).map(str::trim) {
            if !line.is_empty() && !self.line(about, line) {
                return;
            }
        }
        for op in self.world.model().observations() {
            self.run(about, &op);
        }
        self.clear(about);
    }

    /// Whether the filesystem does such things at all.
    fn line(&mut self, about: &str, line: &str) -> bool {
        if line == "pause" {
            // Longer than the kernel's coarse clock stands still.
            std::thread::sleep(Duration::from_millis(20));
            return true;
        }
        let (op, expected) = line.split_once(" -> ").unwrap_or((line, ""));
        let op: Op = op.parse().unwrap();
        if !self.run(about, &op) {
            return false;
        }
        let found = words(&self.last.borrow());
        let fits = match expected {
            "" => self.last.borrow().is_ok(),
            expected => expected.split(' ').all(|word| found.iter().any(|found| found == word)),
        };
        assert!(fits, "{about}: {line}: {found:?}");
        true
    }

    fn run(&mut self, about: &str, op: &Op) -> bool {
        match self.world.run(op).verdict {
            Verdict::Agrees => true,
            Verdict::Unsupported | Verdict::Excused(_) => false,
            verdict => panic!("{about}: {op}: {verdict:?}"),
        }
    }

    /// Closes and removes everything; then nothing is counted any more.
    fn clear(&mut self, about: &str) {
        for index in 0..Handle::COUNT {
            if self.world.model().open(Handle::at(index)).is_some() {
                self.run(about, &Op::Close { handle: Handle::at(index) });
            }
        }
        let looks = self.world.model().observations();
        let mut paths: Vec<Path> = looks.into_iter().filter_map(looked_at).collect();
        for path in &paths {
            if self.is_directory(path) {
                self.run(about, &Op::ChangeMode { path: path.clone(), mode: Mode::new(0o700) });
            }
        }
        paths.reverse();
        for path in paths {
            let directory = self.is_directory(&path);
            let op = if directory { Op::RemoveDirectory { path } } else { Op::Unlink { path } };
            self.run(about, &op);
        }
        let model = self.world.model();
        assert_eq!((model.live(), model.allocated()), (1, 0), "{about}: everything is gone");
    }

    fn is_directory(&self, path: &Path) -> bool {
        let plan = self.world.model().plan(&Op::Look { path: path.clone().into() });
        matches!(plan.expected, Expected::Facts(facts) if facts.kind == FileKind::Directory)
    }
}

fn looked_at(op: Op) -> Option<Path> {
    match op {
        Op::Look { path } => path.path().cloned(),
        _ => None,
    }
}

/// An outcome in words.
fn words(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Err(errno) => vec![errno_word(*errno)],
        Ok(Seen::Done) => vec!["done".to_owned()],
        Ok(Seen::Count(count)) => vec![format!("count={count}")],
        Ok(Seen::Bytes(bytes)) => vec![
            format!("bytes={}", bytes.len()),
            format!("zeros={}", bytes.split(|byte| *byte == 0).count() - 1),
            format!("text={}", String::from_utf8_lossy(bytes)),
        ],
        Ok(Seen::Facts(facts)) => facts_words(facts),
        Ok(Seen::Rows(rows)) => {
            let end = rows.end.then(|| "end".to_owned());
            let count = format!("rows={}", rows.rows.len());
            let names = rows.rows.iter().map(|row| row_name(&row.name));
            names.chain(end).chain([count]).collect()
        }
        Ok(Seen::Attributes(known, other)) => {
            let count = format!("attributes={}", known.len() + other.len());
            known.iter().map(|number| format!("a{number}")).chain([count]).collect()
        }
    }
}

fn facts_words(facts: &Facts) -> Vec<String> {
    // A test is over within the hour.
    let recent = facts.modified.0 > coarse_now().0 - 3600;
    let modified = if recent { "now".to_owned() } else { time(facts.modified) };
    vec![
        format!("{:?}", facts.kind).to_lowercase(),
        format!("mode=0{:o}", facts.mode),
        format!("links={}", facts.links),
        format!("size={}", facts.size),
        format!("modified={modified}"),
    ]
}
