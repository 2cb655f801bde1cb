//! Integration tests of the book crate.

mod sentences;
