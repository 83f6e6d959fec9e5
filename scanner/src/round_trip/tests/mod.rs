//! What patterns do, call by call, and what becomes of archives that mean harm.

mod bench;
mod hostile;
mod patterns;
mod recorder;
mod sound;
mod streams;
mod trips;
mod verification;
