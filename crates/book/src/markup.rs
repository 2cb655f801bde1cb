//! A forgiving tokenizer for HTML and XML over html5ever's: it never fails, expands no entity that
//! a document defines itself, opens nothing, and takes time and memory linear in the input.
//!
//! There is no tree: html5ever's tree builder is quadratic in depth, and a tree of a hostile file
//! costs many times its size. Callers keep the little state that they need on a stack of their own.

mod endless_tags;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag as Html5Tag, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
};

/// How a document is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// HTML or XHTML: the content of `script`, `style`, `title` and the like is no markup.
    Html,
    /// Other XML: every element is like every other.
    Xml,
}

/// A start tag. Names are in lower case.
pub(crate) struct Tag(Html5Tag);

/// Whoever follows a document.
pub(crate) trait Visitor {
    /// An element begins; if [`Tag::is_empty`], it ends at once and no end follows.
    fn start(&mut self, tag: &Tag);
    /// An end tag; it need not fit to a start.
    fn end(&mut self, name: &str);
    /// Text with references resolved, in pieces of any size.
    fn text(&mut self, text: &str);
}

/// Bytes that are handed to the tokenizer at once.
const PORTION: usize = 64 * 1024;
/// Where a document type declaration is looked for.
const PROLOGUE: usize = 8 * 1024;

impl Tag {
    /// The name as written (`dc:title`).
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// The name without its prefix (`title`).
    pub(crate) fn local_name(&self) -> &str {
        local(&self.0.name)
    }

    /// Whether the tag closes itself (`<a/>`).
    pub(crate) fn is_empty(&self) -> bool {
        self.0.self_closing
    }

    /// The value of the attribute with this name, prefix included.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.0.attrs.iter().find(|a| &*a.name.local == name);
        found.map(|attribute| &*attribute.value)
    }

    /// The value of the attribute with this name, whatever its prefix.
    pub(crate) fn local_attribute(&self, name: &str) -> Option<&str> {
        self.attribute(name).or_else(|| {
            let found = self.0.attrs.iter().find(|a| local(&a.name.local) == name);
            found.map(|attribute| &*attribute.value)
        })
    }
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Leads `visitor` through `text`.
pub(crate) fn visit(text: &str, syntax: Syntax, visitor: &mut impl Visitor) {
    let sink = Sink {
        visitor: RefCell::new(visitor),
        syntax,
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let (before, after) = around_internal_subset(text);
    let parts = [before, after]
        .into_iter()
        .flat_map(|part| endless_tags::cut(part, syntax));
    for mut rest in parts {
        while !rest.is_empty() {
            let end = portion_end(rest);
            queue.push_back(StrTendril::from_slice(&rest[..end]));
            let _ = tokenizer.feed(&queue);
            rest = &rest[end..];
        }
    }
    tokenizer.end();
}

/// The text before and after the `[…]` of a document type declaration, which defines entities that
/// are not to be expanded.
fn around_internal_subset(text: &str) -> (&str, &str) {
    let whole = (text, "");
    let head = &text.as_bytes()[..text.len().min(PROLOGUE)];
    let Some(start) = head
        .windows(9)
        .position(|window| window.eq_ignore_ascii_case(b"<!doctype"))
    else {
        return whole;
    };
    let Some(open) = text[start..].find(['[', '>']).map(|at| at + start) else {
        return whole;
    };
    if text.as_bytes()[open] == b'>' {
        return whole;
    }
    let mut from = open;
    while let Some(close) = text[from..].find(']').map(|at| at + from + 1) {
        if text[close..].trim_start().starts_with('>') {
            return (&text[..open], &text[close..]);
        }
        from = close;
    }
    whole
}

fn portion_end(text: &str) -> usize {
    text.floor_char_boundary(PORTION.min(text.len()))
}

struct Sink<'v, V> {
    visitor: RefCell<&'v mut V>,
    syntax: Syntax,
}

impl<V: Visitor> TokenSink for Sink<'_, V> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut visitor = self.visitor.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == StartTag => {
                let tag = Tag(tag);
                visitor.start(&tag);
                if self.syntax == Syntax::Html && !tag.is_empty() {
                    return raw_content(tag.name());
                }
            }
            Token::TagToken(tag) => visitor.end(&tag.name),
            Token::CharacterTokens(text) => visitor.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// Makes `<![CDATA[…]]>` text.
    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        true
    }
}

fn raw_content(name: &str) -> TokenSinkResult<()> {
    match name {
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        _ => TokenSinkResult::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(String);

    impl Visitor for Log {
        fn start(&mut self, tag: &Tag) {
            self.0.push_str(&format!(
                "<{}{}>",
                tag.name(),
                if tag.is_empty() { "/" } else { "" }
            ));
        }
        fn end(&mut self, name: &str) {
            self.0.push_str(&format!("</{name}>"));
        }
        fn text(&mut self, text: &str) {
            self.0.push_str(text);
        }
    }

    fn log(text: &str, syntax: Syntax) -> String {
        let mut log = Log::default();
        visit(text, syntax, &mut log);
        log.0
    }

    #[test]
    fn self_closed_tags_swallow_nothing() {
        assert_eq!(
            log("<title/><script src='x'/><p>a<br/>b &amp; c", Syntax::Html),
            "<title/><script/><p>a<br/>b & c"
        );
    }

    #[test]
    fn scripts_are_no_markup() {
        assert_eq!(
            log("<script>if (a<b) '<p>'</script><p>x</p>", Syntax::Html),
            "<script>if (a<b) '<p>'</script><p>x</p>"
        );
        assert_eq!(
            log("<title><b>x</b></title>", Syntax::Xml),
            "<title><b>x</b></title>"
        );
    }

    #[test]
    fn own_entities_are_not_expanded() {
        let text = "<!DOCTYPE x [<!ENTITY a 'b]'> <!ENTITY c SYSTEM 'file:///etc/passwd'>\n] ><x>&a; &c;</x>";
        assert_eq!(log(text, Syntax::Xml), "<x>&a; &c;</x>");
    }

    #[test]
    fn cdata_is_text() {
        assert_eq!(
            log("<p><![CDATA[a < b]]></p>", Syntax::Html),
            "<p>a < b</p>"
        );
    }

    #[test]
    fn portions_end_between_characters() {
        let text = "ä€😀".repeat(40_000);
        assert_eq!(log(&text, Syntax::Html), text);
    }
}
