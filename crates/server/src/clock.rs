//! The time of day, as the API writes it.

/// Now, in RFC 3339 with milliseconds, so that texts sort as times do.
pub(crate) fn now() -> String {
    text(jiff::Timestamp::now())
}

/// A time, written the same way.
pub(crate) fn text(time: jiff::Timestamp) -> String {
    format!("{time:.3}")
}
