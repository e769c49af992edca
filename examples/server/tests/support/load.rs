//! Under load: sales as networks send them, and what the channel is told of each, under which id.

use super::{
    notification,
    receiver::Receiver,
    tracker::{self, TOKEN, message, postback},
};
use bytes::Bytes;
use http::Request;
use postback::Query;

/// A configuration that tells the channel of every purchase and of every addition.
pub fn configuration(receiver: &Receiver) -> String {
    let url = |price: &str| {
        let channel = receiver.url();
        format!("{channel}/log?id={{postbackid}}&event={{event_id}}&price={{{price}}}")
    };
    let purchases = postback("purchases", &url("payout"), r#"types = ["Purchase"]"#);
    let additions = postback(
        "additions",
        &url("payout_delta"),
        "types = [\"Addition\"]\nupdates = \"every_change\"",
    );
    tracker::configuration(&format!("{purchases}{additions}"), &purchases)
}

/// A postback of a click of `summer`.
pub fn sale_by_postback(click: &str, type_name: &str, event_id: &str, sum: &str) -> Request<Bytes> {
    message(&format!(
        "clickid={click}&type={type_name}&eventid={event_id}&sum={sum}"
    ))
}

/// A notification of a sale of a click of `autumn`.
pub fn sale_by_notification(click: &str, receipt: &str, amount: &str) -> Request<Bytes> {
    Request::post(format!("/ins/clickbank?token={TOKEN}"))
        .body(notification::sale(click, receipt, amount))
        .unwrap()
}

/// One request to the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The delivery's id.
    pub id: String,
    /// The event's id, or the receipt.
    pub event: String,
    pub price: String,
}

impl Told {
    /// Everything that the channel was told so far.
    pub fn all(receiver: &Receiver) -> Vec<Self> {
        receiver.requests().iter().map(|request| Self::read(request)).collect()
    }

    fn read(request: &str) -> Self {
        let (_, query) = request.split_once('?').unwrap();
        let query = Query::parse(query.as_bytes()).unwrap();
        let value = |name| query.raw(name).unwrap().unwrap_or_default().to_owned();
        Self {
            id: value("id"),
            event: value("event"),
            price: value("price"),
        }
    }
}
