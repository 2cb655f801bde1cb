//! Long input in pieces that a network can say at once.

/// Phonemes that are spoken at once. The networks have no limit of their own, but were trained on
/// sentences, and their memory grows with the longest.
pub(crate) const MOST_PHONEMES: usize = 400;
/// Where a text is best cut, best first: after the end of a sentence, of a clause, of a word.
const PLACES: [&[char]; 4] = [&['.', '!', '?', '…'], &[';', ':', '—'], &[','], &[' ']];

/// Cuts `text` into pieces of at most `most` characters: at the best place in the second half of
/// each piece, or anywhere where there is none. Nothing is lost but the spaces at the cuts.
pub(crate) fn cut(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while let Some((beyond, _)) = rest.char_indices().nth(most) {
        let place = best_place(&rest[..beyond], &rest[beyond..]);
        pieces.push(rest[..place].trim_end());
        rest = rest[place..].trim_start();
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Byte offset of the best cut in `piece`, which `next` follows.
fn best_place(piece: &str, next: &str) -> usize {
    let half = piece.char_indices().nth(piece.chars().count() / 2);
    let half = half.map_or(0, |(place, _)| place);
    let space_after = next.starts_with(' ').then_some((piece.len(), ' '));
    PLACES
        .iter()
        .find_map(|marks| {
            let ends = |(place, c): &(usize, char)| {
                let after = place + c.len_utf8();
                let follows = || piece[after..].chars().chain(next.chars()).next();
                marks.contains(c) && (*c == ' ' || follows().is_none_or(char::is_whitespace))
            };
            let (place, c) = piece.char_indices().chain(space_after).rev().find(ends)?;
            (place >= half).then_some(place + c.len_utf8())
        })
        .map_or(piece.len(), |place| place.min(piece.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays_whole() {
        assert_eq!(cut(" one, two. ", 20), ["one, two."]);
        assert!(cut("  ", 20).is_empty());
    }

    #[test]
    fn the_best_place_wins_over_the_last() {
        assert_eq!(
            cut("one two three. four, five", 22),
            ["one two three.", "four, five"]
        );
        assert_eq!(
            cut("one two three, four five", 20),
            ["one two three,", "four five"]
        );
        assert_eq!(
            cut("one two three four five", 16),
            ["one two three", "four five"]
        );
    }

    #[test]
    fn a_place_that_leaves_a_stub_is_none() {
        assert_eq!(
            cut("no. one two three four", 18),
            ["no. one two three", "four"]
        );
    }

    #[test]
    fn numbers_stay_whole() {
        assert_eq!(
            cut("it is 3.14159 or so", 10),
            ["it is", "3.14159 or", "so"]
        );
    }

    #[test]
    fn nothing_is_lost() {
        let text = "ab,cd—ef gh. ij ".repeat(40) + &"x".repeat(99) + "ééé";
        for most in 1..60 {
            let pieces = cut(&text, most);
            assert!(pieces.iter().all(|piece| piece.chars().count() <= most));
            let squeezed = |s: &str| s.replace(' ', "");
            assert_eq!(squeezed(&pieces.concat()), squeezed(&text));
        }
    }
}
