//! Ids that are cut short.

use serde_json::Value;

use super::answers::Job;
use super::jobs;
use super::master::Master;
use crate::exit::{Ending, FAILED};

/// Digits of a whole id.
const WHOLE: usize = 36;
/// Digits that tables show: the time to the millisecond.
const SHORT: usize = 13;
/// Candidates that are named.
const NAMED: usize = 5;

/// The id that is meant.
pub(crate) async fn whole(master: &Master, given: &str) -> anyhow::Result<String> {
    let hint = "`audiotome jobs` lists them";
    if given.len() >= WHOLE {
        let job: Result<Job, _> = master.get(&["jobs", given]).await;
        return Ok(job.map_err(|trouble| trouble.with_hint(hint))?.id);
    }
    let jobs = jobs::all(master, None).await?;
    let id = |job: &Value| job["id"].as_str().map(str::to_owned);
    let ids = jobs.iter().filter_map(id).collect();
    Ok(only(given, "job", ids, hint)?)
}

/// An id as tables show it.
pub(crate) fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

/// The only one of `all` that begins with `given`.
pub(crate) fn only(
    given: &str,
    noun: &str,
    all: Vec<String>,
    hint: &str,
) -> Result<String, Ending> {
    let fits = |id: &String| !given.is_empty() && id.starts_with(given);
    let mut found: Vec<_> = all.into_iter().filter(fits).collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [] => {
            let message = format!("there is no {noun} `{given}`");
            Err(Ending::new(FAILED, message, hint))
        }
        [_] => Ok(found.swap_remove(0)),
        [..] => Err(several(given, noun, &found)),
    }
}

/// `given` may mean any of `found`.
pub(crate) fn several(given: &str, noun: &str, found: &[String]) -> Ending {
    let named: Vec<_> = found
        .iter()
        .take(NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if found.len() > NAMED { ", …" } else { "" };
    let message = format!(
        "`{given}` may mean {} {noun}s: {}{more}",
        found.len(),
        named.join(", ")
    );
    Ending::new(FAILED, message, "say more of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_is_enough_when_nothing_else_begins_so() {
        let all = || {
            vec![
                "0190-aa".to_owned(),
                "0190-ab".to_owned(),
                "0191".to_owned(),
            ]
        };
        assert_eq!(only("0190-ab", "job", all(), "").unwrap(), "0190-ab");
        let error = only("0190", "job", all(), "").unwrap_err();
        assert_eq!(
            error.message,
            "`0190` may mean 2 jobs: `0190-aa`, `0190-ab`"
        );
        let error = only("02", "job", all(), "look").unwrap_err();
        assert_eq!(error.message, "there is no job `02`");
        assert!(only("", "job", all(), "").is_err());
    }
}
