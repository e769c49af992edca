//! What is personal or secret reaches the platforms, hashed where they want it so, and stands
//! nowhere else but in the column that expires.

use crate::accounts::{all_four, all_seven};
use crate::world::{RECIPE_TOKENS, SHOP_TOKEN, TOKENS, World};
use postback::delivery::DeliveryState;
use postback::port::{ConversionFilter, EventFilter, Inspect, PageRequest};
use postback_axum::RouterOptions;
use postback_server::args::record;
use postback_service::ServiceBuilder;
use postback_test::{Log, standin::Trouble};
use rusqlite::Connection;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, sleep};
use tracing::subscriber::DefaultGuard;

const ADDRESS: &str = "198.51.100.177";
const AGENT: &str = "CanaryBrowser/7.7";
const PERSON: &str = "email=Canary.Mail%2Bx%40canary-mail.example&phone=%2B31655512347&fname=Canaryfirst&lname=Canarylast\
                      &zip=9944CY&city=Canary+Town&country=NL";
/// The person in every writing that it may take.
const PLAIN: [&str; 14] = [
    "canary.mail",
    "Canary.Mail",
    "canarymail@",
    "canary-mail.example",
    "31655512347",
    "655512347",
    "Canaryfirst",
    "canaryfirst",
    "Canarylast",
    "canarylast",
    "9944CY",
    "9944cy",
    ADDRESS,
    "CanaryBrowser",
];
/// A place is not personal by itself: conversions and events keep it. A delivery does not.
const PLACE: [&str; 2] = ["Canary Town", "canarytown"];

fn logging(log: &Log) -> DefaultGuard {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.writer())
        .finish();
    tracing::subscriber::set_default(subscriber)
}

