//! What a source wants to be answered.

use crate::support::{Answer, CONFIG, NET_TOKEN, Tested, compiled, tested};
use crate::watched::Mode;
use serde_json::json;

/// A tracker whose network wants these answers.
fn wanting(reply: &str) -> Tested {
    let tested = tested();
    let tokens = "tokens = [\"env:NET_TOKEN\"]\n";
    let text = CONFIG.replace(tokens, &format!("{tokens}reply = {{ {reply} }}\n"));
    assert_ne!(text, CONFIG);
    tested.replace(compiled(&text).unwrap_or_else(|problems| panic!("{problems:?}")));
    tested
}

fn seen(answer: &Answer) -> (u16, &str, &str) {
    let kind = answer.headers["content-type"].to_str().unwrap();
    (answer.status.as_u16(), kind, answer.text())
}

const PLAIN: &str = "text/plain; charset=utf-8";

#[tokio::test]
async fn a_network_gets_the_words_that_it_wants_under_our_statuses() {
    let tested = wanting(r#"applied = "OK", duplicate = "DUP", refused = "ERR {reason} {parameter}""#);
    let click = tested.click("summer").await;
    let sale = format!("clickid={click}&sum=8.50&eventid=E1");
    let answer = tested.postback(&sale).await;
    assert_eq!(seen(&answer), (200, PLAIN, "OK"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(seen(&tested.postback(&sale).await), (200, PLAIN, "DUP"));
    let refused = tested.postback("clickid=a&sum=1_000").await;
    assert_eq!(seen(&refused), (400, PLAIN, "ERR malformed_amount sum"));
    let unknown = tested.postback("clickid=nobody&sum=1").await;
    assert_eq!(seen(&unknown), (200, PLAIN, "OK"), "it is stored");
}

#[tokio::test]
async fn a_duplicate_is_answered_as_what_was_applied_unless_it_has_words_of_its_own() {
    let tested = wanting(r#"applied = "{outcome}/{reason}", content_type = "text/x-words""#);
    let click = tested.click("summer").await;
    let sale = format!("clickid={click}&sum=8.50&eventid=E1");
    assert_eq!(seen(&tested.postback(&sale).await), (200, "text/x-words", "applied/"));
    assert_eq!(seen(&tested.postback(&sale).await), (200, "text/x-words", "duplicate/"));
    let unknown = tested.postback("clickid=nobody&sum=1").await;
    assert_eq!(unknown.text(), "unattributed/unknown_click");
    let refused = tested.postback("clickid=a&sum=x").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["reason"]),
        (400, &json!("malformed_amount"))
    );
}

#[tokio::test]
async fn a_refusal_that_is_kept_may_be_200_and_nothing_else_may() {
    let tested = wanting(r#"applied = '{"status":"{outcome}"}', refused = "NO", refused_status = 200"#);
    assert_eq!(seen(&tested.postback("clickid=a&sum=x").await), (200, PLAIN, "NO"));
    assert_eq!(
        tested.postback("clickid=a").await.text(),
        r#"{"status":"unattributed"}"#
    );
    let stranger = tested.get("/postback/net?clickid=a&sum=x&token=wrong").await;
    assert_eq!(stranger.status, 403);
    assert!(stranger.error().contains("token"), "{}", stranger.text());
    tested.store.set(Mode::FailsAt("commit"));
    let url = format!("/postback/net?clickid=a&sum=x&token={NET_TOKEN}");
    assert_eq!(
        tested.get(&url).await.status,
        503,
        "what is not kept is to be sent again"
    );
}

#[tokio::test]
async fn a_browser_gets_its_image() {
    let tested = wanting(r#"applied = "OK", refused = "NO", refused_status = 200"#);
    for query in ["clickid=a&sum=1&format=img", "clickid=a&sum=x&format=img"] {
        let answer = tested.postback(query).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
            (200, "image/gif")
        );
    }
}
