//! Sites as stress uses them; those that need mounts are made in a mount namespace of a thread.

mod given;
mod lab;
mod provisioned;