/// Every text in the expiring column of the deliveries.
fn private(file: &Connection) -> String {
    let mut rows = file
        .prepare("SELECT private FROM delivery WHERE private IS NOT NULL")
        .unwrap();
    let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Every other column of every table.
fn stored(file: &Connection) -> Vec<(String, String)> {
    let names = |text: &str| -> Vec<String> {
        let mut rows = file.prepare(text).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut found = Vec::new();
    for table in names("SELECT name FROM sqlite_schema WHERE type = 'table'") {
        for column in names(&format!("SELECT name FROM pragma_table_info('{table}')")) {
            if column != "private" {
                let cells = names(&format!(
                    "SELECT coalesce(CAST(\"{column}\" AS TEXT), '') FROM \"{table}\""
                ));
                found.push((format!("{table}.{column}"), cells.join("\n")));
            }
        }
    }
    found
}

/// The hashes that came to a platform.
fn hashes(body: &str) -> impl Iterator<Item = &str> {
    let is_hash = |text: &&str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    body.split('"').filter(is_hash)
}

#[tokio::test]
async fn no_canary_and_no_hash_of_one_comes_out_but_to_the_platforms() {
    let log = Log::default();
    let _logging = logging(&log);
    let metrics = record().unwrap();
    let world = World::with_recipes();
    let shown = metrics.clone();
    let options = RouterOptions::new().with_metrics(move || shown.render());
    let mut running = world.serve_with(&all_seven(), options, |builder| builder).await;
    let sale = |order: &str| format!("sum=8.50&order={order}&{PERSON}");

    // One is accepted by all, one is refused by all with a message that quotes the person.
    let mut clicks = Vec::new();
    for order in ["good", "bad"] {
        for (_, stand_in) in world.all_stand_ins() {
            let code = [
                "2804016",
                "40062",
                "INVALID_SHA256_FORMAT",
                "InvalidFormat",
                "x",
                "x",
                "x",
            ];
            let place = world
                .all_stand_ins()
                .iter()
                .position(|(_, one)| one.url() == stand_in.url());
            stand_in.refuse("bad.Purchase", code[place.unwrap()]);
        }
        let click = running.click_of(ADDRESS, AGENT).await;
        running.sale(&click, &sale(order)).await;
        clicks.push(click);
        world
            .until("the end", |rows| {
                rows.iter().all(|row| row.state != DeliveryState::Queued)
            })
            .await;
    }
    assert_eq!(world.count(DeliveryState::Dead).await, 7);
    // Every trouble, and a token that is quoted.
    for trouble in [
        Trouble::ServerError,
        Trouble::Html,
        Trouble::Truncated,
        Trouble::FaultInSuccess,
    ] {
        for (_, stand_in) in world.all_stand_ins() {
            stand_in.trouble(trouble, 1);
        }
        let click = running.click_of(ADDRESS, AGENT).await;
        running.sale(&click, &sale(&format!("{trouble:?}"))).await;
        world
            .until("an answer", |rows| rows.iter().all(|row| row.last.is_some()))
            .await;
        clicks.push(click);
    }
    for (_, stand_in) in world.all_stand_ins() {
        stand_in.expire_token();
    }
    let click = running.click_of(ADDRESS, AGENT).await;
    running.sale(&click, &sale("expired")).await;
    let rows = world
        .until("the refusal", |rows| rows.iter().all(|row| row.last.is_some()))
        .await;
    clicks.push(click);

    // The platforms know the person.
    let mut secret: BTreeSet<String> = PLAIN.map(str::to_owned).into();
    for (platform, stand_in) in world.all_stand_ins() {
        let told: String = stand_in.requests().into_iter().map(|request| request.body).collect();
        let hashed: BTreeSet<String> = hashes(&told).map(str::to_owned).collect();
        assert!(hashed.len() >= 2, "{platform}");
        assert!(
            !told.to_lowercase().contains("canary-mail") && !told.contains("655512347"),
            "{platform}"
        );
        secret.extend(hashed);
    }
    secret.extend(
        TOKENS
            .iter()
            .chain(&RECIPE_TOKENS)
            .map(|(_, token)| (*token).to_owned()),
    );
    secret.extend([SHOP_TOKEN.to_owned(), crate::support::tracker::API_TOKEN.to_owned()]);
    let sweep = |what: &str, text: &str| {
        for canary in &secret {
            if let Some(place) = text.find(canary.as_str()) {
                let around: String = text.chars().skip(place.saturating_sub(200)).take(500).collect();
                panic!("{what} shows `{canary}`: {around}");
            }
        }
    };
    let sweep_all = |what: &str, text: &str| {
        sweep(what, text);
        for place in PLACE {
            assert!(!text.contains(place), "{what} shows `{place}`");
        }
    };

    for click in &clicks {
        sweep(
            "explain",
            &running
                .connection
                .api(&format!("explain?clickid={click}"))
                .await
                .to_string(),
        );
        sweep(
            "the click",
            &running.connection.api(&format!("clicks/{click}")).await.to_string(),
        );
    }
    let listed = running.connection.api("deliveries").await.to_string();
    assert!(
        listed.contains("good.Purchase") && listed.contains("{user_data}"),
        "{listed}"
    );
    sweep_all("deliveries", &listed);
    for list in ["events", "conversions"] {
        sweep(list, &running.connection.api(list).await.to_string());
    }
    let text = metrics.render();
    assert!(text.contains("postback_"), "{text}");
    sweep_all("the metrics", &text);
    for row in &rows {
        sweep_all("the Debug of a row", &format!("{row:?}"));
        sweep_all("a row", &serde_json::to_string(&row.delivery).unwrap());
    }
    let page = PageRequest::first(1_000);
    let events = world.store.events(&EventFilter::default(), &page).await.unwrap();
    sweep("the Debug of events", &format!("{:?}", events.items));
    let conversions = world
        .store
        .conversions(&ConversionFilter::default(), &page)
        .await
        .unwrap();
    sweep("the Debug of conversions", &format!("{:?}", conversions.items));
    sweep_all("the Debug of the service", &format!("{:?}", running.server));
    running.stop().await;

    let file = Connection::open(world.folder.path().join("tracker.db")).unwrap();
    let kept = private(&file);
    let in_private = secret.iter().filter(|canary| kept.contains(canary.as_str()));
    assert!(in_private.count() > 8, "the expiring column has what is sent");
    for (column, cells) in stored(&file) {
        match column.starts_with("delivery.") || column.starts_with("queue.") || column.starts_with("ended.") {
            true => sweep_all(&column, &cells),
            false => sweep(&column, &cells),
        }
    }
    let log = log.text();
    assert!(log.lines().count() > 20, "{log}");
    assert!(
        log.contains("meta 100/2804016 not_hashed"),
        "what was given up is a line: {log}"
    );
    sweep_all("the log", &log);
}

#[tokio::test]
async fn a_dry_run_shows_each_event_and_nothing_of_the_person() {
    let world = World::new();
    let log = Log::default();
    let _logging = logging(&log);
    let options = RouterOptions::new();
    let mut running = world.serve_with(&all_four(), options, ServiceBuilder::dry_run).await;
    let click = running.click_of(ADDRESS, AGENT).await;
    running.sale(&click, &format!("sum=8.50&order=A-1&{PERSON}")).await;
    let shown = || {
        let log = log.text();
        let lines = log.lines().filter(|line| line.contains("dry run: not sent"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let begin = Instant::now();
    while shown().len() < 4 {
        assert!(begin.elapsed() < Duration::from_secs(20), "{}", log.text());
        sleep(Duration::from_millis(20)).await;
    }
    for line in shown() {
        assert!(line.contains("A-1.Purchase") && line.contains("8.5"), "{line}");
        assert!(line.contains("{user_data}"), "{line}");
    }
    let text = log.text();
    let tokens = TOKENS.iter().map(|(_, token)| *token);
    for canary in PLAIN.into_iter().chain(PLACE).chain(tokens).chain([SHOP_TOKEN]) {
        assert!(!text.contains(canary), "the log shows `{canary}`: {text}");
    }
    assert!(hashes(&text).next().is_none() && world.meta.requests().is_empty());
    running.stop().await;
}
