//! `setup`: the whole text for two configurations, and what changes it.

use crate::support::{EXAMPLE, RULES, answers, file, inspect, inspect_with, vector};
use serde_json::{Value, json};

const SMALL: &str = include_str!("../../../../tests/vectors/inspect/small.toml");

#[test]
fn the_example_is_told_as_the_golden_text_says() {
    assert_eq!(
        inspect(&["setup", "--config", EXAMPLE]).printed(),
        vector("inspect/setup_example.txt")
    );
}

#[test]
fn a_row_with_a_templates_text_in_place_of_its_name_is_told_the_same() {
    for name in ["clickbank-ins", "clickbank-s2s", "generic"] {
        let path = format!(
            "{}/../../templates/offer-source/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let mut copied: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut named = json!({"template": name});
        for row in [&mut named, &mut copied] {
            row["id"] = "cb".into();
            row["tokens"] = json!(["env:CB_TOKEN"]);
            if name == "clickbank-ins" {
                row["secrets"] = json!(["env:CB_SECRET"]);
            }
        }
        let told = [named, copied].map(|source| {
            let document = json!({
                "version": 1,
                "conversion_type": [{"name": "Purchase", "default": true}],
                "offer_source": [source],
                "offer": [{"id": "o", "source": "cb", "url": "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"}],
            });
            inspect(&["setup", "--config", &file("copied.json", &document.to_string())]).printed()
        });
        assert_eq!(told[0], told[1], "{name}");
    }
}

#[test]
fn postbacks_of_clickbank_and_of_another_network_are_told_as_the_golden_text_says() {
    assert_eq!(
        inspect(&["setup", "--config", RULES]).printed(),
        vector("inspect/setup_rules.txt")
    );
}

/// What the guide to notifications has one paste, in its order.
#[test]
fn the_guide_to_notifications_can_be_followed() {
    let text = vector("inspect/setup_example.txt");
    let mut rest = text.as_str();
    for part in [
        "Request Access",
        "SALE               Purchase\n",
        "eventid, product, email, zip",
        "<value of env:CLICKBANK_SECRET>\n",
        // It ends with the token.
        "https://trk.example.com/ins/clickbank?token=<value of env:CLICKBANK_TOKEN>\n",
        "version 7.0",
        "Tracking Pixel",
        "Seller\n",
        "https://trk.example.com/postback/clickbank?type=InitiateCheckout&format=img\n",
        "Order Form\n",
        "AFFILIATE_TRACKING_CODE  clickid\n",
        "https://myvendor.pay.clickbank.net/?cbitems=1&vtid={clickid}\n",
        "mitolyn  pay link of vendor `myvendor`: `vtid={clickid}`\n",
        "https://trk.example.com/summer-push?ref_id=[CLICK_ID]&cost=[BID_PRICE]&sub1=[CAMPAIGN_ID]",
        "GET https://us.ahows.co/log?action=conversion&key={ref_id}&price={payout}\n",
        "types     Purchase\n",
        "statuses  approved\n",
    ] {
        let found = rest.split_once(part);
        rest = found.unwrap_or_else(|| panic!("`{part}` does not follow in\n{rest}")).1;
    }
}

/// What the guide to ClickBank's postbacks has one paste: a URL for each event type.
#[test]
fn the_guide_to_clickbanks_postbacks_can_be_followed() {
    let text = vector("inspect/setup_rules.txt");
    let url = |event: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(event)).unwrap();
        line.trim().to_owned()
    };
    let pasted = "https://trk.example.com/postback/clickbank?clickid={tid}&sum={affiliate_earnings}&eventid={event_id}\
                  &zip={postal_code}&order_id={order_id}&receipt={receipt_id}&sub1={aff_sub1}";
    let token = "&token=<value of env:CLICKBANK_TOKEN>";
    assert_eq!(url("Initial Purchase"), format!("{pasted}&type=Purchase{token}"));
    assert_eq!(url("Upsell Purchase"), format!("{pasted}&type=Upsell{token}"));
    assert_eq!(url("Order Form Impression"), "leave it out: it is matched to None");
    let vendor = std::fs::read_to_string(RULES)
        .unwrap()
        .replace("\"affiliate\"", "\"vendor\"");
    let text = inspect(&["setup", "--config", &file("vendor.toml", &vendor)]).printed();
    assert!(text.contains("?clickid={vtid}&sum={vendor_earnings}&"), "{text}");
    assert!(text.contains("      Role  Seller\n"), "{text}");
}

