//! The model's rules as tables, each held against the kernel.

mod accounting;
mod attributes;
mod files;
mod handles;
mod held;
mod limits;
mod links;
mod listings;
mod names;
mod permissions;
mod renames;
mod times;
