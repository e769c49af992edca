//! `conversion-api`.

use crate::support::{TemporaryFile, file, inspect};
use serde_json::Value;

pub(crate) const CONFIG: &str = include_str!("conversion_api.toml");

pub(crate) const CLICK: &str = r#"{"id":"c7d1f0a2","at":"2026-04-23T15:00:00Z","campaign":"summer","offer":"course",
    "source":"network","channel":"meta","ref_id":"IwAR2x-Example",
    "private":{"ip":"203.0.113.7","useragent":"Mozilla/5.0"}}"#;

pub(crate) const SALE: &str = r#"{"postback":"clickid=c7d1f0a2&sum=49&eventid=A-1001&email=Mary%40Example.com&phone=555-1212","at":"2026-04-23T17:57:04Z"}"#;

/// The files of a run, named after its test.
fn files(name: &str, click: &str, event: &str) -> [TemporaryFile; 3] {
    files_of(name, CONFIG, click, event)
}

pub(crate) fn files_of(name: &str, config: &str, click: &str, event: &str) -> [TemporaryFile; 3] {
    [
        file(&format!("{name}-tracker.toml"), config),
        file(&format!("{name}-click.json"), click),
        file(&format!("{name}-event.json"), event),
    ]
}

/// The arguments that ask about these files.
pub(crate) fn arguments([config, click, event]: &[TemporaryFile; 3]) -> [&str; 7] {
    ["conversion-api", "--config", config, "--click", click, "--event", event]
}

fn told(name: &str, click: &str, event: &str, more: &[&str]) -> String {
    inspect(&[&arguments(&files(name, click, event))[..], more].concat()).printed()
}

