//! Where operations are done, and held against the model.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stress::Op;
use stress::difference::Difference;
use stress::name::Names;
use stress::population;
use stress::run::Footing;
use stress::site::{Fill, Limits, Site, SiteError};
use stress::world::Verdict;

/// Directories to work in, separated by colons.
const DIRECTORIES: &str = "FSCAN_FUZZ_DIRECTORIES";

/// Where memory is, usually.
const MEMORY: &str = "/dev/shm";

/// Somewhat more than a sequence takes.
const LIMITS: Limits = Limits { max_bytes: 24 << 20, max_inodes: 10_000, force: false };

/// A directory, and what was tried out in it.
pub struct Place {
    directory: PathBuf,
    footing: Footing,
}

impl Place {
    /// In memory, or where that is not to be written to, where temporary files are.
    ///
    /// # Panics
    ///
    /// Where neither can be worked in.
    pub fn in_memory() -> Self {
        let memory = Site::given("memory", Path::new(MEMORY), &LIMITS);
        let is_memory = memory.is_ok_and(|site| site.filesystem == "tmpfs");
        Place::new(if is_memory { MEMORY.into() } else { env::temp_dir() })
    }

    /// In each directory that the environment names; where it names none, in memory and where
    /// temporary files are.
    ///
    /// # Panics
    ///
    /// Where one cannot be worked in.
    pub fn all() -> Vec<Self> {
        let usual = || vec![MEMORY.into(), env::temp_dir()];
        let named = env::var_os(DIRECTORIES);
        let named = named.map_or_else(usual, |named| env::split_paths(&named).collect());
        named.into_iter().map(Place::new).collect()
    }

    fn new(directory: PathBuf) -> Self {
        let names = Arc::default();
        let tried = || {
            let site = site(&directory)?;
            let mut ground = site.ground(0, &fill(&names))?;
            Footing::try_out(&site, &names, &mut ground)
        };
        let footing = tried().unwrap_or_else(|error| panic!("{error}"));
        Place { directory, footing }
    }

    /// Does operations in a fresh directory, which is removed, and looks at everything in the end.
    ///
    /// # Panics
    ///
    /// Where something is not as the model has it.
    pub fn assert_as_modelled(&self, ops: &[Op]) {
        let done = self.run(ops);
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    fn run(&self, ops: &[Op]) -> Result<(), SiteError> {
        let site = site(&self.directory)?;
        let mut ground = site.ground(0, &fill(&self.footing.names))?;
        let (mut world, _) = self.footing.begin(&mut ground)?;
        for (number, op) in (1..).zip(ops) {
            match world.run(op).verdict {
                Verdict::Agrees | Verdict::Excused(_) | Verdict::Unsupported => {}
                // The model no longer knows what is there.
                Verdict::NoSpace => return Ok(()),
                Verdict::Differs(differences) => self.fail(&ops[..number], &differences),
            }
        }
        for look in world.model().observations() {
            if let Verdict::Differs(differences) = world.run(&look).verdict {
                self.fail(&[ops, &[look]].concat(), &differences);
            }
        }
        drop(world);
        ground.remove()?;
        Ok(site.remove()?)
    }

    /// Tells what the last of these operations did otherwise.
    fn fail(&self, ops: &[Op], differences: &[Difference]) -> ! {
        let directory = self.directory.display();
        let filesystem = &self.footing.nature.filesystem;
        let differences: Vec<String> = differences
            .iter()
            .map(|Difference { aspect, expected, found, .. }| {
                format!("{aspect}: {expected} expected, {found} found")
            })
            .collect();
        let differences = differences.join("\n");
        let lines: Vec<String> = ops.iter().map(Op::to_string).collect();
        let last = lines.last().map_or("", String::as_str);
        let lines = lines.join("\n");
        panic!("{directory} ({filesystem}): `{last}` differs\n{differences}\n\n{lines}\n");
    }
}

fn site(directory: &Path) -> Result<Site, SiteError> {
    Site::given("fuzz", directory, &LIMITS)
}

/// What lower layers would hold.
fn fill(names: &Arc<Names>) -> Fill {
    let names = Arc::clone(names);
    Arc::new(move |directory| population::make(&names, directory))
}
