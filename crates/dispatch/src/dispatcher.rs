//! The two ways to spread work; whoever orders it need not know which.

use std::sync::Arc;

use audiotome_core::{AudioStore, Event, Plan};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::cluster::Cluster;
use crate::queue::Producer;
use crate::round::{DispatchError, Outcome, speak};
use crate::settings::Settings;

/// How segments reach whoever speaks them.
#[derive(Clone)]
pub enum Dispatcher {
    /// They are handed to the speakers of a cluster, one by one.
    Direct(Arc<Cluster>),
    /// They are put into a queue, from which workers take them.
    Queue(Arc<Producer>),
}

impl Dispatcher {
    /// Speaks every segment of `plan` that is missing in the store, and reports to `events`: see
    /// [`speak`]. A queue has its own store, [`Producer::store`], which `store` then is, too.
    ///
    /// # Errors
    /// As [`speak`].
    pub async fn speak(
        &self,
        plan: &Arc<Plan>,
        title: &str,
        store: Arc<dyn AudioStore>,
        settings: Settings,
        events: UnboundedSender<Event>,
        cancel: CancellationToken,
    ) -> Result<Outcome, DispatchError> {
        match self {
            Self::Direct(cluster) => speak(plan, cluster, store, settings, events, cancel).await,
            Self::Queue(producer) => producer.speak(plan, title, settings, events, cancel).await,
        }
    }
}
