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

    /// Something for `purpose` (a text that is used for nothing else) that whoever does not know the
    /// secret can't make, and from which it can't be found: 64 hexadecimal digits.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> String {
        blake3::Hash::from(blake3::derive_key(purpose, self.0.as_bytes())).to_string()
    }

    /// Whether `shown` is what [`Token::derived`] makes, in a time that does not tell how much of it is
    /// right.
    #[must_use]
    pub fn is_derived(&self, purpose: &str, shown: &str) -> bool {
        self.derived(purpose)
            .as_bytes()
            .ct_eq(shown.as_bytes())
            .into()
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
