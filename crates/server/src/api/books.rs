//! Books: upload, look inside, forget.

use std::sync::Arc;

use audiotome_book::{ReadOptions, read};
use audiotome_core::Language;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::binary::Binary;
use super::book_views::{BookDetails, BookView};
use super::extract::{Json, Path, Query};
use super::inside::Inside;
use super::kept::Kept;
use super::problem::{Kind, Problem, Refusals};
use super::settings;
use crate::books::Upload;
use crate::covers;
use crate::database::books::{self, StoredBook};
use crate::master::Master;

/// All books.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookList {
    books: Vec<BookView>,
}

/// An upload as a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct UploadForm {
    /// The book.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// Name of the file, where the body is the book itself.
    name: Option<String>,
    /// Recognise the text on scanned pages and pictures; kept for its jobs.
    #[serde(default)]
    ocr: bool,
    /// Language, where the book is wrong about it or has only pictures; kept for its jobs.
    language: Option<String>,
}

/// All books, the newest first.
#[utoipa::path(get, path = "/books", tag = "books", responses((status = 200, body = BookList), Refusals))]
pub(crate) async fn list(State(master): State<Arc<Master>>) -> Result<Json<BookList>, Problem> {
    let books = master.database.call(books::list).await?;
    let books = books.into_iter().map(BookView::from).collect();
    Ok(Json(BookList { books }))
}

/// Uploads a book: a form with a `file`, or the book itself as the body. The answer shows it from
/// inside; 200 instead of 201 when it was there already.
#[utoipa::path(
    post, path = "/books", tag = "books", params(UploadQuery),
    request_body(content(
        (UploadForm = "multipart/form-data"),
        (String = "text/plain"),
        (String = "text/markdown"),
        (String = "text/html"),
        (Binary = "application/epub+zip"),
        (Binary = "application/octet-stream"),
    )),
    responses(
        (status = 201, description = "It is new.", body = BookDetails),
        (status = 200, description = "It was there already.", body = BookDetails),
        Refusals
    )
)]
pub(crate) async fn upload(
    State(master): State<Arc<Master>>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<(StatusCode, Json<BookDetails>), Problem> {
    let folder = master.books_folder();
    let upload = Upload::begin(&folder, master.settings.most_upload_bytes)?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (upload, name) = if kind.starts_with("multipart/") {
        from_form(upload, request).await?
    } else {
        let name = query.name.unwrap_or_else(|| default_name(kind).to_owned());
        (from_body(upload, request).await?, name)
    };
    let always = settings::of(&master.database).await?.ocr.unwrap_or(false);
    let options = ReadOptions {
        language: query.language.as_deref().map(Language::new),
        ocr: query.ocr || always,
        ..ReadOptions::default()
    };
    let finished = upload.finish(&folder, &name, &options, &master.database);
    let (stored, book, new) = finished.await?;
    Kept::keep_reading(&master.database, &stored.id, &options).await?;
    master.lately.keep(&stored.id, options, book);
    if new {
        let data = json!({ "id": stored.id, "title": stored.title });
        master.hub.tell("book", None, data);
    }
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let inside = Inside::open(&master, stored, InsideQuery::default()).await?;
    Ok((status, Json(inside.into())))
}

async fn from_form(mut upload: Upload, mut request: Request) -> Result<(Upload, String), Problem> {
    let odd = |error: MultipartError| Problem::of_status(error.status(), error.body_text());
    // The upload counts its bytes by itself.
    DefaultBodyLimit::disable().apply(&mut request);
    let form = Multipart::from_request(request, &()).await;
    let mut form =
        form.map_err(|rejection| Problem::of_status(rejection.status(), rejection.body_text()))?;
    while let Some(mut field) = form.next_field().await.map_err(odd)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        while let Some(chunk) = field.chunk().await.map_err(odd)? {
            upload.write(&chunk).await?;
        }
        return Ok((upload, name));
    }
    let message = "the form has no `file`";
    Err(Problem::new(Kind::Unprocessable, message))
}

async fn from_body(mut upload: Upload, request: Request) -> Result<Upload, Problem> {
    let mut body = request.into_body().into_data_stream();
    while let Some(chunk) = body.next().await {
        let broken = |error: axum::Error| Problem::new(Kind::InvalidRequest, error.to_string());
        upload.write(&chunk.map_err(broken)?).await?;
    }
    Ok(upload)
}

fn default_name(content_type: &str) -> &'static str {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "text/markdown" => "book.md",
        "text/html" | "application/xhtml+xml" => "book.html",
        "application/epub+zip" => "book.epub",
        _ => "book.txt",
    }
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InsideQuery {
    /// Language, where the book is wrong about it.
    pub(super) language: Option<String>,
    /// Read the descriptions of pictures.
    #[serde(default)]
    pub(super) alt_text: bool,
}

/// A book from inside.
#[utoipa::path(
    get, path = "/books/{id}", tag = "books", params(("id" = String, Path), InsideQuery),
    responses((status = 200, body = BookDetails), Refusals)
)]
pub(crate) async fn get(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Query(query): Query<InsideQuery>,
) -> Result<Json<BookDetails>, Problem> {
    let stored = stored(&master, &id).await?;
    let inside = Inside::open(&master, stored, query).await?;
    Ok(Json(inside.into()))
}

/// The cover.
#[utoipa::path(
    get, path = "/books/{id}/cover", tag = "books", params(("id" = String, Path)),
    responses(
        (status = 200, content((Binary = "image/jpeg"), (Binary = "image/png"))),
        Refusals
    )
)]
pub(crate) async fn cover(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stored = stored(&master, &id).await?;
    if let Some((media_type, bytes)) = master.cover(&stored.id).await {
        return Ok(picture(media_type, bytes));
    }
    // A book of an earlier version of this program.
    let path = master.book_path(&stored.id, &stored.name);
    let read = tokio::task::spawn_blocking(move || read(&path, &ReadOptions::default()));
    let cover = read.await.ok().and_then(Result::ok);
    let cover = cover.and_then(|book| book.cover);
    let cover = cover.ok_or_else(|| Problem::new(Kind::NotFound, "the book has no cover"))?;
    Ok(picture(&cover.media_type, cover.bytes))
}

/// A book has the name of its content: what belongs to it stays as it is.
fn picture(media_type: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes).into_response()
}

/// Forgets a book that no job uses.
#[utoipa::path(
    delete, path = "/books/{id}", tag = "books", params(("id" = String, Path)),
    responses((status = 204), Refusals)
)]
pub(crate) async fn delete(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let asked = id.clone();
    let deleted = master
        .database
        .call(move |connection| books::delete(connection, &asked));
    match deleted.await? {
        None => Err(Problem::no("book", &id)),
        Some(false) => Err(Problem::new(Kind::Conflict, "a job uses this book")
            .with_hint(Some("delete its jobs first".to_owned()))),
        Some(true) => {
            // What is left of a folder costs nothing but space.
            let _ = fs_err::remove_dir_all(master.book_path(&id, ""));
            let _ = fs_err::remove_file(covers::path(&master.books_folder(), &id));
            master
                .hub
                .tell("book", None, json!({ "id": id, "deleted": true }));
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

/// The book of this id.
pub(crate) async fn stored(master: &Master, id: &str) -> Result<StoredBook, Problem> {
    let asked = id.to_owned();
    let stored = master
        .database
        .call(move |connection| books::get(connection, &asked));
    stored.await?.ok_or_else(|| Problem::no("book", id))
}
