//! Before a book is spoken: how long that takes.

use std::sync::Arc;

use audiotome_dispatch::{MemberState, MemberStatus};
use audiotome_production::{Narrator, VoiceWish, expected_duration};
use audiotome_speech::EngineKind;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::books::{InsideQuery, stored};
use super::extract::{Json, Path};
use super::inside::Inside;
use super::problem::{Kind, Problem, Refusals};
use crate::database::jobs;
use crate::job::{Job, JobState};
use crate::master::Master;

/// Seconds of work on an hour of audiobook besides speaking it.
const ASSEMBLY: f64 = 2.5;
/// Jobs that are asked which engine the members spoke with.
const LATEST: usize = 8;

/// How long a book takes, as the cluster is now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Estimate {
    /// Chapters that would be read.
    chapters: usize,
    words: usize,
    characters: usize,
    /// Length of the audiobook.
    audio_seconds: u64,
    /// Until it is made; none while nobody speaks.
    making_seconds: Option<u64>,
    /// Who would read it.
    engine: String,
    voice: String,
}

/// How long the audiobook will be and how long it takes to make it, with what is kept for the book.
#[utoipa::path(
    get, path = "/books/{id}/estimate", tag = "books", params(("id" = String, Path)),
    responses((status = 200, body = Estimate), Refusals)
)]
pub(crate) async fn estimate(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<Estimate>, Problem> {
    let stored = stored(&master, &id).await?;
    let inside = Inside::open(&master, stored, InsideQuery::default()).await?;
    let (engine, voice) = reader(&master, &inside).await?;
    let latest = master
        .database
        .call(|connection| jobs::list(connection, None, 0, LATEST));
    let latest = latest.await?.0;
    let members = master.studio.cluster.members();
    let members: Vec<_> = members.iter().map(|member| member.status()).collect();
    let (mut chapters, mut words, mut characters) = (0, 0, 0);
    for (index, chapter) in inside.book.chapters.iter().enumerate() {
        if !inside.unread.contains(&(index + 1)) {
            chapters += 1;
            words += chapter.words();
            characters += chapter.characters();
        }
    }
    let normal = expected_duration(characters, &inside.language());
    let audio = normal.as_secs_f64() / f64::from(inside.order.voice.speed.factor());
    let rate = rate(engine, &members, &latest);
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let making = characters as f64 / rate + audio / 3_600.0 * ASSEMBLY;
    Ok(Json(Estimate {
        chapters,
        words,
        characters,
        audio_seconds: whole(audio).unwrap_or_default(),
        making_seconds: whole(making),
        engine: engine.to_string(),
        voice,
    }))
}

/// Whoever would read the book; refused when one of its voices is not there.
async fn reader(master: &Arc<Master>, inside: &Inside) -> Result<(EngineKind, String), Problem> {
    let (studio, language) = (Arc::clone(&master.studio), inside.language());
    let (wish, book) = (inside.order.voice.clone(), Arc::clone(&inside.book));
    // It may ask espeak-ng.
    let found = tokio::task::spawn_blocking(move || {
        let servers = studio.servers();
        let expected =
            |wish: &VoiceWish| Narrator::expected(&language, wish, &studio.installed, &servers);
        for other in wish.of_others(&book) {
            expected(&other)?;
        }
        expected(&wish.of_narrator())
    });
    let found = found.await;
    let found = found.map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))?;
    found.map_err(|error| {
        let hint = error.hint();
        Problem::new(Kind::Unprocessable, error.to_string()).with_hint(hint)
    })
}

/// Characters per second that a new job would get: from those who are free, or its fair share.
fn rate(engine: EngineKind, members: &[MemberStatus], latest: &[Job]) -> f64 {
    let spoken_with = latest.iter().find_map(|job| job.record.narrator.as_deref());
    let learnt = spoken_with.is_some_and(|name| name.split(' ').next() == Some(engine.name()));
    let speed = |member: &MemberStatus| match member.characters_per_second {
        speed if learnt && speed > 0.0 => speed,
        _ => usual_speed(engine),
    };
    let (mut free, mut all) = (0.0, 0.0);
    for member in members {
        if member.state == MemberState::Well {
            // One that was not asked yet speaks at least one text at once.
            let requests = member.requests.max(1);
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let [requests, busy] = [requests, member.busy].map(|count| count as f64);
            free += (requests - busy).max(0.0) * speed(member);
            all += requests * speed(member);
        }
    }
    let running = latest.iter().filter(|job| job.state == JobState::Running);
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let share = all / (1 + running.count()) as f64;
    share.max(free)
}

/// Characters per second and slot of a usual core, measured on long books.
fn usual_speed(engine: EngineKind) -> f64 {
    match engine {
        EngineKind::Espeak => 6_000.0,
        EngineKind::Hibari => 940.0,
        EngineKind::Piper => 100.0,
        // Nobody knows; about four times real time.
        EngineKind::OpenAi => 60.0,
        EngineKind::Tone => 20_000.0,
    }
}

fn whole(seconds: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds, rounded"
    )]
    seconds.is_finite().then_some(seconds.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(requests: usize, busy: usize, characters_per_second: f64) -> MemberStatus {
        MemberStatus {
            name: "a".to_owned(),
            state: MemberState::Well,
            reason: None,
            requests,
            busy,
            segments: 0,
            characters: 0,
            failures: 0,
            characters_per_second,
        }
    }

    #[test]
    fn nobody_makes_nothing_and_two_are_twice_as_fast() {
        let of = |members: &[MemberStatus]| rate(EngineKind::Hibari, members, &[]);
        assert_eq!(whole(1.0 / of(&[])), None);
        let draining = MemberStatus {
            state: MemberState::Draining,
            ..member(2, 0, 0.0)
        };
        assert_eq!(whole(1.0 / of(&[draining])), None);
        assert!(
            (of(&[member(2, 0, 9.0)]) - 1_880.0).abs() < 0.1,
            "nothing learnt of hibari"
        );
        assert!((of(&[member(1, 0, 0.0), member(0, 0, 0.0)]) - 1_880.0).abs() < 0.1);
    }
}
