//! What is built in code is held to what a document is held to, with the paths of a document; and
//! what reading has said is not said again when it is resolved.

use crate::built::{account, campaign, options};
use postback::compile::{compile, resolve};
use postback::definition::{
    Campaign, ConversionType, Cost, MAX_REFERENCES, MAX_TYPES, MAX_WEIGHT, OfferSource, Payout, Retry, SourceParameter,
};
use postback::{Definition, Document};
use std::time::Duration;

/// What is wrong with the account when it is changed.
fn problems(change: impl FnOnce(&mut Definition)) -> Vec<String> {
    let mut definition = account();
    definition.campaigns.push(campaign("summer"));
    change(&mut definition);
    match resolve(&definition, &options()) {
        Ok(_) => panic!("resolves"),
        Err(problems) => problems.as_slice().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn references_are_looked_up() {
    assert_eq!(
        problems(|definition| {
            definition.offers[0].source = "netwrok".parse().unwrap();
            let postback = &mut definition.campaigns[0].postbacks[0];
            postback.types = vec!["Sale".parse().unwrap(), "sale".parse().unwrap()];
        }),
        [
            "offer[0].source: there is no offer source `netwrok`; did you mean `network`?",
            "campaign[0].postback[0].types[1]: there is no conversion type `sale`; did you mean `Sale`?",
        ]
    );
}

#[test]
fn a_value_that_no_document_can_hold_is_refused() {
    let weight = MAX_WEIGHT + 1;
    assert_eq!(
        problems(|definition| {
            definition.offer_sources[0].click_expiration = Some(Duration::from_millis(1500));
            definition.offers[0].payout = Some("-1".parse().unwrap());
            let campaign = &mut definition.campaigns[0];
            campaign.cost = Some(Cost::Cpa("-0.5".parse().unwrap()));
            campaign.paths[0].weight = Some(weight);
            campaign.postbacks[0].within = Some(Duration::ZERO);
            let mut retry = Retry::default();
            retry.attempts = Some(0);
            campaign.postbacks[0].request.retry = Some(retry);
        }),
        [
            "offer_source[0].click_expiration: `1.500000000s` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`",
            "offer[0].payout: `-1` is negative",
            "campaign[0].cost.amount: `-0.5` is negative",
            "campaign[0].path[0].weight: `1000001` is not between 0 and 1000000",
            "campaign[0].postback[0].within: `0s` is zero, and a duration must be longer",
            "campaign[0].postback[0].retry.attempts: `0` is not between 1 and 100",
        ]
    );
}

#[test]
fn an_amount_is_no_finer_than_a_document_can_say() {
    let product = "0.000000001".parse::<postback::value::Amount>().unwrap();
    let finer = product.checked_mul("0.1".parse().unwrap()).unwrap();
    let said = problems(|definition| definition.offers[0].payout = Some(finer));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("offer[0].payout: `0.0000000001` "), "{said:?}");
}

#[test]
fn limits_hold_in_code_too() {
    let more = MAX_TYPES + 1;
    assert_eq!(
        problems(|definition| {
            for number in 1..more {
                let name = format!("t{number}").parse().unwrap();
                definition.conversion_types.push(ConversionType::new(name));
            }
            let rows = (0..21).map(|number| SourceParameter::new(format!("p{number}")));
            definition.offer_sources[0].parameters = rows.collect();
            definition.offer_sources[0].tokens = vec!["env:T".parse().unwrap(); MAX_REFERENCES + 1];
        }),
        [
            format!("conversion_type: has {more} entries, at most {MAX_TYPES} are allowed"),
            format!(
                "offer_source[0].tokens: has {} entries, at most {MAX_REFERENCES} are allowed",
                MAX_REFERENCES + 1
            ),
            "offer_source[0].parameter: has 21 entries, at most 20 are allowed".into(),
        ]
    );
}

#[test]
fn texts_are_looked_at_in_code_too() {
    assert_eq!(
        problems(|definition| {
            definition.timezone = Some("Los Angeles".into());
            definition.domains[0].url = "trk.example.com".into();
            definition.offer_sources[0].parameters = vec![SourceParameter::new("a b")];
            definition
                .campaigns
                .push(Campaign::new("ins".parse().unwrap(), "push".parse().unwrap()));
            definition.campaigns[0].postbacks[0].payout = Some(Payout::Fixed("25.005".parse().unwrap()));
        }),
        [
            "timezone: `Los Angeles` is not the name of a time zone, as in `America/Los_Angeles`",
            "domain[0].url: `trk.example.com` is not the URL of a domain, as in `https://trk.example.com`",
            "offer_source[0].parameter[0].name: holds ' ', which is not allowed in a parameter's name",
            "campaign[0].postback[0].payout.fixed: `25.005` is finer than USD, which has 2 digits after the point",
            "campaign[1].id: `ins` is the name of a route, so no click would reach the campaign",
        ]
    );
}

#[test]
fn ids_are_given_once_and_one_source_is_the_default() {
    assert_eq!(
        problems(|definition| {
            let again = OfferSource::new("network".parse().unwrap());
            let other = OfferSource::new("other".parse().unwrap());
            definition.offer_sources.extend([again, other]);
        }),
        [
            "offer_source[1].id: `network` is given twice",
            "offer_source: none of them has `default = true`; a bare `/postback` needs one; write it in one of `network`, `other`",
        ]
    );
}

fn of_document(text: &str) -> (Vec<String>, Vec<String>) {
    let document = Document::from_json(text).unwrap();
    let lines = |problems: postback::config::Problems| problems.as_slice().iter().map(ToString::to_string).collect();
    let read = Definition::from_document(&document).map_err(lines);
    let compiled = compile(&document, &options()).map_err(lines);
    (read.err().unwrap_or_default(), compiled.err().unwrap_or_default())
}

#[test]
fn a_list_whose_items_cannot_all_be_read_keeps_the_places_of_the_others() {
    let (read, compiled) = of_document(
        r#"{"version": 1, "conversion_type": [{"name": "Sale", "default": true}],
            "campaign": [5, {"id": "c", "channel": "push", "postback": [{"id": "p", "types": [1, "sale"]}]}]}"#,
    );
    let said = [
        "campaign[0]: is a number, not a table; write it as `{ key = value }`",
        "campaign[1].postback[0].types[0]: is a number, not a text; write it in quotes: \"1\"",
    ];
    assert_eq!(read, said);
    assert_eq!(
        compiled,
        [
            said[0],
            said[1],
            "campaign[1].channel: there is no traffic channel `push`",
            "campaign[1].postback[0].types[1]: there is no conversion type `sale`; did you mean `Sale`?",
        ]
    );
}

