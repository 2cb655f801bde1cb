//! Where the queue is: `redis://:password@host:6379/0?namespace=audiotome`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// The namespace of masters and workers that name none.
const NAMESPACE: &str = "audiotome";

/// The address of a Redis server, and the namespace in it.
#[derive(Clone, PartialEq, Eq)]
pub struct QueueAddress {
    url: Url,
    namespace: String,
    /// Certificates that are trusted instead of the system's, as PEM.
    trusted: Option<Vec<u8>>,
}

/// Not the address of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueueAddressError {
    /// It is no URL, or one of something else.
    #[error(
        "`{0}` is not the address of a queue, such as `redis://host:6379` (in a password, `/`, `#`, `?` and `@` are written `%2F`, `%23`, `%3F` and `%40`)"
    )]
    Malformed(String),
    /// Redis numbers its databases.
    #[error("`{0}` is no database of Redis: they have numbers, as in `redis://host:6379/1`")]
    Database(String),
    /// A part after `?` that nobody knows.
    #[error("the address of a queue knows no `{0}`; there is `namespace`")]
    Unknown(String),
    /// The namespace would not fit into keys.
    #[error("`{0}` can't be a namespace: letters, digits, `-` and `_`, please")]
    Namespace(String),
}

impl QueueAddress {
    /// What Redis clients take.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The namespace: masters and workers that share it share their work.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The address as others need it, `…` in place of the password.
    #[must_use]
    pub fn without_secrets(&self) -> String {
        let mut text = self.url.to_string();
        if let Some(password) = self.url.password() {
            text = text.replacen(&format!(":{password}@"), ":…@", 1);
        }
        if self.namespace != NAMESPACE {
            text = format!("{text}?namespace={}", self.namespace);
        }
        text
    }

    /// Trusts these certificates, a PEM file's contents, instead of the system's.
    #[must_use]
    pub fn trusting(mut self, pem: Vec<u8>) -> Self {
        self.trusted = Some(pem);
        self
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.url.scheme() == "rediss"
    }

    pub(crate) fn trusted(&self) -> Option<&[u8]> {
        self.trusted.as_deref()
    }

    /// What all keys begin with. The braces keep them in one slot of a cluster.
    pub(crate) fn prefix(&self) -> String {
        format!("{{{}}}:", self.namespace)
    }
}

impl FromStr for QueueAddress {
    type Err = QueueAddressError;

    fn from_str(text: &str) -> Result<Self, QueueAddressError> {
        let malformed = || QueueAddressError::Malformed(without_password(text));
        let mut url: Url = text.trim().parse().map_err(|_| malformed())?;
        let known = matches!(url.scheme(), "redis" | "rediss" | "redis+unix" | "unix");
        if !known
            || (url.scheme().starts_with("redis")
                && url.host_str().is_none_or(str::is_empty)
                && url.scheme() != "redis+unix")
        {
            return Err(malformed());
        }
        // What comes after the host holds no `@`: it would be of a password.
        let behind = [Some(url.path()), url.query(), url.fragment()];
        if url.fragment().is_some() || behind.into_iter().flatten().any(|part| part.contains('@')) {
            return Err(malformed());
        }
        if matches!(url.scheme(), "redis" | "rediss") {
            let database = url.path().trim_matches('/');
            if !database.is_empty() && database.parse::<u32>().is_err() {
                return Err(QueueAddressError::Database(database.to_owned()));
            }
        }
        let mut namespace = NAMESPACE.to_owned();
        for (name, value) in url.query_pairs() {
            match &*name {
                "namespace" => namespace = value.into_owned(),
                other => return Err(QueueAddressError::Unknown(other.to_owned())),
            }
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if namespace.is_empty() || namespace.len() > 64 || !namespace.chars().all(fits) {
            return Err(QueueAddressError::Namespace(namespace));
        }
        url.set_query(None);
        Ok(Self {
            url,
            namespace,
            trusted: None,
        })
    }
}

/// Without the password: it is for people and logs.
impl fmt::Display for QueueAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(self.url.as_str()))
    }
}

impl fmt::Debug for QueueAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueAddress({self}, {})", self.namespace)
    }
}

fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    match (url.rsplit_once('@'), scheme) {
        (None, _) => url.to_owned(),
        (Some((_, host)), "") => host.to_owned(),
        (Some(_), _) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{host}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_namespace_and_hides_its_password() {
        let address: QueueAddress = "redis://user:secret@host:6380/2?namespace=lab"
            .parse()
            .unwrap();
        assert_eq!(address.namespace(), "lab");
        assert_eq!(address.to_string(), "redis://host:6380/2");
        assert_eq!(address.prefix(), "{lab}:");
        assert!(!format!("{address:?}").contains("secret"));
        let others = address.without_secrets();
        assert_eq!(others, "redis://user:…@host:6380/2?namespace=lab");
        let usual: QueueAddress = "redis://host".parse().unwrap();
        assert_eq!(usual.without_secrets(), "redis://host");
        assert_eq!(usual.namespace(), "audiotome");
    }

    #[test]
    fn what_is_no_address_is_named_without_its_password() {
        for bad in [
            "host:6379",
            "http://host",
            "redis://",
            "redis://h?x=1",
            "redis://h?namespace=a%20b",
            "redis://h/abc",
            "redis://h/1/2",
            "redis://h#1",
        ] {
            assert!(bad.parse::<QueueAddress>().is_err(), "{bad}");
        }
        for bad in [
            "amqp://me:secret@host",
            ":secret@host:6379",
            "redis:/:secret@host",
            "redis://me:12/secret@host",
            "redis://:a/secret@host",
            "redis://me:1?secret@host",
            "redis://me:1#secret@host",
            "redis://me:secret#@host",
        ] {
            let error = bad.parse::<QueueAddress>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
            assert!(error.contains("%2F"), "{error}");
        }
    }
}
