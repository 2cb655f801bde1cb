//! The two ways to spread work; whoever orders it need not know which.

use std::sync::Arc;

use audiotome_core::{AudioStore, Event, Plan};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::cluster::Cluster;
use crate::parts::{parts, speak_all};
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
    /// The store of clips for whoever makes a book: one that others share is waited for while it is away, which `events`
    /// are told.
    #[must_use]
    pub fn patient(
        &self,
        store: &Arc<dyn AudioStore>,
        events: &UnboundedSender<Event>,
    ) -> Arc<dyn AudioStore> {
        match self {
            Self::Direct(_) => Arc::clone(store),
            Self::Queue(producer) => producer.patient_store(events),
        }
    }

    /// Speaks every segment of `plan` that is missing in the store, and reports to `events`: see
    /// [`speak`]. The voices of a plan of several speak beside each other. A queue has its own store, [`Producer::store`], which `store` then is, too.
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
        let parts = parts(plan);
        if parts.len() < 2 {
            // It has the same segments; the one voice need not be the narrator's.
            let plan = parts.first().map_or(plan, |part| &part.plan);
            return self
                .speak_part(plan, title, store, settings, events, cancel)
                .await;
        }
        let speak = |plan, settings, events, cancel| {
            let (this, store, title) = (self.clone(), Arc::clone(&store), title.to_owned());
            async move {
                this.speak_part(&plan, &title, store, settings, events, cancel)
                    .await
            }
        };
        speak_all(plan, parts, settings, events, cancel, speak).await
    }

    /// The same for a plan of one voice.
    async fn speak_part(
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
