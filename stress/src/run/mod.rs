//! A run: sites hammered by lanes, everything counted, what differs minimised, a section of the
//! report.

mod budget;
mod divergences;
mod elsewhere;
mod lane;
mod log;
mod options;
mod permission_bits;
mod replay;
mod rest;
mod section;
mod shrink;
mod tally;
mod trial;
mod try_out;

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use reports::{Finding, Root, Stress};

use crate::generator::{Mix, Profile};
use crate::name::Names;
use crate::population;
use crate::reproducer::{Ground, Reproducer};
use crate::site::{Fill, LeftOut, Site, SiteError};

use divergences::Divergences;
use lane::{Ended, Lane};
use permission_bits::HeldToModes;
use tally::Tally;
use try_out::Tried;

pub use options::{StressOptions, Watch};
pub use trial::Footing;

/// What a run came to.
#[derive(Debug)]
pub struct Done {
    /// The section of the report.
    pub stress: Stress,
    /// A root for each site.
    pub roots: Vec<Root>,
    /// What was found, in no order.
    pub findings: Vec<Finding>,
    /// Whether it came to its end.
    pub complete: bool,
    /// Sites that could not be worked in, in words.
    pub unusable: Vec<String>,
}

/// What one site came to.
struct Worked {
    tally: Tally,
    ended: Ended,
    tried: Option<Tried>,
    seconds: f64,
}

/// Runs operations on every site at once.
pub fn run(options: StressOptions, watch: &Watch) -> Done {
    let _held = HeldToModes::new();
    let names: Arc<Names> = Arc::default();
    let divergences = Divergences::default();
    let begun = Instant::now();
    let deadline = options.duration.map(|duration| begun + duration);
    let crew = Crew { options: &options, names, watch, divergences: &divergences, deadline };
    let worked: Vec<Worked> = thread::scope(|scope| {
        let crew = &crew;
        let sites = options.sites.iter();
        let spawn = |site| thread::Builder::new().spawn_scoped(scope, move || crew.work(site));
        let threads: Vec<_> = sites.map(spawn).collect();
        threads.into_iter().map(|thread| joined(thread).unwrap_or_else(Worked::unusable)).collect()
    });
    elsewhere::try_elsewhere(&crew, &worked);
    section::assemble(options, &worked, divergences, watch)
}

impl Worked {
    fn unusable(error: SiteError) -> Self {
        let ended = Ended::Unusable(error);
        Worked { tally: Tally::default(), ended, tried: None, seconds: 0.0 }
    }
}

/// What a thread came to, which may not have begun.
fn joined<T>(thread: io::Result<ScopedJoinHandle<'_, T>>) -> Result<T, SiteError> {
    thread.map_err(SiteError::NoThread)?.join().map_err(|_| SiteError::Failed)
}

/// Runs a reproducer once on every site.
pub fn replay(
    reproducer: &Reproducer,
    sites: Vec<Site>,
    mut not_provided: Vec<LeftOut>,
    max_bytes: u64,
    watch: &Watch,
) -> Done {
    let _held = HeldToModes::new();
    let layered = reproducer.ground == Ground::Layers;
    let (sites, other): (Vec<_>, Vec<_>) =
        sites.into_iter().partition(|site| site.is_layered() == layered);
    let why = if layered {
        "the sequence begins on an overlay with a lower layer (--provision makes some)"
    } else {
        "the sequence begins in an empty directory"
    };
    not_provided.extend(other.iter().map(|site| LeftOut::new(&site.name, why)));
    let options = StressOptions {
        sites,
        not_provided,
        seed: reproducer.seed.unwrap_or_default(),
        mix: Mix { profile: Profile::Mixed, only: Vec::new() },
        lanes: 1,
        operations: Some(reproducer.ops.len() as u64),
        duration: None,
        max_bytes,
        until_divergence: false,
    };
    let divergences = Divergences::default();
    let names: Arc<Names> = Arc::default();
    let crew = Crew { options: &options, names, watch, divergences: &divergences, deadline: None };
    let worked: Vec<Worked> =
        options.sites.iter().map(|site| crew.replay(site, reproducer)).collect();
    elsewhere::try_elsewhere(&crew, &worked);
    let mut done = section::assemble(options, &worked, divergences, watch);
    "replay".clone_into(&mut done.stress.profile);
    done.stress.recorded = Some(reproducer.class.clone());
    done
}

