//! A host with campaigns of its own builds a definition in code.

use postback::compile::{compile, resolve};
use postback::definition::{
    Campaign, ConversionType, Cost, Domain, Offer, OfferSource, Path, PathOffer, Postback, PostbackRequest,
    TrafficChannel,
};
use postback::lint::lint;
use postback::value::DomainId;
use postback::{CompileOptions, Definition, Document, Tracker};
use std::sync::{Arc, Mutex};

/// A definition with a channel, an offer and no campaign.
pub fn account() -> Definition {
    let network = OfferSource::from_template("generic", "network".parse().unwrap())
        .unwrap()
        .with_domain("main".parse::<DomainId>().unwrap())
        .with_tokens(["env:TOKEN".parse().unwrap()]);
    let url = "https://shop.example.com/?id={clickid}";
    let push = TrafficChannel::from_template("richpush", "push".parse().unwrap()).unwrap();
    Definition::default()
        .with_conversion_types([ConversionType::new("Sale".parse().unwrap()).with_default(true)])
        .with_domains([Domain::new("main".parse().unwrap(), "https://trk.example.com")])
        .with_offer_sources([network])
        .with_offers([Offer::new("book".parse().unwrap(), "network".parse().unwrap(), url)])
        .with_traffic_channels([push])
}

/// A campaign of the channel for the offer, which tells the channel of its sales.
pub fn campaign(id: &str) -> Campaign {
    Campaign::new(id.parse().unwrap(), "push".parse().unwrap())
        .with_domain("main".parse::<DomainId>().unwrap())
        .with_cost(Cost::Cpc("0.02".parse().unwrap()))
        .with_paths([Path::new([PathOffer::new("book".parse().unwrap())])])
        .with_postbacks([Postback::new("sales".parse().unwrap())])
}

pub fn options() -> CompileOptions {
    CompileOptions::new("test".parse().unwrap())
}

#[test]
fn a_campaign_is_added_while_the_host_runs() {
    let mut definition = account();
    definition.campaigns.push(campaign("summer"));
    let live = Mutex::new(Arc::new(resolve(&definition, &options()).unwrap()));
    let before: Arc<Tracker> = live.lock().unwrap().clone();

    definition.campaigns.push(campaign("autumn"));
    *live.lock().unwrap() = Arc::new(resolve(&definition, &options()).unwrap());

    let after = live.lock().unwrap().clone();
    assert!(before.campaign("autumn").is_none());
    let autumn = after.campaign("autumn").unwrap();
    assert_eq!(autumn.postbacks().count(), 1);
    assert_ne!(before.fingerprint(), after.fingerprint());
}

#[test]
fn what_is_built_in_code_is_what_its_document_says() {
    let mut definition = account();
    definition.campaigns.push(campaign("summer"));
    let document = Document::from_json(
        r#"{
            "version": 1,
            "domain": [{"id": "main", "url": "https://trk.example.com"}],
            "conversion_type": [{"name": "Sale", "default": true}],
            "offer_source": [{"id": "network", "template": "generic", "domain": "main", "tokens": ["env:TOKEN"]}],
            "offer": [{"id": "book", "source": "network", "url": "https://shop.example.com/?id={clickid}"}],
            "traffic_channel": [{"id": "push", "template": "richpush"}],
            "campaign": [{
                "id": "summer", "channel": "push", "domain": "main", "cost": {"model": "cpc", "amount": "0.02"},
                "path": [{"offers": [{"offer": "book"}]}], "postback": [{"id": "sales"}]
            }]
        }"#,
    )
    .unwrap();
    assert_eq!(Definition::from_document(&document).as_ref(), Ok(&definition));

    let built = resolve(&definition, &options()).unwrap();
    let read = compile(&document, &options()).unwrap();
    assert_eq!(lint(&definition, &built), lint(&definition, &read));
    assert_eq!(built.fingerprint(), &definition.to_document().fingerprint());
    assert_eq!(built.document(), definition.to_document().to_json());
    // The fingerprint of a document that was read is its own, with the template's name in it.
    assert_eq!(read.fingerprint(), &document.fingerprint());
}

#[test]
fn a_row_of_a_template_taken_away_in_code_stays_away() {
    let mut definition = account();
    definition.traffic_channels[0]
        .parameters
        .retain(|row| row.name == "ref_id");
    let written = definition.to_document();
    assert_eq!(Definition::from_document(&written).as_ref(), Ok(&definition));
    assert_eq!(definition.traffic_channels[0].parameters.len(), 1);
}

#[test]
fn a_template_has_a_name() {
    let problems = OfferSource::from_template("clickbnak-ins", "a".parse().unwrap()).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "offer_source[0].template: `clickbnak-ins` is not an offer source's template; there are clickbank-ins, clickbank-s2s, generic, terraleads; did you mean `clickbank-ins`?"
    );
    assert!(TrafficChannel::from_template("", "a".parse().unwrap()).is_err());
}

#[test]
fn a_postback_with_a_url_of_its_own_stands_alone() {
    let mut definition = account();
    let mut campaign = campaign("summer");
    campaign.postbacks[0].request = PostbackRequest::new("https://own.example.com/?key={ref_id}");
    definition.campaigns.push(campaign);
    let tracker = resolve(&definition, &options()).unwrap();
    let warnings = lint(&definition, &tracker).into_iter();
    let of_campaigns: Vec<_> = warnings
        .filter(|warning| warning.path().starts_with("campaign"))
        .collect();
    assert_eq!(of_campaigns.len(), 1, "{of_campaigns:?}");
    assert_eq!(of_campaigns[0].path(), "campaign[0].postback[0].url");
    let said = "differs from the template of channel `push`";
    assert!(of_campaigns[0].message().starts_with(said), "{of_campaigns:?}");
}

#[test]
fn a_setter_of_a_list_or_a_map_adds_and_any_other_replaces() {
    let path = || Path::new([PathOffer::new("book".parse().unwrap())]);
    let twice = campaign("summer")
        .with_title("First")
        .with_title("Second")
        .with_paths([path().with_weight(7_u32)]);
    assert_eq!(twice.title.as_deref(), Some("Second"));
    assert_eq!(twice.paths, [path(), path().with_weight(7_u32)]);

    let words = |word: &str, name: &str| (word.to_owned(), name.to_owned());
    let postback = Postback::new("sales".parse().unwrap())
        .with_values([words("a", "1"), words("b", "2")])
        .with_values([words("b", "3")]);
    assert_eq!(postback.values, [words("a", "1"), words("b", "3")].into());
}
