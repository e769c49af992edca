//! Doubts about what ad platforms are told.

use crate::support::warnings;

/// A channel's parameter that holds Meta's click id, in place of the usual one.
const CHANNEL: (&str, &str) = (
    "parameter = [{ slot = \"ref_id\", name = \"ref_id\", macro = \"[CLICK_ID]\" }]",
    "parameter = [{ slot = \"ref_id\", name = \"ref_id\", macro = \"[CLICK_ID]\", role = \"fbclid\" }]",
);

const META: &str = "[[conversion_api]]\nid = \"fb\"\nplatform = \"meta\"\npixel = \"1\"\ntoken = \"env:T\"\n\
                    event_source_url = \"https://shop.example.com\"\n";
const GOOGLE: &str = "[[conversion_api]]\nid = \"gads\"\nplatform = \"google\"\naccount = \"123-456-7890\"\ntoken = \"env:T\"\n\
                      consent = { ad_user_data = \"granted\" }\n";
const TIKTOK: &str = "[[conversion_api]]\nid = \"tt\"\nplatform = \"tiktok\"\npixel = \"C4\"\ntoken = \"env:T\"\n\
                      event_source_url = \"https://shop.example.com\"\n";
const DECIDED: &str = "statuses = [\"approved\"]\n";
const SNAPCHAT: &str = "[[conversion_api]]\nid = \"snap\"\nrecipe = \"snapchat\"\npixel = \"p1\"\ntoken = \"env:T\"\n\
                        event_source_url = \"https://shop.example.com\"\n";
const RENEWAL: &str = "[[conversion_type]]\nname = \"Rebill\"\ncounts = \"revenue\"\n";

/// The doubts about an account that the campaign tells of `types`.
fn told(account: &str, lines: &str, types: &str) -> Vec<String> {
    let id = account.split('"').nth(1).unwrap();
    let rule = format!(
        "types = {types}\n[[campaign.conversion_api]]\nid = \"to-it\"\napi = \"{id}\"\ntypes = {types}\n{DECIDED}"
    );
    let source = format!("[[offer_source.parameter]]\nname = \"email\"\nrole = \"email\"\n{RENEWAL}{account}{lines}\n");
    let mut doubts = warnings(&[
        (
            "parameter = [{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }]\n#source",
            &format!(
                "[[offer_source.parameter]]\nname = \"txid\"\nmacro = \"{{event_id}}\"\nrole = \"event_id\"\n{source}"
            ),
        ),
        ("types = [\"Purchase\"]\n#postback", &rule),
    ]);
    // The renewals of this source are doubted for another reason.
    doubts.retain(|said| !said.starts_with("offer_source"));
    doubts
}

#[test]
fn an_account_that_is_told_of_sales_is_not_doubted() {
    assert_eq!(told(META, "", "[\"Purchase\"]"), [""; 0]);
    assert_eq!(
        told(
            GOOGLE,
            "events = { Purchase = \"1\", Rebill = \"2\" }",
            "[\"Purchase\"]"
        ),
        [""; 0]
    );
    // What no rule tells needs no standard name.
    assert_eq!(told(TIKTOK, "", "[\"Purchase\"]"), [""; 0]);
}

#[test]
fn an_account_that_no_campaign_names_is_told_nothing() {
    assert_eq!(
        warnings(&[("#channel", META)]),
        ["conversion_api[0]: no campaign names it under `[[campaign.conversion_api]]`, so it is told nothing"]
    );
}

#[test]
fn what_belongs_to_a_test_is_not_left_in() {
    assert_eq!(
        told(META, "test_event_code = \"TEST1\"", "[\"Purchase\"]"),
        [
            "conversion_api[0].test_event_code: events with a test code are shown in Meta's test view and count all the same; take the code out when the test is over"
        ]
    );
    assert_eq!(
        told(TIKTOK, "test_event_code = \"TEST1\"", "[\"Purchase\"]"),
        ["conversion_api[0].test_event_code: everything is sent as a test; take the code out when the test is over"]
    );
    assert_eq!(
        told(
            GOOGLE,
            "validate_only = true\nevents = { Purchase = \"1\" }",
            "[\"Purchase\"]"
        ),
        [
            "conversion_api[0].validate_only: Google checks the requests and counts nothing; take it out when the test is over"
        ]
    );
}

