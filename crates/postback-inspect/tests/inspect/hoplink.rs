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
         warning    it is no link of ClickBank's, as far as it shows\n"
    );
    assert_eq!(
        inspect(&["hoplink", "hop.clickbank.net"]).refused(),
        "the link does not begin with `https://` or `http://`"
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
        "`{a b}` is no macro: its name has lower-case letters, digits and underscores"
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
