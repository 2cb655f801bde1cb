//! Unusual names of a book.

use std::sync::Arc;

use audiotome_book::{Name, names};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::books::{InsideQuery, stored};
use super::extract::{Json, Path};
use super::inside::Inside;
use super::problem::{Kind, Problem, Refusals};
use crate::master::Master;

/// Unusual names of a book, the most frequent first.
#[derive(Serialize, ToSchema)]
pub(crate) struct NameList {
    names: Vec<NameView>,
}

/// A name that a voice may say wrongly.
#[derive(Serialize, ToSchema)]
pub(crate) struct NameView {
    name: String,
    /// How often it is there.
    count: usize,
    /// A passage with it.
    example: String,
}

/// Unusual names of a book: words that have a capital inside sentences and are never written small.
/// They are what a lexicon may be needed for.
#[utoipa::path(
    get, path = "/books/{id}/names", tag = "books", params(("id" = String, Path)),
    responses((status = 200, body = NameList), Refusals)
)]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<NameList>, Problem> {
    let stored = stored(&master, &id).await?;
    let inside = Inside::open(&master, stored, InsideQuery::default()).await?;
    let found = tokio::task::spawn_blocking(move || names(&inside.book)).await;
    let found = found.map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))?;
    let names = found.into_iter().map(NameView::from).collect();
    Ok(Json(NameList { names }))
}

impl From<Name> for NameView {
    fn from(name: Name) -> Self {
        let Name {
            name,
            count,
            example,
        } = name;
        Self {
            name,
            count,
            example,
        }
    }
}
