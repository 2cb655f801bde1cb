//! The floor: an engine bare in a loop on all cores, nothing checked, kept or assembled.
//!
//! `cargo bench --bench floor -- BOOK ENGINE VOICE_FOLDER` prints one JSON line. What `convert` takes
//! beyond the wall time printed here is the price of checking, keeping, encoding and writing.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program"
)]

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use audiotome_book::{Manner, ReadOptions, pieces, read};
use audiotome_core::{Language, Narration, Pauses, Plan, Segment, SpeechEngine, Speed};
use audiotome_speech::{EngineKind, VoiceFolder, choose, open};
use clap::Parser;
use serde_json::json;

#[derive(Parser)]
struct Args {
    book: PathBuf,
    engine: EngineKind,
    voices: PathBuf,
    /// Only so many chapters.
    #[arg(long, default_value_t = usize::MAX)]
    chapters: usize,
    /// Only so many sentences.
    #[arg(long, default_value_t = usize::MAX)]
    sentences: usize,
    /// Utterances at once; by default one for each core.
    #[arg(long)]
    slots: Option<usize>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let slots = args.slots.unwrap_or(cores);
    let (engine, plan) = prepare(&args);
    // A sentence that occurs twice is spoken once by `convert`, so here too.
    let mut seen = HashSet::new();
    let fresh = plan.segments.iter().filter(|s| seen.insert(s.key));
    let segments: Vec<_> = fresh.take(args.sentences).collect();

    let (started, cpu) = (Instant::now(), cpu_seconds());
    let audio = speak(&*engine, &segments, slots).as_secs_f64();
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;

    let characters = |segment: &&Segment| segment.utterance.text.chars().count();
    let characters: usize = segments.iter().map(characters).sum();
    let result = json!({
        "engine": args.engine, "slots": slots, "segments": segments.len(), "characters": characters,
        "audio_s": audio, "wall_s": wall, "cpu_s": cpu, "characters_per_s": characters as f64 / wall,
        "times_real_time": audio / wall,
    });
    println!("{result}");
}

fn prepare(args: &Args) -> (std::sync::Arc<dyn SpeechEngine>, Plan) {
    let book = read(&args.book, &ReadOptions::default()).unwrap();
    let language = book.metadata.language.clone();
    let language = language.unwrap_or_else(Language::undetermined);
    let folder = VoiceFolder::new(args.voices.clone());
    let choice = choose(&folder, &language, Some(args.engine), None).unwrap();
    let engine = open(&folder, &choice).unwrap();
    let narration = Narration {
        engine: engine.id().clone(),
        voice: choice.voice,
        language,
        speed: Speed::NORMAL,
        pauses: Pauses::default(),
    };
    let wanted = |chapter| chapter <= args.chapters;
    let split = |block: &_, language: &_| pieces(block, language, &Manner::default());
    let plan = Plan::new(&book, narration, wanted, split);
    (engine, plan)
}

/// Speaks everything and returns how long it sounds.
fn speak(engine: &dyn SpeechEngine, segments: &[&Segment], slots: usize) -> Duration {
    let (next, nanoseconds) = (AtomicUsize::new(0), AtomicU64::new(0));
    let slot = || {
        while let Some(segment) = segments.get(next.fetch_add(1, Ordering::Relaxed)) {
            let sound = engine.synthesize(&segment.utterance).unwrap().duration();
            let length = u64::try_from(sound.as_nanos()).unwrap();
            nanoseconds.fetch_add(length, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..slots {
            scope.spawn(slot);
        }
    });
    Duration::from_nanos(nanoseconds.into_inner())
}

/// User and system time of this process, as far as Linux tells; its ticks are a hundredth of a second.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name is in brackets and may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
