//! Deliveries for the platforms, and the answers that stand in the vector file.

use postback::Timestamp;
use postback::delivery::{Answer, Batch, Cause, Delivery, Lane, Leased, Sent, Settlement, Verdict, batch};
use postback::judge::Platforms;
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Item, Outbound};
use postback::value::DeliveryId;
use serde::Deserialize;
use serde_json::value::RawValue;

/// An answer, and what must become of each delivery. A list of one entry holds for all of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    pub name: String,
    pub platform: String,
    pub status: u16,
    pub rows: usize,
    /// The body, as JSON or as a text.
    json: Option<Box<RawValue>>,
    text: Option<String>,
    #[serde(default)]
    pub check: bool,
    #[serde(default)]
    pub checks: u32,
    #[serde(default)]
    pub truncated: bool,
    pub retry_after: Option<String>,
    pub expect: Vec<String>,
    pub why: Vec<Option<String>>,
    pub origin: String,
}

pub fn vectors() -> Vec<Vector> {
    vectors_in(include_str!("../vectors/conversion_api/answers.jsonl"))
}

pub fn vectors_in(text: &str) -> Vec<Vector> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Vector {
    pub fn body(&self) -> &str {
        let json = self.json.as_deref().map(RawValue::get);
        json.or(self.text.as_deref()).unwrap()
    }

    pub fn answer(&self) -> Answer<'_> {
        Answer {
            retry_after: self.retry_after.as_deref(),
            truncated: self.truncated,
            ..answer(self.status, self.body())
        }
    }

    pub fn settled(&self) -> Vec<Settlement> {
        let mut deliveries: Vec<Leased> = (0..self.rows).map(|number| leased(&self.platform, number)).collect();
        if self.check {
            for leased in &mut deliveries {
                leased.receipt = Some("r1".into());
                leased.checks = self.checks;
            }
        }
        settled(deliveries, self.answer())
    }
}

pub fn answer(status: u16, body: &str) -> Answer<'_> {
    Answer {
        status,
        body,
        shown: body,
        truncated: false,
        broken_off: false,
        retry_after: None,
        location: None,
    }
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_780_000_000 + seconds).unwrap()
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(kind: &str, number: usize) -> T {
    let id = DeliveryId::from_parts(at(0), &[kind, &number.to_string()]).to_string();
    id.parse().unwrap()
}

/// An event for a platform, which goes into a request with others.
pub fn delivery(platform: &str, number: usize) -> Delivery {
    let cause = Cause::conversion_api(
        platform,
        "1",
        id("c", number),
        "click".parse().unwrap(),
        id("e", number),
    );
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://api.example/events"));
    let mut body = HoledText::plain("[");
    body.push_hole(Hole::Items);
    body.push_str("]");
    outbound.body = Some(body);
    outbound.item = Some(Item::new(2_000, HoledText::plain(format!("\"e{number}\""))));
    let mut check = HoledText::plain("https://api.example/receipts/");
    check.push_hole(Hole::Receipt {
        encoding: Encoding::Path,
    });
    let lane = Lane::new("https://api.example").with_account("1");
    let mut delivery = Delivery::new(id("d", number), cause, lane, at(0), outbound);
    delivery.check = Some(Outbound::new(Method::Get, check).into());
    delivery
}

pub fn leased(platform: &str, number: usize) -> Leased {
    Leased::new(delivery(platform, number), 0, 7)
}

pub fn only(deliveries: Vec<Leased>) -> Batch {
    let (mut batches, late) = batch(deliveries, at(0));
    assert_eq!((batches.len(), late.len()), (1, 0));
    batches.remove(0)
}

/// What becomes of deliveries that are answered at second 0.
pub fn settled(deliveries: Vec<Leased>, answer: Answer<'_>) -> Vec<Settlement> {
    only(deliveries).settle_by(Some(&Platforms), &Sent::Answered(answer), at(0), 0)
}

/// A verdict as the vectors write it: the word, and the seconds from now on.
pub fn shown(verdict: &Verdict) -> String {
    let after = |time: &Timestamp| time.unix_seconds() - at(0).unix_seconds();
    match verdict {
        Verdict::Delivered => "delivered".into(),
        Verdict::DeliveredWithWarning => "warned".into(),
        Verdict::AlreadyThere => "there".into(),
        Verdict::Accepted { receipt, check_at } => format!("accepted {receipt} +{}", after(check_at)),
        Verdict::Retry { at } => format!("again +{}", after(at)),
        Verdict::RetrySmaller { most } => format!("smaller {most}"),
        Verdict::Waits { until } => format!("waits +{}", after(until)),
        Verdict::Held { until, .. } => format!("held +{}", after(until)),
        Verdict::Dead => "dead".into(),
    }
}
