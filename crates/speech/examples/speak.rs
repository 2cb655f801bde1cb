//! Speaks the lines of the standard input, one clip each, for measuring engines.
//!
//! Usage: `speak VOICES ENGINE VOICE FOLDER`. Writes `0.pcm`, `1.pcm`, … (16-bit mono) into the
//! folder and prints a line of JSON for each: sample rate, phonemes (hibari's only), and the CPU
//! seconds that the clip took (Linux only).

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;

use audiotome_core::{Language, Speed, Utterance};
use audiotome_speech::{Choice, EngineKind, Hibari, VoiceFolder, open};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [voices, engine, voice, folder] = arguments.as_slice() else {
        return Err("usage: speak VOICES ENGINE VOICE FOLDER".into());
    };
    let choice = Choice {
        engine: engine.parse()?,
        voice: voice.clone(),
        advice: None,
    };
    let speaker = open(&VoiceFolder::new(voices.into()), &choice)?;
    let hibari = match choice.engine {
        EngineKind::Hibari => Some(Hibari::open(&Path::new(voices).join("hibari"))?),
        _ => None,
    };
    let say = |text: &str| {
        speaker.synthesize(&Utterance {
            text: text.into(),
            voice: voice.as_str().into(),
            language: Language::new("en-US"),
            speed: Speed::NORMAL,
        })
    };
    // What is made once isn't counted.
    say("Warm up.")?;
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let text = line?;
        let phonemes = hibari
            .as_ref()
            .map(|hibari| hibari.phonemes(&text))
            .transpose()?;
        let before = cpu_seconds();
        let clip = say(&text)?;
        let cpu_s = cpu_seconds() - before;
        let bytes: Vec<u8> = clip
            .samples()
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        audiotome_files::write(&Path::new(folder).join(format!("{number}.pcm")), &bytes)?;
        let told = json!({ "rate": clip.sample_rate(), "phonemes": phonemes, "cpu_s": cpu_s });
        writeln!(std::io::stdout(), "{told}")?;
    }
    Ok(())
}

/// What the threads of this process and its ended children have used; 0 where nobody tells.
fn cpu_seconds() -> f64 {
    let stat = fs_err::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may have spaces; times are the 12th to 15th field after it, in 10 ms.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(4);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}
