//! Writes the event of a conversion.

use super::account::{Account, Terms};
use super::{event_id, google, google_ads, meta, microsoft, microsoft_offline, tiktok};
use crate::described;
use crate::draft::Draft;
use crate::outbound::{Item, Outbound, Part};
use crate::scope::{Field, Value};
use crate::telling::{Moment, Subject, Told, Unsent};
use crate::value::{Money, Pii, Timestamp};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    format,
    string::{String, ToString},
};
use core::time::Duration;

/// The event of a conversion as an item of a request.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) outbound: Outbound,
    /// The request that asks what became of a receipt.
    pub(crate) check: Option<Box<Outbound>>,
    /// The personal values of its holes.
    pub(crate) private: BTreeMap<String, Pii>,
    /// The time from which the platform takes it.
    pub(crate) not_before: Option<Timestamp>,
    /// The time until which the platform takes it.
    pub(crate) not_after: Option<Timestamp>,
    /// The value that it tells; none where the conversion is never money.
    pub(crate) value: Option<Money>,
    /// When the conversion happened, as the platform is told it.
    pub(crate) moment: Moment,
}

/// How long before a platform's limit an event is last sent: the platform compares with the time at
/// which it arrives there.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The longest id of an event, in characters. (Our choice: no platform documents one.)
const MAX_EVENT_ID: usize = 256;

/// A day in seconds.
const DAY: u64 = 24 * 60 * 60;

impl Account {
    /// Writes the event of a conversion as an item of a request.
    ///
    /// # Errors
    /// [`Unsent`]: why it is not written.
    pub(crate) fn write(&self, told: &Told<'_>) -> Result<Written, Unsent> {
        let type_name = &told.conversion.shown.type_name;
        let terms = self.events.get(type_name).ok_or_else(|| Unsent::NoEvent {
            api: self.id.as_str().into(),
        })?;
        let not_after = self.not_after(told)?;
        let id = self.event_id_of(told)?;
        let person = self.shares.of(told);
        let value = told.money()?;
        let subject = Subject {
            told,
            name: &terms.name,
            id: &id,
            moment: self.moment(told)?,
            value,
            person: &person,
        };
        let mut draft = Draft::new();
        match &self.terms {
            Terms::Meta(terms) => meta::write(terms, &subject, &mut draft)?,
            Terms::Google(terms) => google::write(terms, &subject, &mut draft)?,
            Terms::GoogleAds(terms) => google_ads::write(terms, &subject, &mut draft)?,
            Terms::TikTok(terms) => tiktok::write(terms, &subject, &mut draft)?,
            Terms::Microsoft(terms) => microsoft::write(terms, &subject, &mut draft)?,
            Terms::MicrosoftOffline(_) => microsoft_offline::write(&subject, &mut draft)?,
            Terms::Recipe(terms) => described::write(terms, &subject, &mut draft)?,
        }
        let (text, private) = draft.finish();
        let mut outbound = terms.frame.clone();
        let mut item = Item::new(self.limit, text);
        let own = match &self.terms {
            Terms::MicrosoftOffline(_) => microsoft_offline::key(&subject),
            _ => None,
        };
        item.key = own.or_else(|| Some(format!("{} {id}", terms.name)));
        outbound.item = Some(item);
        Ok(Written {
            outbound,
            check: self.check.clone().map(Box::new),
            private,
            not_before: self.not_before(told, subject.moment),
            not_after,
            value,
            moment: subject.moment,
        })
    }

    /// The time of the conversion as the platform is told it.
    fn moment(&self, told: &Told<'_>) -> Result<Moment, Unsent> {
        match &self.terms {
            Terms::MicrosoftOffline(_) => {
                let free = Moment::after_click(told).free(told.taken, &told.conversion.id);
                let platform = self.platform.clone();
                free.ok_or(Unsent::NoFreeSecond { platform })
            }
            Terms::GoogleAds(_) => Ok(Moment::after_click(told)),
            _ => Ok(Moment::itself(told)),
        }
    }

    /// The time from which the platform takes the event, where that is later than now. None takes
    /// one of the future.
    fn not_before(&self, told: &Told<'_>, moment: Moment) -> Option<Timestamp> {
        let earliest = match &self.terms {
            Terms::GoogleAds(_) => told.scope.click.at.checked_add(google_ads::AFTER_CLICK)?,
            _ => moment.at,
        };
        Some(earliest.max(moment.at)).filter(|earliest| *earliest > told.now)
    }

    /// The id of the event, by the account's template or else by [`event_id()`](super::event_id()).
    fn event_id_of(&self, told: &Told<'_>) -> Result<String, Unsent> {
        let Some(template) = &self.event_id else {
            return Ok(event_id::of(told.conversion));
        };
        let mut fields = template.fields();
        if let Some(missing) = fields.find(|field| told.scope.value(field) == Value::Empty) {
            let mut names = Field::names();
            let name = names.find(|name| Field::from_name(name).as_ref() == Some(missing));
            return Err(Unsent::NoEventId {
                field: name.unwrap_or_default().into(),
            });
        }
        let rendered = template.render(told.scope).map_err(Unsent::EventId)?;
        let texts = rendered.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Hole(_) | Part::Optional { .. } => "",
        });
        let id = texts.collect::<String>().trim().to_string();
        match id.chars().count() {
            1..=MAX_EVENT_ID => Ok(id),
            _ => Err(Unsent::EventIdLength),
        }
    }

    /// The time until which the platform takes the event, where it has a limit.
    fn not_after(&self, told: &Told<'_>) -> Result<Option<Timestamp>, Unsent> {
        let Some(days) = self.oldest_days(told) else {
            return Ok(None);
        };
        let longest = Duration::from_secs(u64::from(days).saturating_mul(DAY)).saturating_sub(MARGIN);
        let last = told.at().checked_add(longest);
        if last.is_some_and(|last| last < told.now) {
            return Err(Unsent::TooOld {
                platform: self.platform.clone(),
                days,
            });
        }
        Ok(last)
    }

    /// How many days old an event may be when it arrives at the platform.
    fn oldest_days(&self, told: &Told<'_>) -> Option<u32> {
        match &self.terms {
            Terms::Meta(terms) => Some(terms.oldest_days(&told.conversion.shown)),
            Terms::Microsoft(_) => Some(microsoft::OLDEST_DAYS),
            Terms::Recipe(terms) => terms.recipe.recipe.oldest_days,
            Terms::MicrosoftOffline(_) => Some(microsoft_offline::OLDEST_DAYS),
            Terms::Google(_) | Terms::GoogleAds(_) | Terms::TikTok(_) => None,
        }
    }
}
