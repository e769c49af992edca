//! No token and no secret is in a log line, in a `Debug` text or in an error.

use crate::endpoint::{CREDENTIAL, Endpoint, Kept, ask, reply, seconds, tokens_of};
use postback_test::Log;

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_told() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(log.writer()).finish());
    let kept = Kept::new(CREDENTIAL);
    let endpoint = Endpoint::new([
        reply(500, "CANARY-BODY CANARY-REFRESH"),
        reply(200, "<html>CANARY-BODY"),
        reply(
            200,
            r#"{"access_token": "CANARY-ACCESS", "expires_in": 3600, "refresh_token": "CANARY-ROTATED"}"#,
        ),
        reply(401, r#"{"error": "CANARY-ERROR", "error_description": "CANARY-TEXT"}"#),
        reply(
            400,
            r#"{"error": "invalid_grant", "error_description": "CANARY-REFRESH"}"#,
        ),
    ]);
    let tokens = tokens_of(&kept.path, &endpoint);
    let mut told = format!("{tokens:?}");
    for _ in 0..2 {
        told += &ask(&tokens).await;
        seconds(3).await;
    }
    // The rotated token cannot be kept.
    let away = kept.folder.path().join("away");
    std::fs::rename(&kept.path, &away).unwrap();
    assert_eq!(ask(&tokens).await, "CANARY-ACCESS");
    told += &format!("{tokens:?}");
    std::fs::rename(&away, &kept.path).unwrap();
    for _ in 0..3 {
        seconds(3600).await;
        told += &ask(&tokens).await;
    }
    told += &format!("{tokens:?}");
    let log = log.text();
    assert!(endpoint.asked() >= 5, "{}", endpoint.asked());
    for line in [
        "an OAuth token was not renewed; it is tried again",
        "kept in memory alone",
        "an OAuth token was renewed after failures",
        "an OAuth credential was refused: authorise again and replace its file",
        "google.json",
        "invalid_grant",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(told.contains("invalid_grant"), "{told}");
    for text in [&log, &told] {
        assert!(!text.contains("CANARY"), "{text}");
    }
}
