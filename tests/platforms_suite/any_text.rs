//! Whatever a network and a visitor send, the requests are JSON with each member once.

use crate::recipes::{RECIPE_ACCOUNTS, RECIPE_RULES};
use crate::world::{ACCOUNTS, CAMPAIGN, batched, click, decided_event, event, sent, tracker};
use postback::value::Pii;
use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeSet;
use std::fmt;

/// JSON of which every object has each name once.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with each name once")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Once, E> {
        match text.is_empty() {
            true => Err(E::custom("an empty text")),
            false => Ok(Once),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        while items.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Once, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some((name, Once)) = members.next_entry::<String, Once>()? {
            if !seen.insert(name.clone()) {
                return Err(serde::de::Error::custom(format!("{name} stands twice")));
            }
        }
        Ok(Once)
    }
}

/// The names of the source's parameters.
const PARAMETERS: [&str; 8] = ["email", "phone", "fname", "lname", "zip", "city", "country", "product"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_of_a_buyer_or_a_visitor_leaves_json_with_each_member_once(
        texts in prop::collection::vec(any::<Option<String>>(), PARAMETERS.len()),
        agent in any::<String>(),
        ids in prop::collection::vec(any::<Option<String>>(), 7),
        order in any::<String>(),
    ) {
        let tracker = tracker(&format!("{ACCOUNTS}{RECIPE_ACCOUNTS}"), &format!("{CAMPAIGN}{RECIPE_RULES}"));
        let mut event = event(&tracker, "sum=8.50");
        event.order_id = Some(order.as_str().into());
        for (name, text) in PARAMETERS.into_iter().zip(texts) {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                // Some of these are personal and some are not.
                event.private.insert(name.into(), Pii::new(text.clone()));
                event.parameters.insert(name.into(), text);
            }
        }
        let mut click = click();
        click.private.insert("useragent".into(), Pii::new(agent));
        for (slot, id) in (14..21).zip(ids) {
            match id.filter(|id| !id.is_empty()) {
                Some(id) => drop(click.subs.insert(slot, id)),
                None => drop(click.subs.remove(&slot)),
            }
        }
        let plan = decided_event(&tracker, &click, &event);
        for delivery in plan.commit.outbox {
            let mut expired = delivery.clone();
            expired.private.clear();
            for delivery in [delivery, expired] {
                let (_, _, body) = sent(&batched([delivery]));
                let read = serde_json::from_str::<Once>(&body);
                prop_assert!(read.is_ok(), "{:?} {body}", read.err());
            }
        }
    }
}
