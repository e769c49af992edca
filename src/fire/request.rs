//! Writes the request of one rule.

use super::change::Change;
use crate::conversion_api::{Unsent, ValueOf};
use crate::delivery::Cause;
use crate::meaning::Decision;
use crate::model::{Conversion, Revenue};
use crate::outbound::{HoledText, Outbound};
use crate::plan::TakenSecond;
use crate::scope::{Scope, ToldPayout};
use crate::telling::{Moment, Told};
use crate::template::RenderError;
use crate::tracker::{Campaign, PostbackRule, RequestRule, Sends};
use crate::value::{Money, Pii, Timestamp};
use alloc::{boxed::Box, collections::BTreeMap, string::String};
use thiserror::Error;

/// The cause of a rule's delivery.
pub(crate) fn cause(rule: &PostbackRule, campaign: &Campaign, change: &Change<'_>, value: Option<Money>) -> Cause {
    let (conversion, click, event) = (
        change.after.id.clone(),
        change.click.id.clone(),
        change.event.id.clone(),
    );
    let (campaign, postback) = (campaign.id.clone(), rule.id.clone());
    match &rule.sends {
        Sends::Request(request) => Cause::Postback {
            conversion,
            click,
            event,
            campaign,
            postback,
            success: request.success.clone(),
        },
        Sends::Event(event_rule) => Cause::ConversionApi {
            platform: event_rule.account.judged_as().into(),
            account: event_rule.account.id().as_str().into(),
            conversion,
            click,
            event,
            campaign: Some(campaign),
            postback: Some(postback),
            answers: event_rule.account.answers().cloned(),
            value,
            corrects: None,
        },
    }
}

/// A request that was written, and what goes with it.
pub(crate) struct Request {
    pub(crate) outbound: Outbound,
    /// The personal values of its holes.
    pub(crate) private: BTreeMap<String, Pii>,
    /// The request that asks what became of a receipt.
    pub(crate) check: Option<Box<Outbound>>,
    /// The time from which the receiver takes it.
    pub(crate) not_before: Option<Timestamp>,
    /// The time until which it is of use.
    pub(crate) not_after: Option<Timestamp>,
    /// The value that an ad platform is told.
    pub(crate) value: Option<Money>,
    /// When the conversion happened, as a platform is told it.
    pub(crate) moment: Option<Moment>,
}

/// Why a request is not written.
#[derive(Debug, Error)]
pub(crate) enum NotWritten {
    /// A value does not fit the template.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The platform cannot be told.
    #[error(transparent)]
    Unsent(#[from] Unsent),
}

impl NotWritten {
    /// Whether it would be written if an amount were known.
    pub(super) fn lacks_amount(&self) -> bool {
        match self {
            Self::Render(why) => matches!(why, RenderError::NoAmount { .. }),
            Self::Unsent(why) => why.lacks_amount(),
        }
    }
}

impl Decision<'_> {
    /// Writes the request of a rule for a conversion. `taken` are the seconds that the click's
    /// conversions of the same goal are told under.
    pub(super) fn request(
        &self,
        change: &Change<'_>,
        rule: &PostbackRule,
        scope: &Scope<'_>,
        taken: &[TakenSecond],
    ) -> Result<Request, NotWritten> {
        match &rule.sends {
            Sends::Request(request) => {
                let outbound = render(request, scope)?;
                Ok(Request {
                    private: outbound.private_values(change.click, change.event),
                    outbound,
                    check: None,
                    not_before: None,
                    not_after: None,
                    value: None,
                    moment: None,
                })
            }
            Sends::Event(event) => {
                let source = self.sources.get(&change.after.source);
                let told = Told {
                    scope,
                    conversion: change.after,
                    message: change.event,
                    parameters: source.map_or(&[], |source| source.parameters.as_slice()),
                    value: self.value(event.value, change.after, scope.payout),
                    taken,
                    now: change.now,
                };
                let written = event.account.write(&told)?;
                Ok(Request {
                    outbound: written.outbound,
                    private: written.private,
                    check: written.check,
                    not_before: written.not_before,
                    not_after: written.not_after,
                    value: written.value,
                    moment: Some(written.moment),
                })
            }
        }
    }

    /// The value of a conversion's event; none where it is never money and came without an amount.
    pub(crate) fn value(&self, of: ValueOf, conversion: &Conversion, payout: Option<ToldPayout>) -> Option<ToldPayout> {
        let is_money = self.adds(&conversion.shown).is_some();
        if !is_money && conversion.sum.is_none() {
            return None;
        }
        let amount = |money: Option<Money>| match money {
            Some(money) => ToldPayout::Known(money),
            None => ToldPayout::NoAmount(self.currency),
        };
        match of {
            ValueOf::Payout => payout,
            ValueOf::Sum => Some(amount(conversion.sum)),
            ValueOf::Fixed(money) => Some(ToldPayout::Known(money)),
            ValueOf::Revenue => match conversion.revenue {
                Revenue::Counted { money } | Revenue::NotCounted { money } => Some(ToldPayout::Known(money)),
                Revenue::NoRate => Some(ToldPayout::NoRate),
                Revenue::Nothing if is_money => Some(amount(None)),
                Revenue::Nothing => None,
            },
        }
    }
}

fn render(request: &RequestRule, scope: &Scope<'_>) -> Result<Outbound, RenderError> {
    let url = request.url.render(scope)?;
    let mut outbound = Outbound::new(request.method, url);
    if let Some(body) = &request.body {
        outbound.body = Some(body.render(scope)?);
        outbound
            .headers
            .push(("content-type".into(), HoledText::plain(body.content_type().as_str())));
    }
    outbound.sign.clone_from(&request.sign);
    Ok(outbound)
}
