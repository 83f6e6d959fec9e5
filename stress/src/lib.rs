#![forbid(unsafe_code)]
//! Operations, model, targets, oracles, minimiser and replay of `fscan stress`.
//!
//! The data flows one way: generate operations, run them on targets, observe, compare
//! against the model and the other targets, minimise a divergence, and hand over a finding
//! of the same report a scan writes. This crate holds its documentation only; the scan came
//! first because it is one of the oracles.
