//! Lanes: where deliveries go, as far as one of them can hold up another.

use crate::value::Shared;
use alloc::{borrow::ToOwned, format};
use core::fmt;
use serde::{Deserialize, Serialize};

/// A destination and the account there. When the credentials or settings of an account are wrong,
/// what is sent under it waits, and nothing else does. As a text it is the origin of the URL
/// (scheme, host and port, lower case) and, behind a `#`, the account, where one is named.
///
/// ```
/// use postback::delivery::Lane;
/// let lane = Lane::new("https://graph.Example").with_account("pixel-1");
/// assert_eq!(lane.as_str(), "https://graph.example#pixel-1");
/// assert_eq!(Lane::new(lane.as_str()), lane);
/// assert_eq!((lane.origin(), lane.account()), ("https://graph.example", Some("pixel-1")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(Shared<str>);

impl Lane {
    /// The lane of an origin, as in `https://channel.example`, or of a lane's text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (origin, account) = text.split_once('#').unwrap_or((text, ""));
        Self(origin.to_ascii_lowercase().into()).with_account(account)
    }

    /// The same destination with this account, or without one when `account` is empty. The
    /// account's case is kept.
    #[must_use]
    pub fn with_account(&self, account: &str) -> Self {
        let origin = self.origin();
        match account {
            "" => Self(origin.to_owned().into()),
            account => Self(format!("{origin}#{account}").into()),
        }
    }

    /// The text, which [`new`](Self::new) reads again.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The destination: scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.0.split_once('#').map_or(&*self.0, |(origin, _)| origin)
    }

    /// The account there, if one is named.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.0.split_once('#').map(|(_, account)| account)
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
