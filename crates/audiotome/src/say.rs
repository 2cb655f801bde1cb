//! `audiotome say`: a voice tried on a text.

use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use anyhow::Context as _;
use audiotome_audio::{OutputFormat, Target};
use audiotome_book::{Manner, pieces};
use audiotome_codec::wav;
use audiotome_core::{Block, BlockKind, Clip, Language, Utterance};
use audiotome_production::{DataFolder, Installed, Narrator};

use crate::cli::SayArgs;
use crate::exit::{DONE, Ending, FAILED, USAGE};
use crate::lexicon;

pub(crate) fn run(args: SayArgs, data: &DataFolder) -> anyhow::Result<u8> {
    if Target::format(&args.output).is_some_and(|named| named != OutputFormat::Wav) {
        let message = format!("`{}` would be a WAV file", args.output.display());
        return Err(Ending::new(USAGE, message, "name it `….wav`").into());
    }
    let text = if args.text == "-" {
        stdin()?
    } else {
        args.text
    };
    let rules = lexicon::of_text(data, &args.lexicon.lexicon)?;
    let language = Language::new(&args.language);
    let installed = Installed::new(data.voices());
    let narrator = Narrator::choose(&language, &args.voice.wish(), &installed, &[])?;
    let manner = Manner {
        lexicon: lexicon::parsed(&rules)?,
        ..args.rules.manner()
    };
    let clip = speak(&narrator, &language, &manner, &text)?;
    audiotome_files::write(&args.output, &wav::encode(&clip))
        .with_context(|| format!("can't write `{}`", args.output.display()))?;
    let mut stderr = io::stderr();
    writeln!(
        stderr,
        "{:.1} s read by {}",
        clip.duration().as_secs_f64(),
        narrator.name()
    )?;
    if let Some(advice) = &narrator.advice {
        writeln!(stderr, "a better voice: `{advice}`")?;
    }
    writeln!(io::stdout(), "{}", args.output.display())?;
    Ok(DONE)
}

fn stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    io::stdin()
        .read_to_string(&mut text)
        .context("can't read the text from stdin")?;
    Ok(text)
}

/// The whole text as one clip, sentence by sentence with the usual pauses.
fn speak(
    narrator: &Narrator,
    language: &Language,
    manner: &Manner,
    text: &str,
) -> anyhow::Result<Clip> {
    let narration = &narrator.narration;
    let voice: Arc<str> = narration.voice.as_str().into();
    let (mut rate, mut samples) = (0, Vec::new());
    for paragraph in text.split("\n\n") {
        for piece in pieces(
            &Block::new(
                BlockKind::Paragraph,
                paragraph.split_whitespace().collect::<Vec<_>>().join(" "),
            ),
            language,
            manner,
        ) {
            let utterance = Utterance {
                text: piece.spoken.into(),
                voice: Arc::clone(&voice),
                language: language.clone(),
                speed: narration.speed,
            };
            let clip = narrator
                .engine
                .synthesize(&utterance)
                .with_context(|| format!("can't say `{}`", piece.source))?;
            rate = clip.sample_rate();
            let pause = if piece.continues {
                narration.pauses.clause
            } else {
                narration.pauses.sentence
            };
            samples.extend_from_slice(clip.samples());
            samples.resize(
                samples.len() + usize::try_from(u128::from(rate) * pause.as_millis() / 1_000)?,
                0,
            );
        }
    }
    if samples.is_empty() {
        return Err(Ending::new(
            FAILED,
            "there is nothing to say in this text",
            "give a text with letters or digits",
        )
        .into());
    }
    Ok(Clip::new(rate, samples)?)
}
