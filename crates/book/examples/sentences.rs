//! Counts the cases of a segmentation benchmark that pass, and measures the speed on texts, beside
//! those of `sentencex`. `bench/sentences.sh` builds and starts it.
//!
//! A case passes if its sentences are the expected ones, up to white space.

use std::collections::BTreeMap;
use std::time::Instant;

use audiotome_book::sentences;
use audiotome_core::Language;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    lang: String,
    ctx: String,
    text: String,
    doc_type: Option<String>,
    clean: Option<bool>,
    expected: Vec<String>,
}

#[derive(Clone, Copy, Default)]
struct Score {
    cases: usize,
    ours: usize,
    theirs: usize,
}

#[expect(clippy::print_stdout, reason = "it is what the program is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let failures = arguments.next_if(|flag| flag == "--failures").is_some();
    let path = arguments
        .next()
        .ok_or("usage: sentences [--failures] CASES.json [LANGUAGE=TEXT…]")?;
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(path)?)?;
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    // What has to be cleaned first is no case of a splitter.
    for case in cases
        .iter()
        .filter(|case| case.clean != Some(true) && case.doc_type.as_deref() != Some("pdf"))
    {
        let language = Language::new(&case.lang);
        let ours = is_expected(&sentences(&case.text, &language), case);
        let theirs = is_expected(&sentencex::segment(&case.lang, &case.text), case);
        if failures && !ours {
            println!(
                "{} {}\n  got {:#?}\n  not {:#?}",
                case.lang,
                case.ctx,
                sentences(&case.text, &language),
                case.expected
            );
        }
        let golden = (case.ctx == "Golden Rules").then(|| "Golden Rules".to_owned());
        for group in [Some(case.lang.clone()), Some("all".to_owned()), golden]
            .into_iter()
            .flatten()
        {
            let score = scores.entry(group).or_default();
            score.cases += 1;
            score.ours += usize::from(ours);
            score.theirs += usize::from(theirs);
        }
    }
    println!("{:<14}{:>6}{:>7}{:>11}", "cases", "", "passed", "sentencex");
    for (group, score) in &scores {
        println!(
            "{group:<14}{:>6}{:>7}{:>11}",
            score.cases, score.ours, score.theirs
        );
    }
    for text in arguments {
        measure(&text)?;
    }
    Ok(())
}

fn is_expected(found: &[&str], case: &Case) -> bool {
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = found
        .iter()
        .map(|text| spaced(text))
        .filter(|text| !text.is_empty());
    found.eq(case.expected.iter().map(|text| spaced(text)))
}

/// Prints how many megabytes of a text are split in a second, paragraph by paragraph.
#[expect(clippy::print_stdout, reason = "it is what the program is for")]
fn measure(argument: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (tag, path) = argument.split_once('=').unwrap_or(("en", argument));
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let language = Language::new(tag);
    let ours = speed(&text, || {
        paragraphs
            .iter()
            .map(|text| sentences(text, &language).len())
            .sum()
    });
    let theirs = speed(&text, || {
        paragraphs
            .iter()
            .map(|text| sentencex::segment(tag, text).len())
            .sum()
    });
    println!("{path}: {ours:.1} MB/s, sentencex {theirs:.1} MB/s");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn speed(text: &str, split: impl Fn() -> usize) -> f64 {
    let started = Instant::now();
    let mut rounds = 0;
    while started.elapsed().as_secs_f64() < 1.0 {
        std::hint::black_box(split());
        rounds += 1;
    }
    (text.len() * rounds) as f64 / 1e6 / started.elapsed().as_secs_f64()
}
