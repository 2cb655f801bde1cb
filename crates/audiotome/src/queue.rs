//! The queue of this process: how masters and workers reach it, and where their audio goes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_audio::{Shared, StoreAddress};
use audiotome_core::AudioStore;
use audiotome_dispatch::{ConsumerSettings, Dispatcher, Producer, ProducerSettings, Transport};
use audiotome_production::Studio;
use audiotome_queue::{Queue, QueueAddress, RedisStore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::{QueueArgs, TrustArgs};
use crate::exit::{Ending, UNREACHABLE, USAGE};

/// What clips that travel through Redis are known by.
const IN_REDIS: &str = "redis";
/// Tries before a segment is dead.
const TRIES: u32 = 4;

/// The queue that was named, and the store that goes with it.
pub(crate) struct Opened {
    pub(crate) queue: Queue,
    pub(crate) clips: Transport,
    /// What the store is known by.
    pub(crate) store_id: String,
    /// Its address.
    store: StoreAddress,
}

/// Connects to the queue, if there is one, and opens the store. What is wrong with either is said at once.
pub(crate) async fn open(args: &QueueArgs, trust: &TrustArgs) -> anyhow::Result<Option<Opened>> {
    let Some(address) = &args.queue else {
        return Ok(None);
    };
    let Some(store) = &args.store else {
        let message = "with `--queue`, masters and workers need to know where audio goes";
        let hint = "`--store file:///mnt/share`, `--store s3://bucket/prefix`, or `--store redis` without shared storage";
        return Err(Ending::new(USAGE, message, hint).into());
    };
    let queue = Queue::connect(&trusting(address, trust)?).await?;
    Ok(Some(opened(queue, store).await?))
}

/// Refuses a folder that is not there: a worker that made one would speak into a place that nobody else sees. Masters,
/// with whom a store begins, make theirs.
pub(crate) fn check_folder(args: &QueueArgs) -> Result<(), Ending> {
    match &args.store {
        Some(StoreAddress::Folder(folder)) if !folder.is_dir() => Err(Ending::new(
            UNREACHABLE,
            format!(
                "there is no folder `{}` to put audio into",
                folder.display()
            ),
            "mount the share that the master uses, or name it with `--store`",
        )),
        _ => Ok(()),
    }
}

/// The queue's address, with the certificates that are trusted there.
pub(crate) fn trusting(address: &QueueAddress, trust: &TrustArgs) -> anyhow::Result<QueueAddress> {
    let mut address = address.clone();
    if let Some(file) = trust.tls_ca.as_ref().filter(|_| address.has_tls()) {
        // What holds no certificate is found here.
        trust.load()?;
        let pem = fs_err::read(file);
        address = address.trusting(pem.with_context(|| "for `--tls-ca`")?);
    }
    Ok(address)
}

async fn opened(queue: Queue, store: &StoreAddress) -> anyhow::Result<Opened> {
    let (clips, store_id) = match store.open().await? {
        Some(Shared { store, id }) => (Transport::Shared(store), id),
        None => {
            let clips = RedisStore::open(&queue).await?;
            (Transport::Redis(clips), IN_REDIS.to_owned())
        }
    };
    Ok(Opened {
        queue,
        clips,
        store_id,
        store: store.clone(),
    })
}

/// Has the books of `studio` spoken through the queue, which its own members serve like everybody else until
/// `drain`. What comes back ends when they have left.
pub(crate) fn attach(
    studio: &mut Studio,
    opened: Opened,
    lease: Duration,
    drain: &CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let shared = matches!(opened.clips, Transport::Shared(_)).then(|| opened.store.to_string());
    let (store, fetch): (Arc<dyn AudioStore>, _) = match opened.clips {
        Transport::Shared(store) => (store, None),
        // What travels through Redis comes to rest here.
        Transport::Redis(clips) => (Arc::new(studio.data.store()?), Some(clips)),
    };
    let settings = ProducerSettings {
        name: master_name(studio),
        process: process_name(),
        store,
        store_id: opened.store_id,
        shared,
        fetch,
        tries: TRIES,
    };
    let producer = Producer::start(opened.queue, settings);
    studio.dispatcher = Dispatcher::Queue(Arc::clone(&producer));
    let consumers = ConsumerSettings {
        name: process_name(),
        lease,
        patience: studio.patience,
        max_segments: None,
        max_idle: None,
    };
    let employed = producer.employ(Arc::clone(&studio.cluster), consumers, drain.clone());
    Ok(tokio::spawn(employed))
}

/// The same after a restart: the machine and the data folder.
fn master_name(studio: &Studio) -> String {
    let folder = std::path::absolute(studio.data.path());
    let folder = folder.unwrap_or_else(|_| studio.data.path().to_owned());
    let digest = blake3::hash(folder.as_os_str().as_encoded_bytes());
    format!("{}-{}", host(), &digest.to_hex()[..6])
}

/// Unique among all processes that ever lived.
pub(crate) fn process_name() -> String {
    let unique = uuid::Uuid::now_v7().simple().to_string();
    format!(
        "{}-{}-{}",
        host(),
        std::process::id(),
        &unique[unique.len() - 6..]
    )
}

/// The name of this machine, as far as it fits into names of ours.
fn host() -> String {
    let name = fs_err::read_to_string("/proc/sys/kernel/hostname");
    let name = name
        .or_else(|_| std::env::var("HOSTNAME"))
        .unwrap_or_default();
    let fits = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let name: String = name.chars().filter(fits).take(40).collect();
    if name.is_empty() {
        "host".to_owned()
    } else {
        name
    }
}

/// The address, for messages.
pub(crate) fn connected(address: &QueueAddress) -> String {
    format!(
        "connected to `{address}`, namespace `{}`",
        address.namespace()
    )
}