#[test]
fn what_is_told_is_said_member_by_member_and_no_personal_value_is_printed() {
    let text = told("members", CLICK, SALE, &["--api", "pixel"]);
    for line in [
        "outcome     applied: it made or changed a conversion",
        "fires  summer/sales tells `pixel`: meta, account 1234567890, event `Purchase`",
        "  POST https://graph.facebook.com/v25.0/1234567890/events",
        "  - fbc: made of `fbclid` of the click and the time of the click",
        "  - em: SHA-256 of parameter `email`, normalised",
        "  - ph: left out (phone_without_country): the phone number has no country; from parameter `phone`",
        "  - client_user_agent: `useragent` of the click, as it came",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
    for part in [
        "\n  {\"data\":[{\"event_name\":\"Purchase\",",
        "\"access_token\":\"{secret:env:META_TOKEN}\"}\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(text.matches(" tells `").count(), 1, "{text}");
    for personal in ["Mary", "mary", "203.0.113.7", "Mozilla", "555-1212", "f1904cf1"] {
        assert!(!text.contains(personal), "{personal}\n{text}");
    }
}

#[test]
fn personal_values_are_printed_on_request() {
    let text = told("personal", CLICK, SALE, &["--show-personal"]);
    // The hash is that of Python's `hashlib` for `mary@example.com`.
    for line in [
        "      came `Mary@Example.com`",
        "      sent `f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79`",
        "      came `555-1212`",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
}

#[test]
fn a_rule_that_does_not_fire_says_why() {
    let declined = SALE.replace("sum=49", "sum=49&status=declined");
    let text = told("declined", CLICK, &declined, &[]);
    assert!(text.contains("\nsilent  summer/sales tells `pixel`"), "{text}");
    assert!(
        text.contains("\n  status is `declined`, wanted one of `approved`\n"),
        "{text}"
    );
    // Without the visitor's user agent Meta takes nothing of a website.
    let click = CLICK.replace(",\"useragent\":\"Mozilla/5.0\"", "");
    let text = told("agent", &click, SALE, &["--api", "pixel"]);
    assert!(text.contains("no_user_agent: "), "{text}");
    assert!(text.contains("  - client_user_agent: left out (no_value)"), "{text}");
    // A refund is told to nobody.
    let refund = SALE.replace("sum=49", "type=refund&sum=49").replace("17:57", "18:57");
    let text = told("refund", CLICK, &format!("{SALE}{refund}"), &[]);
    assert!(!text.contains("fires"), "{text}");
}

#[test]
fn the_result_is_there_as_json() {
    let text = told("json", CLICK, SALE, &["--json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    let rules = json["rules"].as_array().unwrap();
    let fires: Vec<&Value> = rules.iter().map(|rule| &rule["fires"]).collect();
    assert_eq!(fires, [true, true], "{json}");
    assert_eq!(rules[1]["platform"], "google");
    let members = rules[0]["members"].as_array().unwrap();
    let phone = members.iter().find(|member| member["name"] == "ph").unwrap();
    assert_eq!(phone["left_out"], "phone_without_country");
    assert!(phone.get("came").is_none());
}

#[test]
fn a_campaign_without_such_a_rule_and_an_unknown_account_are_refused() {
    let known = files("unknown", CLICK, SALE);
    let refused = inspect(&[&arguments(&known)[..], &["--api", "nobody"]].concat()).refused();
    assert_eq!(
        refused,
        "no rule of campaign `summer` tells the conversion API `nobody`"
    );
    let others = files("other", &CLICK.replace("\"summer\"", "\"winter\""), SALE);
    assert_eq!(
        inspect(&arguments(&others)).refused(),
        "campaign `winter` of the click is not configured"
    );
}

#[test]
fn an_answer_is_read_for_each_event_of_the_request() {
    let body = file("answer.json", r#"{"error":{"code":190}}"#);
    let said = |more: &[&str]| {
        let arguments = ["conversion-api", "--answer", &body];
        inspect(&[&arguments[..], more].concat())
    };
    let text = said(&["--platform", "meta", "--status", "400", "--count", "2"]).printed();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.starts_with("event 0: its lane is held for 15 minutes (meta 190"),
        "{text}"
    );
    assert_eq!(
        said(&["--platform", "myspace"]).refused(),
        "`myspace` is not a platform whose answers are read; there are meta, google, google_ads, tiktok, microsoft, \
         microsoft_offline and the recipes pinterest, reddit, snapchat; with --config also those of the configuration"
    );
    // By a recipe that is shipped, and by one of the configuration.
    let text = said(&["--platform", "reddit", "--status", "400"]).printed();
    assert_eq!(text, "event 0: given up (reddit NO_CODE HTTP_400)\n");
    let recipe = concat!(
        "version = 1\n[[conversion_type]]\nname = \"Purchase\"\ndefault = true\n[[recipe]]\nid = \"own\"\n",
        "url = \"https://ads.example.com/\"\nevent = [{ at = \"id\", from = \"event_id\" }]\n",
        "answers = { code = [\"error.code\"], codes = { 190 = \"dead\" } }\n"
    );
    let config = file("recipe.toml", recipe);
    let text = said(&["--platform", "own", "--status", "400", "--config", &config]).printed();
    assert_eq!(text, "event 0: given up (own 190 HTTP_400)\n");
    assert_eq!(
        said(&["--platform", "meta", "--count", "0"]).refused(),
        "a request has 1 to 2000 events, not 0"
    );
}

#[test]
fn a_refund_says_what_is_done_about_the_sale_before_it() {
    let refund = r#"{"postback":"clickid=c7d1f0a2&status=rejected&eventid=A-1001","at":"2026-04-24T17:57:04Z"}"#;
    let text = told("refund", CLICK, &format!("{SALE}\n{refund}"), &["--api", "pixel"]);
    for line in [
        "  refunds: the platform takes no correction, so only what has not left is not sent",
        "  taken back: cancelled with 0 USD: the sale was still queued and nothing of it had left, so it is not sent, \
         since nothing is left of it or the rule does not ask for what is left (if its delivery is still queued; GET /api/explain knows what became of it)",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
}
