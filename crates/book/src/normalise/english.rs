//! English numbers as words: every engine reads words right, and each reads digits in its own way.

pub(super) mod dates;
pub(super) mod money;
pub(super) mod quantities;
pub(super) mod spell;
pub(super) mod times;
