//! Dead letters: what was given up is named, each one, and of very many of a lane how many more.

use crate::meter;
use postback::Timestamp;
use postback::delivery::Lane;
use postback::drive::GivenUp;
use std::{collections::BTreeMap, time::Duration};

/// How many of a lane are named in a minute.
const NAMED: u64 = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// What was given up in this minute.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    begun: Option<Timestamp>,
    /// How many of each lane.
    given_up: BTreeMap<Lane, u64>,
}

impl Letters {
    /// Names what was given up; beyond [`NAMED`] of a lane it is counted, and [`Self::look`] tells
    /// how many.
    pub(crate) fn given_up(&mut self, letters: &[GivenUp], now: Timestamp) {
        for letter in letters {
            self.begun.get_or_insert(now);
            let count = self.given_up.entry(letter.lane.clone()).or_default();
            *count = count.saturating_add(1);
            if *count <= NAMED {
                meter::given_up(letter);
            }
        }
    }

    /// Tells of those that were not named, when their minute is over.
    pub(crate) fn look(&mut self, now: Timestamp) {
        // A clock that was put back ends the minute too.
        let over = |begun: &mut Timestamp| now < *begun || now.saturating_since(*begun) >= MINUTE;
        if self.begun.take_if(over).is_some() {
            self.tell();
        }
    }

    /// Tells of those that were not named.
    pub(crate) fn tell(&mut self) {
        for (lane, count) in std::mem::take(&mut self.given_up) {
            let more = count.saturating_sub(NAMED);
            if more > 0 {
                meter::more_given_up(&lane, more);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_780_000_000_i64.saturating_add(seconds)).unwrap()
    }

    #[test]
    fn a_minute_is_told_once_it_is_over_and_when_the_clock_was_put_back() {
        let lane = Lane::new("https://a.example");
        for (now, is_over) in [(59, false), (60, true), (-1, true)] {
            let mut letters = Letters {
                begun: Some(at(0)),
                given_up: BTreeMap::from([(lane.clone(), 21)]),
            };
            letters.look(at(now));
            assert_eq!(
                (letters.begun.is_none(), letters.given_up.is_empty()),
                (is_over, is_over)
            );
        }
    }
}
