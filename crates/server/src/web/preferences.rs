//! Settings: voices, what new books start with, feeds, room on the disk, and what this is.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use audiotome_dispatch::wire::OfferedVoice;
use audiotome_speech::catalogue::{self, Entry};
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::page::{Page, show, trouble};
use super::strings::{CHOICE, LANGUAGES};
use crate::api::settings::{self, JobSettings};
use crate::api::voices;
use crate::database::jobs;
use crate::feeds;
use crate::job::JobState;
use crate::master::Master;

/// Podcasts that are listed; the catalogue has all.
const PODCASTS: usize = 50;
/// A choice of language is kept for a year.
const GOOD_FOR: u32 = 365 * 24 * 60 * 60;

#[derive(Template)]
#[template(path = "preferences.html")]
struct Preferences {
    page: Page,
    languages: [&'static str; 2],
    neural: Vec<OfferedVoice>,
    simple: Vec<OfferedVoice>,
    /// Voices that come with something to be read.
    carded: HashSet<String>,
    more: Vec<&'static Entry>,
    settings: JobSettings,
    /// The default voice, as the list of voices writes it.
    chosen: String,
    feeds: String,
    podcasts: Vec<Podcast>,
    has_token: bool,
    version: &'static str,
}

struct Podcast {
    address: String,
    title: String,
}

impl Preferences {
    /// A voice as one value: engine and voice.
    fn value(voice: &OfferedVoice) -> String {
        format!("{}/{}", voice.model, voice.voice)
    }

    fn has_card(&self, voice: &OfferedVoice) -> bool {
        self.carded.contains(&voice.voice)
    }

    fn is_chosen(&self, voice: &OfferedVoice) -> bool {
        self.chosen == Self::value(voice)
    }

    fn speed(&self) -> f32 {
        self.settings.speed.unwrap_or(1.0)
    }

    fn pauses(&self) -> f32 {
        self.settings.pauses.unwrap_or(1.0)
    }

    fn has_format(&self, format: &str) -> bool {
        self.settings.format.as_deref().unwrap_or("m4b") == format
    }

    fn has_loudness(&self, loudness: &str) -> bool {
        self.settings.loudness.as_deref().unwrap_or("audiobook") == loudness
    }

    fn is_on(value: &Option<bool>) -> bool {
        value.unwrap_or(false)
    }

    fn megabytes(entry: &Entry) -> u64 {
        entry.size().div_ceil(1_000_000)
    }
}

/// The settings.
pub(crate) async fn page(
    State(master): State<Arc<Master>>,
    page: Page,
    headers: HeaderMap,
) -> Response {
    let settings = match settings::of(&master.database).await {
        Ok(settings) => settings,
        Err(error) => return trouble(page, error.into()),
    };
    let done = master
        .database
        .call(|connection| jobs::list(connection, Some(JobState::Done), 0, PODCASTS));
    let done = match done.await {
        Ok((done, _)) => done.into_iter(),
        Err(error) => return trouble(page, error.into()),
    };
    let voices = voices::all(&master).await.unwrap_or_default();
    let (simple, neural): (Vec<_>, Vec<_>) = voices
        .into_iter()
        .partition(|voice| voice.model == "espeak");
    let here = |entry: &&Entry| neural.iter().any(|voice| voice.voice == entry.name());
    show(&Preferences {
        languages: LANGUAGES,
        more: catalogue::entries().iter().filter(|e| !here(e)).collect(),
        chosen: chosen(&settings),
        settings,
        feeds: feeds::address(&master, &headers),
        podcasts: done
            .map(|job| Podcast {
                title: job.record.title,
                address: feeds::podcast_address(&master, &headers, &job.id),
            })
            .collect(),
        has_token: master.settings.token.is_some(),
        version: env!("CARGO_PKG_VERSION"),
        carded: neural
            .iter()
            .map(|voice| voice.voice.clone())
            .filter(|name| master.studio.data.voices().card(name).is_some())
            .collect(),
        neural,
        simple,
        page,
    })
}

fn chosen(settings: &JobSettings) -> String {
    let engine = settings.engine.as_deref().unwrap_or_default();
    let voice = settings.voice.as_deref().unwrap_or_default();
    format!("{engine}/{voice}")
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
}

/// Keeps the language that a person chose.
pub(crate) async fn speak(Form(choice): Form<Choice>) -> Response {
    let Some(language) = LANGUAGES.iter().find(|known| **known == choice.language) else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let cookie = format!("{CHOICE}={language}; Path=/; Max-Age={GOOD_FOR}; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/preferences")).into_response()
}

#[derive(Template)]
#[template(path = "licences.html")]
struct Licences {
    page: Page,
    texts: [&'static str; 3],
}

/// What this is built with, and under which licences.
pub(crate) async fn licences(page: Page) -> Response {
    show(&Licences {
        page,
        texts: [
            include_str!("../../../../NOTICE"),
            include_str!("../../../../LICENSE-MIT"),
            include_str!("../../../../LICENSE-APACHE"),
        ],
    })
}
