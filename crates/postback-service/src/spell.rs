//! A time of trouble. It is said when it begins, now and then while it lasts, and when it is over;
//! otherwise the log would fill the disk that the journal needs.

use std::time::Duration;
use tokio::time::Instant;

/// The time between two reminders.
const REMIND_EVERY: Duration = Duration::from_secs(60);
/// Trouble is over when it has not come back for so long. So what fails now and then does not fill
/// the log either.
const SETTLED: Duration = Duration::from_secs(5);

/// What is to be said of a time of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    Began,
    /// It lasts, and has lasted for so long.
    Lasts(Duration),
    /// It is over; from the first to the last trouble it took so long.
    Over(Duration),
}

/// A time of trouble, or none.
#[derive(Debug, Default)]
pub(crate) struct Spell(Option<Trouble>);

#[derive(Debug)]
struct Trouble {
    since: Instant,
    last: Instant,
    told: Instant,
}

impl Spell {
    /// Notes trouble. Returns what is to be said.
    pub(crate) fn failed(&mut self) -> Option<News> {
        let now = Instant::now();
        let Some(trouble) = &mut self.0 else {
            self.0 = Some(Trouble {
                since: now,
                last: now,
                told: now,
            });
            return Some(News::Began);
        };
        trouble.last = now;
        if now.saturating_duration_since(trouble.told) < REMIND_EVERY {
            return None;
        }
        trouble.told = now;
        Some(News::Lasts(now.saturating_duration_since(trouble.since)))
    }

    /// Notes that all is well. Returns what is to be said.
    pub(crate) fn well(&mut self) -> Option<News> {
        let trouble = self.0.as_ref()?;
        if trouble.last.elapsed() < SETTLED {
            return None;
        }
        let took = trouble.last.saturating_duration_since(trouble.since);
        self.0 = None;
        Some(News::Over(took))
    }

    /// Whether there is trouble.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn trouble_is_said_once_reminded_of_and_said_to_be_over() {
        let mut spell = Spell::default();
        assert_eq!(spell.well(), None);
        assert_eq!(spell.failed(), Some(News::Began));
        for _ in 0..59 {
            advance(SECOND).await;
            assert_eq!(spell.failed(), None);
        }
        advance(SECOND).await;
        assert_eq!(spell.failed(), Some(News::Lasts(SECOND * 60)));
        advance(SECOND * 4).await;
        assert_eq!(spell.well(), None, "it may come back");
        advance(SECOND).await;
        assert_eq!(spell.well(), Some(News::Over(SECOND * 60)));
        assert_eq!(spell.well(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_that_comes_and_goes_is_one() {
        let mut spell = Spell::default();
        let mut said = Vec::new();
        for _ in 0..50 {
            said.extend(spell.failed());
            said.extend(spell.well());
            advance(SECOND).await;
        }
        assert_eq!(said, [News::Began]);
    }
}
