//! Where a worker is, as people write it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use thiserror::Error;

/// The port of a worker that names none.
const PORT: u16 = 8000;

/// The address of a worker: `gpu1`, `gpu1:8000`, `http://gpu1:8000`, `https://gpu1/worker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerAddress(Url);

/// Not an address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no address of a worker such as `gpu1:8000` or `https://gpu1`")]
pub struct AddressError(String);

impl WorkerAddress {
    /// What people call the worker: host and port.
    #[must_use]
    pub fn name(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.0.port_or_known_default().unwrap_or(PORT);
        let path = self.0.path().trim_end_matches('/');
        format!("{host}:{port}{path}")
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for WorkerAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let error = || AddressError(text.to_owned());
        let (url, has_scheme) = match text.split_once("://") {
            Some(("http" | "https", _)) => (Url::parse(text), true),
            Some(_) => return Err(error()),
            None => (Url::parse(&format!("http://{text}")), false),
        };
        let mut url = url.map_err(|_| error())?;
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || url.query().is_some() || url.fragment().is_some() {
            return Err(error());
        }
        // `:80` counts as named, though the address doesn't show it any more.
        let names_port = text.rsplit(']').next().is_some_and(|end| end.contains(':'));
        if !has_scheme && !names_port {
            url.set_port(Some(PORT)).map_err(|()| error())?;
        }
        Ok(Self(url))
    }
}

impl fmt::Display for WorkerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for (text, url, name) in [
            ("gpu1", "http://gpu1:8000", "gpu1:8000"),
            (" gpu1:9000 ", "http://gpu1:9000", "gpu1:9000"),
            ("10.0.0.7:80", "http://10.0.0.7", "10.0.0.7:80"),
            ("[::1]:8000", "http://[::1]:8000", "[::1]:8000"),
            ("https://gpu1", "https://gpu1", "gpu1:443"),
            (
                "https://a.b/worker/",
                "https://a.b/worker",
                "a.b:443/worker",
            ),
        ] {
            let address: WorkerAddress = text.parse().unwrap();
            assert_eq!(
                (address.to_string().as_str(), address.name().as_str()),
                (url, name)
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "ftp://x",
            "http://",
            "user:pw@host",
            "host?x=1",
            "a b",
            "host:99999",
        ] {
            assert!(bad.parse::<WorkerAddress>().is_err(), "{bad}");
        }
    }
}
