//! Downloads: whole audiobooks, single files, the timeline.

use std::path::Path as FilePath;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use utoipa::ToSchema;

use super::binary::Binary;
use super::extract::{Json, Path};
use super::jobs::find;
use super::problem::{Kind, Problem, Refusals};
use crate::job::{Job, JobState};
use crate::master::Master;

/// A file of an audiobook.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileView {
    name: String,
    bytes: u64,
    /// Where it is downloaded.
    href: String,
}

/// The files of an audiobook, audio first.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileList {
    files: Vec<FileView>,
}

/// The files of a job that is done.
#[utoipa::path(get, path = "/jobs/{id}/files", tag = "downloads", params(("id" = String, Path)), responses((status = 200, body = FileList), Refusals))]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<FileList>, Problem> {
    let job = find(&master, &id).await?;
    let numbered = job.files().iter().enumerate();
    let files = numbered.map(|(index, path)| FileView {
        name: name(path),
        bytes: fs_err::metadata(path).map_or(0, |file| file.len()),
        href: format!("/jobs/{id}/files/{index}"),
    });
    Ok(Json(FileList {
        files: files.collect(),
    }))
}

/// One of its files, by its place in the list. Ranges are served.
#[utoipa::path(
    get, path = "/jobs/{id}/files/{index}", tag = "downloads",
    params(("id" = String, Path), ("index" = u32, Path)),
    responses(
        (status = 200, body = Binary, content_type = "application/octet-stream"),
        (status = 206, description = "A range of it."),
        (status = 416, description = "There is no such range."),
        Refusals
    )
)]
pub(crate) async fn download(
    State(master): State<Arc<Master>>,
    Path((id, index)): Path<(String, u32)>,
    request: Request,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    let file = job.files().get(index as usize);
    let file = file.ok_or_else(|| no_file(&job))?;
    send(file, Some(&name(file)), request).await
}

/// The audiobook: the M4B, or what else was asked for. Ranges are served.
#[utoipa::path(
    get, path = "/jobs/{id}/audiobook", tag = "downloads", params(("id" = String, Path)),
    responses(
        (status = 200, body = Binary, content_type = "audio/mp4"),
        (status = 206, description = "A range of it."),
        (status = 416, description = "There is no such range."),
        Refusals
    )
)]
pub(crate) async fn audiobook(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    if job.order.output.per_chapter {
        let hint = format!("`/jobs/{id}/files` lists its files");
        return Err(
            Problem::new(Kind::Conflict, "it has one file for each chapter").with_hint(Some(hint)),
        );
    }
    let file = job.files().first().ok_or_else(|| no_file(&job))?;
    send(file, Some(&name(file)), request).await
}

/// When each sentence is heard, exact to the sample.
#[utoipa::path(
    get, path = "/jobs/{id}/timeline", tag = "downloads", params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 206), (status = 416), Refusals)
)]
pub(crate) async fn timeline(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    let path = job.order.output.timeline.as_deref();
    let path = path.filter(|_| job.state == JobState::Done);
    let path = path.ok_or_else(|| no_file(&job))?;
    send(path, None, request).await
}

fn no_file(job: &Job) -> Problem {
    Problem::new(
        Kind::NotFound,
        format!("there is no such file: the job is {}", job.state),
    )
}

fn name(path: &FilePath) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Sends a file, or the range that is asked for; with a name, to be saved under it.
pub(crate) async fn send(
    path: &FilePath,
    save_as: Option<&str>,
    request: Request,
) -> Result<Response, Problem> {
    let sent = ServeFile::new(path).oneshot(request).await;
    let mut response = sent.unwrap_or_else(|never| match never {}).into_response();
    if response.status() == StatusCode::NOT_FOUND {
        let message = "the file was moved or deleted";
        return Err(Problem::new(Kind::Gone, message)
            .with_hint(Some("retry the job to make it again".to_owned())));
    }
    if path.extension().is_some_and(|extension| extension == "m4b") {
        let kind = HeaderValue::from_static("audio/mp4");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    if let Some(name) = save_as
        && let Ok(value) = HeaderValue::from_str(&disposition(name))
    {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// RFC 6266: the name in ASCII for old programs, and as it is.
fn disposition(name: &str) -> String {
    let ascii = name.chars().map(|c| match c {
        '"' | '\\' => '_',
        c if c.is_ascii() && !c.is_ascii_control() => c,
        _ => '_',
    });
    let encoded = name.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    format!(
        "attachment; filename=\"{}\"; filename*=UTF-8''{}",
        ascii.collect::<String>(),
        encoded.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_downloads_are_written_twice() {
        assert_eq!(
            disposition("Émile \"x\".m4b"),
            "attachment; filename=\"_mile _x_.m4b\"; filename*=UTF-8''%C3%89mile%20%22x%22.m4b"
        );
    }
}
