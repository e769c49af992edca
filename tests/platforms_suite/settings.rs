//! What is wrong with an account is said at once, with its place.

use crate::world::{ACCOUNTS, CAMPAIGN, begin_with, body, click, decided, decided_event, event, problems, tracker};

#[test]
fn every_problem_of_an_account_is_reported_with_its_place() {
    let accounts = r#"
[[conversion_api]]
id = "fb"
platform = "meta"
pixel = "12x"
token = "env:META_TOKEN"
api_version = "v23.0"
action_source = "web"
account = "123-456-7890"
default_country = "Atlantis"
event_id = "always"
value = "profit"
partner = "7"
events = { Purchse = "Purchase" }
action_sources = { Upsell = "phone" }
[[conversion_api]]
id = "tt"
platform = "tiktok"
pixel = "C4"
token = "env:TIKTOK_TOKEN"
[[conversion_api]]
id = "gads"
platform = "google"
account = "12"
token = "env:GOOGLE_TOKEN"
events = { Purchase = "Sales" }
consent = { ad_user_data = "yes" }
[[conversion_api]]
id = "ms"
platform = "microsoft"
token = "env:UET_TOKEN"
test_event_code = "T1"
"#;
    let said = problems(accounts, CAMPAIGN);
    let wanted = [
        "conversion_api[0].pixel: `12x` is not a number of digits alone",
        "conversion_api[0].account: meta has no such key",
        "conversion_api[0].api_version: `v23.0` is older than v25.0; Meta retires its versions",
        "conversion_api[0].action_source: ",
        "conversion_api[0].action_sources.Upsell: ",
        "conversion_api[0].event_id: has no macro that tells two sales apart",
        "conversion_api[0].value: ",
        "conversion_api[0].default_country: `Atlantis` is no country; write two letters, as in `US`",
        "conversion_api[0].partner: Meta takes a partner of fewer than 23 characters",
        "conversion_api[0].events.Purchse: there is no conversion type `Purchse`; did you mean `Purchase`?",
        "conversion_api[1].event_source_url: is missing: TikTok needs the page of the conversion",
        "conversion_api[2].account: `12` is no number of ten digits",
        "conversion_api[2].consent.ad_user_data: ",
        "conversion_api[2].events.Purchase: `Sales` is not a number of digits alone",
        "conversion_api[3].pixel: is missing",
        "conversion_api[3].test_event_code: microsoft has no such key",
    ];
    begin_with(&said, &wanted);
}

#[test]
fn a_rule_has_an_id_that_no_postback_of_the_campaign_has() {
    let campaign =
        format!("{CAMPAIGN}[[campaign.postback]]\nid = \"to-meta\"\nurl = \"https://a.example/?x={{type}}\"\n");
    assert_eq!(
        problems(ACCOUNTS, &campaign),
        ["campaign[0].conversion_api[0].id: `to-meta` is the id of a postback of this campaign"]
    );
}

#[test]
fn the_value_is_the_payout_the_sum_the_revenue_or_a_fixed_amount() {
    let told = |value: &str| {
        let campaign = CAMPAIGN.replace("api = \"fb\"", &format!("api = \"fb\"\n{value}"));
        let plan = decided(
            &tracker(ACCOUNTS, &campaign),
            &click(),
            "sum=8.50&order=A&email=a%40example.com",
        );
        let body = body(&plan, "to-meta");
        let (_, value) = body.split_once("\"value\":").unwrap();
        value.split(',').next().unwrap().to_string()
    };
    assert_eq!(told(""), "8.5");
    assert_eq!(told("payout = { percent = \"50\" }"), "4.25");
    assert_eq!(told("payout = { percent = \"50\" }\nvalue = \"sum\""), "8.5");
    assert_eq!(told("value = \"revenue\""), "8.5");
    assert_eq!(told("value = \"25.01\""), "25.01");
}

#[test]
fn an_event_id_has_a_template_of_its_own() {
    let accounts = ACCOUNTS.replace(
        "pixel = \"1234567890\"",
        "pixel = \"1234567890\"\nevent_id = \"{order_id}-{type}\"",
    );
    let plan = decided(
        &tracker(&accounts, CAMPAIGN),
        &click(),
        "sum=1&order=A&email=a%40example.com",
    );
    assert!(body(&plan, "to-meta").contains(r#""event_id":"A-Purchase""#));
}

#[test]
fn user_data_says_what_may_leave() {
    let accounts = ACCOUNTS.replace(
        "pixel = \"1234567890\"",
        "pixel = \"1234567890\"\nuser_data = [\"email\", \"user_agent\"]",
    );
    let query = "sum=1&order=A&email=a%40example.com&phone=%2B16505551212&zip=94045";
    let body = body(&decided(&tracker(&accounts, CAMPAIGN), &click(), query), "to-meta");
    assert!(body.contains("\"em\":") && body.contains("client_user_agent"));
    for name in ["\"ph\":", "\"zp\":", "client_ip_address"] {
        assert!(!body.contains(name), "{name}");
    }
}

#[test]
fn a_rebill_on_a_website_was_made_by_the_system() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let mut event = event(&tracker, "type=rebill&sum=1&order=A&email=a%40example.com");
    event.kind = Some(postback::event::Kind::Rebill);
    let body = body(&decided_event(&tracker, &click(), &event), "to-meta");
    assert!(body.contains(r#""action_source":"system_generated""#), "{body}");
}

#[test]
fn a_type_may_have_happened_elsewhere() {
    let accounts = ACCOUNTS.replace(
        "action_source = \"website\"",
        "action_source = \"website\"\naction_sources = { Upsell = \"phone_call\" }",
    );
    let told = |query| body(&decided(&tracker(&accounts, CAMPAIGN), &click(), query), "to-meta");
    assert!(told("type=Upsell&sum=1&order=A&email=a%40example.com").contains(r#""action_source":"phone_call""#));
    assert!(told("sum=1&order=A&email=a%40example.com").contains(r#""action_source":"website""#));
}

#[test]
fn a_name_that_is_blank_or_has_a_line_break_is_no_name() {
    for (key, path) in [
        ("events = { Purchase = \" \" }", "events.Purchase"),
        ("events = { Purchase = \"a\\nb\" }", "events.Purchase"),
        ("test_event_code = \" \"", "test_event_code"),
        ("partner = \"a shop\\n\"", "partner"),
        ("api_version = \"v+25.+0\"", "api_version"),
        ("event_id = \"{type}\"", "event_id"),
        ("event_id = \"{status}-{payout}\"", "event_id"),
    ] {
        let accounts = ACCOUNTS.replace("pixel = \"1234567890\"", &format!("pixel = \"1234567890\"\n{key}"));
        let said = problems(&accounts, CAMPAIGN);
        assert_eq!(said.len(), 1, "{key}: {said:?}");
        assert!(said[0].starts_with(&format!("conversion_api[0].{path}: ")), "{said:?}");
    }
}
