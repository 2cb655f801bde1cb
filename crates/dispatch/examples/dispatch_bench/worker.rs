//! A real worker with the ready engine.

use std::sync::Arc;

use audiotome_dispatch::worker::{WorkerSettings, serve};
use audiotome_dispatch::{Single, Slots, listen};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ready::Ready;

/// Serves until the input ends.
pub(crate) async fn run(slots: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
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
    let repertoire = Arc::new(Single::new(Arc::new(Ready::new())));
    serve(listen(listener, None), repertoire, settings, drain)
        .await
        .unwrap();
}
