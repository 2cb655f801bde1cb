//! The styles of a document: which of them are headings.

use std::collections::HashMap;

use crate::role::Role;

/// Styles of a document.
const MOST: usize = 10_000;

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

/// The level as the file writes it.
pub(super) fn of_outline(level: i32) -> Option<Role> {
    u8::try_from(level).ok().and_then(Role::of_outline)
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
