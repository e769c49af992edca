//! Secrets and personal values reach no log, no metric, no answer and no `Debug`.

use crate::ins::refusals;
use crate::ins_form::{SALE, take};
use crate::support::{
    API_TOKEN, INS_SECRET, INS_TOKEN, NET_TOKEN, Tested, envelope, notification, options, request, routed, tested,
};
use crate::watched::Mode;
use axum::body::Body;
use postback::tracker::MAX_FAILURES;
use postback_axum::Prometheus;
use postback_test::Log;

const ADDRESS: &str = "198.51.100.7";
const AGENT: &str = "CANARY-agent";
const BUYER: &str = "CANARY-buyer@example.com";

/// Every form in which a canary may show.
fn canaries() -> Vec<String> {
    let mut all: Vec<String> = [INS_SECRET, INS_TOKEN, NET_TOKEN, API_TOKEN, ADDRESS, AGENT, BUYER]
        .iter()
        .map(|text| (*text).to_owned())
        .collect();
    all.extend(["CANARY".into(), "CANARY-buyer%40example.com".into()]);
    all
}

fn sweep(what: &str, text: &str) {
    for canary in canaries() {
        assert!(!text.contains(&canary), "{what} shows `{canary}`: {text}");
    }
}

/// A click of a visitor whose browser says who it is.
async fn visit(tested: &Tested, campaign: &str) -> String {
    let request = request("GET", &format!("/{campaign}?ref_id=R-1&format=json")).header("user-agent", AGENT);
    tested.send(request.body(Body::empty()).unwrap()).await.click_id()
}

#[tokio::test]
async fn no_canary_comes_out() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.writer())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let tested = routed(|builder| builder, options().with_metrics(move || handle.render()));
    let _metering = metrics::set_default_local_recorder(&recorder);

    let click = visit(&tested, "summer").await;
    let bought = visit(&tested, "bare-one").await;
    let mut answers = Vec::new();
    answers.push(
        tested
            .postback(&format!("clickid={click}&sum=8.50&email={BUYER}&eventid=E1"))
            .await,
    );
    answers.push(
        tested
            .postback(&format!("clickid={click}&sum=CANARY-no-amount&email={BUYER}"))
            .await,
    );
    answers.push(
        tested
            .get(&format!("/postback?clickid={click}&token=CANARY-wrong&email={BUYER}"))
            .await,
    );
    answers.push(tested.get("/postback?CANARY-name=1&token=x").await);
    answers.push(tested.notify(&notification(&bought, "SALE", "R1")).await);
    take(&tested, r#""4.0", "7.0""#);
    let url = format!("/ins/clickbank?token={INS_TOKEN}");
    answers.push(tested.post(&url, SALE).await);
    for _ in 0..=MAX_FAILURES {
        answers.push(tested.post(&url, SALE.replace("cverify=", "cverify=CANARY")).await);
    }
    answers.push(
        tested
            .post(
                "/ins/clickbank?token=CANARY-wrong&clickid=CANARY&CANARY-bare",
                envelope("{}"),
            )
            .await,
    );
    answers.push(
        tested
            .post(&format!("/ins/clickbank?token={INS_TOKEN}"), r#"{"CANARY":1}"#)
            .await,
    );
    answers.push(tested.get("/CANARY-campaign?CANARY=1").await);
    answers.push(tested.get("/summer?ref_id=CANARY%zz").await);
    tested.fail_all().await;
    tested.store.set(Mode::Fails);
    answers.push(
        tested
            .postback(&format!("clickid={click}&sum=8.50&email={BUYER}&eventid=E2"))
            .await,
    );
    answers.push(tested.notify(&notification(&bought, "SALE", "R3")).await);
    tested.store.set(Mode::Works);
    for url in [
        format!("/api/clicks/{click}"),
        format!("/api/clicks/{bought}"),
        format!("/api/explain?clickid={click}"),
        format!("/api/explain?clickid={bought}"),
        "/api/conversions".into(),
        "/api/events".into(),
        "/api/deliveries".into(),
        "/api/sources".into(),
        "/api/conversion-apis".into(),
        "/metrics".into(),
    ] {
        let answer = tested.api(&url).await;
        assert_eq!(answer.status, 200, "{url}");
        sweep(&url, answer.text());
    }

    // A 400 names the text that it refuses, and only to whoever sent it.
    for answer in answers.iter().filter(|answer| answer.status != 400) {
        sweep("an answer", answer.text());
    }
    sweep("the service", &format!("{:?}", tested.service));
    sweep("the options", &format!("{:?}", options()));
    let log = log.text();
    assert!(log.lines().count() > 5, "{log}");
    sweep("the log", &log);
}

/// Plain lines without time, as far as they have a level of at least INFO.
pub fn plain(log: &Log) -> tracing::subscriber::DefaultGuard {
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.writer())
        .without_time()
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_default(subscriber)
}

#[tokio::test]
async fn a_refused_notification_writes_the_same_log_and_metric_whatever_the_reason() {
    let tested = tested();
    // What logs is known to `tracing` from here on: while another test makes it known, it may be
    // taken for what nobody listens to.
    tested.post("/ins/clickbank", "{}").await;
    let log = Log::default();
    let _logging = plain(&log);
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let refusals = refusals();
    for (_, url, body) in &refusals {
        tested.post(url, body.clone()).await;
    }
    let log = log.text();
    // What else stands in a URL is named beside it; that is no part of the refusal.
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| !line.contains("url parameters are ignored"))
        .collect();
    assert_eq!(lines.len(), refusals.len(), "{log}");
    assert!(lines.iter().all(|line| *line == lines[0]), "{log}");
    assert!(
        lines[0].contains("notification refused") && lines[0].contains("clickbank"),
        "{log}"
    );
    let metrics = handle.render();
    let counted: Vec<&str> = metrics
        .lines()
        .filter(|line| line.starts_with("postback_refusals_total"))
        .collect();
    let expected = r#"postback_refusals_total{source="clickbank",interface="ins",status="400"}"#;
    assert_eq!(counted, [format!("{expected} {}", refusals.len())]);
}

#[tokio::test]
async fn other_parameters_of_the_ins_url_are_ignored_and_named_without_their_values() {
    let log = Log::default();
    let _logging = plain(&log);
    let tested = tested();
    let long = "n".repeat(100);
    let many: String = (0..40).map(|number| format!("&p{number}=v")).collect();
    let url = format!("/ins/clickbank?eventid=VALUE&token={INS_TOKEN}&{long}=VALUE&TOKENLIKE&{many}");
    let answer = tested.post(&url, envelope(&notification("c1", "SALE", "R1"))).await;
    assert_eq!(answer.status, 200);
    let log = log.text();
    let line = log
        .lines()
        .find(|line| line.contains("url parameters are ignored"))
        .unwrap();
    assert!(line.contains(r#""eventid", "nnnnn"#), "{line}");
    for hidden in ["VALUE", INS_TOKEN, "TOKENLIKE", &"n".repeat(33), "\"p39\""] {
        assert!(!line.contains(hidden), "{hidden}: {line}");
    }
}
