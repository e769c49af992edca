//! Spans, by which the lines of one request, click or event are found together.

use crate::support::tested;
use postback_test::Log;
use tracing_subscriber::fmt::format::FmtSpan;

#[tokio::test]
async fn what_is_done_for_a_click_or_an_event_is_a_span_with_its_id() {
    let tested = tested();
    // What has spans is known to `tracing` from here on, as in the tests of the log.
    let known = tested.click("summer").await;
    tested.postback(&format!("clickid={known}&sum=1&eventid=KNOWN")).await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.writer())
        .with_ansi(false)
        .with_span_events(FmtSpan::NEW)
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let click = tested.click("summer").await;
    tested
        .postback(&format!("clickid={click}&sum=8.50&eventid=CANARY"))
        .await;
    let text = log.text();
    let clicked = format!("click{{campaign=\"summer\" click={click}}}: ");
    for part in [
        r#"request{method="GET" route=/{campaign}}"#,
        clicked.as_str(),
        r#"request{method="GET" route=/postback}:ingest{source="net" event="#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("CANARY"), "{text}");
}
