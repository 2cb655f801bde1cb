//! The secret that opens a door.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A secret that callers show; it is never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The secret, without white space around it; `None` when nothing is left.
    #[must_use]
    pub fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (!secret.is_empty()).then(|| Self(secret.to_owned()))
    }

    /// Whether `shown` is the secret, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }

    /// What stands behind `Authorization: Bearer`.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