#[test]
fn what_could_not_be_read_has_no_consequences() {
    let (read, compiled) = of_document(
        r#"{"version": 1, "conversion_type": [{"name": "Sale", "default": true}],
            "offer_source": [{"id": "a b"}, {"id": "a b", "default": true}],
            "offer": [{"id": "o", "source": 1, "url": []}],
            "traffic_channel": [{"id": "push", "parameter": [{"slot": "sub0", "name": 1}, {"name": "n"}]}],
            "campaign": [{"id": "c", "channel": "push", "path": [{"offers": ["o"]}]}]}"#,
    );
    assert_eq!(
        read,
        [
            "offer_source[0].id: offer source id holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are",
            "offer_source[1].id: offer source id holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are",
            "offer[0].source: is a number, not a text; write it in quotes: \"1\"",
            "offer[0].url: is a list, not a text",
            "traffic_channel[0].parameter[0].slot: `sub0` is not a slot; there are ref_id, external_id, cost and sub1 to sub20",
            "traffic_channel[0].parameter[0].name: is a number, not a text; write it in quotes: \"1\"",
            "traffic_channel[0].parameter[1].slot: is missing",
            "campaign[0].path[0].offers[0]: is a text, not a table; write it as `{ key = value }`",
        ]
    );
    assert_eq!(compiled, read);
}
