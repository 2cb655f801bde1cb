//! eSpeak's own list of voices, and which of them is nearest to a language.

use std::path::Path;

use audiotome_core::{Language, Voice};

use super::LIMIT;
use crate::{OpenError, process};

/// A line of `espeak-ng --voices`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EspeakVoice {
    /// As everybody else sees it; its name is what `-v` takes.
    pub(crate) voice: Voice,
    /// Other languages that it speaks, lower-case, the best first in each (lower is better).
    also: Vec<(String, u32)>,
}

/// Asks `program` for its voices; where two have the same code, the first is the one that it takes.
///
/// # Errors
/// When it doesn't work.
pub(super) fn list(program: &Path) -> Result<Vec<EspeakVoice>, OpenError> {
    let answer = process::run(program, &["--voices"], b"", LIMIT)?;
    let mut voices: Vec<EspeakVoice> = Vec::new();
    for line in String::from_utf8_lossy(&answer).lines().skip(1) {
        if let Some(voice) = parse(line)
            && !voices.iter().any(|v| v.voice.name == voice.voice.name)
        {
            voices.push(voice);
        }
    }
    Ok(voices)
}

/// Asks `program` for the variants that any of its voices can have: the `f3` of `en-us+f3`.
///
/// # Errors
/// When it doesn't work.
pub(super) fn variants(program: &Path) -> Result<Vec<String>, OpenError> {
    let answer = process::run(program, &["--voices=variant"], b"", LIMIT)?;
    let answer = String::from_utf8_lossy(&answer);
    let files = answer.split_whitespace();
    let variants = files.filter_map(|file| file.strip_prefix("!v/").map(str::to_owned));
    Ok(variants.collect())
}

/// The voice that speaks `language` best: the whole tag first, then ever shorter ones (`zh-Hant-TW`,
/// `zh-Hant`, `zh`), and at last any voice of a region of the language.
pub(crate) fn nearest<'a>(voices: &'a [EspeakVoice], language: &Language) -> Option<&'a Voice> {
    let tag = language.as_str().to_ascii_lowercase();
    let mut shorter = tag.as_str();
    loop {
        if let Some(voice) = speaks(voices, shorter) {
            return Some(voice);
        }
        let Some((before, _)) = shorter.rsplit_once('-') else {
            break;
        };
        shorter = before;
    }
    let regional = |voice: &&EspeakVoice| voice.voice.language.primary() == shorter;
    voices.iter().find(regional).map(|found| &found.voice)
}

fn speaks<'a>(voices: &'a [EspeakVoice], tag: &str) -> Option<&'a Voice> {
    let fit = |voice: &EspeakVoice| {
        if voice.voice.name == tag {
            return Some(0);
        }
        let other = voice.also.iter().find(|(other, _)| other == tag);
        other.map(|(_, priority)| *priority)
    };
    voices
        .iter()
        .filter_map(|voice| Some((fit(voice)?, &voice.voice)))
        .min_by_key(|(fit, _)| *fit)
        .map(|(_, voice)| voice)
}

/// `Pty Language Age/Gender VoiceName File Other-Languages`, the last as `(fr-be 8)(fr 5)`.
fn parse(line: &str) -> Option<EspeakVoice> {
    let mut columns = line.split_whitespace();
    let (_, code, _, title) = (
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
    );
    let _file = columns.next();
    let rest = columns.collect::<Vec<_>>().join(" ");
    let also = rest
        .split(['(', ')'])
        .filter_map(|pair| pair.split_once(' '))
        .filter_map(|(tag, priority)| Some((tag.to_ascii_lowercase(), priority.parse().ok()?)))
        .collect();
    Some(EspeakVoice {
        voice: Voice {
            name: code.to_owned(),
            language: Language::new(code),
            description: format!("{}, robotic", title.trim_end_matches('_').replace('_', " ")),
        },
        also,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh 5)
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 5  es              --/M      Spanish_(Spain)    roa/es
 5  es-419          --/M      Spanish_(Latin_America) roa/es-419           (es-mx 6)(es 6)
 5  fr-be           --/M      French_(Belgium)   roa/fr-BE            (fr 8)
 5  fr-fr           --/M      French_(France)    roa/fr               (fr 5)
 5  nb              --/M      Norwegian_Bokmål  gmq/nb               (no 5)
 5  pt              --/M      Portuguese_(Portugal) roa/pt               (pt-pt 5)
 5  pt-br           --/M      Portuguese_(Brazil) roa/pt-BR            (pt 6)
 5  chr-US-Qaaa-x-west --/M      Cherokee_          iro/chr
 5  yue             --/M      Chinese_(Cantonese) sit/yue              (zh-yue 5)(zh 8)
";

    #[test]
    fn the_nearest_voice_follows_the_list() {
        let voices: Vec<_> = LIST.lines().filter_map(parse).collect();
        assert_eq!(voices.len(), 12);
        for (tag, expected) in [
            ("en", Some("en-gb")),
            ("en-GB", Some("en-gb")),
            ("en-US", Some("en-us")),
            ("en-AU", Some("en-gb")),
            ("zh", Some("cmn")),
            ("zh-Hant-TW", Some("cmn")),
            ("zh-yue", Some("yue")),
            ("pt-BR", Some("pt-br")),
            ("pt-PT", Some("pt")),
            ("es-MX", Some("es-419")),
            ("es-AR", Some("es")),
            ("fr", Some("fr-fr")),
            ("fr-CA", Some("fr-fr")),
            ("no", Some("nb")),
            ("chr", Some("chr-US-Qaaa-x-west")),
            ("tlh", None),
            ("und", None),
        ] {
            let found = nearest(&voices, &Language::new(tag));
            assert_eq!(found.map(|voice| &*voice.name), expected, "{tag}");
        }
    }

    #[test]
    fn a_line_tells_name_language_and_description() {
        let voice = parse(LIST.lines().nth(7).unwrap()).unwrap().voice;
        assert_eq!(voice.name, "nb");
        assert_eq!(voice.language, Language::new("nb"));
        assert_eq!(voice.description, "Norwegian Bokmål, robotic");
    }
}
