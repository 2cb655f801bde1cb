//! The time of day, as the API writes it.

/// Now, in RFC 3339 with milliseconds, so that texts sort as times do.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
