//! Two ways to send: as fast as answers come, and at a rate that does not ask how fast they come.

use super::{Failure, connection::Connection, world::World};
use std::{
    fmt,
    net::SocketAddr,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Whom sales are sent to, and over how many connections.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Whose sales they are.
    pub world: Arc<World>,
    /// The server.
    pub server: SocketAddr,
    /// How many connections are kept.
    pub connections: usize,
}

impl Sender {
    /// Sends each sale as soon as a connection is free; answers with how long all of them took.
    ///
    /// # Errors
    /// A sale that is not taken in.
    pub async fn as_fast_as_it_goes(&self, sales: Range<u64>) -> Result<Duration, Failure> {
        let started = Instant::now();
        self.send(sales, move |_| started, &Latencies::default()).await?;
        Ok(started.elapsed())
    }

    /// Sends `rate` sales a second, whether answers come or not; what waits for a free connection
    /// waits on the clock, so `latencies` hold the time from when a sale was to be sent to its
    /// answer.
    ///
    /// # Errors
    /// A sale that is not taken in.
    pub async fn at_a_rate(&self, sales: Range<u64>, rate: u64, latencies: &Latencies) -> Result<(), Failure> {
        let (started, first) = (Instant::now(), sales.start);
        let due = move |sale: u64| started + Duration::from_micros((sale - first) * 1_000_000 / rate.max(1));
        self.send(sales, due, latencies).await
    }

    async fn send(
        &self,
        sales: Range<u64>,
        due: impl Fn(u64) -> Instant + Copy + Send + 'static,
        latencies: &Latencies,
    ) -> Result<(), Failure> {
        let next = Arc::new(AtomicU64::new(sales.start));
        let mut running = JoinSet::new();
        for _ in 0..self.connections {
            let (next, latencies, world) = (next.clone(), latencies.clone(), self.world.clone());
            let mut connection = Connection::new(self.server);
            running.spawn(async move {
                loop {
                    let sale = next.fetch_add(1, Ordering::Relaxed);
                    if sale >= sales.end {
                        return Ok::<_, Failure>(());
                    }
                    let message = World::message(sale, world.click(sale)?.id.as_str())?;
                    sleep_until(due(sale)).await;
                    connection.send(&message).await?;
                    latencies.add(due(sale).elapsed());
                }
            });
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(())
    }
}

/// How long answers took, in microseconds.
#[derive(Debug, Clone, Default)]
pub struct Latencies(Arc<Mutex<Vec<u64>>>);

impl Latencies {
    /// Adds one.
    pub fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(micros);
    }

    /// Those since the last call, in order.
    #[must_use]
    pub fn take(&self) -> Percentiles {
        let mut taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        taken.sort_unstable();
        Percentiles(taken)
    }
}

/// Latencies in order.
#[derive(Debug, Default)]
pub struct Percentiles(Vec<u64>);

impl Percentiles {
    /// Adds others.
    pub fn merge(&mut self, others: &Self) {
        self.0.extend(&others.0);
        self.0.sort_unstable();
    }

    /// The latency that so many of a thousand do not exceed, in microseconds.
    #[must_use]
    pub fn per_mille(&self, share: usize) -> u64 {
        let place = (self.0.len() * share).div_ceil(1_000).saturating_sub(1);
        self.0.get(place).copied().unwrap_or_default()
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} requests")?;
        for (name, share) in [("p50", 500), ("p99", 990), ("p99.9", 999), ("max", 1_000)] {
            let micros = self.per_mille(share);
            write!(f, ", {name} {}.{} ms", micros / 1_000, micros % 1_000 / 100)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_latency_that_was_measured() {
        let percentiles = Percentiles((1..=200).collect());
        assert_eq!(
            [500, 990, 1_000].map(|share| percentiles.per_mille(share)),
            [100, 198, 200]
        );
        assert_eq!(Percentiles::default().per_mille(990), 0);
    }
}
