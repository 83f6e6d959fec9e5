#![forbid(unsafe_code)]
//! Hammers filesystems with generated operations, and compares what they do with what POSIX and
//! Linux say they should.

#[cfg(feature = "arbitrary")]
mod arbitrary;
pub mod data;
pub mod difference;
pub mod emit;
pub mod feature;
pub mod generator;
pub mod judge;
pub mod minimise;
pub mod model;
pub mod name;
pub mod op;
pub mod operand;
pub mod outcome;
pub mod path;
pub mod population;
pub mod quirk;
pub mod reproducer;
pub mod run;
pub mod site;
pub mod target;
mod umask;
pub mod world;

pub use op::{Op, OpError, OpKind};
