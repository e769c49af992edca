//! Keeping what was refused: one commit of its own, so that a wrong secret, a wrong format or a
//! typing error loses nothing.

use crate::shared::Shared;
use postback::plan::{Commit, DEFAULT_REFUSED, RefusedBody, Write};
use tokio::time::timeout;

/// Keeps a refused body. False when it is not kept, as far as is known.
pub(crate) async fn keep(shared: &Shared, body: RefusedBody) -> bool {
    let at = body.row.at;
    let write = Write::Refused {
        body,
        keep: DEFAULT_REFUSED,
    };
    let commit = Commit::of(vec![write], at);
    let kept = timeout(shared.limits.store, shared.stores.store.commit(&commit)).await;
    matches!(kept, Ok(Ok(_)))
}
