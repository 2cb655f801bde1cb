//! The signs that an RTF file is made of.

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` or `\word12`
    Word(&'a str, Option<i32>),
    /// A byte of text, also as `\'e9`.
    Byte(u8),
    /// `\~`, `\-`, `\*` and so on.
    Symbol(u8),
}

/// Letters of a word; more are none.
const LONGEST_WORD: usize = 32;

/// All signs of a file.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// How many bytes from here on are of a kind.
    fn run(&self, limit: usize, kind: fn(&u8) -> bool) -> usize {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        rest.iter()
            .take(limit)
            .take_while(|byte| kind(byte))
            .count()
    }

    fn word(&mut self) -> Token<'a> {
        let letters = self.run(LONGEST_WORD, u8::is_ascii_alphabetic);
        let word = std::str::from_utf8(&self.bytes[self.at..self.at + letters]).unwrap_or_default();
        self.at += letters;
        let minus = self.peek() == Some(b'-');
        let start = self.at;
        self.at += usize::from(minus);
        let digits = self.run(10, u8::is_ascii_digit);
        if digits == 0 {
            self.at = start;
        } else {
            self.at += digits;
        }
        let number = std::str::from_utf8(&self.bytes[start..self.at]).ok();
        let number = number.and_then(|number| number.parse().ok());
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        if word == "bin" {
            let length = number.and_then(|length: i32| usize::try_from(length).ok());
            self.at = self.at.saturating_add(length.unwrap_or(0));
        }
        Token::Word(word, number)
    }

    fn escape(&mut self) -> Option<Token<'a>> {
        let byte = self.peek()?;
        if byte.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.at += 1;
        Some(match byte {
            b'\'' => {
                let digits = self.run(2, u8::is_ascii_hexdigit);
                let hex = &self.bytes[self.at..self.at + digits];
                self.at += digits;
                let hex = std::str::from_utf8(hex).unwrap_or_default();
                Token::Byte(u8::from_str_radix(hex, 16).unwrap_or(b' '))
            }
            b'\\' | b'{' | b'}' => Token::Byte(byte),
            b'\n' | b'\r' => Token::Word("par", None),
            byte => Token::Symbol(byte),
        })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek()?;
            self.at += 1;
            return match byte {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.escape(),
                b'\n' | b'\r' | 0 => continue,
                byte => Some(Token::Byte(byte)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_escapes_and_binary_data() {
        let text = b"{\\rtf1\\fs-24 a\\'e9\\~\\bin3 {}}b\\{}";
        let tokens: Vec<_> = Tokens::new(text).collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Word("rtf", Some(1)),
                Token::Word("fs", Some(-24)),
                Token::Byte(b'a'),
                Token::Byte(0xE9),
                Token::Symbol(b'~'),
                Token::Word("bin", Some(3)),
                Token::Byte(b'b'),
                Token::Byte(b'{'),
                Token::Close,
            ]
        );
    }
}
