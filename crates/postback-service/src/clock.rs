//! Looks at the clock: what was decided while it was ahead is sent late after it was put back.

use postback::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

/// The least step back that is said. Clocks are set by less all the time.
const STEP: Duration = Duration::from_secs(60);

/// When the clock was last looked at, by itself and by a time that nobody sets.
#[derive(Debug)]
pub(crate) struct Looked {
    at: Timestamp,
    instant: Instant,
}

impl Looked {
    pub(crate) fn now(at: Timestamp) -> Self {
        let instant = Instant::now();
        Self { at, instant }
    }

    /// Looks again, and returns by how much the clock was put back meanwhile; none if it was not.
    pub(crate) fn put_back(&mut self, at: Timestamp) -> Option<Duration> {
        let before = std::mem::replace(self, Self::now(at));
        let passed = self.instant.saturating_duration_since(before.instant);
        let expected = before.at.checked_add(passed)?;
        let back = expected.saturating_since(at);
        (back >= STEP).then_some(back)
    }
}

#[cfg(test)]
mod tests {
    use super::Looked;
    use postback::Timestamp;
    use std::time::Duration;
    use tokio::time::advance;

    const DAY: u64 = 24 * 60 * 60;

    /// The clock, looked at five seconds later.
    async fn later(looked: &mut Looked, clock: u64) -> Option<u64> {
        advance(Duration::from_secs(5)).await;
        looked.put_back(at(clock)).map(|back| back.as_secs())
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds.try_into().unwrap()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_back_is_said_once_and_one_forward_never() {
        let mut looked = Looked::now(at(100 * DAY));
        assert_eq!(later(&mut looked, 100 * DAY + 5).await, None);
        assert_eq!(later(&mut looked, 130 * DAY).await, None);
        assert_eq!(later(&mut looked, 130 * DAY + 5).await, None);
        assert_eq!(later(&mut looked, 100 * DAY + 20).await, Some(30 * DAY - 10));
        assert_eq!(later(&mut looked, 100 * DAY + 25).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_time_server_corrects_is_not_said() {
        let mut looked = Looked::now(at(1_000));
        assert_eq!(later(&mut looked, 1_000 - 54).await, None);
        assert_eq!(later(&mut looked, 1_000 - 54 - 55).await, Some(60));
    }
}
