//! What the tone engine can be told.

use std::str::FromStr;
use std::time::Duration;

use crate::OpenError;

/// The options in one line, for messages.
pub(crate) const OPTIONS_HELP: &str = "delay=50ms, fail=TEXT, fail-times=N, refuse=TEXT, hang=TEXT, \
                                silent=TEXT and short=TEXT, joined with commas";

/// How the tone engine misbehaves; the default is not at all.
///
/// They parse from `name=value` pairs joined with commas, as the environment variable
/// `AUDIOTOME_TONE` or the name of the voice has them: `delay=50ms,fail=whale,fail-times=2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToneOptions {
    /// `delay=50ms` (or `2s`): every utterance takes this long.
    pub delay: Option<Duration>,
    /// `fail=TEXT`: utterances that contain the text fail in a way that another try may help.
    pub fail: Option<String>,
    /// `fail-times=N`: they fail only the first N tries of each utterance.
    pub fail_times: Option<u32>,
    /// `refuse=TEXT`: utterances that contain the text fail for good.
    pub refuse: Option<String>,
    /// `hang=TEXT`: utterances that contain the text never end.
    pub hang: Option<String>,
    /// `silent=TEXT`: their clip is silent.
    pub silent: Option<String>,
    /// `short=TEXT`: their clip is cut off after one sample.
    pub short: Option<String>,
}

impl FromStr for ToneOptions {
    type Err = OpenError;

    fn from_str(options: &str) -> Result<Self, OpenError> {
        let mut parsed = Self::default();
        for option in options
            .split(',')
            .filter(|option| !option.trim().is_empty())
        {
            let unknown = || OpenError::UnknownToneOption(option.to_owned());
            let (name, value) = option.split_once('=').ok_or_else(unknown)?;
            let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
            match name.trim() {
                "delay" => parsed.delay = Some(duration(value).ok_or_else(unknown)?),
                "fail" => parsed.fail = text(),
                "fail-times" => {
                    parsed.fail_times = Some(value.trim().parse().map_err(|_| unknown())?);
                }
                "refuse" => parsed.refuse = text(),
                "hang" => parsed.hang = text(),
                "silent" => parsed.silent = text(),
                "short" => parsed.short = text(),
                _ => return Err(unknown()),
            }
        }
        Ok(parsed)
    }
}

fn duration(value: &str) -> Option<Duration> {
    let value = value.trim();
    if let Some(ms) = value.strip_suffix("ms") {
        return Some(Duration::from_millis(ms.parse().ok()?));
    }
    Some(Duration::from_secs(value.strip_suffix('s')?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_options_parse() {
        let options = "delay=50ms,fail=a b,fail-times=2,refuse=r,hang=h,silent=s,short=t";
        assert_eq!(
            options.parse::<ToneOptions>().unwrap(),
            ToneOptions {
                delay: Some(Duration::from_millis(50)),
                fail: Some("a b".to_owned()),
                fail_times: Some(2),
                refuse: Some("r".to_owned()),
                hang: Some("h".to_owned()),
                silent: Some("s".to_owned()),
                short: Some("t".to_owned()),
            }
        );
        assert_eq!("".parse::<ToneOptions>().unwrap(), ToneOptions::default());
    }

    #[test]
    fn mistakes_are_named() {
        for bad in [
            "explode=x",
            "delay=fast",
            "delay=5",
            "fail-times=-1",
            "fail",
        ] {
            let error = bad.parse::<ToneOptions>().unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
            assert!(error.hint().unwrap().contains("fail-times=N"));
        }
    }
}
