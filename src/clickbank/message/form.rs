//! Turns notifications of versions 1.0 to 5.0 into the same events as those of the later versions.

use super::identity::{ECHOES, notification_id};
use crate::clickbank::{
    AmountField, Settings,
    form::{FormNotification, FormVersion, MinorUnits},
    ins::{SourceReceipt, TransactionType},
};
use crate::event::{Event, Interface, Kind, Received};
use crate::network::{Draft, NotTaken, SourceView};
use crate::value::{Currency, EventId, Money, Pii, is_unfilled_macro};
use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

/// Makes the event of a notification of version 1.0 to 5.0.
///
/// Since 2.0 the identity is the same as in the later versions. So an account with two URLs, one of
/// version 4.0 and one of 6.0, reports a sale once. It is assumed that both write the same second;
/// no order is known from both. An order of several products is one notification in 6.0 and one for
/// each product here, so these are not the same message.
///
/// In 1.0 there is no role, and the check does not cover the time. So the identity is everything
/// that the check covers, and whoever has seen one such body cannot make a second sale of it with
/// another time. Its event has the time of arrival and no parent receipt, so that nobody can
/// rewrite it by sending it again with another time while it waits for its click. Two partial
/// refunds with the same receipt and the same amount are one event there, and a sale of 1.0 is
/// never the same as one of another version.
///
/// A `SALE` that names the receipt of another sale in `cupsellreceipt` is an upsell. The amount is
/// `caccountamount` or, where the source asks for the order's amount, `corderamount`. 1.0 has only
/// `ctransamount`, which is read as dollars.
pub(super) fn draft<'a>(
    form: &'a FormNotification,
    settings: &Settings,
    source: &SourceView<'_>,
    received: Received,
) -> Result<Draft<'a>, NotTaken> {
    if !form.version().is_among(&settings.forms.versions) {
        return Err(NotTaken::Version(form.version().to_string()));
    }
    let parent = form.parent_receipt();
    let covered = *form.version() != FormVersion::V1;
    let at = if covered { form.transaction_time() } else { received.at };
    let id = identity(source, form, received);
    let mut event = Event::assume_authentic(id, source.id.clone(), Interface::Ins, at);
    event.timed = covered;
    event.assurance = Some(form.assurance());
    event.received_at = received.at;
    event.kind = Some(match form.transaction_type() {
        TransactionType::Sale if parent.is_some() => Kind::Upsell,
        word => word.kind(),
    });
    event.name = Some(form.transaction_type_text().into());
    event.test = form.is_test();
    event.receipt = form
        .receipt()
        .filter(|receipt| !receipt.is_placeholder())
        .map(|receipt| receipt.stripped().clone());
    event.rebill = form.receipt().and_then(SourceReceipt::rebill);
    event.parent = parent;
    event.sum = sum(settings, source, form)?;
    let rows = source.parameters.iter().enumerate();
    let values = rows.filter_map(|(place, row)| {
        let found = row.from.iter().find_map(|path| {
            let echoed = ECHOES.iter().any(|echo| path.as_str().starts_with(echo));
            // The test of the settings has asterisks in place of a receipt.
            let masked = ["receipt", "ctransreceipt"].contains(&path.as_str()) && event.receipt.is_none();
            form.lookup(path, settings.forms.zero_decimal)
                .filter(|value| !(masked || echoed && is_unfilled_macro(value)))
        });
        Some((place, found?))
    });
    let values = values.collect();
    Ok(Draft {
        event,
        candidates: candidates(settings, form),
        values,
    })
}

fn identity(source: &SourceView<'_>, form: &FormNotification, received: Received) -> EventId {
    let source = source.id.as_str();
    if *form.version() == FormVersion::V1 {
        let covered = form.covered_by_1();
        // The test of the settings may be sent more than once, and is not counted.
        let pressed = form.receipt().is_some_and(SourceReceipt::is_placeholder);
        let at = if pressed {
            received.at.to_string()
        } else {
            String::new()
        };
        let parts: Vec<&str> = ["ins 1.0", source, &at].into_iter().chain(covered).collect();
        return EventId::of(None, &parts);
    }
    let at = form.transaction_time();
    let seconds = Some(at.unix_seconds());
    let Some(receipt) = form.receipt() else {
        let parts: Vec<&str> = ["ins text", source].into_iter().chain(form.whole()).collect();
        return EventId::of(seconds, &parts);
    };
    let role = form.role().unwrap_or_default();
    let word = form.transaction_type_text();
    notification_id(source, receipt.text(), word, role, at, form.item_number().as_slice())
}

fn sum(settings: &Settings, source: &SourceView<'_>, form: &FormNotification) -> Result<Option<Money>, NotTaken> {
    // The source's currency may be assumed where none is named, but never in place of one that
    // cannot be read.
    let named = form.value("ccurrency").map(Pii::expose).filter(|text| !text.is_empty());
    let order = match (form.order_currency(), named) {
        (Some(currency), _) => currency,
        (None, Some(text)) => text.parse()?,
        (None, None) => source.currency,
    };
    let (units, currency) = match settings.amount {
        AmountField::Account if *form.version() != FormVersion::V1 => (form.account_amount(), Currency::USD),
        AmountField::Account | AmountField::Order => (form.order_amount(), order),
    };
    let read = |units: MinorUnits<'_>| {
        let amount = units.amount(currency, settings.forms.zero_decimal);
        let amount = amount.map_err(|error| NotTaken::MinorUnits(error.to_string()))?;
        Ok(Money { amount, currency })
    };
    units.map(read).transpose()
}

fn candidates<'a>(settings: &Settings, form: &'a FormNotification) -> Vec<Cow<'a, str>> {
    let found = settings.click_id_from.iter().filter_map(|path| match path.as_str() {
        "trackingCodes" => form.tracking_code().map(Cow::Borrowed),
        _ => form.lookup(path, settings.forms.zero_decimal),
    });
    found.collect()
}
