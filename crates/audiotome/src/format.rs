//! Figures as people read them.

use std::time::Duration;

/// `1:02:03`, or `2:03` under an hour.
pub(crate) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a duration in seconds fits"
    )]
    let seconds = seconds as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// `1 chapter`, `2 chapters`, with thousands set apart.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        thousands(number),
        if number == 1 { "" } else { "s" }
    )
}

/// `12,345`.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.2 GB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1_000.0 && unit + 1 < units.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {}", units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(clock(Duration::from_millis(3_723_400)), "1:02:03");
        assert_eq!(clock(Duration::from_secs(59)), "0:59");
        assert_eq!(
            (count(1, "chapter"), count(12_345, "word")),
            ("1 chapter".to_owned(), "12,345 words".to_owned())
        );
        assert_eq!(
            (bytes(999), bytes(1_500_000)),
            ("999 B".to_owned(), "1.5 MB".to_owned())
        );
    }
}
