//! Time zones, as far as times without an offset need them. The host supplies them.

use alloc::vec::Vec;

/// A time zone: the offsets from UTC, and since when each of them holds.
///
/// ```
/// use postback::value::Zone;
/// // The clocks are one hour ahead of UTC, and two hours since 2026-03-29T01:00:00Z.
/// let berlin = Zone::new(3_600, vec![(1_774_746_000, 7_200)]);
/// # let _ = berlin;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Zone {
    first: i32,
    changes: Vec<(i64, i32)>,
}

impl Zone {
    /// UTC.
    #[must_use]
    pub const fn utc() -> Self {
        Self {
            first: 0,
            changes: Vec::new(),
        }
    }

    /// Makes a zone whose clocks are `first` seconds ahead of UTC until the first change. Each
    /// change is the Unix second from which it holds and the seconds ahead of UTC since then.
    #[must_use]
    pub fn new(first: i32, mut changes: Vec<(i64, i32)>) -> Self {
        changes.sort_unstable();
        Self { first, changes }
    }

    /// Returns the Unix second at which the zone's clocks show `local`. `local` is that wall-clock
    /// time, counted in seconds as if it were UTC.
    ///
    /// When a clock is put back, it shows one hour twice; such a time is taken as the first of the
    /// two. When a clock is put forward, it leaves one hour out; such a time is read as if the
    /// clock had not been changed yet. So in both cases the offset before the change is used.
    pub(crate) fn unix_seconds(&self, local: i64) -> i64 {
        let mut offset = self.first;
        for (at, next) in &self.changes {
            if local < at.saturating_add(i64::from(offset.max(*next))) {
                break;
            }
            offset = *next;
        }
        local.saturating_sub(i64::from(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_is_shown_twice_or_never_has_the_offset_before_the_change() {
        // Berlin in 2026: 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z.
        let (spring, autumn) = (1_774_746_000, 1_792_890_000);
        let berlin = Zone::new(3_600, [(autumn, 3_600), (spring, 7_200)].into());
        for (local, offset) in [
            (spring + 3_599, 3_600),
            // 02:00:00 to 02:59:59 are never shown.
            (spring + 3_600, 3_600),
            (spring + 7_199, 3_600),
            (spring + 7_200, 7_200),
            // 02:00:00 to 02:59:59 are shown twice.
            (autumn + 3_600, 7_200),
            (autumn + 7_199, 7_200),
            (autumn + 7_200, 3_600),
        ] {
            assert_eq!(berlin.unix_seconds(local), local - offset, "{local}");
        }
        assert_eq!(Zone::utc().unix_seconds(-5), -5);
    }
}
