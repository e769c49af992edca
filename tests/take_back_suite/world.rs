//! A campaign with an account at each of four platforms, and what a test does with it.

use crate::platforms::Platforms;
use postback::delivery::{DeliveryRow, DeliveryState};
use postback::drive::{Sender, deliver_once};
use postback::plan::{Correction, CorrectionTrace};
use postback::port::{Claim, Clock};
use postback::testing::{OneSecret, World, block_on};
use postback::value::Pii;
use postback::{Click, CompileOptions, Document, Secret, Tracker, compile};
use std::time::Duration;

pub(crate) const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

const DOCUMENT: &str = r#"{
    "version": 1,
    "currency": "USD",
    "conversion_type": [
        {"name": "Purchase", "default": true, "counts": "sale"},
        {"name": "Lead", "counts": "step"},
        {"name": "Refund", "counts": "reversal"},
        {"name": "Chargeback", "counts": "reversal"}
    ],
    "offer_source": [{
        "id": "source", "template": "generic", "default": true, "tokens": ["env:TOKEN"], "names": {"time": "time"},
        "default_status": "approved", "duplicates": "@POLICY@",
        "parameter": [{"name": "email", "macro": "{email}", "role": "email"}]
    }],
    "offer": [{"id": "offer", "source": "source", "url": "https://offer.example.com/?subid={clickid}"}],
    "traffic_channel": [{
        "id": "channel",
        "currency": "USD",
        "parameter": [
            {"slot": "ref_id", "name": "fbclid", "role": "fbclid"},
            {"slot": "sub20", "name": "gclid", "role": "gclid"},
            {"slot": "sub19", "name": "ttclid", "role": "ttclid"},
            {"slot": "sub18", "name": "msclkid", "role": "msclkid"}
        ]
    }],
    "conversion_api": [
        {"id": "ads", "platform": "google", "account": "1234567890", "token": "env:T", "events": {"Purchase": "987654321", "Lead": "987654322"},
         "max_batch": 1 @MORE@},
        {"id": "fb", "platform": "meta", "pixel": "1234567890", "token": "env:T", "action_source": "website",
         "event_source_url": "https://shop.example.com/thanks"},
        {"id": "tt", "platform": "tiktok", "pixel": "C4ABCDEF", "token": "env:T",
         "event_source_url": "https://shop.example.com/thanks"},
        {"id": "ms", "platform": "microsoft", "pixel": "77701", "token": "env:T"},
        {"id": "old", "platform": "google", "mode": "ads_api", "account": "1234567890", "token": "env:T",
         "developer_token": "env:D", "events": {"Purchase": "987654321", "Lead": "987654322"}},
        {"id": "off", "platform": "microsoft", "mode": "offline", "account": "7770001", "customer": "2345678",
         "token": "env:T", "developer_token": "env:D", "events": {"Purchase": "Book sale", "Lead": "Book lead"}}
    ],
    "campaign": [{
        "id": "campaign",
        "channel": "channel",
        "path": [{"offers": [{"offer": "offer"}]}],
        "conversion_api": [@RULES@]
    }]
}"#;

/// The configuration with further members of Google's account, and the rules of the campaign.
pub(crate) fn document(policy: &str, more: &str, rules: &str) -> String {
    DOCUMENT
        .replace("@POLICY@", policy)
        .replace("@MORE@", more)
        .replace("@RULES@", rules)
}

/// The rule that tells an account, with further members.
pub(crate) fn rule(account: &str, more: &str) -> String {
    format!("{{\"id\": \"to-{account}\", \"api\": \"{account}\"{more}}}")
}

pub(crate) fn tracker(text: &str) -> Tracker {
    let tracker = compile(&Document::from_json(text).unwrap(), &CompileOptions::default());
    tracker.unwrap_or_else(|problems| panic!("{problems}"))
}

/// A tracker with its store, and the platforms.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) platforms: Platforms,
}

impl Shop {
    /// A campaign that tells Google alone; `more` are further members of the account.
    pub(crate) fn google(policy: &str, more: &str) -> Self {
        Self::of(policy, &["ads"], more)
    }

    /// A campaign that tells these accounts.
    pub(crate) fn of(policy: &str, accounts: &[&str], more: &str) -> Self {
        let rules = accounts.iter().map(|api| rule(api, ""));
        let rules = rules.collect::<Vec<_>>().join(",");
        Self::configured(&document(policy, more, &rules))
    }

