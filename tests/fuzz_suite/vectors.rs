//! What each target begins with: the vectors, and what else shows it the way in.

use postback::model::Platform;
use postback::user_data::Field;
use serde_json::Value;
use std::fmt::Write as _;

/// The seeds of a target.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    let texts = match target {
        "address" => addresses(),
        "condition" => return [rules(), conditions()].concat(),
        "config" => configurations(),
        "form" => forms(),
        "history" => return histories(),
        "hoplink" => links(),
        "ins_json" => samples(),
        "ins_open" => envelopes(),
        "money" => lines(&MONEY),
        "s2s_query" => queries(),
        "template" => templates(),
        "thank_you" => pages(),
        "timestamp" => lines(&TIMES),
        "user_data" => persons(),
        other => panic!("{other} has no seeds"),
    };
    texts.into_iter().map(String::into_bytes).collect()
}

/// The text of the file that holds them.
pub(crate) fn escaped(seeds: &[Vec<u8>]) -> String {
    let mut out = String::new();
    for seed in seeds {
        for byte in seed {
            match byte {
                b' '..=b'~' if *byte != b'\\' => out.push(char::from(*byte)),
                other => write!(out, "\\x{other:02x}").unwrap(),
            }
        }
        out.push('\n');
    }
    out
}

fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The vectors of a file of JSON lines; some files have lines that are none on purpose.
fn vectors(text: &str) -> impl Iterator<Item = Value> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok())
}

fn text(vector: &Value, key: &str) -> Option<String> {
    vector[key].as_str().map(str::to_owned)
}

/// One of each kind: an address, and the URL that has it.
fn addresses() -> Vec<String> {
    let ours = include_str!("../vectors/addresses.jsonl");
    let addresses = vectors(ours).step_by(8).filter_map(|vector| text(&vector, "address"));
    let urls = include_str!("../vectors/inspect/urls.jsonl");
    let urls = vectors(urls).filter_map(|vector| text(&vector, "url"));
    let ranges = [
        "10.0.0.0/8",
        "::1/128",
        "[2001:db8::]/32",
        "localhost",
        "0x7f.1",
        "2130706433",
    ];
    addresses.chain(urls).chain(lines(&ranges)).collect()
}

/// Some of each platform and field, behind the two bytes that name them.
fn persons() -> Vec<String> {
    let rows = include_str!("../vectors/conversion_api/user_data.jsonl");
    let some = vectors(rows).step_by(12).filter_map(|vector| {
        let (platform, field) = (
            Platform::from_word(&text(&vector, "platform")?)?,
            Field::from_word(&text(&vector, "field")?)?,
        );
        let platform = Platform::ALL.iter().position(|other| *other == platform)?;
        let field = Field::ALL.iter().position(|other| *other == field)?;
        let which = u8::try_from(platform * Field::ALL.len() + field).ok()? + b'!';
        let home = if vector["country"].is_null() { '!' } else { '"' };
        Some(format!("{}{home}{}", char::from(which), text(&vector, "input")?))
    });
    some.collect()
}

fn configurations() -> Vec<String> {
    let changes = [
        "\u{1}",
        "\u{1}\u{0}\u{0}\u{5}\u{2}\u{3}abc\u{0}",
        "\u{1}\u{1}\u{1}\u{9}\u{0}\u{1}\u{0}\u{0}\u{1}\u{6}\u{2}\u{7}",
    ];
    let documents = [
        include_str!("../../tracker.example.toml"),
        include_str!("../vectors/config/base.toml"),
        include_str!("../vectors/config/example.json"),
        include_str!("../vectors/inspect/rules.toml"),
        r#"{"version":1,"conversion_type":[{"name":"Sale","defualt":true}]}"#,
    ];
    lines(&documents).into_iter().chain(lines(&changes)).collect()
}

fn samples() -> Vec<String> {
    lines(&[
        include_str!("../vectors/ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json"),
        include_str!("../vectors/ins_sample_v6_0_doc_sample_2016.json"),
        include_str!("../vectors/ins_sample_v7_0_SALE_AFFILIATE_role_2020.json"),
        include_str!("../vectors/ins_sample_v7_0_TEST_2022_openclickbank.json"),
        include_str!("../vectors/ins_sample_v8_0_SALE_2026_northdashboard.json"),
    ])
}

fn envelopes() -> Vec<String> {
    let mut all = samples();
    all.push(include_str!("../vectors/ins_v6_0_aes_real_pyramid_bimt.json").to_owned());
    all.extend(
        include_str!("../vectors/ins_samples_encrypted_openssl.jsonl")
            .lines()
            .map(str::to_owned),
    );
    all
}

fn queries() -> Vec<String> {
    let ours = "clickid=p2234567abcdefghijklmnopqrstuvwxy&sum=8.50&time=1775001600&receipt=ABCD1234-B002";
    let queries = vectors(include_str!("../vectors/postbacks.jsonl")).filter_map(|vector| text(&vector, "query"));
    queries.chain([ours.to_owned()]).collect()
}

/// Each template with one of its values; some have none.
fn templates() -> Vec<String> {
    let all = vectors(include_str!("../vectors/templates.jsonl"));
    let made = all.filter_map(|vector| {
        let values = vector["values"].as_object()?;
        let value = values.values().find_map(Value::as_str).unwrap_or("a b");
        Some(format!("{}\n{value}", text(&vector, "template")?))
    });
    made.filter(|seed| seed.len() < 1_000).collect()
}

