//! `audiotome queue limit` and `limits`.

use std::io;

use audiotome_queue::{Limit, LimitOn, Queue};
use serde_json::json;

use super::args::LimitArgs;
use super::{done, find, print_json, tell};
use crate::client::table;

/// Sets a limit in place of the one that there was.
pub(crate) async fn set(queue: &Queue, args: &LimitArgs, json: bool) -> anyhow::Result<()> {
    let on = match &args.on {
        LimitOn::Lane(given) => LimitOn::Lane(lane(queue, given, args.none).await?),
        other => other.clone(),
    };
    let limit = Limit {
        on,
        rate: args.rate,
        at_once: args.at_once,
    };
    queue.limit(&limit).await?;
    let line = match args.none {
        true => format!("{} has no limit", limit.on),
        false => format!("{}: {}", limit.on, described(&limit)),
    };
    done(json, &json!(limit), &line)
}

/// The whole name of a lane. The limit of one that is gone can still be removed.
async fn lane(queue: &Queue, given: &str, gone: bool) -> anyhow::Result<String> {
    match find::lane(queue, given).await {
        Ok(lane) => Ok(lane.id.as_str().to_owned()),
        Err(_) if gone => Ok(given.to_owned()),
        Err(error) => Err(error),
    }
}

/// Lists the limits.
pub(crate) async fn list(queue: &Queue, json: bool) -> anyhow::Result<()> {
    let limits = queue.limits().await?;
    if json {
        return print_json(&limits);
    }
    if limits.is_empty() {
        tell("there are no limits");
        return Ok(());
    }
    let rows: Vec<_> = limits.iter().map(row).collect();
    Ok(table::write(
        &mut io::stdout().lock(),
        ["ON", "RATE", "AT ONCE"],
        &rows,
    )?)
}

fn row(limit: &Limit) -> [String; 3] {
    let rate = limit.rate.map(|rate| format!("{rate}/s"));
    let at_once = limit.at_once.map(|most| most.to_string());
    [
        limit.on.to_string(),
        rate.unwrap_or_default(),
        at_once.unwrap_or_default(),
    ]
}

pub(crate) fn described(limit: &Limit) -> String {
    let rate = limit.rate.map(|rate| format!("{rate} in a second"));
    let at_once = limit.at_once.map(|most| format!("{most} at once"));
    let parts: Vec<_> = rate.into_iter().chain(at_once).collect();
    parts.join(", ")
}
