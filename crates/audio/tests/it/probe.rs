//! What ffprobe and ffmpeg say about a file.

use std::path::Path;
use std::process::Command;

use audiotome_core::{ChapterMark, Timeline};
use serde_json::Value;

use crate::fixture::{RATE, chirp};

pub(crate) struct Probe(Value);

pub(crate) fn probe(file: &Path) -> Probe {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-count_packets"])
        .args(["-show_chapters", "-show_format", "-show_streams"])
        .arg(file)
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    Probe(serde_json::from_slice(&output.stdout).unwrap())
}

impl Probe {
    /// Titles and starts in seconds.
    pub(crate) fn chapters(&self) -> Vec<(String, f64)> {
        let chapters = self.0["chapters"].as_array().unwrap().iter();
        chapters
            .map(|chapter| {
                let title = chapter["tags"]["title"].as_str().unwrap_or_default();
                let start = chapter["start_time"].as_str().unwrap();
                (title.to_owned(), start.parse().unwrap())
            })
            .collect()
    }

    /// A tag of the file, or of its audio (where Ogg has them).
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let places = [&self.0["format"]["tags"], &self.audio()["tags"]];
        places.into_iter().find_map(|tags| {
            let tags = tags.as_object()?;
            let (_, value) = tags
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value.as_str()
        })
    }

    pub(crate) fn audio(&self) -> &Value {
        let streams = self.0["streams"].as_array().unwrap();
        streams.iter().find(|s| s["codec_type"] == "audio").unwrap()
    }

    /// Width of the attached cover.
    pub(crate) fn cover_width(&self) -> Option<u64> {
        let streams = self.0["streams"].as_array().unwrap();
        let cover = streams.iter().find(|s| s["codec_type"] == "video")?;
        assert_eq!(cover["disposition"]["attached_pic"], 1);
        cover["width"].as_u64()
    }

    pub(crate) fn packets(&self) -> u64 {
        let packets = self.audio()["nb_read_packets"].as_str().unwrap();
        packets.parse().unwrap()
    }
}

/// Every sample that ffmpeg decodes, at `RATE`.
pub(crate) fn decode(file: &Path) -> Vec<i16> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-map", "0:a", "-f", "s16le", "-ac", "1", "-ar"])
        .args([&RATE.to_string(), "-"])
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let pairs = output.stdout.chunks_exact(2);
    pairs.map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

/// How many samples the chirp lies from where it should be, looked for 30 ms around.
pub(crate) fn chirp_error(decoded: &[i16], expected: u64) -> i64 {
    let chirp = chirp(RATE, 80);
    let around = i64::from(RATE) * 30 / 1000;
    let correlation = |offset: i64| -> i64 {
        let start = expected as i64 + offset;
        let at = |i: usize| {
            usize::try_from(start + i as i64)
                .ok()
                .and_then(|i| decoded.get(i))
        };
        let products = chirp
            .iter()
            .enumerate()
            .map(|(i, c)| i64::from(*c) * i64::from(at(i).copied().unwrap_or(0)));
        products.sum()
    };
    (-around..=around)
        .max_by_key(|offset| correlation(*offset))
        .unwrap()
}

/// Chapter marks of a file against the timeline, to the millisecond.
pub(crate) fn assert_marks(
    probe: &Probe,
    timeline: &Timeline,
    title: impl Fn(&ChapterMark) -> String,
) {
    let chapters = probe.chapters();
    assert_eq!(chapters.len(), timeline.chapters.len());
    for ((found, start), mark) in chapters.iter().zip(&timeline.chapters) {
        assert_eq!(found.trim_end(), title(mark));
        let expected = mark.start as f64 / f64::from(timeline.sample_rate);
        assert!(
            (start - expected).abs() < 0.001,
            "{found}: {start} for {expected}"
        );
    }
}

/// Line breaks have no place in a list.
pub(crate) fn one_line(mark: &ChapterMark) -> String {
    mark.title.replace('\n', " ")
}
