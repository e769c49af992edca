//! Shipped templates fill in what a document leaves out.

use crate::support::{compiled, problem, tracker};
use postback::setup::Setup;

/// A document whose only source is made from a template.
fn source(lines: &str) -> postback::Tracker {
    let text = format!(
        "version = 1\n[[domain]]\nid = \"main\"\nurl = \"https://trk.example.com\"\n[[conversion_type]]\nname = \"Purchase\"\n\
         default = true\n[[offer_source]]\nid = \"s\"\ndomain = \"main\"\n{lines}"
    );
    compiled(&text).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

fn pasted(lines: &str) -> String {
    let tracker = source(lines);
    Setup::new(&tracker)
        .postback_url(tracker.source(None).unwrap())
        .unwrap()
}

#[test]
fn clickbank_s2s_pastes_the_rows_of_the_guide_and_the_receipt() {
    assert_eq!(
        pasted("template = \"clickbank-s2s\""),
        "https://trk.example.com/postback/s?clickid={tid}&sum={affiliate_earnings}&eventid={event_id}&zip={postal_code}\
         &order_id={order_id}&receipt={receipt_id}&sub1={aff_sub1}"
    );
}

#[test]
fn a_vendor_pastes_other_macros_for_the_click_id_and_the_sum() {
    assert_eq!(
        pasted("template = \"clickbank-s2s\"\naccount_role = \"vendor\""),
        "https://trk.example.com/postback/s?clickid={vtid}&sum={vendor_earnings}&eventid={event_id}&zip={postal_code}\
         &order_id={order_id}&receipt={receipt_id}"
    );
}

#[test]
fn terraleads_is_answered_ok_and_pastes_its_macros() {
    assert_eq!(
        pasted("template = \"terraleads\""),
        "https://trk.example.com/postback/s?clickid={sub_id}&rdtk_event_id={lead_id}&status={status}&sum={payment}"
    );
    let tracker = source("template = \"terraleads\"\nreply = { refused = \"NO\" }");
    let replies = tracker.source(None).unwrap().replies().unwrap();
    assert_eq!(replies.taken("applied", "").as_deref(), Some("OK"));
    assert_eq!(replies.taken("duplicate", "").as_deref(), Some("OK"));
    assert_eq!(replies.refused("malformed_amount", None).as_deref(), Some("NO"));
}

#[test]
fn the_documents_macros_and_rows_win_over_the_templates() {
    assert_eq!(
        pasted(
            "template = \"clickbank-s2s\"\npostback = { clickid = \"{extclid}\" }\n\
             parameter = [{ name = \"zip\", macro = \"{state}\" }, { name = \"country\", macro = \"{country}\" }]"
        ),
        "https://trk.example.com/postback/s?clickid={extclid}&sum={affiliate_earnings}&eventid={event_id}&zip={state}\
         &order_id={order_id}&receipt={receipt_id}&sub1={aff_sub1}&country={country}"
    );
}

#[test]
fn what_is_read_from_a_notification_is_not_pasted_behind_a_networks_url() {
    let tracker = source("template = \"generic\"\nparameter = [{ name = \"mail\", macro = \"{r}\", from = \"a\" }]");
    assert_eq!(postback::setup::pasted_query(tracker.source(None).unwrap()), "");
}

#[test]
fn clickbank_ins_has_the_four_rows_of_the_guide_with_their_roles() {
    let tracker = source("template = \"clickbank-ins\"");
    let source = tracker.source(None).unwrap();
    let roles: Vec<(&str, &str)> = source
        .roles()
        .into_iter()
        .map(|(name, role)| (name, role.map_or("", |role| role.as_str())))
        .collect();
    assert_eq!(
        roles,
        [
            ("email", "email"),
            ("eventid", "event_id"),
            ("product", "content_name"),
            ("zip", "zip")
        ]
    );
    assert_eq!(source.title(), "ClickBank");
}

#[test]
fn a_networks_own_names_are_pasted_with_its_macros() {
    assert_eq!(
        pasted(
            "template = \"generic\"\nnames = { clickid = \"subid\", sum = \"payout\" }\n\
             postback = { clickid = \"{sub}\", sum = \"{amount}\" }\nparameter = [{ name = \"tid\", macro = \"{id}\", role = \"event_id\" }]"
        ),
        "https://trk.example.com/postback/s?subid={sub}&payout={amount}&tid={id}"
    );
}

#[test]
fn a_channels_row_replaces_the_templates_row_of_its_slot_and_the_rest_stays() {
    let tracker = tracker(&[
        ("id = \"push\"\n", "id = \"push\"\ntemplate = \"richpush\"\n"),
        (
            "parameter = [{ slot = \"ref_id\", name = \"ref_id\", macro = \"[CLICK_ID]\" }]",
            "parameter = [{ slot = \"sub1\", name = \"zone\", macro = \"[ZONE_ID]\" }]",
        ),
    ]);
    assert_eq!(
        Setup::new(&tracker)
            .click_url(tracker.campaign("summer").unwrap())
            .unwrap(),
        "https://trk.example.com/summer?zone=[ZONE_ID]&ref_id=[CLICK_ID]&cost=[BID_PRICE]&sub2=[CREATIVE_ID]&sub3=[SITE_ID]\
         &sub4=[PUBLISHER_ID]&sub5=[SUB_LIST_ID]"
    );
}

#[test]
fn a_channels_blanks_are_the_campaigns_to_fill() {
    let with = |campaign: &str| {
        let channel = ("id = \"push\"\n", "id = \"push\"\ntemplate = \"exoclick\"\n");
        let own = "postback = { url = \"https://ads.example.com/c?key={ref_id}&price={payout}\" }\n";
        tracker(&[channel, (own, ""), ("#postback", campaign)])
    };
    let tracker = with("values = { goal = \"0123abcd\" }");
    let postback = tracker.campaign("summer").unwrap().postbacks().next().unwrap();
    assert_eq!(
        postback.request().unwrap().url().as_str(),
        "https://s.magsrv.com/tag.php?goal=0123abcd&tag={ref_id}&value={payout}"
    );
}

#[test]
fn a_problem_in_a_row_has_the_rows_own_place_in_the_document() {
    let text = "version = 1\n[[conversion_type]]\nname = \"P\"\ndefault = true\n[[traffic_channel]]\nid = \"r\"\ntemplate = \"richpush\"\n\
                [[traffic_channel.parameter]]\nslot = \"sub1\"\nname = \"a b\"\n";
    assert_eq!(
        compiled(text).unwrap_err(),
        ["traffic_channel[0].parameter[0].name: holds ' ', which is not allowed in a parameter's name"]
    );
}

#[test]
fn an_unknown_template_is_named_with_a_suggestion() {
    assert_eq!(
        problem("template = \"generic\"", "template = \"clickbank\""),
        "offer_source[0].template: `clickbank` is not an offer source's template; there are clickbank-ins, clickbank-s2s, generic, terraleads; did you mean `clickbank-ins`?"
    );
    assert_eq!(
        problem("id = \"push\"\n", "id = \"push\"\ntemplate = \"rich_push\"\n"),
        "traffic_channel[0].template: `rich_push` is not a traffic channel's template; there are bing, evadav, exoclick, facebook, google, outbrain, pinterest, reddit, richpush, snapchat, taboola, tiktok; did you mean `richpush`?"
    );
}

#[test]
fn a_templates_name_is_a_text() {
    assert_eq!(
        problem("template = \"generic\"", "template = 1"),
        "offer_source[0].template: is a number, not a text; write it in quotes: \"1\""
    );
}
