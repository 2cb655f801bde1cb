//! The language that a text is really in: what books say about it may be wrong.

use std::borrow::Cow;

use audiotome_core::Language;
use whatlang::{Lang, Script};

/// Fewer letters say too little.
const LEAST_LETTERS: usize = 60;
/// The same in Chinese, Japanese and Korean.
const LEAST_DENSE_LETTERS: usize = 15;
/// In a sample in Chinese, Japanese or Korean, one letter of so many is, at least: names, commands
/// and code stand between them, and a letter of theirs says as much as four Latin ones.
const DENSE_SHARE: usize = 5;
/// Confidence of one sample that is believed.
const CONFIDENT: f64 = 0.8;
/// Confidence of a single passage that is believed against its book.
const SURE: f64 = 0.9;

/// The language of a book from what it declares and from passages of its text.
///
/// The declared language stands unless the samples are in a script that it isn't written in, or
/// at least four of five of them are in another language at high confidence. Without a declared
/// language, the one that most samples are in. A declared region or script stays when the
/// language is right.
pub(crate) fn language(declared: Option<&Language>, samples: &[&str]) -> Option<Language> {
    let declared = declared.filter(|language| !language.is_undetermined());
    let found: Vec<_> = samples
        .iter()
        .filter(|sample| sample.chars().filter(|c| c.is_alphabetic()).count() >= LEAST_LETTERS)
        .filter_map(|sample| whatlang::detect(&without_latin(sample)))
        .collect();
    let Some((code, votes)) = most_common(found.iter().map(|info| code_of(info.lang()))) else {
        return declared.cloned();
    };
    let Some(declared) = declared else {
        return Some(Language::new(code));
    };
    if same(declared, code) {
        return Some(declared.clone());
    }
    let sure = found
        .iter()
        .filter(|info| code_of(info.lang()) == code && info.confidence() >= CONFIDENT)
        .count();
    let other_script = most_common(found.iter().map(whatlang::Info::script))
        .zip(scripts_of(declared))
        .is_some_and(|((script, count), scripts)| {
            // Latin letters stand in every technical book, Chinese ones only in a Chinese book.
            let enough = is_dense_script(script) || count * 5 >= found.len() * 4;
            enough && !scripts.contains(&script)
        });
    let outvoted = sure * 5 >= found.len() * 4 && found.len() >= 2;
    if (other_script && votes * 2 > found.len()) || outvoted {
        Some(Language::new(code))
    } else {
        Some(declared.clone())
    }
}

/// The language of a passage in a book in the language `own`, where it is surely another one.
pub(crate) fn other_language(passage: &str, own: &Language) -> Option<Language> {
    let sample = without_latin(passage);
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    let found = whatlang::detect(&sample)?;
    let least = if is_dense_script(found.script()) {
        LEAST_DENSE_LETTERS
    } else {
        LEAST_LETTERS
    };
    let code = code_of(found.lang());
    // In another script it is another language, whichever of those that are written in it.
    let other_script = scripts_of(own).is_some_and(|scripts| !scripts.contains(&found.script()));
    let sure = other_script || found.is_reliable() && found.confidence() >= SURE;
    (letters >= least && sure && !same(own, code)).then(|| Language::new(code))
}

/// A sample in a dense script without the Latin words in it.
fn without_latin(sample: &str) -> Cow<'_, str> {
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    let dense = |c: &char| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}');
    if sample.chars().filter(dense).count() * DENSE_SHARE < letters {
        return Cow::Borrowed(sample);
    }
    let kept = sample.chars().filter(|c| !c.is_ascii_alphabetic());
    Cow::Owned(kept.collect())
}

fn is_dense_script(script: Script) -> bool {
    use Script::{Hangul, Hiragana, Katakana, Mandarin};
    matches!(script, Mandarin | Hiragana | Katakana | Hangul)
}