#[test]
fn google_is_told_of_consent() {
    let said = "conversion_api[0].consent: Google is told of no consent to `ad_user_data`, so it drops the conversions of people in the European Economic Area; if your visitors agreed, say so, or name the `role` of a parameter that says it";
    for (consent, doubts) in [
        ("", vec![said]),
        ("consent = { ad_personalization = \"granted\" }\n", vec![said]),
        ("consent = { ad_user_data = \"denied\" }\n", vec![]),
        ("consent = { role = \"x_consent\" }\n", vec![]),
    ] {
        let account = GOOGLE.replace("consent = { ad_user_data = \"granted\" }\n", consent);
        assert_eq!(
            told(&account, "events = { Purchase = \"1\" }", "[\"Purchase\"]"),
            doubts,
            "{consent}"
        );
    }
}

fn microsoft(lines: &str) -> String {
    META.replace("\"meta\"", "\"microsoft\"").replace("\"fb\"", "\"ms\"") + lines
}

#[test]
fn microsoft_is_told_of_consent() {
    let said = "conversion_api[0].consent: Microsoft is told of no consent, and takes it as granted; say whether your visitors agreed, as in `{ ad_user_data = \"denied\" }`";
    for (consent, doubts) in [
        ("", vec![said]),
        ("consent = { ad_user_data = \"denied\" }\n", vec![]),
        ("consent = { ad_user_data = \"granted\" }\n", vec![]),
    ] {
        assert_eq!(told(&microsoft(consent), "", "[\"Purchase\"]"), doubts, "{consent}");
    }
}

#[test]
fn a_rule_names_the_statuses_of_the_sales_that_are_told() {
    let said = |rule: &str, source: &str, types: &str| {
        let rule = format!("[[campaign.conversion_api]]\nid = \"to-it\"\napi = \"fb\"\ntypes = [\"{types}\"]\n{rule}");
        warnings(&[("#channel", META), ("#postback", &rule), ("#source", source), CHANNEL])
    };
    let doubt = "campaign[0].conversion_api[0].statuses: there are none, so meta is told of a sale that is pending or declined as of any other; name those that count, as in `statuses = [\"approved\"]`";
    assert_eq!(said("", "", "Purchase"), [doubt]);
    assert_eq!(
        said("", "default_status = \"approved\"", "Purchase"),
        [doubt],
        "the words of the template"
    );
    assert_eq!(said(DECIDED, "", "Purchase"), [""; 0]);
    assert_eq!(
        said("statuses = [\"approved\", \"pending\"]\n", "", "Purchase"),
        [""; 0],
        "it is meant"
    );
    assert_eq!(said("when = [\"status equals approved\"]\n", "", "Purchase"), [""; 0]);
    // What is never money may well be told before it is decided.
    assert_eq!(said("", "", "InitiateCheckout"), [""; 0]);
}

#[test]
fn a_renewal_does_not_share_the_action_of_a_sale() {
    assert_eq!(
        told(
            GOOGLE,
            "events = { Purchase = \"1\", Rebill = \"1\" }",
            "[\"Purchase\"]"
        ),
        [
            "conversion_api[0].events.Rebill: shares the conversion action of `Purchase`: one that counts once per click drops it, and any other counts it as another sale; give it a conversion action of its own, or \"\" to tell nothing"
        ]
    );
    let microsoft = microsoft("consent = { ad_user_data = \"granted\" }\n");
    assert_eq!(
        told(&microsoft, "events = { Rebill = \"Purchase\" }", "[\"Purchase\"]").len(),
        1
    );
    assert_eq!(told(&microsoft, "", "[\"Purchase\"]"), [""; 0]);
    // At Meta a renewal may be a purchase too.
    assert_eq!(
        told(META, "events = { Rebill = \"Purchase\" }", "[\"Purchase\"]"),
        [""; 0]
    );
}

#[test]
fn a_custom_event_is_named_where_tiktok_may_be_told_it() {
    assert_eq!(
        told(TIKTOK, "", "[\"Purchase\", \"Rebill\"]"),
        [
            "conversion_api[0].events.Rebill: `Rebill` is none of TikTok's standard events, and TikTok takes a custom one only while it is enabled for the pixel; name a standard one, or \"\" to tell nothing"
        ]
    );
    assert_eq!(
        told(TIKTOK, "events = { Rebill = \"Subscribe\" }", "[\"Rebill\"]"),
        [""; 0]
    );
}

#[test]
fn a_rule_names_the_types_that_are_meant() {
    let doubts = told(META, "", "[]");
    let said =
        "covers every type, steps and reversals too (`InitiateCheckout`, `Refund`); name the types that are meant";
    assert!(
        doubts.contains(&format!("campaign[0].conversion_api[0].types: {said}")),
        "{doubts:?}"
    );
}

