//! The exact requests. The hashes are those of the vendors' documents, or made by another program
//! of the normal forms that they print.

use crate::world::{ACCOUNTS, CAMPAIGN, PERSON, batched, body, click, decided, delivery, sent, tracker};

/// A sale of 8.50 USD with all that is known of the buyer.
fn sale() -> String {
    format!("sum=8.50&currency=USD&order=A-77&product=The+%22Book%22{PERSON}")
}

#[test]
fn meta_is_told_a_purchase_with_hashes_and_the_wrapped_click_id() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let plan = decided(&tracker, &click(), &sale());
    let (url, headers, body) = sent(&batched([delivery(&plan, "to-meta").clone()]));
    assert_eq!(url, "https://graph.facebook.com/v25.0/1234567890/events");
    assert_eq!(headers, [("content-type".to_string(), "application/json".to_string())]);
    assert_eq!(
        body,
        concat!(
            r#"{"data":[{"event_name":"Purchase","event_time":1772964000,"event_id":"A-77.Purchase","action_source":"website","#,
            r#""event_source_url":"https://shop.example.com/thanks","#,
            r#""user_data":{"fbc":"fb.1.1772960400125.IwAR2x-Example","fbp":"fb.1.1772960400000.1073741823","#,
            r#""em":"05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022","#,
            r#""ph":"e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176","#,
            r#""fn":"6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec","#,
            r#""ln":"7a0fbfdf40cbeb97429bdb88f512cecd27f0d44b7e57986ab578423bb61936ac","#,
            r#""ct":"0007a3d64c01e23d5075203c5977c14e4f7e01a3fc570686fcc50b5e1dd42685","#,
            r#""zp":"7d2d33fb3ea552a80a8c01bf717fdade8c601e84e456f3a3cfc4170c49ff7993","#,
            r#""country":"79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621","#,
            r#""client_ip_address":"203.0.113.7","client_user_agent":"Mozilla/5.0 \"Example\""},"#,
            r#""custom_data":{"value":8.5,"currency":"USD","order_id":"A-77","content_name":"The \"Book\""}}],"#,
            r#""access_token":"EAAB-token-1"}"#
        )
    );
}

#[test]
fn tiktok_is_told_a_purchase_with_place_names_in_plain_text() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let plan = decided(&tracker, &click(), &sale());
    let (url, headers, body) = sent(&batched([delivery(&plan, "to-tiktok").clone()]));
    assert_eq!(url, "https://business-api.tiktok.com/open_api/v1.3/event/track/");
    assert!(headers.contains(&("access-token".to_string(), "tt-token".to_string())));
    assert_eq!(
        body,
        concat!(
            r#"{"event_source":"web","event_source_id":"C4ABCDEF","data":[{"event":"Purchase","event_time":1772964000,"#,
            r#""event_id":"A-77.Purchase","user":{"ttclid":"E.C.P.Ttclid-1","#,
            r#""email":"05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022","#,
            r#""phone":"1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8","#,
            r#""first_name":"6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec","#,
            r#""last_name":"7a0fbfdf40cbeb97429bdb88f512cecd27f0d44b7e57986ab578423bb61936ac","#,
            r#""city":"menlopark","zip_code":"7d2d33fb3ea552a80a8c01bf717fdade8c601e84e456f3a3cfc4170c49ff7993","country":"us","ip":"203.0.113.7","user_agent":"Mozilla/5.0 \"Example\""},"#,
            r#""page":{"url":"https://shop.example.com/thanks"},"properties":{"value":8.5,"currency":"USD","order_id":"A-77","#,
            r#""contents":[{"content_name":"The \"Book\""}],"content_type":"product"}}]}"#
        )
    );
}

