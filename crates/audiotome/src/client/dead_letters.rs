//! `audiotome dead-letters`: what could not be spoken.

use std::io::{self, Write};

use reqwest::Method;
use serde_json::{Value, json};

use super::answers::{DeadLetter, DeadLetterList};
use super::args::DeadLettersArgs;
use super::master::{Master, both};
use super::{ids, print_json, tell};
use crate::exit::{Ending, FAILED};

/// Digits of a key that people see.
const SHORT: usize = 12;

/// Lists them, or writes down what a person decided about one.
pub(crate) async fn run(master: &Master, args: &DeadLettersArgs) -> anyhow::Result<()> {
    let job = match &args.id {
        Some(id) => Some(ids::whole(master, id).await?),
        None => None,
    };
    let answer: Value = match &job {
        Some(id) => master.get(&["jobs", id, "dead-letters"]).await?,
        None => master.get(&["dead-letters"]).await?,
    };
    let (answer, list) = both::<DeadLetterList>(answer)?;
    if let Some(key) = &args.edit {
        let letter = find(&list, key)?;
        let body = json!({ "text": args.text });
        return decide(master, letter, Some(body)).await;
    }
    if let Some(key) = &args.skip {
        return decide(master, find(&list, key)?, None).await;
    }
    if args.json {
        return Ok(print_json(&answer)?);
    }
    if list.dead_letters.is_empty() {
        tell("there are no dead letters");
    }
    let mut out = io::stdout().lock();
    for (index, letter) in list.dead_letters.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        describe(&mut out, letter)?;
    }
    Ok(())
}

/// A dead letter with its text and reason.
pub(crate) fn describe(out: &mut impl Write, letter: &DeadLetter) -> io::Result<()> {
    let decided = match letter.resolution.as_deref() {
        Some(decided) => format!(", {decided}"),
        None => String::new(),
    };
    writeln!(
        out,
        "dead letter {} of {}, chapter {} “{}”{decided}",
        short(&letter.key),
        ids::short(&letter.job),
        letter.chapter,
        letter.title
    )?;
    writeln!(out, "  text    {}", letter.text)?;
    let tries = letter.history.len();
    let reason = letter.history.last().map_or("unknown", String::as_str);
    writeln!(out, "  reason  {reason} (try {tries} of {tries})")
}

fn short(key: &str) -> &str {
    key.get(..SHORT).unwrap_or(key)
}

fn find<'a>(list: &'a DeadLetterList, given: &str) -> Result<&'a DeadLetter, Ending> {
    let letters = &list.dead_letters;
    let keys = letters.iter().map(|letter| letter.key.clone()).collect();
    let hint = "`audiotome dead-letters` lists them";
    let key = ids::only(given, "dead letter", keys, hint)?;
    let mut fits = letters.iter().filter(|letter| letter.key == key);
    match (fits.next(), fits.next()) {
        (Some(letter), None) => Ok(letter),
        _ => {
            let message = format!("several jobs have the dead letter `{given}`");
            let hint = "name the job: `audiotome dead-letters ID …`";
            Err(Ending::new(FAILED, message, hint))
        }
    }
}

async fn decide(master: &Master, letter: &DeadLetter, edit: Option<Value>) -> anyhow::Result<()> {
    let path = ["jobs", &letter.job, "dead-letters", &letter.key, "skip"];
    let (request, decided) = match edit {
        Some(body) => {
            let request = master.request(Method::PATCH, &path[..4]);
            (request.json(&body), "is said otherwise")
        }
        None => (master.request(Method::POST, &path), "is left out"),
    };
    master.ask::<Value>(request).await?;
    writeln!(io::stdout(), "{} {decided}", short(&letter.key))?;
    tell(&format!(
        "`audiotome retry {}` goes on with the job",
        ids::short(&letter.job)
    ));
    Ok(())
}
