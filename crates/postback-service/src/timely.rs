//! Time limits for what a host provides. Any of it may hang, and nothing may wait for ever:
//! secrets, reads of the store and other work.

use postback::Secret;
use postback::port::{BoxFuture, Renewing, SecretError, Secrets, StoreError};
use postback::value::SecretReference;
use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::time::timeout;

/// How long resolving a secret may take. A file takes less than a millisecond, but a vault is asked
/// over the network.
const SECRET_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns the output of a future; none if it takes longer than `limit`. If the output is ready at
/// once, no clock is needed.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(output) => Some(output),
        Poll::Pending => timeout(limit, future).await.ok(),
    }
}

/// Returns the store's answer, or the error `late` if it takes too long.
pub(crate) async fn read<T, E: From<StoreError>>(
    limit: Duration,
    reading: BoxFuture<'_, Result<T, StoreError>>,
    late: E,
) -> Result<T, E> {
    within(limit, reading).await.ok_or(late)?.map_err(E::from)
}

/// Secrets with the time limit [`SECRET_TIMEOUT`]. An answer that takes longer becomes an error.
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

    fn renewing(&self, reference: &SecretReference) -> Option<Renewing> {
        self.0.renewing(reference)
    }

    fn refused(&self, reference: &SecretReference, secret: &Secret) -> bool {
        self.0.refused(reference, secret)
    }
}

/// A reference with the secret behind it.
type Resolved<'a> = (&'a SecretReference, Result<Secret, SecretError>);

/// Resolves references concurrently, so that several that hang take no more time than one. The
/// results keep the order of the references.
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
