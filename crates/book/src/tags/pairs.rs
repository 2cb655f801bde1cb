//! Which tags have a partner.

use super::tokens::{Tag, Token};

/// Makes text of the tags of a chapter that are odd, and of those that open without closing or close
/// without opening. Also returns what is to be said about each.
pub(super) fn checked(blocks: Vec<Vec<Token<'_>>>) -> (Vec<Vec<Token<'_>>>, Vec<String>) {
    let alone = without_partner(&blocks);
    let mut warnings = Vec::new();
    let mut number = 0;
    let mut check = |token| {
        let is_alone = alone.contains(&number);
        number += 1;
        let (source, problem) = match token {
            Token::Odd(source) => (source, "is no narration tag"),
            Token::Tag(source, _) if is_alone => (source, "has no partner in its chapter"),
            token => return token,
        };
        warnings.push(format!("`{source}` {problem} and is read as text"));
        Token::Text(source)
    };
    let blocks = blocks.into_iter();
    let blocks = blocks.map(|tokens| tokens.into_iter().map(&mut check).collect());
    (blocks.collect(), warnings)
}

/// The numbers of the tokens that lack their partner.
fn without_partner(blocks: &[Vec<Token<'_>>]) -> std::collections::HashSet<usize> {
    let mut alone = std::collections::HashSet::new();
    let mut open: Vec<(usize, &Tag)> = Vec::new();
    for (number, token) in blocks.iter().flatten().enumerate() {
        let Token::Tag(_, tag) = token else { continue };
        let opens = |other: &Tag| match tag {
            Tag::EndVoice => matches!(other, Tag::Voice(_)),
            _ => *other == Tag::Skip,
        };
        match tag {
            Tag::Pause(_) => {}
            Tag::Voice(_) | Tag::Skip => open.push((number, tag)),
            Tag::EndVoice | Tag::EndSkip => match open.iter().rposition(|(_, tag)| opens(tag)) {
                // Whatever opened in between and is still open stays alone.
                Some(partner) => {
                    alone.extend(open.drain(partner + 1..).map(|(number, _)| number));
                    open.pop();
                }
                None => {
                    alone.insert(number);
                }
            },
        }
    }
    alone.extend(open.into_iter().map(|(number, _)| number));
    alone
}