/// The same guide has one add conversion types with the titles of ClickBank's events; their spaces
/// are encoded.
#[test]
fn types_with_the_titles_of_clickbanks_events_are_what_each_url_names() {
    let types: String = ["Order Form Impression", "Add Payment Info", "Upsell Purchase"]
        .iter()
        .map(|name| format!("[[conversion_type]]\nname = \"{name}\"\ncounts = \"step\"\n"))
        .collect();
    let rules = std::fs::read_to_string(RULES).unwrap();
    let config = rules.replacen("[[offer_source]]", &format!("{types}\n[[offer_source]]"), 1);
    let config = config.replace("ORDER_IMPRESSION = \"\"\n", "");
    let text = inspect(&["setup", "--config", &file("titles.toml", &config)]).printed();
    for (event, name) in [
        ("Order Form Impression  https", "Order%20Form%20Impression"),
        ("Add Payment Info       https", "Add%20Payment%20Info"),
        ("Initial Purchase       https", "Purchase"),
        ("Upsell Purchase        https", "Upsell%20Purchase"),
    ] {
        let line = text.lines().find(|line| line.trim().starts_with(event)).unwrap();
        assert!(line.contains(&format!("&type={name}&token=")), "{line}");
    }
    assert!(
        text.contains(
            "      Combined Conversion    leave it out: it is the initial purchase and its upsells once more, and would count them twice\n"
        ),
        "{text}"
    );
}

/// A second `type` behind the network's macro for it would be refused as repeated.
#[test]
fn one_url_is_pasted_where_it_asks_the_network_for_the_events_name() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let clickbank = "account_role = \"affiliate\"";
    let config = rules.replace(
        clickbank,
        &format!("{clickbank}\npostback = {{ type = \"{{event_type}}\" }}"),
    );
    let config = config.replace(
        "default = true\ndomain",
        "default = true\npostback = { type = \"{goal}\" }\ndomain",
    );
    let text = inspect(&["setup", "--config", &file("event-type.toml", &config)]).printed();
    for line in [
        "      URL                    https://trk.example.com/postback/clickbank?clickid={tid}&sum={affiliate_earnings}&eventid={event_id}\
         &zip={postal_code}&order_id={order_id}&receipt={receipt_id}&sub1={aff_sub1}&type={event_type}&token=<value of env:CLICKBANK_TOKEN>\n",
        "      Order Form Impression  leave it out: it is matched to None\n",
        "      Initial Purchase       becomes Purchase\n",
        "      Upsell Purchase        becomes Upsell\n",
        "      all  https://trk.example.com/postback/network?type={goal}&clickid=<its macro for the click id>&sum=<its macro for the amount>\
         &currency=<its macro for the currency>&status=<its macro for the status>&eventid=<its macro for the id of the event>&token=<value of env:NETWORK_TOKEN>\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // The advice to ask for it is for those that do not.
    let advice = "Where the network has a macro for its event's name";
    assert!(!text.contains(advice), "{text}");
    assert!(vector("inspect/setup_rules.txt").contains(advice));
}

#[test]
fn a_postback_is_shown_with_the_values_of_its_blanks() {
    let rules = std::fs::read_to_string(EXAMPLE).unwrap();
    let base = "https://us.ahows.co/log?action=conversion&key={ref_id}&price={payout}";
    assert!(rules.contains(base));
    let config = rules.replace(base, &format!("{base}&goal="));
    let rows = config.split("[[campaign.postback]]\n");
    let config = rows
        .collect::<Vec<_>>()
        .join("[[campaign.postback]]\nvalues = { goal = \"a sale\" }\n");
    let text = inspect(&["setup", "--config", &file("values.toml", &config)]).printed();
    assert!(text.contains(&format!("GET {base}&goal=a%20sale\n")), "{text}");
    assert!(!text.contains("&goal=\n"), "{text}");
}

