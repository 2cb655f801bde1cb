//! What a paragraph of a word processor is, as its style says.

/// What a paragraph is, where it is more than running text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The document's title.
    Title,
    /// A heading with its level, from 1.
    Heading(u8),
    /// A line of the table of contents.
    Contents,
}

impl Role {
    /// Outline levels are counted from 0; 9 is running text.
    pub(crate) fn of_outline(level: u8) -> Option<Self> {
        (level < 9).then_some(Self::Heading(level + 1))
    }
}

/// The tags around a paragraph; `item` says whether it is one of a list.
pub(crate) fn tags(role: Option<Role>, item: bool) -> (&'static str, &'static str) {
    match role {
        Some(Role::Title | Role::Heading(1)) => ("<h1>", "</h1>"),
        Some(Role::Heading(2)) => ("<h2>", "</h2>"),
        Some(Role::Heading(3)) => ("<h3>", "</h3>"),
        Some(Role::Heading(4)) => ("<h4>", "</h4>"),
        Some(Role::Heading(5)) => ("<h5>", "</h5>"),
        Some(Role::Heading(_)) => ("<h6>", "</h6>"),
        Some(Role::Contents) => ("<nav><p>", "</p></nav>"),
        None if item => ("<ul><li>", "</li></ul>"),
        None => ("<p>", "</p>"),
    }
}
