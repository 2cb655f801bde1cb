//! Tags with so many attributes that the tokenizer, which compares each with all before it, would
//! take hours: their later attributes are passed over.

use super::Syntax;

/// Attributes of a tag that are kept; real ones have at most some 20.
const MAX_ATTRIBUTES: usize = 500;
/// Elements whose content is no markup in HTML.
const RAW_CONTENT: &[&str] = &[
    "script", "style", "title", "textarea", "iframe", "xmp", "noembed", "noframes",
];

/// The parts of `text` to be read one after the other: all of it but the attributes beyond the limit.
pub(super) fn cut(text: &str, syntax: Syntax) -> Vec<&str> {
    // Every attribute takes two bytes at least, so that a shorter text needs no look.
    if text.len() <= 2 * MAX_ATTRIBUTES {
        return vec![text];
    }
    let bytes = text.as_bytes();
    let (mut parts, mut kept, mut at) = (Vec::new(), 0, 0);
    while let Some(open) = bytes[at..].iter().position(|b| *b == b'<') {
        at += open + 1;
        if bytes[at..].starts_with(b"!--") {
            at += text[at..].find("-->").unwrap_or(text.len() - at);
            continue;
        }
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (limit, end) = tag(bytes, at);
        if let Some(limit) = limit {
            parts.push(&text[kept..limit]);
            kept = end;
        }
        at = match raw_content(&text[at..]) {
            Some(name) if syntax == Syntax::Html && bytes.get(end) == Some(&b'>') => {
                end_of_raw_content(bytes, end, name)
            }
            _ => end,
        };
    }
    parts.push(&text[kept..]);
    parts
}

/// The name of an element whose content is no markup, if `text` begins with it.
fn raw_content(text: &str) -> Option<&'static str> {
    RAW_CONTENT.iter().copied().find(|name| {
        let rest = text.as_bytes().get(name.len()..).unwrap_or_default();
        text.as_bytes()[..text.len() - rest.len()].eq_ignore_ascii_case(name.as_bytes())
            && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
    })
}

fn end_of_raw_content(bytes: &[u8], mut at: usize, name: &str) -> usize {
    while let Some(open) = bytes[at..].iter().position(|b| *b == b'<') {
        at += open + 1;
        let rest = bytes[at..].strip_prefix(b"/").unwrap_or_default();
        if rest
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        {
            return at;
        }
    }
    bytes.len()
}

/// Where the attributes of the tag beyond the limit begin, if there are so many, and where the tag
/// ends: at its `>` or `/>`, or with the text.
fn tag(bytes: &[u8], start: usize) -> (Option<usize>, usize) {
    let (mut limit, mut attributes) = (None, 0);
    let mut at = start;
    // Whether a name begins here, and whether a value.
    let (mut name, mut value) = (false, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return (limit, at),
            b'"' | b'\'' if value => {
                let close = bytes[at + 1..].iter().position(|b| b == byte);
                at += close.map_or(bytes.len() - at - 1, |close| close + 1);
                (name, value) = (true, false);
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' => name = !value,
            b'/' if bytes.get(at + 1) == Some(&b'>') => return (limit, at),
            b'/' if !value => name = true,
            b'=' if !name => value = true,
            _ => {
                if name && !value {
                    attributes += 1;
                    if attributes > MAX_ATTRIBUTES && limit.is_none() {
                        limit = Some(at);
                    }
                }
                (name, value) = (false, false);
            }
        }
        at += 1;
    }
    (limit, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_html(text: &str) -> String {
        cut(text, Syntax::Html).concat()
    }

    #[test]
    fn usual_tags_stay_whole() {
        let text = "<p class='a > b' id=\"x\">1 < 2 <b>c</b><img alt=/x/ src='y'/>".repeat(200);
        assert_eq!(cut(&text, Syntax::Html), [text.as_str()]);
    }

    #[test]
    fn attributes_beyond_the_limit_are_passed_over() {
        let many: String = (0..2_000).map(|i| format!(" a{i}='x > {i}'")).collect();
        let joined = cut_html(&format!("<i>ä</i><p{many}/><b>c</b>"));
        assert!(joined.starts_with("<i>ä</i><p a0='x > 0'"));
        assert!(joined.ends_with(" a499='x > 499' /><b>c</b>"), "{joined}");
    }

    #[test]
    fn names_alone_and_open_ends_count_too() {
        let many = " a".repeat(100_000);
        assert_eq!(cut_html(&format!("<p{many}")).len(), 2 + 1_000 + 1);
        assert_eq!(cut_html(&format!("<p{many} b='>")).len(), 2 + 1_000 + 1);
        let slashes = format!("<p{}>x", "/a".repeat(100_000));
        assert!(cut_html(&slashes).len() < 1_010);
    }

    #[test]
    fn quotes_in_scripts_and_comments_hide_no_tag() {
        let many = " a".repeat(100_000);
        for before in [
            "<script>'<p a='</script>",
            "<!-- <p a=' -->",
            "<TITLE><p a='</title>",
        ] {
            let found = cut_html(&format!("{before}<p{many} b=''>"));
            assert!(found.len() < 1_100, "{before}");
        }
        // In other XML, `title` is an element like any other.
        let title = format!("<title><p{many}></p></title>");
        assert!(cut(&title, Syntax::Xml).concat().len() < 1_100);
    }
}
