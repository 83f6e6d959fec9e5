//! What a comparison looks at, as `--baseline` and `fscan diff` are told it.

use anyhow::Context;
use reports::{CheckRun, CheckStatus};
use scanner::Exclusions;
use scanner::compare::CompareOptions;
use scanner::manifest::Gaps;

/// One side: its root, and what is not known of it.
pub type Side<'a> = (&'a [u8], &'a Gaps);

/// The options for two sides.
pub fn options(
    ignore: &[String],
    exclude: &[String],
    (before, gaps_before): Side<'_>,
    (after, gaps_after): Side<'_>,
) -> anyhow::Result<CompareOptions> {
    let mut left_out = [&*gaps_before.excluded, &gaps_after.excluded].concat();
    left_out.sort();
    left_out.dedup();
    let is_asked = |glob: &str| {
        let glob = glob.trim_end_matches('/');
        exclude.iter().any(|asked| asked.trim_end_matches('/') == glob)
    };
    left_out.retain(|glob| !is_asked(glob));
    let fields: Result<_, String> = ignore.iter().map(|word| word.parse()).collect();
    Ok(CompareOptions {
        ignore: fields.map_err(anyhow::Error::msg).context("--ignore")?,
        exclude: Some(Exclusions::new(exclude).context("--exclude")?),
        left_out: Some(Exclusions::new(&left_out).context("--exclude of a manifest")?),
        roots: vec![before.to_vec(), after.to_vec()],
        own: Vec::new(),
        same_tree: None,
        before: gaps_before.clone(),
        after: gaps_after.clone(),
    })
}

/// The comparison as a check, with what was left out of it.
pub fn check(ignore: &[String], options: &CompareOptions) -> CheckRun {
    let globs = |globs: &Option<Exclusions>| {
        globs.as_ref().map_or_else(Vec::new, |globs| globs.globs().to_vec())
    };
    let exclude = [globs(&options.exclude), globs(&options.left_out)].concat();
    let mut left_out = Vec::new();
    for (option, values) in [("--ignore", ignore), ("--exclude", &*exclude)] {
        if !values.is_empty() {
            left_out.push(format!("{option} {}", values.join(",")));
        }
    }
    if options.before.hides_trusted || options.after.hides_trusted {
        left_out.push("attributes named trusted.*, which take root to see".to_owned());
    }
    if options.before.links_of_files_alone || options.after.links_of_files_alone {
        left_out.push(
            "hard links of what is no regular file, which a manifest of an earlier fscan lacks"
                .to_owned(),
        );
    }
    CheckRun {
        name: "baseline".to_owned(),
        status: CheckStatus::Ran,
        reason: (!left_out.is_empty()).then(|| format!("not compared: {}", left_out.join(" "))),
    }
}
