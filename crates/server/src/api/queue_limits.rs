//! Limits that hold across all workers of the queue.

use std::collections::BTreeSet;
use std::sync::Arc;

use audiotome_queue::{Limit, LimitOn};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Json;
use super::problem::{Kind, Problem, Refusals};
use super::queue::{of, within};
use crate::master::Master;

/// Limits that are set at once, at most.
const MOST: usize = 1_000;

/// Every limit of the queue.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueLimits {
    limits: Vec<LimitView>,
}

/// A limit; what it does not set is unlimited.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitView {
    /// `all`, `engine:NAME`, `master:NAME` or `lane:NAME`.
    on: String,
    /// Segments that may be begun in a second.
    #[schema(exclusive_minimum = 0.0)]
    rate: Option<f64>,
    /// Segments that may be spoken at once; 0 lets everything rest.
    at_once: Option<u32>,
}

/// The limits that hold across all workers.
#[utoipa::path(get, path = "/queue/limits", tag = "queue", responses((status = 200, body = QueueLimits), Refusals))]
pub(crate) async fn get(State(master): State<Arc<Master>>) -> Result<Json<QueueLimits>, Problem> {
    let limits = within(of(&master)?.limits()).await?;
    let limits = limits.into_iter().map(LimitView::from).collect();
    Ok(Json(QueueLimits { limits }))
}

/// Sets the limits in place of all that there were. Those who wait for one look again at once.
#[utoipa::path(
    put, path = "/queue/limits", tag = "queue", request_body = QueueLimits,
    responses((status = 200, body = QueueLimits), Refusals)
)]
pub(crate) async fn put(
    State(master): State<Arc<Master>>,
    Json(wanted): Json<QueueLimits>,
) -> Result<Json<QueueLimits>, Problem> {
    let queue = of(&master)?;
    let limits = checked(wanted.limits)?;
    within(queue.set_limits(&limits)).await?;
    get(State(master)).await
}

fn checked(limits: Vec<LimitView>) -> Result<Vec<Limit>, Problem> {
    if limits.len() > MOST {
        let message = format!("{} limits are more than {MOST}", limits.len());
        return Err(Problem::new(Kind::Unprocessable, message));
    }
    let limits: Result<Vec<_>, _> = limits.into_iter().map(Limit::try_from).collect();
    let limits = limits.map_err(|message| Problem::new(Kind::Unprocessable, message))?;
    let mut seen = BTreeSet::new();
    match limits.iter().find(|limit| !seen.insert(&limit.on)) {
        Some(twice) => {
            let message = format!("there are two limits on `{}`", twice.on);
            Err(Problem::new(Kind::Unprocessable, message))
        }
        None => Ok(limits),
    }
}

impl From<Limit> for LimitView {
    fn from(limit: Limit) -> Self {
        Self {
            on: limit.on.to_string(),
            rate: limit.rate,
            at_once: limit.at_once,
        }
    }
}

impl TryFrom<LimitView> for Limit {
    type Error = String;

    fn try_from(limit: LimitView) -> Result<Self, String> {
        if limit
            .rate
            .is_some_and(|rate| !rate.is_finite() || rate <= 0.0)
        {
            return Err("a rate is a number above 0".to_owned());
        }
        Ok(Self {
            on: limit.on.parse::<LimitOn>()?,
            rate: limit.rate,
            at_once: limit.at_once,
        })
    }
}
