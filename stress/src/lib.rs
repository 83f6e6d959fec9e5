#![forbid(unsafe_code)]
//! Hammers filesystems with generated operations, and compares what they do with what POSIX and
//! Linux say they should.

pub mod data;
pub mod emit;
pub mod minimise;
pub mod name;
pub mod op;
pub mod operand;
pub mod path;
pub mod reproducer;

pub use op::{Op, OpError, OpKind};
