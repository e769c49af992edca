//! The service as a host sees it. It is built once and cheap to clone; all clones are the same
//! service.

use crate::builder::ServiceBuilder;
use crate::bulk::{self, Bulk, BulkDone, BulkError};
use crate::by_hand::{self, AttributeError, AttributedByHand};
use crate::cancel::{self, CancelError};
use crate::click::{self, Lost, Visitor};
use crate::configure::{self, ConfigureError, Reloaded};
use crate::conversion_apis::{self, ConversionApiState};
use crate::decide::{self, DecideAgain, DecideError, DecidedAgain};
use crate::erase::{self, EraseError, Erased};
use crate::health::{self, Health};
use crate::ingest::{self, NotStored, Taken};
use crate::journal::Journal;
use crate::notification::{self, NotificationError};
use crate::postback::{self, PostbackAnswer};
use crate::preview;
use crate::refusals::RefusedPostbacks;
use crate::refused::{self, Retried, RetryError, WhichRefused};
use crate::replay::Replayed;
use crate::requeue::{self, RequeueError};
use crate::resend::{self, ResendError, Resent};
use crate::shared::Shared;
use crate::stores::Stores;
use crate::upload::{self, Uploaded};
use crate::work;
use ::postback::decide::Reply;
use ::postback::event::ClickHint;
use ::postback::intake::{Caller, PostedPostback, UploadedRow};
use ::postback::port::{Cursor, HttpClient, Secrets, StoreError};
use ::postback::route::Routed;
use ::postback::value::{ClickId, DeliveryId, EventId, OfferSourceId, Receipt};
use ::postback::{Event, Timestamp, Tracker};
use std::{collections::BTreeMap, fmt, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// A running tracker. Every message goes through one of its calls. [`run`](Service::run) does the
/// work that needs no call.
#[derive(Clone)]
pub struct Service(pub(crate) Arc<Shared>);

impl Service {
    /// Starts a builder with what has no default: the configuration, the stores, the HTTP client,
    /// and the secrets.
    #[must_use]
    pub fn builder(
        tracker: impl Into<Arc<Tracker>>,
        stores: impl Into<Stores>,
        http: Arc<dyn HttpClient>,
        secrets: Arc<dyn Secrets>,
    ) -> ServiceBuilder {
        ServiceBuilder::new(tracker.into(), stores.into(), http, secrets)
    }

    /// Sends deliveries, attributes events late, takes in the journal, deletes what is kept long
    /// enough and reloads, until `shutdown` ends. Then it finishes the requests in flight; queued
    /// deliveries stay queued. Dropping it aborts everything.
    ///
    /// Stop the callers of the service first: an event that is taken in afterwards stays queued.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        work::run(self.0, shutdown).await;
    }

    /// Routes a visitor: finds the offer, records the click, and returns both.
    ///
    /// # Errors
    /// [`Lost`], with the fallback to which the visitor may be sent instead.
    pub async fn visit(&self, visitor: &Visitor<'_>) -> Result<Routed, Lost> {
        click::visit(&self.0, visitor).await
    }

    /// Returns where a visitor would be sent, without recording a click, as for a `HEAD` request.
    /// The click id in the URL has the usual form, but no click will ever have it.
    ///
    /// # Errors
    /// - a campaign that is not configured, or no path of which takes the visitor, each with where
    ///   the visitor may go instead
    pub fn preview(&self, visitor: &Visitor<'_>) -> Result<Routed, Lost> {
        click::preview(&self.0, visitor)
    }

    /// Takes in a postback that is the query of its URL, as it came. `source` is the offer source
    /// in the URL, if there is one; `address` is the caller's address, if it is known. Use
    /// [`Service::posted`] for a postback with a body.
    pub async fn postback(&self, source: Option<&str>, address: Option<IpAddr>, query: &[u8]) -> PostbackAnswer {
        self.posted(source, Caller::new(address), &PostedPostback::new(query))
            .await
    }

    /// Takes in a postback that was posted, with a query, a body, or both. The caller's token may
    /// come from a header.
    pub async fn posted(
        &self,
        source: Option<&str>,
        caller: Caller<'_>,
        posted: &PostedPostback<'_>,
    ) -> PostbackAnswer {
        postback::take(&self.0, source, caller, posted).await
    }

    /// Returns the HTTP status with which a postback would be answered, as far as that can be known
    /// without taking it in, as for a `HEAD` request.
    #[must_use]
    pub fn preview_postback(&self, source: Option<&str>, caller: Caller<'_>, query: &[u8]) -> u16 {
        preview::postback(&self.0, source, caller, query)
    }

    /// Notes a request without a body at the URL of notifications, and returns the response to it.
    /// If its query is a postback, it is kept.
    pub async fn not_posted(&self, source: &str, caller: Caller<'_>, query: &[u8]) -> NotificationError {
        notification::not_posted(&self.0, source, caller, query).await
    }

    /// Notes a postback whose body could not be read, with the HTTP status of its response. The
    /// query is kept if the caller is authorised.
    pub async fn unread_postback(&self, source: Option<&str>, caller: Caller<'_>, query: &[u8], status: u16) {
        postback::unread(&self.0, source, caller, query, status).await;
    }

    /// Returns what a source refused of postbacks and did not keep, because their callers are not
    /// accepted or nothing could be read; none if nothing was refused since the start.
    #[must_use]
    pub fn refused_postbacks(&self, source: &OfferSourceId) -> Option<RefusedPostbacks> {
        self.0.refusals.of(source)
    }

    /// Returns hints at what unknown parameter names in a source's postbacks were probably meant
    /// for, and at what came in place of missing amounts, since the start or the last reload.
    #[must_use]
    pub fn hints(&self, source: &OfferSourceId) -> Vec<String> {
        self.0.hints.of(source)
    }

    /// Returns the words that a source's postbacks had in the field of the status and that mean no
    /// status, since the start or the last reload: at most 16.
    #[must_use]
    pub fn unknown_statuses(&self, source: &OfferSourceId) -> Vec<String> {
        self.0.statuses.of(source)
    }

    /// Whether a source accepts ClickBank's notifications.
    #[must_use]
    pub fn takes_notifications(&self, source: &str) -> bool {
        let live = self.0.live();
        let source = live.tracker.source(Some(source));
        source.is_some_and(|source| live.credentials.takes_notifications(source.id()))
    }

    /// Takes in a notification of ClickBank, from the query of the URL and the body, as they came.
    ///
    /// # Errors
    /// [`NotificationError`]. Every refusal is the same, whatever its cause.
    pub async fn notification(
        &self,
        source: &str,
        address: Option<IpAddr>,
        query: &[u8],
        body: &[u8],
    ) -> Result<Reply, NotificationError> {
        notification::take(&self.0, source, address, query, body).await
    }

    /// Tries kept refused messages again with the present configuration and secrets: oldest first,
    /// at most 64 are taken in by each call. `after` is the `next` of the call before, or the
    /// start. Whoever calls this vouches for the senders, since their tokens are not kept.
    /// `patience` is the time for each read of the store, and for trying them.
    ///
    /// # Errors
    /// [`RetryError`]; what was taken in stays taken in.
    pub async fn retry_refused(
        &self,
        which: &WhichRefused,
        after: &Cursor,
        patience: Duration,
    ) -> Result<Retried, RetryError> {
        refused::retry(&self.0, which, after, patience).await
    }

    /// Deletes kept refused messages that nobody wants to take in, and returns how many they were.
    /// `patience` is the time for each call of the store.
    ///
    /// # Errors
    /// [`RetryError`]; a part of them may be deleted already.
    pub async fn dismiss_refused(&self, which: &WhichRefused, patience: Duration) -> Result<u64, RetryError> {
        refused::dismiss(&self.0, which, patience).await
    }

    /// Attributes an unattributed event to a click that a person has chosen, with the person's
    /// note. `patience` is the time for each read of the store, and for the decision.
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

    /// Decides stored events again under the present configuration, chosen by what became of them
    /// and by source. Each call does a limited part of it. A dry run says what each would become.
    /// Doing it twice changes nothing more. `patience` is the time for each call of the store, and
    /// for the whole call.
    ///
    /// # Errors
    /// [`DecideError`]. What was decided stays decided.
    pub async fn decide_again(&self, again: &DecideAgain, patience: Duration) -> Result<DecidedAgain, DecideError> {
        decide::work(&self.0, again, patience).await
    }

    /// Queues a dead delivery again with the same bytes. What a person gave up, and what another
    /// delivery replaces, is queued only with `anyway`. `patience` is the time for each call of the
    /// store.
    ///
    /// # Errors
    /// [`RequeueError`]; nothing was queued, as far as is known.
    pub async fn retry(&self, delivery: &DeliveryId, anyway: bool, patience: Duration) -> Result<(), RequeueError> {
        requeue::one(&self.0, delivery, anyway, patience).await
    }

    /// Gives up a delivery that is still to be sent or checked, or that is dead: it is dead from
    /// now on and waits for nobody, and may be queued again on purpose. `patience` is the time for
    /// each call of the store.
    ///
    /// # Errors
    /// [`CancelError`]; a delivery that is being sent at this moment, too.
    pub async fn cancel(&self, delivery: &DeliveryId, patience: Duration) -> Result<(), CancelError> {
        cancel::one(&self.0, delivery, patience).await
    }

    /// Writes the postback of a delivery again under the present configuration, as a new delivery,
    /// and queues it. A second call changes nothing. A conversion that was declined or taken back
    /// since is reported only with `anyway`. `patience` is the time for each read of the store.
    ///
    /// # Errors
    /// [`ResendError`]; nothing was queued, as far as is known.
    pub async fn resend(&self, delivery: &DeliveryId, anyway: bool, patience: Duration) -> Result<Resent, ResendError> {
        resend::one(&self.0, delivery, anyway, patience).await
    }

    /// Queues dead deliveries again, writes postbacks again or cancels, for a whole selection. Each
    /// call does a limited part of it. `patience` is the time for each read of the store, and for
    /// the whole call.
    ///
    /// # Errors
    /// The store failed. What was done stays done, and doing it again does nothing.
    pub async fn bulk(&self, bulk: &Bulk, patience: Duration) -> Result<BulkDone, BulkError> {
        bulk::work(&self.0, bulk, patience).await
    }

    /// Erases the personal values that belong to a click: those of the click, of its events and of
    /// its deliveries, the refused messages that name it, and copies in the journal. A delivery
    /// that is still to be sent then goes out without them. `patience` is the time for each call of
    /// the store.
    ///
    /// # Errors
    /// [`EraseError`]; a part may be erased already. Erasing again is safe.
    pub async fn erase_click(&self, click: &ClickId, patience: Duration) -> Result<Erased, EraseError> {
        erase::click(&self.0, click, patience).await
    }

    /// Erases the personal values of the sales with a receipt, of one source or of every source,
    /// and of their clicks, as [`erase_click`](Service::erase_click) does.
    ///
    /// # Errors
    /// [`EraseError`]; a part may be erased already. Erasing again is safe.
    pub async fn erase_receipt(
        &self,
        receipt: &Receipt,
        source: Option<&OfferSourceId>,
        patience: Duration,
    ) -> Result<Erased, EraseError> {
        erase::receipt(&self.0, receipt, source, patience).await
    }

    /// Takes in one row of an upload. Whoever calls this vouches for it.
    pub async fn upload(&self, row: &UploadedRow<'_>) -> Uploaded {
        upload::take(&self.0, row).await
    }

    /// Takes in an event that the host has made itself.
    ///
    /// # Errors
    /// [`NotStored`]: the event is not durable in time, as far as is known.
    pub async fn ingest(&self, event: Event) -> Result<Taken, NotStored> {
        ingest::take_in(&self.0, &self.0.live(), event).await
    }

    /// Takes in the events that wait in the journal. [`run`](Service::run) does so from time to
    /// time.
    ///
    /// # Errors
    /// - a problem with the journal's files; an event that the store does not take yet is no error:
    ///   it still waits
    /// - [`io::ErrorKind::ResourceBusy`]: another change of the journal has been under way for five
    ///   seconds
    pub async fn replay_journal(&self) -> io::Result<Replayed> {
        ingest::replay(&self.0).await
    }

    /// Returns how many acknowledged events are set aside because their offer sources are not
    /// configured, by source. They are taken in when a source with that id is configured again.
    #[must_use]
    pub fn set_aside(&self) -> BTreeMap<OfferSourceId, u64> {
        self.0.journal.as_ref().map(Journal::set_aside).unwrap_or_default()
    }

    /// Deletes the events of a source that are set aside, and returns how many they were. They are
    /// lost then, so that only a person should decide it.
    ///
    /// # Errors
    /// - a problem with the journal's files
    /// - [`io::ErrorKind::ResourceBusy`]: another change of the journal has been under way for five
    ///   seconds
    pub async fn discard_set_aside(&self, source: &OfferSourceId) -> io::Result<u64> {
        ingest::discard(&self.0, source).await
    }

    /// Returns the journal, where there is one.
    #[must_use]
    pub fn journal(&self) -> Option<&Journal> {
        self.0.journal.as_ref()
    }

    /// Tries the lines of the journal again that could not be read, for example after a newer
    /// version was installed. `unreadable` of the answer are those that still cannot.
    ///
    /// # Errors
    /// - a problem with the journal's files
    /// - [`io::ErrorKind::ResourceBusy`]: another change of the journal has been under way for five
    ///   seconds
    pub async fn retry_unreadable(&self) -> io::Result<Replayed> {
        ingest::retry_unreadable(&self.0).await
    }

    /// Deletes the lines of the journal that cannot be read, and returns how many they were. They
    /// were acknowledged, so that only a person should decide it.
    ///
    /// # Errors
    /// - a problem with the journal's files
    /// - [`io::ErrorKind::ResourceBusy`]: another change of the journal has been under way for five
    ///   seconds
    pub async fn discard_unreadable(&self) -> io::Result<u64> {
        ingest::discard_unreadable(&self.0).await
    }

    /// Activates another configuration: resolves its secrets, stores it, and replaces the one
    /// before. Calls that have begun end with the configuration with which they began.
    ///
    /// # Errors
    /// [`ConfigureError`]; the configuration before stays active.
    pub async fn replace(&self, tracker: impl Into<Arc<Tracker>>) -> Result<(), ConfigureError> {
        configure::replace(&self.0, tracker.into()).await
    }

    /// Reads the configuration again, as the host has set with [`ServiceBuilder::reload`], and
    /// activates it. The answer names what is gone with it.
    ///
    /// # Errors
    /// [`ConfigureError`]; the configuration before stays active.
    pub async fn reload(&self) -> Result<Reloaded, ConfigureError> {
        configure::reload(&self.0).await
    }

    /// Returns the active tracker.
    #[must_use]
    pub fn tracker(&self) -> Arc<Tracker> {
        self.0.live().tracker.clone()
    }

    /// Returns what is nearly right about a text that came as a click id, if anything.
    #[must_use]
    pub fn click_hint(&self, text: &str) -> Option<ClickHint> {
        self.0.live().credentials.click_ids().hint(text)
    }

    /// Returns whether the service can take in, and whether what goes on beside does. `patience` is
    /// the time for a read of the store.
    pub async fn health(&self, patience: Duration) -> Health {
        health::check(&self.0, patience).await
    }

    /// Returns each account at an ad platform, and what became of what it was told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conversion_apis(&self) -> Result<Vec<ConversionApiState>, StoreError> {
        conversion_apis::states(&self.0).await
    }

    /// Returns the stores.
    #[must_use]
    pub fn stores(&self) -> &Stores {
        &self.0.stores
    }

    /// Returns the time by the service's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Returns the notifier that wakes the sending of deliveries. Notify it after putting something
    /// into the outbox.
    #[must_use]
    pub fn wake(&self) -> &Notify {
        &self.0.wake
    }
}

/// Shows the configuration's fingerprint and the limits, and no secret.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("configuration", &self.0.live())
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
