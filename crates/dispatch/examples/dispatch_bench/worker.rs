//! A real worker with the ready engine.

use std::sync::Arc;

use audiotome_dispatch::worker::{WorkerSettings, serve};
use audiotome_dispatch::{Single, Slots};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ready::Ready;

/// Serves until the input ends.
pub(crate) async fn run(slots: usize, sound: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ready::new(sound);
    let (sound, answer) = engine.sizes();
    println!("{} {sound} {answer}", listener.local_addr().unwrap());
    let drain = CancellationToken::new();
    let end = drain.clone();
    std::thread::spawn(move || {
        // Whatever ends it, it is the end.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        end.cancel();
    });
    let settings = WorkerSettings {
        slots: Slots::new(slots),
        token: None,
        ffmpeg: "ffmpeg".to_owned(),
    };
    let repertoire = Arc::new(Single::new(Arc::new(engine)));
    serve(listener, repertoire, settings, drain).await.unwrap();
}
