//! Settings: what new jobs are like where nobody says otherwise.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::Json;
use super::new_job::{NewJob, order};
use super::problem::{Kind, Problem, Refusals};
use crate::database::settings::{self, Settings};
use crate::database::{Database, DatabaseError};
use crate::master::Master;

/// What new jobs are like where nobody says otherwise; `null` leaves it to the master.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JobSettings {
    /// Higher goes first.
    pub(crate) priority: Option<i32>,
    /// Kinds of part that are read although they are usually left out: `notes`, `index`, …
    pub(crate) include: Option<Vec<String>>,
    /// Kinds of part that are left out, usually read or not: `front-matter`, `tables`, …
    pub(crate) skip: Option<Vec<String>>,
    /// Read the descriptions of pictures.
    pub(crate) alt_text: Option<bool>,
    /// Recognise the text on scanned pages and pictures; uploads are read so, too.
    pub(crate) ocr: Option<bool>,
    /// An engine, as jobs name it. It counts only for jobs that name no voice.
    pub(crate) engine: Option<String>,
    /// A voice, as jobs name it. It counts only for jobs that name no engine, or the same one.
    pub(crate) voice: Option<String>,
    /// How fast, 0.5 to 2.0.
    #[schema(minimum = 0.5, maximum = 2.0)]
    pub(crate) speed: Option<f32>,
    /// How long pauses are, 0.5 to 3.0.
    #[schema(minimum = 0.5, maximum = 3.0)]
    pub(crate) pauses: Option<f32>,
    /// `m4b`, `mp3`, `opus`, `flac` or `wav`.
    pub(crate) format: Option<String>,
    /// One file for each chapter.
    pub(crate) per_chapter: Option<bool>,
    /// `audiobook` (−19 LUFS), `podcast` (−16), `none`, or a number of LUFS.
    pub(crate) loudness: Option<String>,
    /// Leave out sentences that could not be spoken.
    pub(crate) skip_failed: Option<bool>,
}

/// What new jobs are like where nobody says otherwise.
#[utoipa::path(get, path = "/settings", tag = "settings", responses((status = 200, body = JobSettings), Refusals))]
pub(crate) async fn get(State(master): State<Arc<Master>>) -> Result<Json<JobSettings>, Problem> {
    Ok(Json(of(&master.database).await?))
}

/// Changes settings: those that are named. `null` clears one. Jobs that are there stay as they are.
#[utoipa::path(
    patch, path = "/settings", tag = "settings", request_body = JobSettings,
    responses((status = 200, body = JobSettings), Refusals)
)]
pub(crate) async fn change(
    State(master): State<Arc<Master>>,
    Json(changes): Json<Settings>,
) -> Result<Json<JobSettings>, Problem> {
    let asker = Arc::clone(&master);
    let changed = master.database.call(move |connection| {
        let mut kept = settings::get(connection)?;
        for (name, value) in changes {
            match value {
                Value::Null => kept.remove(&name),
                value => kept.insert(name, value),
            };
        }
        let checked = checked(&asker, &kept);
        if checked.is_ok() {
            settings::replace(connection, &kept)?;
        }
        Ok(checked)
    });
    changed.await?.map(Json)
}

/// The settings that are kept.
pub(crate) async fn of(database: &Database) -> Result<JobSettings, DatabaseError> {
    let kept = database.call(settings::get).await?;
    Ok(serde_json::from_value(Value::Object(kept))?)
}

/// Settings that a job could be made with.
fn checked(master: &Master, kept: &Settings) -> Result<JobSettings, Problem> {
    let settings = serde_json::from_value::<JobSettings>(Value::Object(kept.clone()));
    let settings =
        settings.map_err(|error| Problem::new(Kind::Unprocessable, error.to_string()))?;
    let mut job = NewJob::default();
    job.fill(settings.clone());
    order(&job, master, "").map(|_| settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(job: Value, settings: Value) -> (Option<String>, Option<String>) {
        let mut job: NewJob = serde_json::from_value(job).unwrap();
        job.fill(serde_json::from_value(settings).unwrap());
        (job.engine, job.voice)
    }

    #[test]
    fn a_voice_is_not_asked_of_another_engine() {
        let settings = serde_json::json!({ "engine": "piper", "voice": "joe" });
        let of = |engine: Option<&str>, voice: Option<&str>| {
            let job = serde_json::json!({ "book": "b", "engine": engine, "voice": voice });
            filled(job, settings.clone())
        };
        let both = (Some("piper".to_owned()), Some("joe".to_owned()));
        assert_eq!(of(None, None), both);
        assert_eq!(of(Some("piper"), None), both);
        assert_eq!(of(Some("espeak"), None), (Some("espeak".to_owned()), None));
        assert_eq!(of(None, Some("ada")), (None, Some("ada".to_owned())));
    }
}