#[test]
fn google_is_told_a_conversion_with_ids_as_texts_and_consent() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let plan = decided(&tracker, &click(), &sale());
    let told = delivery(&plan, "to-google");
    let (url, headers, body) = sent(&batched([told.clone()]));
    assert_eq!(url, "https://datamanager.googleapis.com/v1/events:ingest");
    assert!(headers.contains(&("authorization".to_string(), "Bearer ya29.token".to_string())));
    assert_eq!(
        body,
        concat!(
            r#"{"destinations":[{"operatingAccount":{"accountType":"GOOGLE_ADS","accountId":"1234567890"},"productDestinationId":"987654321"}],"#,
            r#""events":[{"transactionId":"A-77.Purchase","eventTimestamp":"2026-03-08T10:00:00.250Z","eventSource":"WEB","currency":"USD","#,
            r#""conversionValue":8.5,"adIdentifiers":{"gclid":"EAIaIQobChMI"},"#,
            r#""consent":{"adUserData":"CONSENT_GRANTED","adPersonalization":"CONSENT_DENIED"},"#,
            r#""userData":{"userIdentifiers":[{"emailAddress":"3586de92bb3636d0885a12eff961429a32e4ebd764b96f50d85d016f9338d586"},"#,
            r#"{"phoneNumber":"1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8"},"#,
            r#"{"address":{"givenName":"6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec","familyName":"4f2ef4a6a43f26979bd89213257882df407ae215934cabfc9be3c69ba390a854","regionCode":"US","postalCode":"94045"}}]}}],"#,
            r#""encoding":"HEX"}"#
        )
    );
    let check = told.check.as_deref().unwrap();
    assert_eq!(
        check.url.to_string(),
        "https://datamanager.googleapis.com/v1/requestStatus:retrieve?requestId={receipt}"
    );
}

#[test]
fn microsoft_is_told_a_custom_event_under_the_tag() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let plan = decided(&tracker, &click(), &sale());
    let (url, headers, body) = sent(&batched([delivery(&plan, "to-microsoft").clone()]));
    assert_eq!(url, "https://capi.uet.microsoft.com/v1/77701/events");
    assert!(headers.contains(&("authorization".to_string(), "Bearer uet-token".to_string())));
    assert_eq!(
        body,
        concat!(
            r#"{"data":[{"eventType":"custom","eventName":"Purchase","eventId":"A-77.Purchase","eventTime":1772964000,"#,
            r#""userData":{"msclkid":"4f5a0ea9cd1b11eb8dcd0242ac130003","#,
            r#""em":"3586de92bb3636d0885a12eff961429a32e4ebd764b96f50d85d016f9338d586","ph":"1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8","#,
            r#""clientIpAddress":"203.0.113.7","clientUserAgent":"Mozilla/5.0 \"Example\""},"#,
            r#""customData":{"value":8.5,"currency":"USD","transactionId":"A-77","items":[{"name":"The \"Book\""}]}}],"#,
            r#""continueOnValidationError":true}"#
        )
    );
}

#[test]
fn events_of_one_account_go_together_and_keep_their_own_persons() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let first = decided(&tracker, &click(), "sum=1&order=A&email=a%40example.com");
    let second = decided(&tracker, &click(), "sum=2&order=B&email=b%40example.com");
    let both = [&first, &second].map(|plan| delivery(plan, "to-meta").clone());
    let (_, _, body) = sent(&batched(both));
    let read: serde_json::Value = serde_json::from_str(&body).unwrap();
    let ids = read["data"].as_array().unwrap().iter().map(|event| &event["event_id"]);
    assert_eq!(ids.collect::<Vec<_>>(), ["A.Purchase", "B.Purchase"]);
    assert_ne!(read["data"][0]["user_data"]["em"], read["data"][1]["user_data"]["em"]);
}

#[test]
fn an_app_secret_proves_the_token() {
    let accounts = ACCOUNTS.replace(
        "pixel = \"1234567890\"",
        "pixel = \"1234567890\"\napp_secret = \"env:META_APP_SECRET\"",
    );
    let plan = decided(&tracker(&accounts, CAMPAIGN), &click(), &sale());
    // Key and message with this proof are in the vendor's SDK.
    let proof = r#""appsecret_proof":"ec2dfa903ba5ffdc01da407bb6fb513726ab0f9fe4f498f4851828327baf88fe"}"#;
    assert!(body(&plan, "to-meta").ends_with(proof));
}

#[test]
fn no_request_holds_two_events_of_one_id() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let plan = decided(&tracker, &click(), &sale());
    let twice = [delivery(&plan, "to-meta"), delivery(&plan, "to-meta")];
    let leased = twice.map(|delivery| postback::delivery::Leased::new(delivery.clone(), 0, 1));
    let (batches, _) = postback::delivery::batch(leased.into(), crate::world::now());
    assert_eq!(batches.len(), 2);
}
