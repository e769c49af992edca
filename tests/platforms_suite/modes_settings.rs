//! What is wrong with a mode is said at once, with its place.

use crate::modes::{MODES, MODES_CAMPAIGN};
use crate::world::{ACCOUNTS, CAMPAIGN, begin_with, problems, tracker};

#[test]
fn a_mode_that_the_platform_does_not_have_names_the_right_ones() {
    let with = |platform: &str, mode: &str| {
        let line = format!("platform = \"{platform}\"");
        problems(
            &ACCOUNTS.replace(&line, &format!("{line}\nmode = \"{mode}\"")),
            CAMPAIGN,
        )
    };
    assert_eq!(
        with("google", "offline"),
        ["conversion_api[2].mode: `offline` is no mode of google; there are `data_manager` and `ads_api`"]
    );
    assert_eq!(
        with("microsoft", "ads_api"),
        ["conversion_api[3].mode: `ads_api` is no mode of microsoft; there are `uet_capi` and `offline`"]
    );
    assert_eq!(
        with("meta", "offline"),
        ["conversion_api[0].mode: meta has one interface and no modes"]
    );
    let unknown = with("google", "ads-api");
    assert!(unknown[0].starts_with("conversion_api[2].mode: "), "{unknown:?}");
    assert!(unknown[0].contains("ads_api"), "{unknown:?}");
    assert!(with("google", "data_manager").is_empty());
    assert!(with("microsoft", "uet_capi").is_empty());
}

#[test]
fn every_problem_of_a_mode_is_reported_with_its_place() {
    let accounts = r#"
[[conversion_api]]
id = "ads"
platform = "google"
mode = "ads_api"
account = "12"
token = "env:GOOGLE_TOKEN"
api_version = "v22"
action_source = "WEB"
pixel = "1"
customer = "1"
events = { Purchase = "Sales" }
consent = { ad_user_data = "yes" }
[[conversion_api]]
id = "off"
platform = "microsoft"
mode = "offline"
token = "env:MS_TOKEN"
pixel = "77701"
validate_only = true
consent = { ad_user_data = "granted" }
"#;
    let said = problems(accounts, MODES_CAMPAIGN);
    let wanted = [
        "conversion_api[0].pixel: google has no such key",
        "conversion_api[0].customer: google has no such key",
        "conversion_api[0].action_source: google in the mode `ads_api` has no such key",
        "conversion_api[0].account: `12` is no number of ten digits",
        "conversion_api[0].api_version: `v22` is older than v23; Google retires its versions",
        "conversion_api[0].developer_token: is missing: each request names the developer's token",
        "conversion_api[0].events.Purchase: `Sales` is not a number of digits alone",
        "conversion_api[0].consent.ad_user_data: ",
        "conversion_api[1].pixel: microsoft in the mode `offline` has no such key",
        "conversion_api[1].validate_only: microsoft has no such key",
        "conversion_api[1].consent: microsoft in the mode `offline` has no such key",
        "conversion_api[1].account: is missing",
        "conversion_api[1].customer: is missing",
        "conversion_api[1].developer_token: is missing",
    ];
    begin_with(&said, &wanted);
}

#[test]
fn the_versions_of_the_ads_api_that_are_alive_may_be_named() {
    for version in ["v23", "v24", "v25", "v26"] {
        let accounts = MODES.replacen("event_id =", &format!("api_version = \"{version}\"\nevent_id ="), 1);
        let tracker = tracker(&accounts, MODES_CAMPAIGN);
        let ads = tracker
            .conversion_apis()
            .find(|account| account.interface() == "google_ads");
        assert!(ads.is_some(), "{version}");
    }
    for version in ["26", "v26.0", "v", "v+26", "V26", "v22"] {
        let accounts = MODES.replacen("event_id =", &format!("api_version = \"{version}\"\nevent_id ="), 1);
        let said = problems(&accounts, MODES_CAMPAIGN);
        assert_eq!(said.len(), 1, "{version}: {said:?}");
        assert!(said[0].starts_with("conversion_api[0].api_version: "), "{said:?}");
    }
}

#[test]
fn the_secrets_of_an_account_have_the_developers_token_among_them() {
    let tracker = tracker(MODES, MODES_CAMPAIGN);
    let ads = tracker
        .conversion_apis()
        .find(|account| account.interface() == "google_ads")
        .unwrap();
    let named: Vec<String> = ads.secrets().map(ToString::to_string).collect();
    for wanted in ["env:GOOGLE_TOKEN", "env:ADS_DEVELOPER_TOKEN"] {
        assert!(named.iter().any(|known| known == wanted), "{wanted}: {named:?}");
    }
    assert_eq!((ads.account(), ads.platform().as_str()), ("1234567890", "google"));
}
