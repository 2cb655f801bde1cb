//! Numbers that Pandoc's carets raise right behind a word (`town^12^`), where `CommonMark` sees none.

use std::sync::LazyLock;

use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;

/// Follows the events of a text.
#[derive(Default)]
pub(super) struct Carets {
    in_code: bool,
}

impl Carets {
    /// The event, with numbers between carets as elements.
    pub(super) fn follow<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        match &event {
            Event::Start(Tag::CodeBlock(_)) => self.in_code = true,
            Event::End(TagEnd::CodeBlock) => self.in_code = false,
            Event::Text(text) if !self.in_code && text.contains('^') => return with_raised(text),
            _ => {}
        }
        vec![event]
    }
}

fn with_raised<'e>(text: &str) -> Vec<Event<'e>> {
    static RAISED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?P<before>[\p{L}\d)])\^(?P<number>[-−]?\d+)\^").expect("a fixed pattern")
    });
    let owned = |text: &str| text.to_owned().into();
    let mut events = Vec::new();
    let mut done = 0;
    for found in RAISED.captures_iter(text) {
        let whole = found.get_match();
        let before = &text[done..whole.start()];
        done = whole.end();
        events.extend([
            Event::Text(owned(&format!("{before}{}", &found["before"]))),
            Event::InlineHtml("<sup>".into()),
            Event::Text(owned(&found["number"])),
            Event::InlineHtml("</sup>".into()),
        ]);
    }
    events.push(Event::Text(owned(&text[done..])));
    events
}
