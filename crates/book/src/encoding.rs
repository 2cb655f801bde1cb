//! Bytes of a text file as text, whatever its encoding.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes looked at for the zero bytes of UTF-16.
const SAMPLE: usize = 4_096;

/// Decodes `bytes`: a byte order mark counts first, then the zero bytes of UTF-16, then UTF-8
/// where the bytes are valid, then the charset that the document declares, then a guess.
/// Malformed bytes become U+FFFD; nothing is refused.
pub(crate) fn decode(bytes: &[u8], declared: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(&bytes[mark..])
            .0
            .into_owned();
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let declared = declared
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        .filter(|encoding| *encoding != UTF_8 && *encoding != UTF_16LE && *encoding != UTF_16BE);
    let encoding = declared.unwrap_or_else(|| guess(bytes));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// In UTF-16 text of mostly Latin letters, spaces and markup, every second byte is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let pairs = sample.len() / 2;
    if pairs < 2 {
        return None;
    }
    let high_first = sample
        .chunks_exact(2)
        .filter(|pair| pair[0] == 0 && pair[1] != 0);
    let low_first = sample
        .chunks_exact(2)
        .filter(|pair| pair[1] == 0 && pair[0] != 0);
    let (high_first, low_first) = (high_first.count(), low_first.count());
    // Text of another script still has spaces, line ends and digits; a stray zero byte is no sign.
    let enough = (pairs / 20).max(2);
    match (high_first, low_first) {
        (high, low) if high >= enough && high > low * 10 => Some(UTF_16BE),
        (high, low) if low >= enough && low > high * 10 => Some(UTF_16LE),
        _ => None,
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    // Not valid UTF-8 as a whole (a cut file, say), yet mostly so: still the best guess.
    let encoding = detector.guess(None, Utf8Detection::Allow);
    if encoding == UTF_8 || mostly_utf8(bytes) {
        UTF_8
    } else {
        encoding
    }
}

/// Whether nearly all bytes beyond ASCII form UTF-8 characters, as in a damaged UTF-8 file.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for part in bytes.utf8_chunks() {
        good += part.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!part.invalid().is_empty());
    }
    good > bad.saturating_mul(20)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str = "Он поёт по утрам в клозете. Можете представить себе, какой это жизнерадостный, здоровый человек.";

    #[test]
    fn a_byte_order_mark_decides() {
        assert_eq!(
            decode(b"\xEF\xBB\xBFcaf\xC3\xA9", Some("windows-1252")),
            "café"
        );
        assert_eq!(decode(b"\xFF\xFEa\0b\0", None), "ab");
        assert_eq!(decode(b"\xFE\xFF\0a\0b", None), "ab");
    }

    #[test]
    fn utf16_is_known_by_its_zero_bytes() {
        let little: Vec<u8> = RUSSIAN.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = RUSSIAN.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little, Some("utf-8")), RUSSIAN);
        assert_eq!(decode(&big, None), RUSSIAN);
        assert_eq!(
            decode(b"one stray \0 zero byte, and \0 more", None).len(),
            33
        );
    }

    #[test]
    fn what_the_document_declares_counts_where_it_is_not_utf8() {
        assert_eq!(decode(b"caf\xE9", Some("iso-8859-1")), "café");
        assert_eq!(decode("café".as_bytes(), Some("iso-8859-1")), "café");
        assert_eq!(
            decode(b"\xCF\xF0\xE8\xE2\xE5\xF2", Some("windows-1251")),
            "Привет"
        );
    }

    #[test]
    fn undeclared_encodings_are_guessed() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(RUSSIAN);
        assert_eq!(decode(&bytes, None), RUSSIAN);
        assert_eq!(decode(&bytes, Some("no such charset")), RUSSIAN);
        let japanese = "吾輩は猫である。名前はまだ無い。どこで生れたか頓と見当がつかぬ。";
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(japanese);
        assert_eq!(decode(&bytes, None), japanese);
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let mut bytes = RUSSIAN.repeat(3).into_bytes();
        bytes.truncate(bytes.len() - 2);
        bytes.push(0xD1);
        let text = decode(&bytes, Some("utf-8"));
        assert!(text.starts_with("Он поёт"), "{text}");
    }
}
