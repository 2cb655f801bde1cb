//! The compression of `PalmDOC`: a byte is itself, a space and a letter, or part of a reference to
//! text before it.

/// Adds what `packed` says to `text`, no more than `limit` bytes. References reach back at most
/// as far as the record itself.
pub(super) fn unpack(packed: &[u8], text: &mut Vec<u8>, limit: usize) {
    let start = text.len();
    let mut at = 0;
    while let Some(byte) = packed.get(at).copied() {
        at += 1;
        if text.len() - start >= limit {
            return;
        }
        match byte {
            1..=8 => {
                let end = (at + usize::from(byte)).min(packed.len());
                text.extend_from_slice(&packed[at..end]);
                at = end;
            }
            0 | 9..=0x7F => text.push(byte),
            0x80..=0xBF => {
                let low = packed.get(at).copied().unwrap_or(0);
                at += 1;
                let pair = usize::from(byte) << 8 | usize::from(low);
                refer(text, start, (pair >> 3) & 0x7FF, (pair & 7) + 3);
            }
            0xC0.. => text.extend_from_slice(&[b' ', byte ^ 0x80]),
        }
    }
}

fn refer(text: &mut Vec<u8>, start: usize, distance: usize, length: usize) {
    let Some(from) = text.len().checked_sub(distance) else {
        return;
    };
    if distance == 0 || from < start {
        return;
    }
    for at in from..from + length {
        text.push(text[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_spaces_and_references() {
        let mut text = b"before".to_vec();
        // "ab", space and "c", three bytes from two back that overlap, two literal bytes.
        unpack(b"ab\xE3\x80\x10\x02\x80\x81", &mut text, 100);
        assert_eq!(text, b"beforeab c c \x80\x81");
        let mut text = Vec::new();
        unpack(b"a\xBF\xFFb", &mut text, 100);
        assert_eq!(text, b"ab");
        unpack(&[b'x'; 50], &mut text, 10);
        assert_eq!(text.len(), 12);
    }
}
