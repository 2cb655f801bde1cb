//! Audio in a bucket of a real S3 server.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::proxy::Proxy;
use crate::queue::{Making, Worker, total, worker};
use crate::redis::Redis;
use crate::sandbox::{Sandbox, run, stderr};
use crate::workers::assert_same;

/// A server with one bucket, `books`, in a folder.
struct S3 {
    address: SocketAddr,
    folder: PathBuf,
    runtime: Option<Runtime>,
}

impl S3 {
    fn start(sandbox: &Sandbox) -> Self {
        let folder = sandbox.path("s3");
        fs_err::create_dir_all(folder.join("books")).unwrap();
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut s3 = Self {
            address: any_port,
            folder,
            runtime: None,
        };
        s3.up();
        s3
    }

    fn up(&mut self) {
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&self.folder).unwrap());
        builder.set_auth(SimpleAuth::from_single("key", "secret"));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind(self.address)).unwrap();
        self.address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, builder.build()));
        self.runtime = Some(runtime);
    }

    fn down(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    /// Tells a command where the bucket is.
    fn tell(&self, command: &mut Command) {
        tell(self.address, command);
    }
}

fn tell(address: SocketAddr, command: &mut Command) {
    command
        .env("AUDIOTOME_STORE", "s3://books/clips")
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            let server = Builder::new(TokioExecutor::new());
            // A client that goes away is no error of a server.
            let _ = server.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

#[test]
fn clips_rest_in_a_bucket_even_if_it_is_away_for_a_minute() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let mut s3 = S3::start(&sandbox);
    let _workers = [(); 2].map(|()| Worker::of(&mut started(&s3, &sandbox, &redis)));
    let mut making = Making::with(&sandbox, &redis, &[], |command| s3.tell(command));
    making.until_spoken(8);
    s3.down();
    std::thread::sleep(Duration::from_secs(60));
    s3.up();
    assert_same(&sandbox, &making.end(0));
    assert!(s3.folder.join("books/clips").is_dir());
    assert!(!sandbox.path("data/clips").exists(), "nowhere else");
}

#[test]
fn a_slow_bucket_takes_longer_and_that_is_all() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let s3 = S3::start(&sandbox);
    let slow = Proxy::to(s3.address, Duration::from_millis(150));
    let _workers = [(); 2].map(|()| {
        let mut command = worker(&sandbox, &redis, "", &[]);
        tell(slow.address, &mut command);
        Worker::of(&mut command)
    });
    let making = Making::with(&sandbox, &redis, &[], |command| tell(slow.address, command));
    assert_same(&sandbox, &making.end(0));
    assert_eq!(total(&redis, "lapsed") + total(&redis, "late"), 0);
}

#[test]
fn a_bucket_that_refuses_us_is_named() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let s3 = S3::start(&sandbox);
    let mut command = started(&s3, &sandbox, &redis);
    let error = stderr(&run(command.env("AWS_SECRET_ACCESS_KEY", "wrong"), 5));
    assert!(
        error.contains("s3://books/clips") && error.lines().count() <= 2,
        "{error}"
    );
}

fn started(s3: &S3, sandbox: &Sandbox, redis: &Redis) -> Command {
    let mut command = worker(sandbox, redis, "delay=20ms", &[]);
    s3.tell(&mut command);
    command
}