/// A row of a parameter with a macro, or a macro for the click id alone, must not hide the rest.
#[test]
fn a_printed_postback_url_has_click_id_and_amount_whatever_is_configured() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let printed = |more: &str| {
        let config = rules.replace("name = \"email\"\nrole", "name = \"email\"\nmacro = \"{mail}\"\nrole");
        let config = config.replace("default = true\ndomain", &format!("default = true\n{more}\ndomain"));
        let text = inspect(&["setup", "--config", &file("row.toml", &config)]).printed();
        let line = text
            .lines()
            .find(|line| line.contains("Purchase  https://trk.example.com/postback/network?"));
        let (_, query) = line.unwrap().split_once('?').unwrap();
        query.split_once("&type=").unwrap().0.to_owned()
    };
    assert_eq!(
        printed(""),
        "email={mail}&clickid=<its macro for the click id>&sum=<its macro for the amount>&currency=<its macro for the currency>\
         &status=<its macro for the status>&eventid=<its macro for the id of the event>"
    );
    assert_eq!(
        printed("postback = { clickid = \"{sub1}\" }"),
        "clickid={sub1}&email={mail}&sum=<its macro for the amount>"
    );
    assert_eq!(
        printed("postback = { clickid = \"{sub1}\", sum = \"{sum}\" }"),
        "clickid={sub1}&sum={sum}&email={mail}"
    );
}

#[test]
fn each_link_of_clickbanks_is_told_with_the_parameter_that_comes_back() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let told = |url: &str| {
        let book = "https://hop.clickbank.net/?affiliate=promoter&vendor=seller&tid={clickid}";
        assert!(rules.contains(book));
        let path = file("link.toml", &rules.replace(book, url));
        let text = inspect(&["setup", "--config", &path]).printed();
        let offers = text.split("== Offers\n").nth(1).unwrap();
        offers.split("\n\n").next().unwrap().to_owned()
    };
    let text = told("https://seller.example/?affiliate=promoter&tid={clickid}");
    assert!(
        text.contains("      book  direct link of affiliate `promoter`: `tid={clickid}`\n"),
        "{text}"
    );
    assert!(
        text.ends_with(
            " 3. `book`: a direct link works only where the seller's page has ClickBank's script for Direct Offer Tracking: ask the seller."
        ),
        "{text}"
    );
    let text = told("https://hop.clickbank.net/?affiliate=promoter&vendor=seller&extclid={clickid}");
    assert!(
        text.ends_with("      book  hoplink of affiliate `promoter`, vendor `seller`: `extclid={clickid}`"),
        "{text}"
    );
    let text = told("https://seller.example/?vtid={clickid}");
    assert!(
        text.ends_with("      book  no link of ClickBank's, as far as it shows"),
        "{text}"
    );
    let text = told("https://orders.clickbank.net/?cbfid=1&vvvv=seller&vtid={clickid}");
    assert!(
        text.ends_with("      book  order form of vendor `seller`: no click id"),
        "{text}"
    );
}

#[test]
fn a_second_question_mark_in_an_offers_link_is_said_once() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let link = "&vendor=seller?tid={clickid}";
    let path = file("second.toml", &rules.replace("&vendor=seller&tid={clickid}", link));
    let text = inspect(&["setup", "--config", &path]).printed();
    let said = "a second `?` stands behind `vendor=seller`";
    assert_eq!(text.matches(said).count(), 1, "{text}");
    assert!(!text.contains("no click id can come back"), "{text}");
}

