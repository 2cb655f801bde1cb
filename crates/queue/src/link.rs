//! The connection, made again when it broke.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, IntoConnectionInfo as _, RedisError,
    ScriptInvocation, TlsCertificates,
};

use crate::address::QueueAddress;
use crate::error::{QueueError, told};

/// What a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(5);
/// What an answer may take; beyond that the connection counts as broken.
const ANSWERING: Duration = Duration::from_secs(5);

fn client(address: &QueueAddress) -> Result<Client, RedisError> {
    // Requests are small and somebody waits for each: none may be held back until the one before it is acknowledged.
    let at_once = TcpSettings::default().set_nodelay(true);
    let server = address.url().as_str().into_connection_info()?;
    let server = server.set_tcp_settings(at_once);
    match address.trusted() {
        Some(pem) => Client::build_with_tls(server, trusting(pem)),
        None => Client::open(server),
    }
}

fn trusting(pem: &[u8]) -> TlsCertificates {
    TlsCertificates {
        client_tls: None,
        root_cert: Some(pem.to_vec()),
    }
}

/// One connection for all who share it: requests are sent as they come. Nothing is tried again in here.
#[derive(Clone)]
pub(crate) struct Link {
    client: Client,
    address: Arc<QueueAddress>,
    /// How long an answer may be held back on purpose.
    blocks: Duration,
    connection: Arc<Mutex<Option<MultiplexedConnection>>>,
}

impl Link {
    pub(crate) fn new(address: &QueueAddress) -> Result<Self, QueueError> {
        // The TLS library wants to be told which cryptography to use; another call may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client(address).map_err(|error| QueueError::new(address, &error))?;
        Ok(Self {
            client,
            address: Arc::new(address.clone()),
            blocks: Duration::ZERO,
            connection: Arc::default(),
        })
    }

    /// A connection of its own, for requests that wait on purpose.
    pub(crate) fn blocking(&self, blocks: Duration) -> Self {
        Self {
            blocks,
            connection: Arc::default(),
            ..self.clone()
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn address(&self) -> &QueueAddress {
        &self.address
    }

    /// Asks a script.
    pub(crate) async fn invoke<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, QueueError> {
        let mut connection = self.connection().await?;
        let answer = script.invoke_async(&mut connection).await;
        self.checked(answer)
    }

    /// Sends commands together.
    pub(crate) async fn send<T: FromRedisValue>(
        &self,
        pipe: &redis::Pipeline,
    ) -> Result<T, QueueError> {
        let mut connection = self.connection().await?;
        let answer = pipe.query_async(&mut connection).await;
        self.checked(answer)
    }

    /// Sends a command.
    pub(crate) async fn ask<T: FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, QueueError> {
        let mut connection = self.connection().await?;
        let answer = command.query_async(&mut connection).await;
        self.checked(answer)
    }

    async fn connection(&self) -> Result<MultiplexedConnection, QueueError> {
        if let Some(connection) = &*self.kept() {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(ANSWERING + self.blocks));
        let made = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let made = made
            .await
            .map_err(|error| QueueError::new(&*self.address, &error))?;
        *self.kept() = Some(made.clone());
        Ok(made)
    }

    /// Gives up a connection on which anything but a plain refusal came back.
    fn checked<T>(&self, answer: Result<T, RedisError>) -> Result<T, QueueError> {
        answer.map_err(|error| {
            let plain = told(&error)
                .is_some_and(|told| !matches!(told.code(), "LOADING" | "READONLY" | "NOAUTH"));
            if !plain {
                *self.kept() = None;
            }
            QueueError::new(&*self.address, &error)
        })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<MultiplexedConnection>> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
