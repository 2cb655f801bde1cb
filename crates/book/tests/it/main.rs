//! Integration tests of the book crate.

mod normalise;
mod sentences;
