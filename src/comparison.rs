//! What a comparison looks at, as `--baseline` and `fscan diff` are told it.

use anyhow::Context;
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
    let fields: Result<_, String> = ignore.iter().map(|word| word.parse()).collect();
    Ok(CompareOptions {
        ignore: fields.map_err(anyhow::Error::msg).context("--ignore")?,
        exclude: Some(Exclusions::new(exclude).context("--exclude")?),
        roots: vec![before.to_vec(), after.to_vec()],
        before: gaps_before.clone(),
        after: gaps_after.clone(),
    })
}
