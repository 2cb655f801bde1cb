//! Addresses of pages, people and files, as one would say them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Context, Table};

/// A path longer than this is noise in a web address: the host alone says where to look.
const LONGEST_PATH: usize = 30;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
        | (?i:(?P<scheme>(?:https?|ftp)://|www\.)(?P<rest>[^\s<>"“”«»()\[\]{}]+))
        | (?P<bare>\b[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.(?:com|org|net|edu|gov|io|info|eu|(?:co|org|ac|gov)\.uk)\b(?:/[^\s<>"“”«»()\[\]{},;]*)?)
        | (?P<lead>^|[\s("“'‘«])(?P<path>
            (?:~|\.{1,2})?(?:/[A-Za-z0-9._+-]+)+/?
            | [A-Za-z]:(?:\\[A-Za-z0-9._+-]+)+\\?
            | (?:[A-Za-z0-9_+-]+/)*[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*\.(?:txt|md|html?|pdf|epub|docx?|odt|rtf|csv|json|xml|ya?ml|toml|ini|conf|log|exe|dll|zip|gz|tar|png|jpe?g|gif|svg|mp3|mp4|wav|py|rs|js|ts|css|cpp|sh|java|sql)\b
        )
        "#,
    )
    .expect("a fixed pattern")
});

/// Replaces web and e-mail addresses and paths by words: `https://www.example.org/a?b` by `example dot
/// org slash a`, `/usr/share` by `slash usr slash share`.
pub(super) fn addresses<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    // All of them have one of these right before a letter or digit.
    let telling = |pair: &[u8]| {
        matches!(pair[0], b'@' | b'/' | b'\\' | b'.') && !pair[1].is_ascii_whitespace()
    };
    if !text.as_bytes().windows(2).any(telling) {
        return text.into();
    }
    ADDRESS.replace_all(text, |found: &Captures<'_>| said(found, context.table))
}

fn said(found: &Captures<'_>, table: &Table) -> String {
    let lead = found.name("lead").map_or("", |lead| lead.as_str());
    let whole = &found[0][lead.len()..];
    let address = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’']);
    let tail = &whole[address.len()..];
    if let Some(path) = found.name("path") {
        if let Some(sound) = enclosed(path.as_str()) {
            return format!("{lead}{sound}{tail}");
        }
        if !path.as_str().contains(|c: char| c.is_ascii_alphabetic()) {
            return found[0].to_owned();
        }
        return format!("{lead}{}{tail}", spell(address, table));
    }
    if found.name("mail").is_some() {
        return format!("{}{tail}", spell(address, table));
    }
    let bare = ["https://", "http://", "ftp://", "www."]
        .iter()
        .fold(address, |rest, prefix| {
            strip_prefix_ignoring_case(rest, prefix)
        });
    format!("{}{tail}", page(bare, table))
}

/// `/word/` is a sound or a word between its marks.
fn enclosed(path: &str) -> Option<&str> {
    let inner = path.strip_prefix('/')?.strip_suffix('/')?;
    (!inner.contains('/')).then_some(inner)
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
            .all(|c| c.is_alphabetic() || matches!(c, '.' | '/' | '-' | '_' | '@' | '+'));
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
