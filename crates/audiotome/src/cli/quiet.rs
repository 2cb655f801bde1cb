//! Arguments that may hold a password: what is wrong with one is said without printing it.

use std::ffi::OsStr;
use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Parses a `T`. clap would print what it was given beside the error; this leaves the words to the error.
#[derive(Clone)]
pub(crate) struct Quiet<T>(PhantomData<T>);

impl<T> Quiet<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> TypedValueParser for Quiet<T>
where
    T: FromStr<Err: Display> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let text = value.to_str().ok_or_else(|| "it is no text".to_owned());
        let parsed = text.and_then(|text| text.parse().map_err(|error: T::Err| error.to_string()));
        parsed.map_err(|reason| {
            let of = arg.map(ToString::to_string).unwrap_or_default();
            let message = format!("invalid value for '{of}': {reason}");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}
