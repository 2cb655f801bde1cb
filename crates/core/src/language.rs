//! Language tags.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A BCP 47 language tag in canonical case, such as `en`, `en-GB` or `zh-Hant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// Takes a tag as books write it (`EN`, `en_us`, `en-GB`) and puts it into canonical case.
    /// Anything that isn't a tag becomes `und` (undetermined).
    #[must_use]
    pub fn new(tag: &str) -> Self {
        let parts: Vec<&str> = tag.trim().split(['-', '_']).collect();
        let well_formed = |part: &&str| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        };
        let primary = parts[0];
        if !(2..=3).contains(&primary.len())
            || !primary.chars().all(|c| c.is_ascii_alphabetic())
            || !parts.iter().all(well_formed)
        {
            return Self("und".to_owned());
        }
        let mut canonical = primary.to_ascii_lowercase();
        for part in &parts[1..] {
            canonical.push('-');
            match part.len() {
                2 => canonical.push_str(&part.to_ascii_uppercase()),
                4 => {
                    canonical.push_str(&part[..1].to_ascii_uppercase());
                    canonical.push_str(&part[1..].to_ascii_lowercase());
                }
                _ => canonical.push_str(&part.to_ascii_lowercase()),
            }
        }
        Self(canonical)
    }

    /// The undetermined language.
    #[must_use]
    pub fn undetermined() -> Self {
        Self("und".to_owned())
    }

    /// The whole tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without region or script: `en` of `en-GB`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// Whether this says nothing about the language.
    #[must_use]
    pub fn is_undetermined(&self) -> bool {
        self.primary() == "und"
    }

    /// Whether words are written without spaces, so that a character says as much as a word elsewhere.
    #[must_use]
    pub fn is_dense_script(&self) -> bool {
        matches!(self.primary(), "zh" | "ja" | "ko" | "yue" | "wuu")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Language {
    fn from(tag: String) -> Self {
        Self::new(&tag)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_get_canonical_case() {
        for (given, expected) in [
            ("EN", "en"),
            ("en_us", "en-US"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("", "und"),
            ("English", "und"),
            (" fr ", "fr"),
        ] {
            assert_eq!(Language::new(given).as_str(), expected, "{given}");
        }
    }
}
