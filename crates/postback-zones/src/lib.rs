#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

use jiff::{Timestamp, tz::TimeZoneDatabase};
use postback::compile::Zones;
use postback::value::Zone;

/// The years 1970 to 2099, in seconds: 1970-01-01T00:00:00Z to 2100-01-01T00:00:00Z.
const YEARS: std::ops::Range<i64> = 0..4_102_444_800;

/// The zones of the IANA database, by their names in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Iana;

impl Zones for Iana {
    fn zone(&self, name: &str) -> Option<Zone> {
        let database = TimeZoneDatabase::bundled();
        let known = database.available().any(|known| known.as_str() == name);
        let zone = database.get(name).ok().filter(|_| known)?;
        let first = Timestamp::from_second(YEARS.start).ok()?;
        let changes = zone.following(first);
        let changes = changes.map(|change| (change.timestamp().as_second(), change.offset().seconds()));
        let changes = changes.take_while(|(at, _)| *at < YEARS.end).collect();
        Some(Zone::new(zone.to_offset(first).seconds(), changes))
    }

    fn names(&self) -> Vec<String> {
        let database = TimeZoneDatabase::bundled();
        database.available().map(|name| name.as_str().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_the_changes_of_its_clocks() {
        // These are 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z, the last Sundays of March and
        // October (Directive 2000/84/EC).
        let berlin = Iana.zone("Europe/Berlin").unwrap();
        let debug = format!("{berlin:?}");
        assert!(debug.contains("(1774746000, 7200), (1792890000, 3600)"), "{debug}");
        assert_eq!(Iana.zone("Etc/UTC"), Some(Zone::utc()));
        // India has not changed its clocks since 1945.
        assert_eq!(Iana.zone("Asia/Kolkata"), Some(Zone::new(19_800, Vec::new())));
    }

    #[test]
    fn a_name_is_taken_as_the_database_writes_it() {
        for name in ["Europe/Berlni", "europe/berlin", "", "../etc/passwd"] {
            assert_eq!(Iana.zone(name), None, "{name}");
        }
        assert!(Iana.names().iter().any(|name| name == "America/Los_Angeles"));
    }
}
