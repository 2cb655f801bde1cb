//! Being woken when there is work.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::aio::PubSub;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::error::QueueError;
use crate::queue::Queue;
use crate::rest::rest;

/// So often a silent connection is asked whether it is still there: half-open ones don't say so.
const PROBE: Duration = Duration::from_secs(5);
/// Between two tries to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// News of work, on a connection of its own that is made again when it breaks.
pub struct Wake {
    news: Arc<Notify>,
    listening: JoinHandle<()>,
}

impl Wake {
    /// Listens for work of `queue`.
    #[must_use]
    pub fn listen(queue: &Queue) -> Self {
        let news = Arc::new(Notify::new());
        let listening = tokio::spawn(listen(queue.clone(), Arc::clone(&news)));
        Self { news, listening }
    }

    /// Waits until there is, or may be, work that was not looked for since the last call; at most as
    /// long as `wait`.
    pub async fn wait(&self, wait: Option<Duration>) {
        match wait {
            Some(wait) => drop(tokio::time::timeout(wait, self.news.notified()).await),
            None => self.news.notified().await,
        }
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(queue: Queue, news: Arc<Notify>) {
    loop {
        if let Ok(mut connection) = subscribe(&queue).await {
            // Some may have been missed before.
            news.notify_one();
            hear(&mut connection, &news).await;
        }
        rest(PAUSE).await;
    }
}

async fn subscribe(queue: &Queue) -> Result<PubSub, QueueError> {
    let link = &queue.link;
    let failed = |error| QueueError::new(link.address(), &error);
    let mut connection = link.client().get_async_pubsub().await.map_err(failed)?;
    connection
        .subscribe(queue.key("wake"))
        .await
        .map_err(failed)?;
    Ok(connection)
}

/// Passes news on until the connection breaks.
async fn hear(connection: &mut PubSub, news: &Notify) {
    loop {
        let message = tokio::time::timeout(PROBE, connection.on_message().next()).await;
        match message {
            Ok(Some(_)) => news.notify_one(),
            Ok(None) => return,
            Err(_) => {
                let answer = tokio::time::timeout(PROBE, connection.ping::<redis::Value>()).await;
                if !matches!(answer, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }
}
