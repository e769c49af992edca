//! `hoplink`.

use crate::support::{answers, inspect, inspect_with, vector};
use serde_json::{Value, json};

const HOPLINK: &str = "https://hop.clickbank.net/?affiliate=promoter&vendor=seller";

#[test]
fn a_link_is_told_with_what_it_gives_back_and_what_is_wrong_with_it() {
    assert_eq!(
        inspect(&["hoplink", &format!("{HOPLINK}&tid=summer_1&aff_sub1=a%20b&pid=20")]).printed(),
        "form       hoplink of affiliate `promoter`, vendor `seller`\n\
         click id   tid=summer_1\n\
         comes back by notifications (`trackingCodes`) and by `{tid}` of a postback\n\
         parameter  aff_sub1=a b\n"
    );
    assert_eq!(
        inspect(&["hoplink", &format!("{HOPLINK}&vtid={{clickid}}")]).printed(),
        "form       hoplink of affiliate `promoter`, vendor `seller`\n\
         click id   none; `tid={clickid}` would bring it back\n\
         parameter  vtid={clickid}\n\
         warning    `vtid` is the seller's, and a hoplink gives back `tid`; write `tid={clickid}`\n"
    );
    assert_eq!(
        inspect(&["hoplink", "https://us.ahows.co/log?a=1"]).printed(),
        "form       other link\n\
         click id   none can come back\n\
         warning    it does not look like a link of ClickBank's\n"
    );
    assert_eq!(
        inspect(&["hoplink", "hop.clickbank.net"]).refused(),
        "the link does not begin with `https://` or `http://`"
    );
}

/// What is printed of a hoplink with this behind it, without its first line.
fn of_hoplink(more: &str) -> String {
    let printed = inspect(&["hoplink", &format!("{HOPLINK}{more}")]).printed();
    let (form, rest) = printed.split_once('\n').unwrap();
    assert!(form.starts_with("form       hoplink of affiliate `promoter`"), "{form}");
    rest.to_owned()
}

#[test]
fn a_second_question_mark_is_named_and_nothing_else_of_that_value() {
    for value in ["{clickid}", "p1", "{clickid}_{sub1}"] {
        assert_eq!(
            of_hoplink(&format!("?tid={value}")),
            "click id   none; `tid={clickid}` would bring it back\n\
             warning    a second `?` stands behind `vendor=seller`, so what follows it is part of that value; write `&` in its place, or \
             `%3F` if the character is meant\n"
        );
    }
    assert_eq!(
        of_hoplink("&aff_sub1={sub1}?tid={clickid}").lines().last().unwrap(),
        "warning    a second `?` stands behind `aff_sub1={sub1}`, so what follows it is part of that value; write `&` in its place, or `%3F` \
         if the character is meant"
    );
}

#[test]
fn every_place_of_a_click_id_is_told_with_the_interface_that_gives_it_back() {
    assert_eq!(
        of_hoplink("&extclid={clickid}"),
        "click id   extclid={clickid}\n\
         comes back by notifications of version 8.0 to affiliates (`affiliateTrackingParameters.extclid`) and by `{extclid}` of a postback\n"
    );
    assert_eq!(
        of_hoplink("&tid=p1&aff_sub2={clickid}"),
        "click id   aff_sub2={clickid}\n\
         comes back by notifications of version 8.0 to affiliates (`affiliateTrackingParameters.affSub2`) and by `{aff_sub2}` of a postback\n\
         parameter  tid=p1\n"
    );
    assert_eq!(
        of_hoplink("&unique_aff_sub1=0b5c7c3e-7f2f-4c1b-8d1e-6a3f2f7d9a10")
            .lines()
            .nth(1)
            .unwrap(),
        "comes back by notifications of version 8.0 to affiliates (`affiliateTrackingParameters.uniqueAffSub1`)"
    );
    let pay_link = "https://seller.pay.clickbank.net/?cbitems=1&ef-transaction-id={clickid}";
    assert_eq!(
        inspect(&["hoplink", pay_link]).printed(),
        "form       pay link of vendor `seller`\n\
         click id   ef-transaction-id={clickid}\n\
         comes back by notifications (`vendorVariables.ef-transaction-id`, where `click_id_from` names it)\n"
    );
}

