//! What a host brings may hang, and nothing may wait for ever: secrets, reads of the store and
//! other work in time.

use postback::Secret;
use postback::port::{BoxFuture, SecretError, Secrets, StoreError};
use postback::value::SecretReference;
use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::time::timeout;

/// How long a secret may take: a file is read in less than a millisecond, and a vault is asked over
/// the network.
const SECRET_TIMEOUT: Duration = Duration::from_secs(5);

/// The output of a future, unless it takes longer. What is ready at once needs no clock.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(output) => Some(output),
        Poll::Pending => timeout(limit, future).await.ok(),
    }
}

/// What the store answers, or `late` where that takes longer.
pub(crate) async fn read<T, E: From<StoreError>>(
    limit: Duration,
    reading: BoxFuture<'_, Result<T, StoreError>>,
    late: E,
) -> Result<T, E> {
    within(limit, reading).await.ok_or(late)?.map_err(E::from)
}

/// Secrets that answer within [`SECRET_TIMEOUT`], or say that they did not.
#[derive(Debug)]
pub(crate) struct Timely(pub(crate) Arc<dyn Secrets>);

impl Secrets for Timely {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async move {
            let found = within(SECRET_TIMEOUT, self.0.secret(reference)).await;
            found.unwrap_or_else(|| {
                let late = format!("did not answer within {} s", SECRET_TIMEOUT.as_secs());
                Err(SecretError::new(reference, late))
            })
        })
    }
}

/// A reference, and what it leads to.
type Resolved<'a> = (&'a SecretReference, Result<Secret, SecretError>);

/// Resolves references side by side, so that several that hang cost no more time than one; in
/// their order.
pub(crate) async fn resolve<'a>(
    secrets: &'a dyn Secrets,
    references: impl IntoIterator<Item = &'a SecretReference>,
) -> Vec<Resolved<'a>> {
    let ask = |reference| -> (Pin<Box<dyn Future<Output = Resolved<'a>> + Send>>, Option<Resolved<'a>>) {
        (
            Box::pin(async move { (reference, secrets.secret(reference).await) }),
            None,
        )
    };
    let mut asked: Vec<_> = references.into_iter().map(ask).collect();
    poll_fn(|context| {
        for (future, found) in asked.iter_mut().filter(|(_, found)| found.is_none()) {
            if let Poll::Ready(resolved) = future.as_mut().poll(context) {
                *found = Some(resolved);
            }
        }
        if asked.iter().all(|(_, found)| found.is_some()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    asked.into_iter().filter_map(|(_, found)| found).collect()
}
