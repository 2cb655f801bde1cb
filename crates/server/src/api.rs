//! The REST API. Handlers are thin: they ask the master and shape what it says.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::master::Master;
use crate::web;
use problem::{ErrorBody, ErrorDetail, Kind};

mod about;
pub(crate) mod access;
mod binary;
pub(crate) mod book_views;
mod bookmarks;
pub(crate) mod books;
mod catalogue;
mod chapters;
mod dead_letters;
pub(crate) mod estimate;
mod events;
pub(crate) mod extract;
pub(crate) mod files;
pub(crate) mod inside;
pub(crate) mod jobs;
mod kept;
mod limit;
mod listen;
mod names;
pub(crate) mod new_job;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod queue;
mod queue_limits;
mod queue_views;
mod sample;
mod segments;
pub(crate) mod settings;
mod speech;
mod storage;
mod strip;
pub(crate) mod voices;
pub(crate) mod workers;

/// Bytes of a request that brings no text of a book.
const MOST_BYTES: usize = 256 * 1024;

/// The API of a master.
pub(crate) fn router(master: &Arc<Master>) -> Router {
    let (routes, document) = routes().split_for_parts();
    let document = about::finished(document);
    let text = document
        .to_json()
        .expect("a document can be written as JSON");
    let open = Router::new()
        .route("/health", get(about::health))
        .route("/openapi.json", get(move || about::openapi(text.clone())))
        .route("/docs", get(about::docs));
    routes
        .layer(from_fn_with_state(Arc::clone(master), access::check))
        .merge(open)
        .fallback(web::nothing_here)
        .method_not_allowed_fallback(problem::wrong_method)
        .with_state(Arc::clone(master))
}

/// The OpenAPI document, as the handlers say it.
#[must_use]
pub fn document() -> OpenApi {
    about::finished(routes().split_for_parts().1)
}

/// What handlers mention but don't list.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(ErrorBody, ErrorDetail, Kind)))]
struct Base;

fn routes() -> OpenApiRouter<Arc<Master>> {
    let changes = OpenApiRouter::new().routes(routes!(kept::change));
    // An upload counts its bytes by itself.
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(books::upload))
        .merge(limit::at_most(changes, kept::MOST_BYTES))
        .merge(limit::at_most(small(), MOST_BYTES))
}

/// All routes but those that take a book or a chapter.
fn small() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .merge(of_books())
        .merge(of_jobs())
        .merge(of_results())
        .merge(of_listening())
        .merge(of_dead_letters())
        .merge(of_workers())
        .merge(of_queue())
        .merge(of_speech())
        .merge(of_master())
}

fn of_books() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(books::list))
        .routes(routes!(books::get, books::delete))
        .routes(routes!(inside::text))
        .routes(routes!(names::list))
        .routes(routes!(estimate::estimate))
        .routes(routes!(books::cover))
        .routes(routes!(sample::speak))
}

fn of_jobs() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(jobs::list, new_job::create))
        .routes(routes!(jobs::get, jobs::change, jobs::delete))
        .routes(routes!(jobs::pause))
        .routes(routes!(jobs::resume))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::history))
        .routes(routes!(jobs::position))
        .routes(routes!(progress::progress))
}

fn of_results() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(chapters::list))
        .routes(routes!(chapters::audio))
        .routes(routes!(strip::get))
        .routes(routes!(segments::list))
        .routes(routes!(segments::change))
        .routes(routes!(segments::audio))
        .routes(routes!(files::list))
        .routes(routes!(files::download))
        .routes(routes!(files::audiobook))
        .routes(routes!(files::timeline))
}

fn of_listening() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(listen::index))
        .routes(routes!(listen::init))
        .routes(routes!(listen::timeline))
        .routes(routes!(listen::fragment))
        .routes(routes!(bookmarks::get, bookmarks::put))
}

fn of_dead_letters() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(dead_letters::all))
        .routes(routes!(dead_letters::of_job))
        .routes(routes!(dead_letters::edit))
        .routes(routes!(dead_letters::skip))
        .routes(routes!(dead_letters::retry))
}

fn of_workers() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(workers::list, workers::add))
        .routes(routes!(workers::announce, workers::goodbye))
        .routes(routes!(workers::drain))
        .routes(routes!(workers::remove))
}

fn of_queue() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(queue::stats))
        .routes(routes!(queue::segments))
        .routes(routes!(queue::history))
        .routes(routes!(queue::retry))
        .routes(routes!(queue::revoke))
        .routes(routes!(queue::retry_one))
        .routes(routes!(queue::drain))
        .routes(routes!(queue_limits::get, queue_limits::put))
}

fn of_speech() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(voices::list))
        .routes(routes!(catalogue::list))
        .routes(routes!(catalogue::install, catalogue::remove))
        .routes(routes!(catalogue::card))
        .routes(routes!(speech::speak))
        .routes(routes!(speech::models))
        .routes(routes!(speech::voices))
}

fn of_master() -> OpenApiRouter<Arc<Master>> {
    OpenApiRouter::new()
        .routes(routes!(events::stream))
        .routes(routes!(settings::get, settings::change))
        .routes(routes!(storage::look))
        .routes(routes!(storage::clean))
        .routes(routes!(about::status))
        .routes(routes!(about::ready))
        .routes(routes!(about::metrics))
}