#[test]
fn a_platform_knows_a_person_or_a_click_by_something() {
    let rule = |id: &str| {
        format!("[[campaign.conversion_api]]\nid = \"to-it\"\napi = \"{id}\"\ntypes = [\"Purchase\"]\n{DECIDED}")
    };
    let doubts = |account: &str, id: &str, channel: &[(&str, &str)]| {
        let rule = rule(id);
        let mut changes = vec![("#channel", account), ("#postback", rule.as_str())];
        changes.extend(channel);
        warnings(&changes)
    };
    assert_eq!(
        doubts(META, "fb", &[]),
        [
            "campaign[0].conversion_api[0].api: channel `push` has no parameter with the role of a click id of meta, and no source of the offers has one with a role such as `email` that the platform may be told, so it would know people by their address and user agent alone"
        ]
    );
    assert_eq!(doubts(META, "fb", &[CHANNEL]), [""; 0]);
    let google = format!("{GOOGLE}events = {{ Purchase = \"1\" }}\n");
    // Another platform's click id is none.
    let said = doubts(&google, "gads", &[CHANNEL]);
    assert!(
        said.len() == 1 && said[0].ends_with("so nothing is ever sent"),
        "{said:?}"
    );
    // What may not be told names nobody.
    let shut = told(&google, "user_data = [\"phone\"]", "[\"Purchase\"]");
    assert!(
        shut.len() == 1 && shut[0].ends_with("so nothing is ever sent"),
        "{shut:?}"
    );
}

#[test]
fn personal_values_are_kept_while_ad_platforms_are_told_of_them() {
    let rule = format!("[[campaign.conversion_api]]\nid = \"to-it\"\napi = \"fb\"\ntypes = [\"Purchase\"]\n{DECIDED}");
    let doubts = |private: &str, rule: &str| {
        let root = format!("[retention]\nprivate = \"{private}\"\n");
        warnings(&[("#root", &root), ("#channel", META), ("#postback", rule), CHANNEL])
    };
    assert_eq!(
        doubts("3d", &rule),
        [
            "retention.private: ad platforms are told of persons, and a sale that comes later than 3d after its click has neither address nor user agent, so that Meta takes no event of a website; what was given up after three days of retries cannot be sent again either; keep them for 4d at least"
        ]
    );
    assert_eq!(doubts("4d", &rule), [""; 0]);
    assert!(!doubts("1d", "").iter().any(|said| said.starts_with("retention")));
}

#[test]
fn an_account_at_a_recipe_s_platform_is_doubted_as_the_others_are() {
    let told = |lines| told(SNAPCHAT, lines, "[\"Purchase\"]");
    assert_eq!(told(""), [""; 0]);
    assert_eq!(
        told("validate_only = true"),
        [
            "conversion_api[0].validate_only: the platform checks the requests and counts nothing; take it out when the test is over"
        ]
    );
    assert_eq!(
        told("events = { Purchase = \"BUY\" }"),
        [
            "conversion_api[0].events.Purchase: `BUY` is none of the names of recipe `snapchat`; name one of them, or \"\" to tell nothing"
        ]
    );
    let doubts = told("user_data = [\"zip\", \"ip\"]");
    assert_eq!(doubts.len(), 1, "{doubts:?}");
    let said = "campaign[0].conversion_api[0].api: nothing is ever sent: recipe `snapchat` wants user_data.em, or user_data.ph, or user_data.client_ip_address + user_data.client_user_agent, and nothing on channel ";
    assert!(doubts[0].starts_with(said), "{doubts:?}");
}

#[test]
fn a_recipe_that_does_nothing_or_says_nothing_of_answers_is_doubted() {
    let recipe = "[[recipe]]\nid = \"own\"\nurl = \"https://ads.example.com/\"\nevent = [{ at = \"id\", from = \"event_id\" }]\n";
    assert_eq!(
        told(SNAPCHAT, recipe, "[\"Purchase\"]"),
        [
            "recipe[0]: no account names it, so it does nothing",
            "recipe[0].answers: is missing: every status of 2xx counts as success, and many platforms refuse with such a status",
            "recipe[0].sources: is missing: write down where its facts come from, for whoever looks for a fault",
        ]
    );
}

#[test]
fn deliveries_are_kept_as_long_as_a_sale_that_a_platform_was_told_may_be_taken_back() {
    let kept = |refunds: &str| {
        let lines = format!("{refunds}events = {{ Purchase = \"1\" }}\n[retention]\ndeliveries = \"30d\"");
        told(GOOGLE, &lines, "[\"Purchase\"]")
    };
    assert_eq!(
        kept(""),
        [
            "retention.deliveries: an ad platform is told what is left of a sale that is taken back, and refunds and chargebacks come up to 180d after a sale; one that comes later than 30d after the sale was told is not told"
        ]
    );
    assert_eq!(kept("refunds = \"ignore\"\n"), [""; 0]);
}
