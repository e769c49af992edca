//! Health, metrics, unknown paths, another configuration.

use crate::journalling::Journalling;
use crate::support::{CONFIG, Tested, authorized, options, request, routed, stored_in, tested};
use crate::watched::Mode;
use axum::body::Body;
use postback::compile::compile;
use postback::{CompileOptions, Document};
use postback_axum::Prometheus;
use postback_service::Journal;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn health_follows_the_store() {
    let tested = tested();
    let answer = tested.get("/healthz").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, "ok\n"));
    tested.store.set(Mode::Fails);
    let answer = tested.get("/healthz").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (503, "the store failed\n"));
    tested.store.set(Mode::Hangs);
    let began = tokio::time::Instant::now();
    let answer = tested.get("/healthz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (503, "the store does not answer in time\n")
    );
    assert_eq!(began.elapsed().as_secs(), 1);
}

/// The checks of `/readyz` that are not well, with the status.
async fn unready(tested: &Tested) -> (u16, Vec<String>) {
    let answer = tested.get("/readyz").await;
    let health = answer.json();
    assert_eq!(health["ready"], answer.status == 200, "{health}");
    let checks = health["checks"].as_object().unwrap().iter();
    let bad = checks.filter(|(_, check)| check["ok"] == false);
    let told = |(name, check): (&String, &serde_json::Value)| format!("{name}: {}", check["text"].as_str().unwrap());
    (answer.status.as_u16(), bad.map(told).collect())
}

#[tokio::test(start_paused = true)]
async fn readiness_names_what_is_not_well() {
    let tested = tested();
    assert_eq!(unready(&tested).await, (200, vec![]));
    let writes = "writes: the store takes nothing: the store is not available";
    tested.store.set(Mode::FailsAt("record"));
    tested.get("/summer?ref_id=R-1").await;
    assert_eq!(unready(&tested).await, (503, vec![writes.to_owned()]));
    let answer = tested.get("/healthz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (503, "the store takes nothing: the store is not available\n")
    );
    // Who was sent away for it comes back in the end.
    sleep(Duration::from_secs(11)).await;
    assert_eq!(unready(&tested).await, (200, vec![]));
    tested.get("/summer?ref_id=R-1").await;
    tested.store.set(Mode::Works);
    tested.get("/summer?ref_id=R-1").await;
    assert_eq!(unready(&tested).await, (200, vec![]), "the next write is well");
    tested.store.set(Mode::Fails);
    let (status, bad) = unready(&tested).await;
    assert_eq!((status, bad), (503, vec!["reads: the store failed".to_owned()]));
    let answer = tested.get("/readyz").await;
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn one_row_that_cannot_be_read_does_not_make_the_store_look_ill() {
    let tested = tested();
    tested.store.set(Mode::CorruptFor("c"));
    assert_eq!(tested.postback("clickid=c&sum=1&eventid=E1").await.status, 503);
    assert_eq!(tested.get("/healthz").await.status, 200);
    assert_eq!(unready(&tested).await, (200, vec![]));
}

#[tokio::test(start_paused = true)]
async fn with_a_journal_the_process_lives_until_that_is_full() {
    let journalling = Journalling::sized(0, 4_000);
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    let visit = async || tested.get("/summer?ref_id=R-1").await;
    visit().await;
    visit().await;
    let answer = tested.get("/healthz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (200, "ok: the journal takes what the store does not\n")
    );
    let health = tested.get("/readyz").await.json();
    assert_eq!((&health["live"], &health["ready"]), (&true.into(), &false.into()));
    let journal = &health["checks"]["journal"];
    assert_eq!((&journal["ok"], &journal["waiting"]), (&true.into(), &2.into()));
    let used = journal["bytes"].as_u64().unwrap();
    assert!(
        (1..4_000).contains(&used) && journal["room"].as_u64().unwrap() >= used,
        "{journal}"
    );
    if cfg!(unix) {
        assert!(journal["free"].as_u64().unwrap() > 0, "{journal}");
    }
    while tested.get("/healthz").await.status == 200 {
        visit().await;
    }
    let (_, bad) = unready(tested).await;
    assert_eq!(
        bad[0],
        "journal: the journal or its disk is full: what the store does not take is refused"
    );
    tested.store.set(Mode::Works);
    tested.service.replay_journal().await.unwrap();
    visit().await;
    assert_eq!(unready(tested).await, (200, vec![]));
    assert_eq!(tested.get("/readyz").await.json()["checks"]["journal"]["waiting"], 0);
}

#[tokio::test(start_paused = true)]
async fn readiness_tells_of_deliveries_that_nobody_looks_at() {
    let tested = tested();
    let running = tokio::spawn(tested.service.clone().run(std::future::pending()));
    sleep(Duration::from_secs(120)).await;
    assert_eq!(unready(&tested).await, (200, vec![]));
    tested.store.set(Mode::HangsAt("claim"));
    sleep(Duration::from_secs(60)).await;
    let (status, bad) = unready(&tested).await;
    assert_eq!((status, bad.len()), (503, 1));
    assert!(
        bad[0].starts_with("deliveries: what is to be sent was not looked at for "),
        "{bad:?}"
    );
    assert_eq!(tested.get("/healthz").await.status, 200, "it takes in");
    running.abort();
    tested.store.set(Mode::FailsAt("claim"));
    let running = tokio::spawn(tested.service.clone().run(std::future::pending()));
    sleep(Duration::from_secs(60)).await;
    let (status, bad) = unready(&tested).await;
    assert_eq!((status, bad.len()), (503, 1));
    assert!(bad[0].ends_with(" s: the store is not available"), "{bad:?}");
    running.abort();
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let tested = routed(|builder| builder, options().with_metrics(move || handle.render()));
    let _installed = metrics::set_default_local_recorder(&recorder);
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50")).await;
    tested.postback("sum=8.50").await;
    tested.get("/postback?sum=1&token=x").await;
    tested.post("/ins/clickbank?token=x", "{}").await;
    tested.get("/nowhere").await;
    let page = tested.api("/metrics").await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    for line in [
        r#"postback_clicks_total{campaign="summer",outcome="recorded"} 1"#,
        r#"postback_clicks_total{campaign="",outcome="unknown_campaign"} 1"#,
        r#"postback_events_total{source="net",interface="s2s",outcome="applied",reason=""} 1"#,
        r#"postback_events_total{source="net",interface="s2s",outcome="unattributed",reason="no_click_id"} 1"#,
        r#"postback_refusals_total{source="net",interface="s2s",status="403"} 1"#,
        r#"postback_refusals_total{source="clickbank",interface="ins",status="400"} 1"#,
        r#"postback_ingest_seconds_count{interface="s2s"} 2"#,
        r#"postback_redirect_seconds_count 1"#,
        r#"postback_http_responses_total{route="/postback",status="200"} 2"#,
        r#"postback_http_responses_total{route="/{campaign}",status="404"} 1"#,
    ] {
        assert!(
            page.text().lines().any(|found| found == line),
            "{line}\n{}",
            page.text()
        );
    }
}

#[tokio::test]
async fn without_a_recorder_there_is_no_page_of_metrics() {
    let answer = tested().api("/metrics").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (404, "no metrics are kept here\n")
    );
}

