//! Time zones. The configuration has their names; the host knows what they mean.

use crate::config::{Place, Refusal};
use crate::value::Zone;
use alloc::{format, string::String, vec::Vec};
use core::fmt;

/// The time zones that a host knows, such as those of the IANA database. The core has none of its
/// own.
pub trait Zones: fmt::Debug + Send + Sync {
    /// The zone with exactly this name.
    fn zone(&self, name: &str) -> Option<Zone>;

    /// Every name, so that a suggestion can be made for an unknown one.
    fn names(&self) -> Vec<String>;
}

/// The zone of a name; none where the host has no zones. `UTC` needs none.
pub(crate) fn zone(name: &str, zones: Option<&dyn Zones>) -> Result<Option<Zone>, Refusal> {
    named(name)?;
    if name == "UTC" {
        return Ok(Some(Zone::utc()));
    }
    let Some(zones) = zones else { return Ok(None) };
    let known = zones.zone(name);
    let refused = || {
        let names = zones.names();
        let message = format!("there is no time zone `{name}`");
        Refusal::near(message, name, names.iter().map(String::as_str))
    };
    known.map(Some).ok_or_else(refused)
}

/// Checks that a text has the form of an IANA time zone's name.
fn named(text: &str) -> Result<(), Refusal> {
    /// The longest name of the IANA database has 32 bytes.
    const LONGEST: usize = 64;
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    if text.len() <= LONGEST && text.split('/').all(part) {
        return Ok(());
    }
    Err(format!(
        "`{}` is not the name of a time zone, as in `America/Los_Angeles`",
        text.escape_debug()
    )
    .into())
}

/// The zone of times without an offset: the one that the source names, else the account's.
pub(crate) fn of_times(
    own: Option<&str>,
    account: (Option<&str>, Option<&Zone>),
    zones: Option<&dyn Zones>,
    place: &Place<'_>,
) -> Option<Zone> {
    let (name, found) = match (own, account) {
        (Some(own), _) => (own, place.accept(zone(own, zones))?),
        (None, (Some(name), found)) => (name, found.cloned()),
        (None, (None, _)) => {
            place.problem("is missing: times without an offset need it, or the account's `timezone`");
            return None;
        }
    };
    if found.is_none() && zones.is_none() {
        let said = format!("`{name}` cannot be looked up: this host brings no time zones but `UTC`");
        place.problem(said);
    }
    found
}
