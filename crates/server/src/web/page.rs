//! What all pages share.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::assets::EDITION;
use super::strings::Strings;
use crate::api::problem::Problem;
use crate::master::Master;

/// Around every page.
pub(crate) struct Page {
    pub(crate) say: Strings,
    pub(crate) edition: &'static str,
    /// Texts for the page's programs.
    pub(crate) strings: String,
    /// The event up to which the page is true.
    pub(crate) event: String,
    /// Where it is, to come back to.
    pub(crate) here: String,
}

impl FromRequestParts<Arc<Master>> for Page {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        master: &Arc<Master>,
    ) -> Result<Self, Self::Rejection> {
        let say = Strings::of(&parts.headers);
        Ok(Self {
            strings: say.for_programs(),
            say,
            event: master.hub.newest(),
            edition: &EDITION,
            here: parts
                .uri
                .path_and_query()
                .map_or("/", |all| all.as_str())
                .to_owned(),
        })
    }
}

/// A page as an answer.
pub(crate) fn show(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let fresh = [(header::CACHE_CONTROL, "no-store")];
            (fresh, Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Why there is no such page, as one.
#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble {
    page: Page,
    message: String,
    hint: Option<String>,
}

/// A refusal as a page.
pub(crate) fn trouble(page: Page, problem: Problem) -> Response {
    let status = problem.status();
    let (message, hint) = match status {
        // All that a person needs to know of it can be said in their language.
        StatusCode::NOT_FOUND => (page.say.say("trouble.missing").to_owned(), None),
        _ => problem.into_words(),
    };
    let page = show(&Trouble {
        page,
        message,
        hint,
    });
    (status, page).into_response()
}