#[tokio::test]
async fn an_unknown_path_is_404_and_an_unknown_method_405() {
    let tested = tested();
    for url in ["/", "/a/b", "/api/nothing", "/postback/net/more"] {
        assert_eq!(tested.get(url).await.status, 404, "{url}");
    }
    for (method, url) in [
        ("DELETE", "/postback"),
        ("PUT", "/summer"),
        ("POST", "/summer"),
        ("POST", "/healthz"),
    ] {
        assert_eq!(
            tested
                .send(request(method, url).body(Body::empty()).unwrap())
                .await
                .status,
            405,
            "{method} {url}"
        );
    }
    assert_eq!(tested.send(authorized("DELETE", "/api/events")).await.status, 405);
}

#[tokio::test]
async fn the_router_fits_into_a_service_with_a_fallback_of_its_own() {
    use axum::{Router, routing::get};
    use tower::ServiceExt;
    let tested = tested();
    let own = Router::new()
        .route("/own/page", get(|| async { "own" }))
        .fallback(|| async { "elsewhere" });
    let merged = own.clone().merge(tested.router.clone());
    let nested = own.nest("/track", tested.router.clone());
    for (service, path) in [
        (&merged, "/healthz"),
        (&nested, "/track/healthz"),
        (&merged, "/own/page"),
        (&merged, "/a/b/c"),
    ] {
        let answer = service
            .clone()
            .oneshot(request("GET", path).body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn another_configuration_is_put_to_work_without_a_restart() {
    let tested = tested();
    assert_eq!(tested.get("/autumn?ref_id=1").await.status, 404);
    let document = Document::from_toml(&CONFIG.replace(r#"id = "summer""#, r#"id = "autumn""#)).unwrap();
    let options = CompileOptions::new("test".parse().unwrap());
    let tracker = Arc::new(compile(&document, &options).unwrap());
    tested.replace(tracker.clone());
    assert_eq!(tested.get("/autumn?ref_id=1").await.status, 302);
    assert_eq!(tested.get("/summer?ref_id=1").await.status, 404);
    assert_eq!(tested.service.tracker().fingerprint(), tracker.fingerprint());
}

/// As on a network file system whose server is away.
#[tokio::test]
async fn a_disk_that_hangs_holds_health_up_for_a_second_and_is_named() {
    for (has_journal, status, text) in [
        (false, 503, "the disk of the store does not answer in time\n"),
        (true, 200, "ok: the journal takes what the store does not\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        // It hangs until the other end is gone.
        let (release, released) = std::sync::mpsc::channel::<()>();
        let released = std::sync::Mutex::new(released);
        let hangs = move || {
            let _released = released.lock().unwrap().recv();
            Ok(())
        };
        let path = folder.path().join("store.db");
        let tested = stored_in(
            |stores| stores.with_file(path, hangs),
            |builder| match has_journal {
                true => builder.journal(Journal::open(folder.path().join("journal")).unwrap()),
                false => builder,
            },
        );
        let began = std::time::Instant::now();
        let answer = tested.get("/healthz").await;
        assert_eq!((answer.status.as_u16(), answer.text()), (status, text));
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
        let told = "store: the disk of the store does not answer in time";
        assert_eq!(unready(&tested).await, (503, vec![told.to_owned()]));
        drop(release);
    }
}