/// The most frequent item and how often it occurs; of equals the first.
fn most_common<T: Copy + PartialEq>(items: impl Iterator<Item = T>) -> Option<(T, usize)> {
    let mut counts: Vec<(T, usize)> = Vec::new();
    for item in items {
        match counts.iter_mut().find(|(known, _)| *known == item) {
            Some((_, count)) => *count += 1,
            None => counts.push((item, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count)
}

/// Whether `declared` is another name of what is detected as `code`, or so near that whatlang
/// can't tell them apart.
fn same(declared: &Language, code: &str) -> bool {
    const NEAR: [&[&str]; 6] = [
        &["no", "nb", "nn", "da"],
        &["hr", "sr", "bs", "sh"],
        &["id", "ms"],
        &["zh", "yue", "wuu", "cmn", "lzh"],
        &["fa", "prs", "ps"],
        &["cs", "sk"],
    ];
    let primary = declared.primary();
    primary == code
        || NEAR
            .iter()
            .any(|group| group.contains(&primary) && group.contains(&code))
}

/// Scripts that a declared language is written in; unknown languages have none.
fn scripts_of(declared: &Language) -> Option<Vec<Script>> {
    let all: Vec<Script> = Script::all()
        .iter()
        .copied()
        .filter(|script| {
            script
                .langs()
                .iter()
                .any(|lang| code_of(*lang) == declared.primary())
        })
        .collect();
    if all.is_empty() {
        return None;
    }
    // Serbian, Azerbaijani, Turkmen and others change scripts; whatlang knows one for each.
    let two = ["sr", "az", "tk", "uz", "bs", "sh", "mn", "kk", "ku", "pa"];
    (!two.contains(&declared.primary())).then_some(all)
}

/// The tag of a detected language: two letters where ISO 639-1 has them.
fn code_of(lang: Lang) -> &'static str {
    TAGS.iter()
        .find(|(known, _)| *known == lang)
        .map_or_else(|| lang.code(), |(_, tag)| tag)
}

const TAGS: [(Lang, &str); 70] = [
    (Lang::Epo, "eo"),
    (Lang::Eng, "en"),
    (Lang::Rus, "ru"),
    (Lang::Cmn, "zh"),
    (Lang::Spa, "es"),
    (Lang::Por, "pt"),
    (Lang::Ita, "it"),
    (Lang::Ben, "bn"),
    (Lang::Fra, "fr"),
    (Lang::Deu, "de"),
    (Lang::Ukr, "uk"),
    (Lang::Kat, "ka"),
    (Lang::Ara, "ar"),
    (Lang::Hin, "hi"),
    (Lang::Jpn, "ja"),
    (Lang::Heb, "he"),
    (Lang::Yid, "yi"),
    (Lang::Pol, "pl"),
    (Lang::Amh, "am"),
    (Lang::Jav, "jv"),
    (Lang::Kor, "ko"),
    (Lang::Nob, "no"),
    (Lang::Dan, "da"),
    (Lang::Swe, "sv"),
    (Lang::Fin, "fi"),
    (Lang::Tur, "tr"),
    (Lang::Nld, "nl"),
    (Lang::Hun, "hu"),
    (Lang::Ces, "cs"),
    (Lang::Ell, "el"),
    (Lang::Bul, "bg"),
    (Lang::Bel, "be"),
    (Lang::Mar, "mr"),
    (Lang::Kan, "kn"),
    (Lang::Ron, "ro"),
    (Lang::Slv, "sl"),
    (Lang::Hrv, "hr"),
    (Lang::Srp, "sr"),
    (Lang::Mkd, "mk"),
    (Lang::Lit, "lt"),
    (Lang::Lav, "lv"),
    (Lang::Est, "et"),
    (Lang::Tam, "ta"),
    (Lang::Vie, "vi"),
    (Lang::Urd, "ur"),
    (Lang::Tha, "th"),
    (Lang::Guj, "gu"),
    (Lang::Uzb, "uz"),
    (Lang::Pan, "pa"),
    (Lang::Aze, "az"),
    (Lang::Ind, "id"),
    (Lang::Tel, "te"),
    (Lang::Pes, "fa"),
    (Lang::Mal, "ml"),
    (Lang::Ori, "or"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Sin, "si"),
    (Lang::Khm, "km"),
    (Lang::Tuk, "tk"),
    (Lang::Aka, "ak"),
    (Lang::Zul, "zu"),
    (Lang::Sna, "sn"),
    (Lang::Afr, "af"),
    (Lang::Lat, "la"),
    (Lang::Slk, "sk"),
    (Lang::Cat, "ca"),
    (Lang::Tgl, "tl"),
    (Lang::Hye, "hy"),
    (Lang::Cym, "cy"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.";
    const GERMAN: &str = "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem ungeheueren Ungeziefer verwandelt.";
    const CHINESE: &str = "我在年青時候也曾經做過許多夢，後來大半忘卻了，但自己也並不以為可惜。所謂回憶者，雖說可以使人歡欣，有時也不免使人寂寞，使精神的絲縷還牽著己逝的寂寞的時光。";

    fn found(declared: Option<&str>, samples: &[&str]) -> Option<String> {
        let declared = declared.map(Language::new);
        language(declared.as_ref(), samples).map(|language| language.as_str().to_owned())
    }

    #[test]
    fn a_right_declaration_keeps_its_region() {
        assert_eq!(
            found(Some("en-GB"), &[ENGLISH; 3]).as_deref(),
            Some("en-GB")
        );
        assert_eq!(
            found(Some("zh-Hant"), &[CHINESE; 2]).as_deref(),
            Some("zh-Hant")
        );
    }

    #[test]
    fn a_lie_is_overruled() {
        assert_eq!(found(Some("en"), &[CHINESE]).as_deref(), Some("zh"));
        assert_eq!(found(Some("en"), &[GERMAN; 5]).as_deref(), Some("de"));
    }

    #[test]
    fn latin_names_and_code_do_not_hide_chinese() {
        let mixed = format!("{CHINESE} {}", "dpkg-buildpackage ".repeat(15));
        let manual = [&mixed, &mixed, &mixed, ENGLISH, ENGLISH];
        assert_eq!(found(Some("en"), &manual).as_deref(), Some("zh"));
        let quoting = format!("{ENGLISH} {ENGLISH} 我在年青時候也曾經做過許多夢");
        assert_eq!(
            found(Some("en"), &[quoting.as_str(); 5]).as_deref(),
            Some("en")
        );
    }

    #[test]
    fn a_doubt_is_not_enough() {
        let mixed = [GERMAN, GERMAN, ENGLISH, ENGLISH, GERMAN];
        assert_eq!(found(Some("en"), &mixed).as_deref(), Some("en"));
        assert_eq!(found(Some("en"), &["short"]).as_deref(), Some("en"));
    }

    #[test]
    fn without_a_declaration_the_text_says() {
        assert_eq!(
            found(None, &[GERMAN, ENGLISH, GERMAN]).as_deref(),
            Some("de")
        );
        assert_eq!(found(Some("und"), &[ENGLISH]).as_deref(), Some("en"));
        assert_eq!(found(None, &["7"]), None);
    }
}
