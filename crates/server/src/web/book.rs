//! A book before it is spoken: what would be read, by whom, and how.
