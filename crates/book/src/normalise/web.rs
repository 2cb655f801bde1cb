//! Addresses of pages and people, as one would say them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Table;

/// A path longer than this is noise: the host alone says where to look.
const LONGEST_PATH: usize = 30;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
        | (?i:(?P<scheme>(?:https?|ftp)://|www\.)(?P<rest>[^\s<>"“”«»()\[\]{}]+))
        | (?P<bare>\b[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.(?:com|org|net|edu|gov|io)\b(?:/[^\s<>"“”«»()\[\]{},;]*)?)
        "#,
    )
    .expect("a fixed pattern")
});

/// Where a path segment or the host ends.
const MARKS: [char; 6] = ['.', '/', '-', '_', '@', '+'];

/// Replaces web and e-mail addresses by words: `https://www.example.org/a?b` by `example dot org slash a`.
pub(super) fn addresses(text: &str, table: &Table) -> String {
    if !text.contains(['@', '/']) && !text.contains("www.") && !has_bare_host(text) {
        return text.to_owned();
    }
    ADDRESS
        .replace_all(text, |found: &Captures<'_>| {
            let whole = &found[0];
            let address = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’']);
            let tail = &whole[address.len()..];
            let said = if found.name("mail").is_some() {
                spell(address, table)
            } else {
                let bare = ["https://", "http://", "ftp://", "www."]
                    .iter()
                    .fold(address, |rest, prefix| {
                        strip_prefix_ignoring_case(rest, prefix)
                    });
                page(bare, table)
            };
            format!("{said}{tail}")
        })
        .into_owned()
}

fn has_bare_host(text: &str) -> bool {
    [".com", ".org", ".net", ".edu", ".gov", ".io"]
        .iter()
        .any(|end| text.contains(end))
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> &'a str {
    match text.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => &text[prefix.len()..],
        _ => text,
    }
}

/// Host and a short path; query, fragment and port are for machines.
fn page(address: &str, table: &Table) -> String {
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let host = host.split(':').next().unwrap_or(host);
    let path = path.trim_end_matches('/');
    let sayable = !path.is_empty()
        && path.len() <= LONGEST_PATH
        && path
            .chars()
            .all(|c| c.is_alphabetic() || MARKS.contains(&c));
    if sayable {
        spell(&format!("{host}/{path}"), table)
    } else {
        spell(host, table)
    }
}

fn spell(address: &str, table: &Table) -> String {
    let mut said = String::with_capacity(address.len() * 2);
    for c in address.chars() {
        let mut buffer = [0; 4];
        match table.get("web", c.encode_utf8(&mut buffer)) {
            Some(word) => {
                said.push(' ');
                said.push_str(word);
                said.push(' ');
            }
            None => said.push(c),
        }
    }
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
