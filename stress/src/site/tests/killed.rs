//! What is left of a process that is killed.
