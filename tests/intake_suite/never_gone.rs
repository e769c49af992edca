//! Whatever else stands in it, the sale of an authorised caller is an event, or it is kept.

use crate::support::{house, network};
use postback::intake::{Caller, PostedPostback};
use proptest::{
    collection::vec,
    prelude::{any, prop_assert, prop_assert_eq, proptest},
    sample::select,
};

proptest! {
    /// Whatever stands in the other members: the sale is an event, or it is kept.
    #[test]
    fn a_sale_in_a_json_body_is_never_gone(
        name in select(vec!["sum", "type", "status", "eventid", "currency", "x"]),
        value in vec(any::<u8>(), 0..24),
        quoted in any::<bool>(),
    ) {
        let quote = if quoted { "\"" } else { "" };
        let mut body = format!(r#"{{"clickid": "a", "token": "right", "{name}": {quote}"#).into_bytes();
        body.extend_from_slice(&value);
        body.extend_from_slice(quote.as_bytes());
        body.extend_from_slice(b"}");
        let house = house();
        let posted = PostedPostback::new(b"").with_body(Some("application/json"), &body);
        match house.at("cb", 0).posted(&Caller::new(network().address), &posted) {
            Ok(event) => prop_assert_eq!(event.clicks[0].as_str(), "a"),
            Err(refusal) => prop_assert!(refusal.kept.is_some(), "{}", refusal),
        }
    }

    /// Whatever stands in the other parameters: the sale is an event, or it is kept.
    #[test]
    fn a_sale_of_an_authorised_caller_is_never_gone(
        names in vec(select(vec!["sum", "type", "status", "eventid", "currency", "order_id", "sub1", "x", "n%6"]), 0..8),
        values in vec(vec(any::<u8>(), 0..12), 8),
    ) {
        let mut query = b"clickid=a&token=right".to_vec();
        for (name, value) in names.iter().zip(&values) {
            query.extend_from_slice(b"&");
            query.extend_from_slice(name.as_bytes());
            query.extend_from_slice(b"=");
            query.extend_from_slice(value);
        }
        let house = house();
        let inside = Caller::new(network().address);
        match house.at("cb", 0).postback(&inside, &query) {
            Ok(event) => prop_assert_eq!(event.clicks[0].as_str(), "a"),
            Err(refusal) => {
                // A second token or click id may have come with the values.
                let repeats = query.windows(6).filter(|part| part.eq_ignore_ascii_case(b"token=")).count() > 1;
                prop_assert!(refusal.kept.is_some() || repeats, "{}", refusal);
            }
        }
    }
}
