//! Workers in this process, over real HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use audiotome_core::{Event, Plan};
use audiotome_dispatch::worker::{WorkerSettings, serve};
use audiotome_dispatch::{
    Caller, Cluster, DispatchError, HttpWorker, Outcome, Settings, Slots, Speaker, Token, listen,
    speak,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fakes::{Memory, Only, Scripted};
use crate::{assert_complete, sentences, spoken};

/// A worker that goes away with this.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) drain: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Served {
    /// Waits until it has left by itself.
    pub(crate) async fn left(mut self) {
        let left = tokio::time::timeout(Duration::from_secs(10), &mut self.task);
        left.await.unwrap().unwrap().unwrap();
    }
}

/// Serves an engine on a free port.
pub(crate) async fn serve_on(
    address: &str,
    engine: &Arc<Scripted>,
    slots: usize,
    token: Option<&str>,
) -> Served {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let drain = CancellationToken::new();
    let settings = WorkerSettings {
        slots: Slots::new(slots),
        token: token.and_then(Token::new),
        ffmpeg: "ffmpeg".to_owned(),
    };
    let repertoire = Arc::new(Only(engine.clone()));
    let listener = listen(listener, None);
    let task = tokio::spawn(serve(listener, repertoire, settings, drain.clone()));
    Served {
        address,
        drain,
        task,
    }
}

pub(crate) async fn worker(engine: &Arc<Scripted>, slots: usize) -> Served {
    serve_on("127.0.0.1:0", engine, slots, None).await
}

pub(crate) fn remote(address: SocketAddr, token: Option<&str>) -> Arc<dyn Speaker> {
    let address = address.to_string().parse().unwrap();
    let caller = Caller {
        token: token.and_then(Token::new),
        ..Caller::default()
    };
    Arc::new(HttpWorker::new(&address, &caller).unwrap())
}

/// A plan being spoken.
pub(crate) struct Speaking {
    task: JoinHandle<Result<Outcome, DispatchError>>,
    events: UnboundedReceiver<Event>,
    seen: Vec<Event>,
}

/// Starts to speak a plan; nobody is waited for much longer than `patience`.
pub(crate) fn start(plan: &Arc<Plan>, cluster: &Arc<Cluster>, patience: Duration) -> Speaking {
    let settings = Settings {
        patience,
        ..Settings::default()
    };
    start_with(plan, cluster, settings)
}

pub(crate) fn start_with(plan: &Arc<Plan>, cluster: &Arc<Cluster>, settings: Settings) -> Speaking {
    let (sender, events) = unbounded_channel();
    let (plan, cluster) = (plan.clone(), cluster.clone());
    let task = tokio::spawn(async move {
        let store = Arc::new(Memory::default());
        speak(
            &plan,
            &cluster,
            store,
            settings,
            sender,
            CancellationToken::new(),
        )
        .await
    });
    Speaking {
        task,
        events,
        seen: Vec::new(),
    }
}

impl Speaking {
    /// Waits for an event.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Event) -> bool) {
        while let Some(event) = self.events.recv().await {
            let found = wanted(&event);
            self.seen.push(event);
            if found {
                return;
            }
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Waits for the end.
    pub(crate) async fn end(mut self) -> (Result<Outcome, DispatchError>, Vec<Event>) {
        let ended = tokio::time::timeout(Duration::from_secs(60), &mut self.task);
        let outcome = ended.await.expect("it ends").unwrap();
        self.until(|_| false).await;
        (outcome, self.seen)
    }
}

/// Speaks a plan with a cluster; nobody is waited for longer than a second.
pub(crate) async fn run(plan: &Arc<Plan>, cluster: &Arc<Cluster>) -> (Outcome, Vec<Event>) {
    let (outcome, events) = start(plan, cluster, Duration::from_secs(1)).end().await;
    (outcome.unwrap(), events)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_a_book() {
    let engine = Arc::new(Scripted::default());
    let (a, b) = (worker(&engine, 2).await, worker(&engine, 1).await);
    let cluster = Arc::new(Cluster::of([
        remote(a.address, None),
        remote(b.address, None),
    ]));
    let (outcome, events) = run(&sentences(60), &cluster).await;
    assert_complete(&outcome, &events, 60);
    for address in [a.address, b.address] {
        let name = address.to_string();
        assert!(spoken(&events).iter().any(|(_, worker)| *worker == name));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_with_another_engine_is_refused_by_name() {
    let plan = {
        let mut plan = (*sentences(3)).clone();
        plan.narration.engine.version = "2".to_owned();
        Arc::new(plan)
    };
    let other = worker(&Arc::new(Scripted::default()), 1).await;
    let cluster = Arc::new(Cluster::of([remote(other.address, None)]));
    let (outcome, _) = start(&plan, &cluster, Duration::from_secs(1)).end().await;
    let message = outcome.unwrap_err().to_string();
    for part in [&other.address.to_string(), "scripted/1", "scripted/2"] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_opens_and_its_absence_is_said() {
    let engine = Arc::new(Scripted::default());
    let guarded = serve_on("127.0.0.1:0", &engine, 1, Some("secret")).await;
    let cluster = Arc::new(Cluster::of([remote(guarded.address, Some("secret"))]));
    let (outcome, events) = run(&sentences(3), &cluster).await;
    assert_complete(&outcome, &events, 3);
    for wrong in [None, Some("secre"), Some("secretz")] {
        let fitness = remote(guarded.address, wrong)
            .fitness(&sentences(1).narration)
            .await;
        assert!(format!("{fitness:?}").contains("token"), "{fitness:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_that_always_fails_needs_a_person_and_holds_nobody_up() {
    let engine = Arc::new(Scripted::failing("sentence 3 ", u32::MAX));
    let (a, b) = (worker(&engine, 1).await, worker(&engine, 1).await);
    let cluster = Arc::new(Cluster::of([
        remote(a.address, None),
        remote(b.address, None),
    ]));
    let (outcome, events) = run(&sentences(8), &cluster).await;
    assert_eq!(spoken(&events).len(), 7);
    assert_eq!(outcome.dead.len(), 1);
    let letter = &outcome.dead[0];
    assert_eq!((letter.task, letter.history.len()), (3, 4), "{letter:?}");
    assert_eq!(letter.history[0], "out of breath");
}
