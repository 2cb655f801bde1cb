//! A book before it is spoken: what would be read, by whom, and how.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use audiotome_book::RuleName;
use audiotome_core::{Language, LeftOutKind};
use axum::extract::{Path, State};
use axum::response::Response;

use super::cover::Cover;
use super::page::{Page, show, trouble};
use super::voices::{self, Group, LANGUAGES};
use crate::api::book_views::BookDetails;
use crate::api::books::{InsideQuery, stored};
use crate::api::inside::Inside;
use crate::api::new_job::NewJob;
use crate::api::problem::Problem;
use crate::database::jobs;
use crate::job::Job;
use crate::master::Master;

#[derive(Template)]
#[template(path = "book.html")]
struct BookPage {
    page: Page,
    book: BookDetails,
    wishes: NewJob,
    cover: Cover,
    /// Languages to choose from, its own first.
    languages: Vec<String>,
    /// Kinds of part that are read although they are usually left out.
    included: Vec<String>,
    /// Kinds of part that are left out, usually read or not.
    skipped: BTreeSet<LeftOutKind>,
    voices: Vec<Group>,
    jobs: Vec<Earlier>,
}

/// A job that was made of the book before.
struct Earlier {
    id: String,
    state: &'static str,
    narrator: String,
    date: String,
}

/// The page of a book.
pub(crate) async fn page(
    State(master): State<Arc<Master>>,
    page: Page,
    Path(id): Path<String>,
) -> Response {
    match lay_out(&master, &id).await {
        Ok((inside, voices, jobs)) => {
            let wishes = inside.wishes.clone();
            let skipped = inside.order.reading.skip.clone();
            let language = inside.language();
            let book: BookDetails = inside.into();
            show(&BookPage {
                cover: Cover::of(&master, &id, &book.book.title),
                languages: languages(&language),
                included: wishes.include.clone().unwrap_or_default(),
                skipped,
                voices,
                jobs: jobs.into_iter().map(Earlier::of).collect(),
                wishes,
                book,
                page,
            })
        }
        Err(problem) => trouble(page, problem),
    }
}

async fn lay_out(
    master: &Arc<Master>,
    id: &str,
) -> Result<(Inside, Vec<Group>, Vec<Job>), Problem> {
    let stored = stored(master, id).await?;
    let inside = Inside::open(master, stored, InsideQuery::default()).await?;
    let groups = voices::groups(master, &inside).await?;
    let asked = id.to_owned();
    let jobs = master
        .database
        .call(move |connection| jobs::of_book(connection, &asked, usize::MAX >> 1));
    Ok((inside, groups, jobs.await?))
}

impl Earlier {
    fn of(job: Job) -> Self {
        Self {
            id: job.id,
            state: job.state.name(),
            narrator: job.record.narrator.unwrap_or_default(),
            // The day is enough.
            date: job.created.chars().take(10).collect(),
        }
    }
}

impl BookPage {
    /// Whether the kind of part is read.
    fn reads(&self, kind: &str) -> bool {
        self.included.iter().any(|included| included == kind)
    }

    /// Kinds of part with a switch: those that are left out, and those that a person switched on.
    fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for part in &self.book.left_out {
            if LeftOutKind::USUALLY_READ.contains(&part.kind) {
                continue;
            }
            let kind = kind_name(part.kind);
            let label = (part.label != "in the text").then(|| part.label.clone());
            match parts.iter_mut().find(|known| known.kind == kind) {
                Some(known) => {
                    known.characters += part.characters;
                    known.labels.extend(label);
                }
                None => parts.push(Part {
                    read: self.reads(&kind),
                    kind,
                    labels: label.into_iter().collect(),
                    characters: part.characters,
                }),
            }
        }
        for kind in &self.included {
            if !parts.iter().any(|part| part.kind == *kind) {
                parts.push(Part {
                    kind: kind.clone(),
                    labels: Vec::new(),
                    characters: 0,
                    read: true,
                });
            }
        }
        parts
    }

    /// Kinds of part that are read unless a person says otherwise.
    fn others(&self) -> Vec<OtherPart> {
        let is_read = |kind| !self.skipped.contains(&kind);
        let part = |kind: LeftOutKind| OtherPart {
            kind: kind_name(kind),
            within: kind.within().map(kind_name),
            read: is_read(kind),
            can_be_read: kind.within().is_none_or(is_read),
        };
        LeftOutKind::USUALLY_READ.map(part).into()
    }

    /// Kinds that are to be left out and would be anyway: no switch is for them, and none brings them back.
    fn left_anyway(&self) -> Vec<String> {
        let usual = |kind: &&LeftOutKind| LeftOutKind::USUALLY_READ.contains(kind);
        let kinds = self.skipped.iter().filter(|kind| !usual(kind));
        kinds.copied().map(kind_name).collect()
    }

    /// The rules by which text becomes what is heard, and whether they are followed.
    fn rules(&self) -> Vec<(&'static str, bool)> {
        let without = self.wishes.no_rules.as_deref().unwrap_or_default();
        let follows = |name: &str| !without.iter().any(|rule| rule == name);
        RuleName::all()
            .map(|rule| (rule.name(), follows(rule.name())))
            .collect()
    }

    fn is_format(&self, name: &str) -> bool {
        self.wishes.format.as_deref().unwrap_or("m4b") == name
    }

    fn is_loudness(&self, name: &str) -> bool {
        self.wishes.loudness.as_deref().unwrap_or("audiobook") == name
    }

    /// A loudness that a person named as a number.
    fn own_loudness(&self) -> Option<&str> {
        let named = self.wishes.loudness.as_deref()?;
        let known = ["audiobook", "podcast", "none"].contains(&named);
        (!known).then_some(named)
    }

    fn priority(&self) -> i32 {
        self.wishes.priority.unwrap_or(0)
    }

    fn authors(&self) -> String {
        self.book.book.authors.join("\n")
    }
}

/// The name of a kind of part, as the API writes it.
fn kind_name(kind: LeftOutKind) -> String {
    let name = serde_json::to_value(kind).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

fn languages(own: &Language) -> Vec<String> {
    let mut languages = vec![own.to_string()];
    let others = LANGUAGES.iter().filter(|tag| **tag != own.as_str());
    languages.extend(others.map(|tag| (*tag).to_owned()));
    languages
}

/// A kind of part that is usually read.
struct OtherPart {
    kind: String,
    /// The kind that it is left out with.
    within: Option<String>,
    read: bool,
    /// Whether the kind that it is left out with is read.
    can_be_read: bool,
}

/// A kind of part that is usually left out.
struct Part {
    kind: String,
    labels: Vec<String>,
    characters: usize,
    read: bool,
}
