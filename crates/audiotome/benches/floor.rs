//! The floor: an engine bare in a loop on all cores, nothing kept, nothing assembled.
//!
//! `cargo bench --bench floor -- BOOK ENGINE VOICE_FOLDER [FIRST_CHAPTERS] [SLOTS] [SENTENCES]` prints one JSON line:
//! segments, characters, seconds of audio, wall and CPU seconds, peak memory. What `convert` takes
//! beyond the wall time printed here is the price of checking, keeping, encoding and writing.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a measuring program"
)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use audiotome_book::{Limits, ReadOptions, pieces, read};
use audiotome_core::{Language, Narration, Pauses, Plan, Speed};
use audiotome_speech::{EngineKind, VoiceFolder, choose, open};

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    if args.len() < 3 {
        println!(
            "usage: cargo bench --bench floor -- BOOK ENGINE VOICE_FOLDER [FIRST_CHAPTERS] [SLOTS] [SENTENCES]"
        );
        return;
    }
    let number = |index: usize| {
        args.get(index)
            .and_then(|arg| arg.parse::<usize>().ok())
            .filter(|number| *number > 0)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (chapters, slots, sentences) = (
        number(3).unwrap_or(usize::MAX),
        number(4).unwrap_or(cores),
        number(5).unwrap_or(usize::MAX),
    );

    let book = read(args[0].as_ref(), &ReadOptions::default()).unwrap();
    let language = book
        .metadata
        .language
        .clone()
        .unwrap_or_else(Language::undetermined);
    let folder = VoiceFolder::new(PathBuf::from(&args[2]));
    let choice = choose(
        &folder,
        &language,
        Some(args[1].parse::<EngineKind>().unwrap()),
        None,
    )
    .unwrap();
    let engine = open(&folder, &choice).unwrap();
    let narration = Narration {
        engine: engine.id().clone(),
        voice: choice.voice,
        language,
        speed: Speed::NORMAL,
        pauses: Pauses::default(),
    };
    let plan = Plan::new(
        &book,
        narration,
        |chapter| chapter <= chapters,
        |block, language| pieces(block, language, Limits::default()),
    );

    // A sentence that occurs twice is spoken once by `convert`, so here too.
    let mut seen = std::collections::HashSet::new();
    let segments: Vec<_> = plan
        .segments
        .iter()
        .filter(|segment| seen.insert(segment.key))
        .take(sentences)
        .collect();
    let (next, milliseconds) = (AtomicUsize::new(0), AtomicU64::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..slots {
            scope.spawn(|| {
                while let Some(segment) = segments.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let clip = engine.synthesize(&segment.utterance).unwrap();
                    milliseconds.fetch_add(
                        u64::try_from(clip.duration().as_millis()).unwrap(),
                        Ordering::Relaxed,
                    );
                }
            });
        }
    });
    let wall = started.elapsed().as_secs_f64();
    let characters: usize = segments
        .iter()
        .map(|segment| segment.utterance.text.chars().count())
        .sum();
    let audio = milliseconds.into_inner() as f64 / 1_000.0;
    println!(
        r#"{{"engine":"{}","slots":{slots},"segments":{},"characters":{characters},"audio_s":{audio:.1},"wall_s":{wall:.2},"characters_per_s":{:.0},"times_real_time":{:.1}}}"#,
        args[1],
        segments.len(),
        characters as f64 / wall,
        audio / wall
    );
}
