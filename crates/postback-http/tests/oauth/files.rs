//! The credential's file: rotation, and a person who replaces it.

use crate::endpoint::{CREDENTIAL, Endpoint, Kept, Reply, ask, reply, seconds, token, tokens_of};
use postback_http::oauth::Credential;
use std::fs;

fn rotated(access: &str, refresh: &str) -> Reply {
    reply(
        200,
        format!(r#"{{"access_token": "{access}", "expires_in": 3600, "refresh_token": "{refresh}"}}"#),
    )
}

#[tokio::test(start_paused = true)]
async fn a_rotated_refresh_token_is_kept_and_used_after_a_restart() {
    let kept = Kept::new(CREDENTIAL);
    let endpoint = Endpoint::new([rotated("a", "second"), rotated("b", "third")]);
    let tokens = tokens_of(&kept.path, &endpoint);
    assert_eq!(ask(&tokens).await, "a");
    // It is on the disk when the token is served.
    let text = fs::read_to_string(&kept.path).unwrap();
    assert!(text.contains(r#""refresh_token": "second""#), "{text}");
    assert!(text.contains(r#""quota_project_id": "kept""#), "{text}");
    seconds(3590).await;
    assert_eq!(ask(&tokens).await, "b");
    drop(tokens);
    let after = tokens_of(&kept.path, &endpoint);
    ask(&after).await;
    let sent = endpoint.sent();
    let used: Vec<&str> = sent.iter().map(|body| body.rsplit('=').next().unwrap()).collect();
    assert_eq!(used, ["CANARY-REFRESH", "second", "third"]);
    assert_eq!(fs::read_dir(kept.folder.path()).unwrap().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_cannot_be_kept_is_used_from_memory_and_kept_later() {
    let kept = Kept::new(CREDENTIAL);
    let endpoint = Endpoint::new([rotated("a", "second"), token("b"), token("c")]);
    let tokens = tokens_of(&kept.path, &endpoint);
    let away = kept.folder.path().join("away");
    fs::rename(&kept.path, &away).unwrap();
    assert_eq!(ask(&tokens).await, "a");
    assert!(!kept.path.exists());
    seconds(3590).await;
    assert_eq!(ask(&tokens).await, "b");
    assert!(endpoint.sent()[1].ends_with("refresh_token=second"));
    fs::rename(&away, &kept.path).unwrap();
    seconds(3590).await;
    assert_eq!(ask(&tokens).await, "c");
    assert!(endpoint.sent()[2].ends_with("refresh_token=second"));
    let text = fs::read_to_string(&kept.path).unwrap();
    assert!(text.contains(r#""refresh_token": "second""#), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_person_who_authorises_again_replaces_the_file_and_nothing_else() {
    let kept = Kept::new(CREDENTIAL);
    let endpoint = Endpoint::new([reply(400, r#"{"error": "invalid_grant"}"#), token("a")]);
    let tokens = tokens_of(&kept.path, &endpoint);
    assert!(ask(&tokens).await.contains("invalid_grant"));
    seconds(10).await;
    assert!(ask(&tokens).await.contains("invalid_grant"));
    assert_eq!(endpoint.asked(), 1);
    fs::write(&kept.path, "{ half a file").unwrap();
    seconds(10).await;
    assert!(ask(&tokens).await.contains("invalid_grant"));
    fs::write(&kept.path, CREDENTIAL.replace("CANARY-REFRESH", "again")).unwrap();
    seconds(10).await;
    assert_eq!(ask(&tokens).await, "a");
    assert!(endpoint.sent()[1].ends_with("refresh_token=again"));
}

#[test]
fn a_file_that_is_no_credential_is_named_with_what_is_missing() {
    let kept = Kept::new(r#"{"type": "authorized_user", "client_id": "id", "client_secret": "CANARY"}"#);
    let refused = || Credential::read(&kept.path).unwrap_err().to_string();
    let at = format!("OAuth credential `{}`: ", kept.path.display());
    assert_eq!(refused(), format!("{at}has no `refresh_token`"));
    fs::write(&kept.path, "client_id=CANARY").unwrap();
    assert_eq!(refused(), format!("{at}is not JSON: line 1, column 1"));
    fs::write(&kept.path, r#"{"type": "service_account", "private_key": "CANARY"}"#).unwrap();
    let said = refused();
    assert_eq!(said, format!("{at}has no `client_email`"));
}
