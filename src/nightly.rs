//! stub
/// x
pub const MARKER: &str = ".fscan-night";
/// x
pub const SUMMARY: &str = "summary.json";
