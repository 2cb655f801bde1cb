//! The web app: pages for people, over the same master as the REST API.
//!
//! The server writes whole pages (`templates/`); small programs (`assets/`) use the REST API and its
//! events to keep them true. Nothing is asked of any other machine.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

use crate::api::access::{known_host, same_origin};
use crate::api::problem::nothing_at;
use crate::feeds;
use crate::master::Master;
use page::{Page, trouble};

mod assets;
mod book;
mod cluster;
mod cover;
mod library;
mod listen;
pub(crate) mod login;
mod page;
mod preferences;
mod ring;
mod strings;
mod voices;

/// Nothing runs and nothing is shown but what comes from this master; `blob:` is what a player in the
/// browser puts together.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages of a master.
pub(crate) fn router(master: &Arc<Master>) -> Router {
    let pages = Router::new()
        .route("/", get(library::page))
        .route("/book/{id}", get(book::page))
        .route("/listen/{job}", get(listen::page))
        .route("/listen/{job}/text/{chapter}", get(listen::chapter))
        .route("/cluster", get(cluster::page))
        .route("/preferences", get(preferences::page))
        .route("/licences", get(preferences::licences))
        .layer(from_fn_with_state(Arc::clone(master), login::gate));
    let open = Router::new()
        .route("/login", get(login::ask).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/language", post(preferences::speak))
        .route("/assets/{edition}/{name}", get(assets::asset));
    pages
        .merge(open)
        .layer(from_fn_with_state(Arc::clone(master), own_pages_only))
        .layer(from_fn(shut))
        .layer(CompressionLayer::new())
        // What is heard in ranges is sent as it is.
        .merge(feeds::router().layer(from_fn_with_state(Arc::clone(master), own_pages_only)))
        .with_state(Arc::clone(master))
}

/// Whatever is asked for that is not there: a page for people, else an answer of the API.
pub(crate) async fn nothing_here(page: Page, uri: Uri, headers: HeaderMap) -> Response {
    let problem = nothing_at(&uri);
    let accepts = headers.get(header::ACCEPT);
    let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        let mut response = trouble(page, problem);
        shut_headers(&mut response);
        response
    } else {
        problem.into_response()
    }
}

/// Lets in what comes from pages of this master, or is typed.
async fn own_pages_only(
    State(master): State<Arc<Master>>,
    page: Page,
    request: Request,
    next: Next,
) -> Response {
    let open = master.settings.token.is_none();
    let known = if open {
        known_host(&master.settings, request.headers())
    } else {
        Ok(())
    };
    match known.and_then(|()| same_origin(request.method(), request.headers())) {
        Ok(()) => next.run(request).await,
        Err(problem) => trouble(page, problem),
    }
}

/// Tells browsers what pages of this master never do.
async fn shut(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    shut_headers(&mut response);
    response
}

fn shut_headers(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
