//! Deliveries as a store gives them back, and short ways to fill and settle them.

use postback::delivery::{
    Batch, Cause, Delivery, FillError, Filled, Judges, Lane, Leased, Sent, Settlement, Values, batch,
};
use postback::model::Method;
use postback::outbound::{Hole, HoledText, Outbound};
use postback::value::{Pii, SecretReference};
use postback::{Secret, Timestamp};
use std::collections::BTreeMap;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: char) -> T {
    format!("{}{last}", "2".repeat(25)).parse().unwrap()
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

/// Why a postback is sent.
pub fn cause() -> Cause {
    let (campaign, postback) = ("campaign".parse().unwrap(), "postback".parse().unwrap());
    Cause::postback(id('a'), "click".parse().unwrap(), id('b'), campaign, postback)
}

/// Why an ad platform is told of the same conversion, under an account there.
pub fn api(platform: &str, account: &str) -> Cause {
    Cause::conversion_api(platform, account, id('a'), "click".parse().unwrap(), id('b'))
}

/// A delivery as a store gives it back.
pub fn leased(last: char, outbound: &Outbound, attempts: u32) -> Leased {
    let lane = Lane::new("https://channel.example");
    let delivery = Delivery::new(id(last), cause(), lane, at(0), outbound.clone());
    Leased::new(delivery, attempts, 7)
}

pub fn one(leased: Leased) -> Batch {
    let mut batches = batch(vec![leased], at(0)).0;
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

/// What becomes of a delivery that is sent at 1000 s.
pub fn settled(leased: Leased, sent: &Sent<'_>, entropy: u64) -> Settlement {
    one(leased).settle(&Judges::new(), sent, at(1_000), entropy).remove(0)
}

pub fn get(url: HoledText) -> Outbound {
    Outbound::new(Method::Get, url)
}

pub fn plain() -> Outbound {
    get(HoledText::plain("https://channel.example/"))
}

/// A request whose URL ends in a hole.
pub fn with_hole(hole: Hole) -> Outbound {
    let mut url = HoledText::plain("https://channel.example/pb?v=");
    url.push_hole(hole);
    get(url)
}

pub fn secrets(named: &[(&str, &str)]) -> BTreeMap<SecretReference, Secret> {
    named
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), Secret::from(*value)))
        .collect()
}

/// The request of a batch, sent at 1,700,000,000 s.
pub fn request(batch: &Batch, named: &[(&str, &str)]) -> Result<Filled, FillError> {
    let values = Values {
        secrets: &secrets(named),
        now: at(1_700_000_000),
    };
    batch.request(&values)
}

/// The request of one delivery with these personal values.
pub fn filled(outbound: &Outbound, named: &[(&str, &str)], private: &[(&str, &str)]) -> Result<Filled, FillError> {
    let mut leased = leased('c', outbound, 0);
    let private = private.iter();
    leased.delivery.private = private
        .map(|(name, value)| ((*name).to_owned(), Pii::new(*value)))
        .collect();
    request(&one(leased), named)
}

/// The one batch that these make.
pub fn only(deliveries: Vec<Leased>, now: i64) -> Batch {
    let (mut batches, late) = batch(deliveries, at(now));
    assert_eq!((batches.len(), late.len()), (1, 0));
    batches.remove(0)
}
