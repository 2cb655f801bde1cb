//! References inside a book.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

/// Splits a reference into the path that it means, seen from the file `base`, and its fragment.
/// `None` for what leads out of the book (`https:`, `mailto:`).
pub(crate) fn resolve(base: &str, href: &str) -> Option<(String, Option<String>)> {
    let href = href.trim();
    let (path, fragment) = match href.split_once('#') {
        Some((path, fragment)) => (path, Some(decode(fragment))),
        None => (href, None),
    };
    let fragment = fragment.filter(|fragment| !fragment.is_empty());
    let path = path.split('?').next().unwrap_or(path);
    if has_scheme(path) || path.starts_with("//") {
        return None;
    }
    let path = if path.is_empty() {
        base.to_owned()
    } else {
        join(base, &decode(path))
    };
    Some((path, fragment))
}

/// A path in one canonical spelling: `/` between parts, no `.` or `..`, NFC. Never leads out of the book.
pub(crate) fn canonical(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/").nfc().collect()
}

fn join(base: &str, path: &str) -> String {
    if path.starts_with('/') {
        return canonical(path);
    }
    let folder = base.rfind('/').map_or("", |at| &base[..at]);
    canonical(&format!("{folder}/{path}"))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().nfc().collect()
}

fn has_scheme(path: &str) -> bool {
    path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_like_in_a_browser_but_never_leave_the_book() {
        let cases = [
            (
                "OEBPS/nav.xhtml",
                "text/part%201.xhtml#c1",
                "OEBPS/text/part 1.xhtml",
                Some("c1"),
            ),
            (
                "OEBPS/pkg/c.opf",
                "../text/a.xhtml",
                "OEBPS/text/a.xhtml",
                None,
            ),
            ("a.xhtml", "#x", "a.xhtml", Some("x")),
            ("a/b.xhtml", "../../../../etc/passwd", "etc/passwd", None),
            ("a/b.xhtml", "/c.xhtml#", "c.xhtml", None),
            ("a/b.xhtml", "..\\c.xhtml", "c.xhtml", None),
            ("b.xhtml", "co%CC%88ver.png", "cöver.png", None),
        ];
        for (base, href, path, fragment) in cases {
            let expected = Some((path.to_owned(), fragment.map(str::to_owned)));
            assert_eq!(resolve(base, href), expected, "{href}");
        }
        assert_eq!(resolve("a", "https://example.org/a#b"), None);
        assert_eq!(resolve("a", "mailto:a@example.org"), None);
    }
}
