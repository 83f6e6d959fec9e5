mod bench;
mod rejection;
mod round_trip;
mod sample;
mod seal;
mod sums;
