//! Turns notifications of version 6.0 and later into events.

use super::identity::{ECHOES, notification_id};
use super::place::candidates;
use crate::clickbank::{
    AmountField, Settings,
    ins::{Notification, SourceReceipt, TransactionType},
};
use crate::event::{Assurance, Event, Interface, Kind, Received};
use crate::network::{Draft, NotTaken, SourceView};
use crate::value::{AmountError, Currency, EventId, Money, is_unfilled_macro};
use alloc::{borrow::Cow, string::ToString};

/// Makes the event of a notification of version 6.0 or later. A `SALE` whose items are all upsells
/// is an upsell.
///
/// The identity is (source, receipt, transaction type, role, transaction time, item numbers):
/// ClickBank sends a notification up to five times, and only `attemptCount` changes. The time is
/// compared as a point in time and not as a text: the two URLs of an account may get different
/// versions, which write it differently. Without a receipt, the identity is the whole text without
/// that count.
pub(super) fn draft<'a>(
    notification: &'a Notification,
    settings: &Settings,
    source: &SourceView<'_>,
    received: Received,
) -> Result<Draft<'a>, NotTaken> {
    if !settings.ins_versions.contains(notification.version()) {
        return Err(NotTaken::Version(notification.version().to_string()));
    }
    let at = notification.transaction_time().at();
    let id = identity(source, notification);
    let mut event = Event::assume_authentic(id, source.id.clone(), Interface::Ins, at);
    event.received_at = received.at;
    event.assurance = Some(Assurance::Decrypted);
    event.kind = Some(match notification.transaction_type() {
        TransactionType::Sale if notification.all_items_are_upsells() => Kind::Upsell,
        word => word.kind(),
    });
    event.name = Some(notification.transaction_type_text().into());
    event.test = notification.is_test();
    event.receipt = notification
        .receipt()
        .filter(|receipt| !receipt.is_placeholder())
        .map(|receipt| receipt.stripped().clone());
    event.rebill = notification.receipt().and_then(SourceReceipt::rebill);
    event.parent = notification.parent_receipt();
    event.sum = sum(settings, source, notification)?;
    let rows = source.parameters.iter().enumerate();
    let values = rows.filter_map(|(place, row)| {
        let found = row.from.iter().find_map(|path| {
            // ClickBank's own fields are always filled in, and a product may be called `{Best}
            // Seller`. The other fields repeat the link.
            let echoed = ECHOES.iter().any(|echo| path.as_str().starts_with(echo));
            // The test of the settings has asterisks in place of a receipt.
            let masked = path.as_str() == "receipt" && event.receipt.is_none();
            notification
                .lookup(path)
                .filter(|value| !(masked || echoed && is_unfilled_macro(value)))
        });
        Some((place, Cow::Borrowed(found?)))
    });
    let values = values.collect();
    Ok(Draft {
        event,
        candidates: candidates(settings, notification),
        values,
    })
}

fn identity(source: &SourceView<'_>, notification: &Notification) -> EventId {
    let at = notification.transaction_time().at();
    let source = source.id.as_str();
    let Some(receipt) = notification.receipt() else {
        let text = notification.text_without_attempt();
        return EventId::of(Some(at.unix_seconds()), &["ins text", source, &text]);
    };
    let role = notification.role().unwrap_or_default();
    let word = notification.transaction_type_text();
    let items = notification.item_numbers_sorted();
    notification_id(source, receipt.text(), word, role, at, &items)
}

fn sum(
    settings: &Settings,
    source: &SourceView<'_>,
    notification: &Notification,
) -> Result<Option<Money>, AmountError> {
    let (number, currency) = match settings.amount {
        AmountField::Account => (notification.total_account_amount(), Currency::USD),
        AmountField::Order => (
            notification.total_order_amount(),
            notification.order_currency().unwrap_or(source.currency),
        ),
    };
    number
        .map(|number| {
            Ok(Money {
                amount: number.amount()?,
                currency,
            })
        })
        .transpose()
}
