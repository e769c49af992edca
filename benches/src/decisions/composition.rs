//! The rival's decision.

use super::plain::{
    PlainClick, PlainConversion, PlainDecision, PlainDelivery, PlainEvent, PlainFacts, PlainRule, PlainSlot,
    PlainTracker, PlainType,
};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use url::Url;

impl PlainTracker {
    pub(super) fn needs(&self, event: &PlainEvent) -> Vec<String> {
        vec![event.click.clone()]
    }

    pub(super) fn decide(&self, event: &PlainEvent, facts: &PlainFacts, now: i64) -> PlainDecision {
        let mut decision = PlainDecision {
            event: event.clone(),
            outcome: "unattributed".into(),
            guards: facts
                .iter()
                .map(|(id, known)| (format!("click:{id}"), known.version))
                .collect(),
            conversions: Vec::new(),
            slots: Vec::new(),
            outbox: Vec::new(),
            trace: Vec::new(),
        };
        let Some(known) = facts.get(&event.click) else {
            decision.trace.push("its click id is not known".into());
            return decision;
        };
        let Some(kind) = self.types.get(&event.type_name) else {
            decision.trace.push(format!("type `{}` is not known", event.type_name));
            return decision;
        };
        let status = match &event.status {
            None => self.default_status.clone(),
            Some(word) => self.status(word),
        };
        let key = match (kind.duplicates.as_str(), &event.event_id) {
            ("create", _) | ("ignore_event_id", None) => None,
            ("ignore_event_id", Some(id)) => Some(format!("id:{}:{id}", event.type_name)),
            _ => Some(format!("type:{}", event.type_name)),
        };
        let earlier = key
            .as_ref()
            .and_then(|key| known.slots.iter().find(|slot| slot.key == *key));
        let creates = matches!(kind.duplicates.as_str(), "create" | "create_marked");
        if let Some(slot) = earlier.filter(|_| !creates) {
            decision.outcome = "ignored".into();
            decision.trace.push(format!("duplicate of event {}", slot.first.id));
            return decision;
        }
        let id = match &key {
            Some(key) if !creates => hash(&format!("conversion:{}:{key}", event.click)),
            _ => hash(&format!("conversion:event:{}", event.id)),
        };
        decision.outcome = "counted".into();
        let fired = self.fire(event, &known.click, kind, &status, &id, now, &mut decision);
        if let Some(key) = key {
            decision.slots.push(match earlier {
                Some(slot) => PlainSlot {
                    last: event.clone(),
                    count: slot.count + 1,
                    ..slot.clone()
                },
                None => PlainSlot {
                    click: event.click.clone(),
                    key,
                    conversion: (!creates).then(|| id.clone()),
                    first: event.clone(),
                    last: event.clone(),
                    count: 1,
                    sum: event.sum,
                    fired,
                },
            });
        }
        let money = event.currency == self.currency && kind.counts != "step" && kind.counts != "info";
        decision.conversions.push(PlainConversion {
            id,
            click: known.click.id.clone(),
            campaign: known.click.campaign.clone(),
            offer: known.click.offer.clone(),
            source: known.click.source.clone(),
            channel: known.click.channel.clone(),
            revenue: (money && self.revenue_statuses.contains(&status)).then_some(event.sum),
            status,
            shown: event.clone(),
            count: 1,
        });
        decision
    }

    fn status(&self, word: &str) -> String {
        match self.statuses.get(word) {
            Some(status) => status.clone(),
            None => match word.to_lowercase().as_str() {
                own @ ("approved" | "pending" | "declined") => own.to_owned(),
                _ => "other".to_owned(),
            },
        }
    }

    #[expect(clippy::too_many_arguments, reason = "it is the rest of `decide`")]
    fn fire(
        &self,
        event: &PlainEvent,
        click: &PlainClick,
        kind: &PlainType,
        status: &str,
        conversion: &str,
        now: i64,
        decision: &mut PlainDecision,
    ) -> Vec<(String, Decimal)> {
        let mut fired = Vec::new();
        let mut values = click.parameters.clone();
        values.insert("type".into(), event.type_name.clone());
        values.insert("status".into(), status.to_owned());
        values.extend(event.event_id.iter().map(|id| ("event_id".to_owned(), id.clone())));
        values.extend(event.order_id.iter().map(|id| ("order_id".to_owned(), id.clone())));
        for rule in self.campaigns.get(&click.campaign).into_iter().flatten() {
            let payout = || rule.payout(event.sum, &kind.counts);
            let reasons = rule.reasons(&event.type_name, status, payout, &values);
            if !reasons.is_empty() {
                decision.trace.push(format!("{}: {reasons}", rule.id));
                continue;
            }
            decision.trace.push(format!("{}: fired", rule.id));
            let payout = payout();
            values.insert("payout".into(), payout.to_string());
            fired.push((rule.id.clone(), payout));
            let url = rule.request(&values);
            decision.outbox.push(PlainDelivery {
                id: hash(&format!("delivery:bench:{conversion}:{}:{}", click.campaign, rule.id)),
                conversion: conversion.to_owned(),
                click: click.id.clone(),
                event: event.id.clone(),
                campaign: click.campaign.clone(),
                rule: rule.id.clone(),
                host: url.host_str().unwrap_or_default().to_owned(),
                url: url.into(),
                payout: payout.to_string(),
                at: now,
            });
        }
        fired
    }
}

impl PlainRule {
    fn payout(&self, sum: Decimal, counts: &str) -> Decimal {
        if counts == "step" || counts == "info" {
            return Decimal::ZERO;
        }
        let percent = self.percent.unwrap_or(Decimal::ONE_HUNDRED);
        let payout = self.fixed.unwrap_or_else(|| sum * percent / Decimal::ONE_HUNDRED);
        payout.round_dp(2).normalize()
    }

    /// Why the rule does not fire; nothing when it does.
    fn reasons(
        &self,
        type_name: &str,
        status: &str,
        payout: impl Fn() -> Decimal,
        values: &HashMap<String, String>,
    ) -> String {
        let mut reasons = String::new();
        if !self.types.is_empty() && !self.types.iter().any(|wanted| wanted == type_name) {
            let _ = write!(reasons, "type is {type_name}, wanted {}; ", self.types.join(", "));
        }
        if !self.statuses.is_empty() && !self.statuses.iter().any(|wanted| wanted == status) {
            let _ = write!(reasons, "status is {status}, wanted {}; ", self.statuses.join(", "));
        }
        if let Some(least) = self.min_payout {
            let payout = payout();
            if payout < least {
                let _ = write!(reasons, "payout is {payout}, wanted at least {least}; ");
            }
        }
        for (name, wanted) in &self.matches {
            let seen = values.get(name).map_or("nothing", String::as_str);
            if seen != wanted {
                let _ = write!(reasons, "{name} is {seen}, wanted {wanted}; ");
            }
        }
        for name in &self.require {
            let unfilled = |value: &String| value.is_empty() || value.starts_with(['{', '[']);
            if values.get(name).is_none_or(unfilled) {
                let _ = write!(reasons, "{name} is missing; ");
            }
        }
        reasons
    }

    fn request(&self, values: &HashMap<String, String>) -> Url {
        let mut url = self.url.clone();
        let mut pairs = url.query_pairs_mut();
        for (name, value) in &self.parameters {
            let field = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let value = field.map_or(value.as_str(), |field| values.get(field).map_or("", String::as_str));
            pairs.append_pair(name, value);
        }
        drop(pairs);
        url
    }
}

fn hash(text: &str) -> String {
    crate::hex(&Sha256::digest(text))
}