const MONEY: [&str; 13] = [
    "0",
    "8.50\n-0.05",
    "007.50\n100",
    "-0",
    "1234567890123456789.123456789\n0.000000001",
    "9999999999999999999999999999\n-9999999999999999999999999999",
    "0.125\n0.135\n2.5\n3.5",
    "33.3\n8.50",
    "5.\n.5\n-\n+1",
    "1_000\n1,000\n1e3\n8.5 ",
    "0.000000000000000000000000000\n0.0000000000",
    "18446744073709551616.5\n18446744073709551615",
    "222111625.233825792\n6211904899255558013.916015625",
];

const TIMES: [&str; 14] = [
    "2014-12-20T14:03:10-08:00",
    "20220810T162015-0700",
    "2026-04-24T00:16:10.669756922Z",
    "1985-04-12T23:20:50.52Z",
    "1937-01-01T12:00:27.87+00:20",
    "1990-12-31T23:59:60Z",
    "2024-02-29t23:59:59z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999+23:59",
    "20260424T001610.5Z",
    "2026-04-24 00:16:10Z",
    "1660173615",
    "-62135596800",
    "253402300800",
];

/// A click, a postback and some rules, a choice a byte.
fn rules() -> Vec<Vec<u8>> {
    let plain = vec![7, 0, 1, 0, 0, 0, 0, 0, 20, 0, 0, 0];
    let rule = |conditions: &[u8]| [plain.clone(), conditions.to_vec()].concat();
    vec![
        plain.clone(),
        rule(&[2, 0, 0, 1, 1, 1, 0, 1, 1, 3, 2]),
        rule(&[3, 2, 1, 3, 2, 4, 1, 0, 0, 5, 1, 0]),
        rule(&[1, 6, 2, 1, 0, 4, 1, 2, 5, 0, 2, 3, 1, 0, 2, 2]),
        vec![
            9, 2, 1, 3, 4, 0, 2, 1, 40, 1, 7, 1, 4, 6, 0, 6, 1, 6, 2, 6, 3, 1, 3, 5, 0, 0,
        ],
    ]
}

/// Conditions as they are written.
fn conditions() -> Vec<Vec<u8>> {
    let texts = [
        "payout at least 10.00",
        "sum between 1 USD and 20 USD",
        "sub1 in a, b",
        "country not in US, \"C, A\" ignoring case",
        "\"a name\" equals \"\"",
        "useragent contains bot, crawler ignoring case",
        "email begins with x",
        "ip matches 10.0.0.0/8, ::1",
        "clicktime within 1d 12h",
        "clickid share 33.3%",
        "ref_id is there",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

/// A set-up of six bytes and four for each message: its kind, its names, its money and its state.
fn histories() -> Vec<Vec<u8>> {
    // A sale that is approved later, its upsell and the upsell's rebill, two links from the click
    // that only the sale names, and both ways to take money back.
    let story = [
        [0, 8, 0, 1],
        [0, 0, 0, 232],
        [10, 15, 2, 4],
        [11, 4, 1, 12],
        [12, 2, 0, 12],
        [14, 3, 2, 16],
    ];
    let mut all = Vec::new();
    for policy in 0..6 {
        for (flags, clicks) in [(0, 0), (2, 7), (3, 63), (12, 2), (48, 17), (192, 3)] {
            let head = vec![
                policy,
                flags,
                policy + flags / 16,
                clicks,
                25_u8.wrapping_add(flags),
                77 + policy,
            ];
            all.push([head, story.concat()].concat());
        }
    }
    // Two clicks, no receipts, another currency, and a cancellation.
    let apart = [
        [0, 5, 12, 0],
        [0, 5, 13, 8],
        [7, 3, 0, 4],
        [2, 0, 12, 16],
        [12, 0, 1, 4],
    ];
    all.push([vec![4, 1, 1, 20, 9, 5], apart.concat()].concat());
    all
}

fn query(values: &Value) -> String {
    let pairs = values.as_object().unwrap().iter();
    let pairs = pairs.map(|(name, value)| (name, value.as_str().unwrap()));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn forms() -> Vec<String> {
    let first: Value =
        serde_json::from_str(include_str!("../vectors/form_v1_0_cverify_niteoweb_clickbank.json")).unwrap();
    let fourth: Value =
        serde_json::from_str(include_str!("../vectors/form_v4_0_cverify_django_clickbank.json")).unwrap();
    let posts = fourth["posts"].as_array().unwrap().iter().map(query);
    let made = vectors(include_str!("../vectors/form_made_hashlib.jsonl")).filter_map(|vector| text(&vector, "body"));
    posts.chain([query(&first["params"])]).chain(made).collect()
}

/// Each link with a value for its parameters.
fn links() -> Vec<String> {
    let links = vectors(include_str!("../vectors/hoplinks.jsonl")).filter_map(|vector| text(&vector, "url"));
    let values = ["summer_1", "p2345", "a b", "\u{e9}&=#", "_a", "a__b", "A"];
    links
        .zip(values.iter().cycle())
        .map(|(link, value)| format!("{link}\n{value}"))
        .collect()
}

/// Queries, and what is encrypted in such.
fn pages() -> Vec<String> {
    let queries = vectors(include_str!("../vectors/thankyou.jsonl")).filter_map(|vector| text(&vector, "query"));
    let inside = r#"{"item":"7","cbreceipt":"ABCD1234","time":"1419112990","cname":"Anna"}"#;
    queries.chain([inside.to_owned()]).collect()
}