/// What all lanes share.
struct Crew<'a> {
    options: &'a StressOptions,
    names: Arc<Names>,
    watch: &'a Watch,
    divergences: &'a Divergences,
    deadline: Option<Instant>,
}

impl Crew<'_> {
    fn fill(&self) -> Fill {
        let names = Arc::clone(&self.names);
        Arc::new(move |directory: BorrowedFd<'_>| population::make(&names, directory))
    }

    /// Everything on one site.
    fn work(&self, site: &Site) -> Worked {
        let begun = Instant::now();
        let tried = site
            .ground(0, &self.fill())
            .and_then(|mut ground| try_out::try_out(site, &self.names, &mut ground));
        let tried = match tried {
            Ok(tried) => tried,
            Err(error) => return Worked::unusable(error),
        };
        let (tally, ended) = self.lanes(site, &tried.footing);
        Worked { tally, ended, tried: Some(tried), seconds: begun.elapsed().as_secs_f64() }
    }

    /// A sequence, once.
    fn replay(&self, site: &Site, reproducer: &Reproducer) -> Worked {
        let begun = Instant::now();
        let mut tally = Tally::default();
        let done = site.ground(0, &self.fill()).and_then(|mut ground| {
            let tried = try_out::try_out(site, &self.names, &mut ground)?;
            let (footing, ops) = (&tried.footing, reproducer.ops.as_slice());
            let replay =
                replay::Replay { options: self.options, site, footing, ops, watch: self.watch };
            let (ended, shown) = replay.run(&mut ground, &mut tally)?;
            if let Some(met) = shown {
                self.watch.add_divergence();
                self.divergences.is_new(&site.name, met.class());
                // What came behind is no part of what shows it.
                let ops = ops.iter().take(met.position + 1).cloned().collect();
                let shrunk = shrink::Shrunk::as_given(ops, met.clone());
                self.divergences.add(site, footing, self.options, 0, &met, shrunk);
            }
            Ok((tried, ended))
        });
        let seconds = begun.elapsed().as_secs_f64();
        match done {
            Ok((tried, ended)) => Worked { tally, ended, tried: Some(tried), seconds },
            Err(error) => Worked { tally, ended: Ended::Unusable(error), tried: None, seconds },
        }
    }

    fn lanes(&self, site: &Site, footing: &Footing) -> (Tally, Ended) {
        thread::scope(|scope| {
            let lanes = (0..self.options.lanes).map(|number| {
                let work = move || self.lane(site, footing, number);
                thread::Builder::new().spawn_scoped(scope, work)
            });
            let lanes: Vec<_> = lanes.collect();
            let mut all = Tally::default();
            let mut worst = Ended::Completed;
            for lane in lanes {
                let (tally, ended) =
                    joined(lane).unwrap_or_else(|error| (Tally::default(), Ended::Unusable(error)));
                all.merge(&tally);
                if weight(&ended) > weight(&worst) {
                    worst = ended;
                }
            }
            (all, worst)
        })
    }

    fn lane(&self, site: &Site, footing: &Footing, number: usize) -> (Tally, Ended) {
        let mut tally = Tally::default();
        let lanes = self.options.lanes as u64;
        let lane = Lane {
            options: self.options,
            site,
            number,
            footing,
            watch: self.watch,
            divergences: self.divergences,
            deadline: self.deadline,
            budget: self.options.operations.map(|all| all.div_ceil(lanes)),
        };
        match site.ground(number, &self.fill()) {
            Ok(mut ground) => {
                let ended = lane.run(&mut ground, &mut tally);
                // What stays of it is told when the site is removed.
                drop(ground.remove());
                (tally, ended)
            }
            Err(error) => (tally, Ended::Unusable(error)),
        }
    }
}

/// Which of the endings of several lanes is told.
fn weight(ended: &Ended) -> u8 {
    match ended {
        Ended::Completed => 0,
        Ended::Stopped => 1,
        Ended::Diverged => 2,
        Ended::NoSpace(_) => 3,
        Ended::Unusable(_) => 4,
        Ended::Lost(_) => 5,
    }
}
