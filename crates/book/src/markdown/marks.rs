//! Chapters whose titles are not spoken: a remark `<!-- chapter: TITLE -->` in front of them. Where
//! there is one, headings of the first level begin chapters beside them.

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use crate::document::Entry;

const MARK: &str = "<!-- chapter:";
/// Chapters of a text.
const MOST: usize = 10_000;

/// The chapters that are marked, while the text is followed.
#[derive(Debug, Default)]
pub(super) struct ChapterMarks {
    is_marked: bool,
    toc: Vec<Entry>,
    /// Nothing was read since a mark: a heading belongs to it.
    fresh: bool,
    in_heading: bool,
}

impl ChapterMarks {
    pub(super) fn of(text: &str) -> Self {
        Self {
            is_marked: text.contains(MARK),
            ..Self::default()
        }
    }

    pub(super) fn toc(self) -> Vec<Entry> {
        self.toc
    }

    /// The event, with an anchor in front of it where a chapter begins.
    pub(super) fn follow<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        if !self.is_marked {
            return vec![event];
        }
        match &event {
            Event::Html(html) | Event::InlineHtml(html) if html.trim_start().starts_with(MARK) => {
                let title = html
                    .trim()
                    .trim_start_matches(MARK)
                    .trim_end_matches("-->")
                    .trim();
                self.fresh = true;
                return self.begin(title.to_owned()).into_iter().collect();
            }
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) if !self.fresh => {
                self.in_heading = true;
                return self
                    .begin(String::new())
                    .into_iter()
                    .chain([event])
                    .collect();
            }
            Event::End(TagEnd::Heading(_)) => self.in_heading = false,
            Event::Text(text) | Event::Code(text) => self.label(text),
            Event::InlineHtml(html) if html.starts_with("<br") => self.label(": "),
            _ => {}
        }
        self.fresh &= matches!(
            event,
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock)
        );
        vec![event]
    }

    fn begin<'e>(&mut self, label: String) -> Option<Event<'e>> {
        if self.toc.len() >= MOST {
            return None;
        }
        let id = format!("chapter-{}", self.toc.len() + 1);
        let anchor = format!("<a id=\"{id}\"></a>");
        self.toc.push(Entry {
            is_title: !label.is_empty(),
            label,
            target: Some((0, Some(id))),
            children: Vec::new(),
        });
        Some(Event::Html(anchor.into()))
    }

    fn label(&mut self, text: &str) {
        if let Some(entry) = self.toc.last_mut().filter(|_| self.in_heading) {
            entry.label.push_str(text);
        }
    }
}