#[test]
fn another_domain_takes_the_place_of_the_configured_ones() {
    let text = inspect(&["setup", "--config", EXAMPLE, "--base-url", "https://track.example.com/"]).printed();
    assert_eq!(
        text,
        vector("inspect/setup_example.txt").replace("https://trk.example.com", "https://track.example.com")
    );
    for wrong in [
        "track.example.com",
        "https://track.example.com/x",
        "https://track.example.com/?a=1",
        "ftp://a.example",
    ] {
        let ran = inspect(&["setup", "--config", EXAMPLE, "--base-url", wrong]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{wrong}");
    }
}

#[test]
fn without_a_domain_its_place_is_left_to_fill() {
    let text = inspect(&["setup", "--config", &file("small.toml", SMALL)]).printed();
    assert!(
        text.contains("      https://<your tracking domain>/ins/cb?token=<value of env:CB_TOKEN>\n"),
        "{text}"
    );
    assert!(text.contains("      https://<your tracking domain>/summer\n"), "{text}");
    assert!(
        text.contains("Choose version 8.0 (the source takes no other) there"),
        "{text}"
    );
    assert!(text.contains("No offer is reached: add `[[campaign.path]]`."), "{text}");
    let blanks = text.split("== Still to fill in\n").nth(1).unwrap();
    assert!(blanks.contains("<your tracking domain>"), "{blanks}");
    assert!(blanks.contains("<value of env:CB_OLD>"), "{blanks}");
}

#[test]
fn a_networks_own_macros_in_angle_brackets_are_nothing_to_fill_in() {
    let text = "version = 1\ncurrency = \"USD\"\n[[domain]]\nid = \"main\"\nurl = \"https://t.example\"\n\
        [[conversion_type]]\nname = \"Sale\"\ndefault = true\n\
        [[offer_source]]\nid = \"handel\"\ntemplate = \"generic\"\ntokens = [\"env:HANDEL_TOKEN\"]\n\
        postback = { clickid = \"<subid>\", sum = \"<amount>\" }\n";
    let text = inspect(&["setup", "--config", &file("handel.toml", text)]).printed();
    let (pasted, blanks) = text.split_once("== Still to fill in\n").unwrap();
    assert!(pasted.contains("clickid=<subid>&sum=<amount>&"), "{pasted}");
    assert!(blanks.contains("<value of env:HANDEL_TOKEN>"), "{blanks}");
    assert!(!blanks.contains("subid") && !blanks.contains("amount"), "{blanks}");
}

#[test]
fn secrets_are_written_out_only_when_they_are_asked_for_and_encoded_in_urls() {
    let path = file("secret.toml", SMALL);
    let environment = [
        ("CB_SECRET", "CANARYSECRET1234"),
        ("CB_OLD", "CANARYOLD1234567"),
        ("CB_TOKEN", "canary token&1"),
    ];
    let arguments = ["setup", "--config", &path, "--base-url", "https://t.example"];
    let without = inspect_with(&environment, "", &arguments).printed();
    assert!(!without.to_lowercase().contains("canary"), "{without}");
    let with = [&arguments[..], &["--with-secrets"]].concat();
    let text = inspect_with(&environment, "", &with).printed();
    assert!(text.contains("      CANARYSECRET1234\n"), "{text}");
    assert!(
        text.contains("      https://t.example/ins/cb?token=canary%20token%261\n"),
        "{text}"
    );
    assert!(!text.contains("Still to fill in"), "{text}");
    // What the environment lacks stays a blank.
    let text = inspect_with(&environment[..2], "", &with).printed();
    assert!(text.contains("?token=<value of env:CB_TOKEN>\n"), "{text}");
}

#[test]
fn a_secret_in_a_file_is_read_without_its_last_line_break() {
    let secret = file("token", "from-a-file\n");
    let config = SMALL.replace("env:CB_TOKEN", &format!("file:{}", &*secret));
    let path = file("in-a-file.toml", &config.replace("env:CB_OLD", "host:old"));
    let text = inspect(&["setup", "--config", &path, "--with-secrets"]).printed();
    assert!(text.contains("/ins/cb?token=from-a-file\n"), "{text}");
    assert!(text.contains("      host:old "), "{text}");
    assert!(text.contains("<value of host:old>\n"), "{text}");
    let text = inspect(&["setup", "--config", &path]).printed();
    assert!(
        text.contains(&format!("/ins/cb?token=<value of file:{}>\n", &*secret)),
        "{text}"
    );
}

/// The longest file that is read for a secret.
const MAX_FILE: usize = 64 * 1024;

#[test]
fn a_file_of_64_kib_is_a_secret_and_a_longer_one_is_not_read() {
    let written_out = |secret: &str| {
        let config = SMALL.replace("env:CB_TOKEN", &format!("file:{secret}"));
        let path = file("of-a-length.toml", &config);
        let text = inspect(&["setup", "--config", &path, "--with-secrets"]).printed();
        !text.contains(&format!("?token=<value of file:{secret}>\n"))
    };
    for (length, fits) in [(MAX_FILE - 1, true), (MAX_FILE, true), (MAX_FILE + 1, false)] {
        assert_eq!(written_out(&file("long", &"x".repeat(length))), fits, "{length}");
    }
    #[cfg(unix)]
    assert!(!written_out("/dev/zero"));
}

#[test]
fn the_files_that_the_lines_of_a_batch_name_are_not_printed() {
    let ran = inspect(&["setup", "--batch", "--with-secrets"]);
    assert_eq!(ran.conflicting(), "'--batch' '--with-secrets'");
    let secret = file("not-to-be-read", "CANARY");
    let config = SMALL.replace("env:CB_TOKEN", &format!("file:{}", &*secret));
    let line = json!({"id": 1, "config": config}).to_string();
    let printed = inspect_with(&[], line, &["setup", "--batch"]).printed();
    assert!(
        printed.contains("<value of file:") && !printed.contains("CANARY"),
        "{printed}"
    );
}

#[test]
fn the_newest_version_is_chosen_in_whatever_order_they_are_listed() {
    for (versions, chosen) in [
        (
            "[\"8.0\", \"6.0\"]",
            "Choose version 8.0 (the source also takes 6.0) there",
        ),
        (
            "[\"6.0\", \"8.0\"]",
            "Choose version 8.0 (the source also takes 6.0) there",
        ),
        (
            "[\"8.0\", \"7.0\", \"6.0\"]",
            "Choose version 7.0 (the source also takes 8.0 and 6.0) there",
        ),
        (
            "[\"4.0\", \"8.0\", \"2.1\"]",
            "Choose version 8.0 (the source also takes 4.0 and 2.0) there",
        ),
        ("[\"5.0\"]", "Choose version 5.0 (the source takes no other) there"),
    ] {
        let config = SMALL.replace("[\"8.0\"]", versions);
        let text = inspect(&["setup", "--config", &file("versions.toml", &config)]).printed();
        assert!(text.contains(chosen), "{text}");
    }
}

#[test]
fn a_types_name_is_encoded_in_its_url() {
    let text = SMALL
        .replace("clickbank-ins", "generic")
        .replace("ins_versions = [\"8.0\"]", "");
    let text = text.replace("secrets = [\"env:CB_SECRET\", \"env:CB_OLD\"]", "");
    let text = inspect(&["setup", "--config", &file("generic.toml", &text)]).printed();
    assert!(
        text.contains("&type=Free%20trial&token=<value of env:CB_TOKEN>\n"),
        "{text}"
    );
}

#[test]
fn a_configuration_with_problems_has_a_line_for_each() {
    let ran = inspect(&["setup", "--config", &file("bad.json", r#"{"version": 1, "x": 1}"#)]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(
        ran.err,
        "x: there is no such key; there are version, currency, timezone, conversion_type, revenue_statuses, rate, domain, click_id, retention, offer_source, offer, recipe, conversion_api, traffic_channel, campaign\nconversion_type: no type has `default = true`; conversions without a type need one\n"
    );
}

#[test]
fn a_batch_answers_with_sections() {
    let line = json!({"id": "a", "config": std::fs::read_to_string(EXAMPLE).unwrap()}).to_string();
    let printed = inspect_with(&[], line, &["setup", "--batch"]).printed();
    let answer: Value = answers(&printed).remove(0);
    let headings: Vec<&str> = answer["ok"]
        .as_array()
        .unwrap()
        .iter()
        .map(|section| section["heading"].as_str().unwrap())
        .collect();
    assert_eq!(headings[0], "Before you begin");
    assert_eq!(
        headings[1],
        "Offer source `clickbank`: ClickBank's Instant Notification Service (INS)"
    );
    let url = &answer["ok"][1]["steps"][4]["paste"][0];
    assert_eq!(
        *url,
        json!([
            "",
            "https://trk.example.com/ins/clickbank?token=<value of env:CLICKBANK_TOKEN>"
        ])
    );
}