#[test]
fn what_clickbank_does_not_give_back_is_listed_and_a_near_name_is_suggested() {
    assert_eq!(
        of_hoplink("&tid=p1&cb_click_id={clickid}"),
        "click id   tid=p1\n\
         comes back by notifications (`trackingCodes`) and by `{tid}` of a postback\n\
         parameter  cb_click_id={clickid} (ClickBank does not give this back)\n\
         warning    ClickBank does not give `cb_click_id` back, so the click id in it is lost; write `tid={clickid}`\n"
    );
    assert_eq!(
        of_hoplink("&tid={clickid}&campain=x&pid=20&utm_campaign=y&ttclid=z"),
        "click id   tid={clickid}\n\
         comes back by notifications (`trackingCodes`) and by `{tid}` of a postback\n\
         parameter  campain=x (ClickBank does not give this back; did you mean `campaign`?)\n\
         parameter  utm_campaign=y (ClickBank does not give this back)\n\
         parameter  ttclid=z (ClickBank does not give this back)\n"
    );
    assert!(of_hoplink("&ext_clid={clickid}").ends_with("is lost; write `extclid={clickid}`\n"));
}

#[test]
fn a_link_out_of_a_pages_html_is_said_to_be_one() {
    let printed = of_hoplink("&amp;tid={clickid}");
    assert_eq!(
        printed.lines().last().unwrap(),
        "warning    `amp;tid` shows that the link was pasted as HTML; write `&` in place of `&amp;`"
    );
}

#[test]
fn a_tracking_link_is_made_and_nothing_else_is_printed() {
    assert_eq!(
        inspect(&["hoplink", HOPLINK, "--tid", "{clickid}", "--set", "aff_sub1=a b"]).printed(),
        format!("{HOPLINK}&tid={{clickid}}&aff_sub1=a%20b\n")
    );
    assert_eq!(
        inspect(&[
            "hoplink",
            "https://seller.pay.clickbank.net/?cbitems=1",
            "--vtid",
            "p2345"
        ])
        .printed(),
        "https://seller.pay.clickbank.net/?cbitems=1&vtid=p2345\n"
    );
    assert_eq!(
        inspect(&["hoplink", HOPLINK, "--vtid", "a"]).refused(),
        "a hoplink does not take `vtid`; write `tid`"
    );
    assert_eq!(
        inspect(&["hoplink", HOPLINK, "--tid", "{a b}"]).refused(),
        "`{a b}` is not a macro: the name of a macro has only lower-case letters, digits and underscores"
    );
    let wrong = inspect(&["hoplink", HOPLINK, "--set", "aff_sub1"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("it is no pair, as in `aff_sub1=summer`"),
        "{}",
        wrong.err
    );
    assert_eq!(
        inspect(&["hoplink", "--batch", "--tid", "a"]).conflicting(),
        "'--batch' '--tid <CODE>'"
    );
}

#[test]
fn a_batch_agrees_with_the_vectors() {
    let cases: Vec<Value> = vector("hoplinks.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let lines: Vec<String> = cases
        .iter()
        .map(|case| json!({"id": case["name"], "url": case["url"]}).to_string())
        .collect();
    let printed = inspect_with(&[], lines.join("\n"), &["hoplink", "--batch"]).printed();
    assert_eq!(printed.lines().count(), cases.len());
    for (answer, case) in answers(&printed).iter().zip(&cases) {
        for key in ["form", "affiliate", "vendor", "code"] {
            assert_eq!(answer["ok"][key], case[key], "{case}");
        }
        let doubts = case.get("doubts").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(answer["ok"]["doubts"], doubts, "{case}");
        assert!(answer["ok"].get("url").is_none());
    }
}

#[test]
fn a_line_of_a_batch_makes_a_link_or_is_refused() {
    let lines = [
        json!({"id": 1, "url": HOPLINK, "set": {"tid": "{clickid}", "extclid": "a-b"}}),
        json!({"id": 2, "url": HOPLINK, "set": {"vtid": "a"}}),
        json!({"id": 3, "url": "x"}),
    ];
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let printed = inspect_with(&[], lines.join("\n"), &["hoplink", "--batch"]).printed();
    let answers = answers(&printed);
    assert_eq!(
        answers[0]["ok"]["url"],
        format!("{HOPLINK}&extclid=a-b&tid={{clickid}}")
    );
    assert_eq!(
        answers[0]["ok"]["parameters"],
        json!([["extclid", "a-b"], ["tid", "{clickid}"]])
    );
    assert_eq!(answers[1]["refused"], "a hoplink does not take `vtid`; write `tid`");
    assert_eq!(
        answers[2]["refused"],
        "the link does not begin with `https://` or `http://`"
    );
}
