//! The service as a host sees it: built once, cheap to clone, all clones one.

use crate::builder::ServiceBuilder;
use crate::bulk::{self, Bulk, BulkDone, BulkError};
use crate::by_hand::{self, AttributeError, AttributedByHand};
use crate::click::{self, Lost, Visitor};
use crate::configure::{self, ConfigureError};
use crate::ingest::{self, NotStored, Taken};
use crate::journal::{Journal, Replayed};
use crate::notification::{self, NotificationError};
use crate::postback::{self, PostbackAnswer};
use crate::preview;
use crate::refusals::RefusedPostbacks;
use crate::refused::{self, Retried, RetryError, WhichRefused};
use crate::requeue::{self, RequeueError};
use crate::resend::{self, ResendError, Resent};
use crate::shared::Shared;
use crate::stores::Stores;
use crate::upload::{self, Uploaded};
use crate::work;
use ::postback::decide::Reply;
use ::postback::event::ClickHint;
use ::postback::intake::{Caller, PostedPostback, UploadedRow};
use ::postback::port::{HttpClient, Secrets};
use ::postback::route::Routed;
use ::postback::value::{ClickId, DeliveryId, EventId, OfferSourceId};
use ::postback::{Event, Timestamp, Tracker};
use std::{collections::BTreeMap, fmt, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// A tracker at work. Everything that comes in goes through one of its calls;
/// [`run`](Service::run) does what goes on without a call.
#[derive(Clone)]
pub struct Service(pub(crate) Arc<Shared>);

impl Service {
    /// Begins with what has no default: the configuration, where things are kept, who sends, and
    /// who resolves secrets.
    #[must_use]
    pub fn builder(
        tracker: impl Into<Arc<Tracker>>,
        stores: impl Into<Stores>,
        http: Arc<dyn HttpClient>,
        secrets: Arc<dyn Secrets>,
    ) -> ServiceBuilder {
        ServiceBuilder::new(tracker.into(), stores.into(), http, secrets)
    }

    /// Sends deliveries, attributes late clicks, takes in the journal, forgets personal values and
    /// reloads, until `shutdown` ends. Then the requests that are under way are finished;
    /// what is queued stays queued. Dropping it cuts everything off.
    ///
    /// End what calls the service first: what it takes in after this stays queued.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        work::run(self.0, shutdown).await;
    }

    /// Sends a visitor on: finds the offer, records the click, and answers with both.
    ///
    /// # Errors
    /// [`Lost`], with where the visitor may go instead.
    pub async fn visit(&self, visitor: &Visitor<'_>) -> Result<Routed, Lost> {
        click::visit(&self.0, visitor).await
    }

    /// Where a visitor would be sent, without recording a click: what `HEAD` asks. The click id in
    /// it has the usual form, and no click will ever have it.
    ///
    /// # Errors
    /// - a campaign that is not configured, or no path of which takes the visitor, each with where
    ///   the visitor may go instead
    pub fn preview(&self, visitor: &Visitor<'_>) -> Result<Routed, Lost> {
        click::preview(&self.0, visitor)
    }

    /// Takes in a postback that is the query of its URL, as it came. `source` is the offer source
    /// that the URL names, if it names one; `address` who called, if that is known. One with a body
    /// goes to [`Service::posted`].
    pub async fn postback(&self, source: Option<&str>, address: Option<IpAddr>, query: &[u8]) -> PostbackAnswer {
        self.posted(source, Caller::new(address), &PostedPostback::new(query))
            .await
    }

    /// Takes in a postback that was posted: with a query, a body, or both. The token may be that of
    /// the caller, as a header says it.
    pub async fn posted(
        &self,
        source: Option<&str>,
        caller: Caller<'_>,
        posted: &PostedPostback<'_>,
    ) -> PostbackAnswer {
        postback::take(&self.0, source, caller, posted).await
    }

    /// The HTTP status that a postback would be answered with, as far as that can be told without
    /// taking it in: what `HEAD` asks.
    #[must_use]
    pub fn preview_postback(&self, source: Option<&str>, caller: Caller<'_>, query: &[u8]) -> u16 {
        preview::postback(&self.0, source, caller, query)
    }

    /// Remembers a request at the URL of notifications that cannot bring one, and answers what it
    /// is told: a notification is posted. A postback that came there is kept.
    pub async fn not_posted(&self, source: &str, caller: Caller<'_>, query: &[u8]) -> NotificationError {
        notification::not_posted(&self.0, source, caller, query).await
    }

    /// Remembers a postback whose body could not be read, under the HTTP status of its answer. The
    /// query is kept where the caller is authorised.
    pub async fn unread_postback(&self, source: Option<&str>, caller: Caller<'_>, query: &[u8], status: u16) {
        postback::unread(&self.0, source, caller, query, status).await;
    }

    /// What a source refused of postbacks and did not keep, since their callers are not taken or
    /// nothing could be read; none when there was none since the start.
    #[must_use]
    pub fn refused_postbacks(&self, source: &OfferSourceId) -> Option<RefusedPostbacks> {
        self.0.refusals.of(source)
    }

    /// What names that came in a source's postbacks and mean nothing were probably meant for, since
    /// the start or the last reload.
    #[must_use]
    pub fn hints(&self, source: &OfferSourceId) -> Vec<String> {
        self.0.hints.of(source)
    }

    /// The words that came in a source's postbacks in the place of the status and say none, since
    /// the start or the last reload: at most 16.
    #[must_use]
    pub fn unknown_statuses(&self, source: &OfferSourceId) -> Vec<String> {
        self.0.statuses.of(source)
    }

    /// Whether a source takes ClickBank's notifications.
    #[must_use]
    pub fn takes_notifications(&self, source: &str) -> bool {
        let live = self.0.live();
        let source = live.tracker.source(Some(source));
        source.is_some_and(|source| live.credentials.takes_notifications(source.id()))
    }

    /// Takes in a notification of ClickBank: the query of the URL and the body, as they came.
    ///
    /// # Errors
    /// [`NotificationError`]; one refusal for every cause.
    pub async fn notification(
        &self,
        source: &str,
        address: Option<IpAddr>,
        query: &[u8],
        body: &[u8],
    ) -> Result<Reply, NotificationError> {
        notification::take(&self.0, source, address, query, body).await
    }

    /// Tries again what was refused and is kept, with the configuration and the secrets of now:
    /// oldest first, at most 64 at a call. Whoever calls it vouches for those who sent it: their
    /// tokens are not kept. `patience` is the time for each read of the store, and for all of it.
    ///
    /// # Errors
    /// [`RetryError`]; what was taken in stays taken in.
    pub async fn retry_refused(&self, which: &WhichRefused, patience: Duration) -> Result<Retried, RetryError> {
        refused::retry(&self.0, which, patience).await
    }

    /// Forgets what was refused and nobody wants to take in; says how many. `patience` is the time
    /// for each call of the store.
    ///
    /// # Errors
    /// [`RetryError`]; a part may be forgotten already.
    pub async fn dismiss_refused(&self, which: &WhichRefused, patience: Duration) -> Result<u64, RetryError> {
        refused::dismiss(&self.0, which, patience).await
    }

    /// Attributes an unattributed event to a click that a person has chosen, with a note of theirs.
    /// `patience` is the time for each read of the store, and for the decision.
    ///
    /// # Errors
    /// [`AttributeError`]; nothing was written, as far as is known.
    pub async fn attribute_by_hand(
        &self,
        event: &EventId,
        click: &ClickId,
        note: Option<String>,
        patience: Duration,
    ) -> Result<AttributedByHand, AttributeError> {
        by_hand::attribute(&self.0, event, click, note, patience).await
    }

    /// Queues a dead delivery again, with the bytes that it has. `patience` is the time for each
    /// call of the store.
    ///
    /// # Errors
    /// [`RequeueError`]; nothing was queued, as far as is known.
    pub async fn retry(&self, delivery: &DeliveryId, patience: Duration) -> Result<(), RequeueError> {
        requeue::one(&self.0, delivery, patience).await
    }

    /// Writes the postback of a delivery again under the configuration at work, as a delivery of
    /// its own, and queues it. Doing it twice does it once. What was declined or taken back since
    /// is not told again but with `anyway`. `patience` is the time for each read of the store.
    ///
    /// # Errors
    /// [`ResendError`]; nothing was queued, as far as is known.
    pub async fn resend(&self, delivery: &DeliveryId, anyway: bool, patience: Duration) -> Result<Resent, ResendError> {
        resend::one(&self.0, delivery, anyway, patience).await
    }

    /// Queues dead deliveries again, or writes postbacks again, all of a selection: a bounded part
    /// of it at each call. `patience` is the time for each read of the store, and for the call.
    ///
    /// # Errors
    /// Trouble of the store. What was done stays done, and doing it again does nothing.
    pub async fn bulk(&self, bulk: &Bulk, patience: Duration) -> Result<BulkDone, BulkError> {
        bulk::work(&self.0, bulk, patience).await
    }

    /// Takes in one row of an upload, of which whoever calls this vouches.
    pub async fn upload(&self, row: &UploadedRow<'_>) -> Uploaded {
        upload::take(&self.0, row).await
    }

    /// Takes in an event that the host has made itself.
    ///
    /// # Errors
    /// [`NotStored`] when it is not durable in time, as far as is known.
    pub async fn ingest(&self, event: Event) -> Result<Taken, NotStored> {
        ingest::take_in(&self.0, &self.0.live(), event).await
    }

    /// Takes in what waits in the journal now; [`run`](Service::run) does so from time to time.
    ///
    /// # Errors
    /// Trouble with the journal's files. Events that the store does not take yet are no error: they
    /// go on waiting.
    pub async fn replay_journal(&self) -> io::Result<Replayed> {
        ingest::replay(&self.0).await
    }

    /// How many acknowledged events are set aside because their offer sources are not configured,
    /// by source. They are taken in when a source of that id is back.
    #[must_use]
    pub fn set_aside(&self) -> BTreeMap<OfferSourceId, u64> {
        self.0.journal.as_ref().map(Journal::set_aside).unwrap_or_default()
    }

    /// Forgets the events of a source that are set aside; says how many. They are lost then: that
    /// is for a person to decide.
    ///
    /// # Errors
    /// Trouble with the journal's files.
    pub async fn discard_set_aside(&self, source: &OfferSourceId) -> io::Result<u64> {
        ingest::discard(&self.0, source).await
    }

    /// Puts another configuration to work: resolves its secrets, stores it, swaps it in. Calls that
    /// are under way end with the one that they began with.
    ///
    /// # Errors
    /// [`ConfigureError`]; the one before goes on.
    pub async fn replace(&self, tracker: impl Into<Arc<Tracker>>) -> Result<(), ConfigureError> {
        configure::replace(&self.0, tracker.into()).await
    }

    /// Reads the configuration anew, as the host has said with [`ServiceBuilder::reload`], and puts
    /// it to work.
    ///
    /// # Errors
    /// [`ConfigureError`]; the one before goes on.
    pub async fn reload(&self) -> Result<Arc<Tracker>, ConfigureError> {
        configure::reload(&self.0).await
    }

    /// The tracker at work.
    #[must_use]
    pub fn tracker(&self) -> Arc<Tracker> {
        self.0.live().tracker.clone()
    }

    /// What a text that came as a click id nearly is.
    #[must_use]
    pub fn click_hint(&self, text: &str) -> Option<ClickHint> {
        self.0.live().credentials.click_ids().hint(text)
    }

    /// The store.
    #[must_use]
    pub fn stores(&self) -> &Stores {
        &self.0.stores
    }

    /// The time, by the service's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Is notified when something may have come into the outbox. Whoever puts something there
    /// notifies it.
    #[must_use]
    pub fn wake(&self) -> &Notify {
        &self.0.wake
    }
}

/// Secrets have no text, and the configuration is shown by its fingerprint.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("configuration", &self.0.live())
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
