//! A small book with clips made of arithmetic.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::{
    Assembly, Audiobook, EncodedChapter, Gain, MemoryStore, OutputFormat, Published, Tags, Target,
    encode_chapter, publish,
};
use audiotome_core::{
    AudioStore as _, Block, BlockKind, Book, Chapter, Clip, Cover, EngineId, Language, Metadata,
    Narration, Pauses, Piece, Plan, Series, Speed,
};
use tempfile::TempDir;

pub(crate) const RATE: u32 = 24_000;

/// A plan, its clips, and a folder for what is made of them.
pub(crate) struct Fixture {
    pub(crate) plan: Plan,
    pub(crate) store: MemoryStore,
    pub(crate) folder: TempDir,
    pub(crate) cover: Option<Cover>,
    pub(crate) tags: Tags,
    pub(crate) gain: Gain,
}

/// A book of chapters with a title and clips each; short pauses, so that tests are quick.
pub(crate) async fn book(chapters: Vec<(String, Vec<Clip>)>) -> Fixture {
    let store = MemoryStore::default();
    let blocks = |index: usize, clips: usize| {
        let block = |clip| Block::new(BlockKind::Paragraph, format!("Clip {clip} of {index}."));
        (0..clips).map(block).collect()
    };
    let book = Book {
        chapters: chapters
            .iter()
            .enumerate()
            .map(|(index, (title, clips))| Chapter {
                title: title.clone(),
                blocks: blocks(index, clips.len()),
            })
            .collect(),
        ..Book::default()
    };
    let split = |block: &Block, _: &Language| {
        vec![Piece {
            source: block.text.clone(),
            spoken: block.text.clone(),
            continues: false,
        }]
    };
    let plan = Plan::new(&book, narration(), |_| true, split);
    let clips = chapters.into_iter().flat_map(|(_, clips)| clips);
    for (segment, clip) in plan.segments.iter().zip(clips) {
        store.put(&segment.key, clip).await.unwrap();
    }
    Fixture {
        plan,
        store,
        folder: tempfile::tempdir().unwrap(),
        cover: None,
        tags: tags(),
        gain: Gain::new(0.0, -3.5),
    }
}

impl Fixture {
    pub(crate) fn assembly(&self, format: OutputFormat) -> Assembly {
        let work = self.folder.path().join("work");
        Assembly::new(work, format, self.gain, Ffmpeg::find().unwrap())
    }

    pub(crate) async fn encode(&self, assembly: &Assembly) -> Vec<EncodedChapter> {
        let mut chapters = Vec::new();
        for chapter in 0..self.plan.chapters.len() {
            let encoded = encode_chapter(&self.store, &self.plan, chapter, assembly).await;
            chapters.push(encoded.unwrap());
        }
        chapters
    }

    pub(crate) fn audiobook<'a>(&'a self, chapters: &'a [EncodedChapter]) -> Audiobook<'a> {
        Audiobook {
            plan: &self.plan,
            chapters,
            tags: &self.tags,
            cover: self.cover.as_ref(),
            ebook: None,
        }
    }

    /// The book as one file `book.EXT`.
    pub(crate) async fn publish(&self, format: OutputFormat) -> (PathBuf, Published) {
        self.publish_by(format, &self.assembly(format)).await
    }

    pub(crate) async fn publish_by(
        &self,
        format: OutputFormat,
        assembly: &Assembly,
    ) -> (PathBuf, Published) {
        let file = self.folder.path().join(format!("out/book.{format}"));
        let chapters = self.encode(assembly).await;
        let target = Target::File(file.clone());
        let book = self.audiobook(&chapters);
        let published = publish(book, format, &target, assembly).await.unwrap();
        (file, published)
    }
}

/// A sweep that correlates with itself at one place only.
pub(crate) fn chirp(rate: u32, ms: u32) -> Vec<i16> {
    let samples = rate * ms / 1000;
    let sweep = |i| {
        let t = f64::from(i) / f64::from(rate);
        let length = f64::from(ms) / 1000.0;
        let phase = 500.0 * t + (3_500.0 - 500.0) * t * t / (2.0 * length);
        ((std::f64::consts::TAU * phase).sin() * 12_000.0) as i16
    };
    (0..samples).map(sweep).collect()
}

pub(crate) fn chirp_clip() -> Clip {
    Clip::new(RATE, chirp(RATE, 80)).unwrap()
}

pub(crate) fn tone(seconds: f64, amplitude: f64) -> Clip {
    let samples = (0..(seconds * f64::from(RATE)) as u32).map(|i| {
        let t = f64::from(i) / f64::from(RATE);
        ((std::f64::consts::TAU * 440.0 * t).sin() * amplitude) as i16
    });
    Clip::new(RATE, samples.collect()).unwrap()
}

/// Titles that formats like to break.
pub(crate) fn hard_titles() -> Vec<String> {
    [
        "Глава первая: Отъезд",
        "Chapter 😀 = two; # \\ \"quoted\"",
        "第三章",
        "line\nbreak",
        "ends with a backslash\\",
    ]
    .map(str::to_owned)
    .to_vec()
}

pub(crate) fn cover(media_type: &str) -> Cover {
    let codec = if media_type == "image/png" {
        "png"
    } else {
        "mjpeg"
    };
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=300x400"])
        .args(["-frames:v", "1", "-c:v", codec, "-f", "image2pipe", "-"])
        .output()
        .unwrap();
    assert!(made.status.success());
    Cover {
        media_type: media_type.to_owned(),
        bytes: made.stdout,
    }
}

fn narration() -> Narration {
    Narration {
        engine: EngineId {
            engine: "arithmetic".to_owned(),
            version: "1".to_owned(),
            weights: String::new(),
        },
        voice: "sine".to_owned(),
        language: Language::new("en"),
        speed: Speed::NORMAL,
        pauses: Pauses {
            chapter_head: Duration::from_millis(50),
            chapter_tail: Duration::from_millis(90),
            paragraph: Duration::from_millis(130),
            ..Pauses::default()
        },
    }
}

fn tags() -> Tags {
    Tags {
        metadata: Metadata {
            title: "Пиковая дама; part #1".to_owned(),
            subtitle: Some("A story".to_owned()),
            authors: vec!["Александр Пушкин".to_owned(), "B. Writer".to_owned()],
            language: Some(Language::new("ru")),
            series: Some(Series {
                name: "Tales".to_owned(),
                position: Some("2".to_owned()),
            }),
            publisher: Some("Press".to_owned()),
            date: Some("1834".to_owned()),
            description: Some("First line\nsecond = line".to_owned()),
            isbn: Some("9780000000002".to_owned()),
            subjects: vec!["Fiction".to_owned(), "Classics".to_owned()],
        },
        narrator: "Hibari".to_owned(),
    }
}
