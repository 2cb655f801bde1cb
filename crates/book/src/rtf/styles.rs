//! The styles of a document: which of them are headings.

use std::collections::HashMap;

/// Styles of a document.
const MOST: usize = 10_000;

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A heading with its level, from 1.
    Heading(u8),
    /// A line of the table of contents.
    Contents,
}

/// All styles by their numbers, and the one that is being read.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<i32, Role>,
    number: i32,
    outline: Option<Role>,
    name: String,
}

impl Styles {
    pub(super) fn of(&self, number: i32) -> Option<Role> {
        self.styles.get(&number).copied()
    }

    pub(super) fn word(&mut self, word: &str, number: Option<i32>) {
        match (word, number) {
            ("s", Some(number)) => self.number = number,
            ("outlinelevel", Some(level)) => self.outline = of_outline(level),
            _ => {}
        }
    }

    /// A character of the name, which `;` ends.
    pub(super) fn text(&mut self, c: char) {
        if c != ';' {
            if self.name.len() < 100 {
                self.name.push(c);
            }
            return;
        }
        let name = std::mem::take(&mut self.name);
        let role = self.outline.take().or_else(|| of_name(&name));
        if let Some(role) = role.filter(|_| self.styles.len() < MOST) {
            self.styles.insert(self.number, role);
        }
        self.number = 0;
    }
}

/// Outline levels are counted from 0; 9 is running text.
pub(super) fn of_outline(level: i32) -> Option<Role> {
    let level = u8::try_from(level).ok().filter(|level| *level < 9)?;
    Some(Role::Heading(level + 1))
}

fn of_name(name: &str) -> Option<Role> {
    let name = name.trim().to_ascii_lowercase();
    if name == "title" {
        return Some(Role::Heading(1));
    }
    if name.starts_with("toc ") || name.starts_with("contents ") {
        return Some(Role::Contents);
    }
    let level = name.strip_prefix("heading")?.trim().parse().ok()?;
    (1..=9).contains(&level).then_some(Role::Heading(level))
}