    /// A campaign that tells one account by a rule with these further members.
    pub(crate) fn ruled(account: &str, more: &str) -> Self {
        Self::configured(&document("update", "", &rule(account, more)))
    }

    fn configured(text: &str) -> Self {
        let shop = Self {
            world: World::of(tracker(text)),
            platforms: Platforms::new(),
        };
        shop.visitor(World::CLICK, true);
        shop
    }

    /// A visitor's click, with or without the ids of the platforms.
    pub(crate) fn visitor(&self, id: &str, has_ids: bool) {
        self.world.record(&Self::click(id, has_ids));
    }

    /// The click of such a visitor.
    pub(crate) fn click(id: &str, has_ids: bool) -> Click {
        let mut click = World::click(id);
        click.ref_id = None;
        if has_ids {
            click.ref_id = Some(format!("IwAR-{id}"));
            click.subs.insert(20, format!("EAIa-{id}"));
            click.subs.insert(19, format!("E.C.P.{id}"));
            click.subs.insert(18, "4f5a0ea9cd1b11eb8dcd0242ac130003".into());
        }
        click.private.insert("ip".into(), Pii::new("203.0.113.7"));
        click.private.insert("useragent".into(), Pii::new("Mozilla/5.0"));
        click
    }

    /// A message about the order `A` of the first visitor, and what was done at the platforms.
    pub(crate) fn message(&self, query: &str) -> Vec<CorrectionTrace> {
        self.postback(&format!("clickid=c1&eventid=A&{query}"));
        self.world.events().last().unwrap().trace.corrections.clone()
    }

    /// Takes in a postback; `time=@60` is a minute after the click.
    pub(crate) fn postback(&self, query: &str) {
        let query = match query.split_once("time=@") {
            Some((head, seconds)) => {
                let at = World::after(seconds.parse().unwrap());
                format!("{head}time={}", at.to_string().replace(':', "%3A"))
            }
            None => query.to_owned(),
        };
        self.world.postback(&query);
    }

    /// The same as words: the rule, what was done, and the value.
    pub(crate) fn said(&self, query: &str) -> Vec<String> {
        let traces = self.message(query);
        traces
            .iter()
            .map(|trace| format!("{} {}", trace.postback, said(trace)))
            .collect()
    }

    /// Sends what is due now.
    pub(crate) fn round(&self) {
        let secrets = OneSecret(Secret::from(World::SECRET));
        let world = &self.world;
        let sender = Sender::new(&world.store, &self.platforms, &secrets, &world.clock, &world.entropy);
        let claim = Claim::new(world.clock.now(), Duration::from_secs(60), 100);
        block_on(deliver_once(&sender, &claim)).unwrap();
    }

    /// Sends what is due in the next days, also what waits.
    pub(crate) fn days(&self) {
        for _ in 0..24 {
            self.round();
            self.world.clock.advance(HALF_HOUR);
        }
        for _ in 0..16 {
            self.round();
            self.world.clock.advance(Duration::from_secs(12 * 60 * 60));
        }
    }

    pub(crate) fn later(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// The deliveries that are in a state.
    pub(crate) fn count(&self, state: DeliveryState) -> usize {
        self.rows().iter().filter(|row| row.state == state).count()
    }

    pub(crate) fn rows(&self) -> Vec<DeliveryRow> {
        self.world.deliveries()
    }

    /// What Google counts of the order `A`, in cents.
    pub(crate) fn counted(&self) -> Option<i64> {
        self.platforms.counted().get("A.Purchase").copied()
    }
}

/// What was done, with the value that is left.
pub(crate) fn said(trace: &CorrectionTrace) -> String {
    let value = trace
        .value
        .map(|value| format!(" {}", value.amount))
        .unwrap_or_default();
    format!("{}{value}", trace.what)
}

/// What was found of a delivery at last.
pub(crate) fn finding(row: &DeliveryRow) -> &str {
    row.last.as_ref().map_or("", |last| last.finding.as_str())
}

pub(crate) fn codes(traces: &[CorrectionTrace]) -> Vec<Correction> {
    traces.iter().map(|trace| trace.what).collect()
}
