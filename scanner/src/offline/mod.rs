//! What e2fsck says of a filesystem that nobody uses: an image file, a detached block device, a
//! snapshot clone.
//!
//! The data flows one way: the path is opened and found out about (`target`, `in_use`,
//! `superblock`, `signature`), e2fsck reads it (`checker`), what it prints is taken apart into
//! problems line by line (`transcript`, `problem`), and each becomes a finding of the same report,
//! as good as the run was (`run`, `judge`). [`check_image`] ties this together. Nothing is written
//! anywhere: e2fsck runs with `-n`, on a descriptor that is open for reading.

mod bounded_line;
mod checker;
mod error;
mod in_use;
mod judge;
mod printed_name;
mod problem;
mod run;
mod signature;
mod superblock;
mod target;
mod transcript;

use std::path::{self, PathBuf};

use reports::{
    CheckRun, CheckStatus, Finding, PathName, Root, Totals, Unchecked, UncheckedCollector,
};

use crate::control::Control;
use checker::Checker;
pub use error::ImageError;
use judge::Judge;
use run::Run;
use superblock::Superblock;
use target::Target;
use transcript::Transcript;

/// The name of the one check.
const CHECK: &str = "image";

/// What to check, and how.
#[derive(Clone, Debug)]
pub struct ImageOptions {
    /// An image file or a block device.
    pub path: PathBuf,
    /// Check it also while it is mounted.
    pub force: bool,
    /// Keep every finding, not the first hundred of each code.
    pub all_findings: bool,
    /// Remark on each pass of e2fsck as it begins.
    pub say_passes: bool,
}

/// What the check of an image brought.
#[derive(Debug)]
pub struct ImageCheck {
    /// The image, and how far the check came.
    pub root: Root,
    /// The inodes that e2fsck counted; each name beyond an inode's first counts as a file.
    pub totals: Totals,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What could not be examined.
    pub unchecked: Vec<Unchecked>,
    /// Why it could not be checked, or not to its end.
    pub error: Option<ImageError>,
    /// Whether it came to its end.
    pub complete: bool,
}

/// Has e2fsck check an image without changing it.
pub fn check_image(options: &ImageOptions, control: &Control) -> ImageCheck {
    let mut check = ImageCheck::new(options);
    let outcome = check.examine(options, control);
    if let Err(error) = outcome {
        check.fail(error);
    }
    check
}

impl ImageCheck {
    /// Nothing is known yet.
    fn new(options: &ImageOptions) -> Self {
        let path = path::absolute(&options.path).unwrap_or_else(|_| options.path.clone());
        let root = Root {
            path: PathName::from(path.as_path()),
            filesystem: "unknown".to_owned(),
            device: String::new(),
            mount_options: String::new(),
            mount_point: String::new(),
            errors_policy: None,
            filesystem_uuid: None,
            filesystem_id: None,
            shard: None,
            checks: Vec::new(),
        };
        ImageCheck {
            root,
            totals: Totals::default(),
            findings: Vec::new(),
            unchecked: Vec::new(),
            error: None,
            complete: false,
        }
    }

    fn examine(&mut self, options: &ImageOptions, control: &Control) -> Result<(), ImageError> {
        let target = Target::open(&options.path)?;
        let superblock = self.describe(&target)?;
        let used = in_use::of(&target);
        if let (Some(how), false) = (&used, options.force) {
            return Err(ImageError::InUse { path: target.name(), how: how.clone() });
        }
        let no_checker = || ImageError::NoChecker { path: target.name() };
        let checker = Checker::find().ok_or_else(no_checker)?;

        let mut judge = Judge::new(options.all_findings);
        let mut transcript = Transcript::new(|problem| judge.take(problem));
        let say_pass = |heading: &str| {
            if options.say_passes {
                control.remark(&format!("e2fsck, pass {heading}"));
            }
        };
        let ended = checker
            .run(&target.file, control, |said| transcript.take(said, say_pass))
            .map_err(|error| ImageError::CannotRun { path: target.name(), error })?;
        let facts = transcript.finish();
        let run = Run { target, superblock, used, facts, ended };
        self.conclude(&run, judge)
    }

    /// Says of the root what its superblock says, and hands the primary one on.
    fn describe(&mut self, target: &Target) -> Result<Option<Superblock>, ImageError> {
        if target.device().is_some() {
            self.root.device = String::from_utf8_lossy(self.root.path.as_bytes()).into_owned();
        }
        let primary = superblock::primary(&target.file);
        if primary.is_none() {
            signature::refuse_other_kinds(target)?;
            // e2fsck would say no more than that a read was short.
            if superblock::is_cut_off(&target.file) {
                return Err(ImageError::TooShort { path: target.name() });
            }
        }
        if let Some(known) = primary.or_else(|| superblock::backup(&target.file)) {
            known.kind().clone_into(&mut self.root.filesystem);
            self.root.errors_policy = known.errors_policy().map(str::to_owned);
        }
        Ok(primary)
    }

    /// Takes account of a run that has ended.
    fn conclude(&mut self, run: &Run, judge: Judge) -> Result<(), ImageError> {
        if run.facts.no_superblock && run.superblock.is_none() {
            return Err(ImageError::NoSuperblock { path: run.target.name() });
        }
        self.totals = run.facts.totals.clone();
        let saw_some = !judge.is_empty() || run.facts.passes > 0;
        let doubts = run.doubts();
        self.findings = judge.into_rows(run.says(), &doubts);
        if let Some(error) = run.shortfall() {
            let status = if saw_some { CheckStatus::Partial } else { CheckStatus::Skipped };
            self.end(status, error.to_string());
            return Err(error);
        }
        self.complete = true;
        let ran = doubts.reasons.is_empty();
        let status = if ran { CheckStatus::Ran } else { CheckStatus::Partial };
        let version = format!("e2fsck {}", run.facts.version);
        self.end(status, [vec![version], doubts.reasons].concat().join("; "));
        Ok(())
    }

    /// Says how far the check came, and what there is to say of it.
    fn end(&mut self, status: CheckStatus, reason: String) {
        let check = CheckRun { name: CHECK.to_owned(), status, reason: Some(reason) };
        self.root.checks = vec![check];
    }

    /// Takes account of what kept it from being checked, or from being checked to its end.
    fn fail(&mut self, error: ImageError) {
        if self.root.checks.is_empty() {
            self.end(CheckStatus::Skipped, error.to_string());
        }
        if let Some(reason) = error.reason() {
            let mut unchecked = UncheckedCollector::default();
            unchecked.add(reason, CHECK, self.root.path.clone());
            self.unchecked = unchecked.into_rows();
        }
        self.error = Some(error);
    }
}
