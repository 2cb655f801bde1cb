//! Lanes, segments and workers by names that are cut short.

use std::collections::HashSet;

use audiotome_core::SegmentKey;
use audiotome_queue::{LaneId, Queue};

use crate::client::ids::several;
use crate::exit::{Ending, FAILED};

/// Digits of a key that people see.
const SHORT: usize = 12;

/// A lane, and what people call its book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) id: LaneId,
    pub(crate) title: String,
}

/// The lanes that are meant: the one that was named, or all.
pub(crate) async fn lanes(queue: &Queue, given: Option<&str>) -> anyhow::Result<Vec<Named>> {
    match given {
        Some(given) => Ok(vec![lane(queue, given).await?]),
        None => all(queue).await,
    }
}

/// The lane that is meant.
pub(crate) async fn lane(queue: &Queue, given: &str) -> anyhow::Result<Named> {
    Ok(among(given, all(queue).await?)?)
}

async fn all(queue: &Queue) -> anyhow::Result<Vec<Named>> {
    let lanes = queue.lanes().await?.into_iter();
    let named = lanes.map(|(id, lane)| Named {
        id,
        title: lane.title,
    });
    Ok(named.collect())
}

/// Exact names go before titles, those before beginnings of names, and those before beginnings of titles.
fn among(given: &str, all: Vec<Named>) -> Result<Named, Ending> {
    let lower = given.to_lowercase();
    let title = |lane: &Named| lane.title.to_lowercase();
    let ways: [&dyn Fn(&Named) -> bool; 4] = [
        &|lane| lane.id.as_str() == given,
        &|lane| title(lane) == lower,
        &|lane| lane.id.as_str().starts_with(given) || book(&lane.id).starts_with(given),
        &|lane| title(lane).starts_with(&lower),
    ];
    for way in ways {
        let mut found = all.iter().filter(|lane| !given.is_empty() && way(lane));
        if let Some(first) = found.next() {
            let others: Vec<_> = found.collect();
            if others.is_empty() {
                return Ok(first.clone());
            }
            let named: Vec<_> = std::iter::once(first).chain(others).collect();
            return Err(several(given, "book", &distinct(&named)));
        }
    }
    let hint = "`audiotome queue stats` lists them";
    Err(Ending::new(
        FAILED,
        format!("the queue knows no book `{given}`"),
        hint,
    ))
}

/// The part of a lane's name that stands for the book.
fn book(id: &LaneId) -> &str {
    id.as_str().rsplit('.').next().unwrap_or_default()
}

/// A lane as tables show it: enough to name it.
pub(crate) fn short_lane(id: &LaneId) -> &str {
    let book = book(id);
    book.get(..8).unwrap_or(book)
}

/// What tells lanes apart: their names as tables show them, where that is enough.
fn distinct(lanes: &[&Named]) -> Vec<String> {
    let short = lanes.iter().map(|lane| short_lane(&lane.id));
    let different: HashSet<_> = short.clone().collect();
    if different.len() == lanes.len() {
        return short.map(str::to_owned).collect();
    }
    let whole = lanes.iter().map(|lane| lane.id.to_string());
    whole.collect()
}

/// The segments of a lane that are meant.
pub(crate) async fn keys(
    queue: &Queue,
    lane: &Named,
    given: &[String],
) -> anyhow::Result<Vec<SegmentKey>> {
    let mut keys = Vec::new();
    for given in given {
        let found = queue.keys(&lane.id, &given.to_lowercase()).await?;
        match found.as_slice() {
            [key] => keys.push(*key),
            [] => {
                let message = format!(
                    "“{}” has no segment `{given}` that is not spoken",
                    lane.title
                );
                let hint = format!("`audiotome queue list {}` lists them", short_lane(&lane.id));
                return Err(Ending::new(FAILED, message, hint).into());
            }
            [..] => {
                let named: Vec<_> = found.iter().map(ToString::to_string).collect();
                return Err(several(given, "segment", &named).into());
            }
        }
    }
    Ok(keys)
}

/// A key as tables show it.
pub(crate) fn short_key(key: &SegmentKey) -> String {
    key.to_string()[..SHORT].to_owned()
}

/// The worker that is meant.
pub(crate) async fn worker(queue: &Queue, given: &str) -> anyhow::Result<String> {
    let names: Vec<_> = queue
        .workers()
        .await?
        .into_iter()
        .map(|worker| worker.name)
        .collect();
    if names.iter().any(|name| name == given) {
        return Ok(given.to_owned());
    }
    let fits = |name: &String| !given.is_empty() && name.starts_with(given);
    let mut found: Vec<_> = names.into_iter().filter(fits).collect();
    match found.len() {
        0 => {
            let hint = "`audiotome queue workers` lists them";
            Err(Ending::new(FAILED, format!("the queue has no worker `{given}`"), hint).into())
        }
        1 => Ok(found.remove(0)),
        _ => Err(several(given, "worker", &found).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_known_by_its_title_or_the_beginning_of_its_name() {
        let lane = |id: &str, title: &str| Named {
            id: LaneId::parse(id),
            title: title.to_owned(),
        };
        let all = || {
            vec![
                lane("00aa.host-1.77bb", "The Sea"),
                lane("00aa.host-1.78cc", "The Sea, Again"),
                lane("01dd.host-2.78cc", "Another"),
                lane("01dd.host-2.79dd", "Two"),
                lane("01dd.host-2.80ee", "Two"),
            ]
        };
        let meant = |given: &str| among(given, all()).map(|lane| lane.id.to_string());
        assert_eq!(
            meant("the sea").unwrap(),
            "00aa.host-1.77bb",
            "a whole title wins"
        );
        assert_eq!(meant("the sea,").unwrap(), "00aa.host-1.78cc");
        assert_eq!(meant("77").unwrap(), "00aa.host-1.77bb");
        let error = meant("78cc").unwrap_err();
        assert!(
            error.message.contains("2 books: `00aa.host-1.78cc`, `01dd"),
            "{}",
            error.message
        );
        let error = meant("two").unwrap_err();
        assert!(
            error.message.contains("2 books: `79dd`, `80ee`"),
            "as `stats` shows them: {}",
            error.message
        );
        assert_eq!(meant("80").unwrap(), "01dd.host-2.80ee");
        assert_eq!(meant("00aa.host-1.78cc").unwrap(), "00aa.host-1.78cc");
        assert!(meant("").is_err() && meant("nothing").is_err());
    }
}
