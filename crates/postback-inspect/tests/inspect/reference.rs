//! The pages under `docs/reference` that `keys` and `macros` print. With
//! `POSTBACK_WRITE_REFERENCE=1` the test writes them.

use crate::support::{REPOSITORY, inspect};
use std::{env, fs, path::Path};

const MADE: &str = "<!-- `postback-inspect` prints this; `POSTBACK_WRITE_REFERENCE=1 cargo test -p postback-inspect` \
                    writes it. -->\n";

/// The table that stands on another page than the one that it belongs to.
const ELSEWHERE: &str = "campaign.conversion_api";

/// The pages of the configuration: file, title, first lines, tables.
const PAGES: [(&str, &str, &str, &[&str]); 7] = [
    (
        "configuration.md",
        "Configuration",
        "Every key of the configuration. `postback-inspect keys` prints the same, `postback-inspect keys TABLE` one \
         table\nwith those below it, and `postback-inspect keys TABLE.KEY` one key.\n\n\
         - [Conversion types, rates, domains, click ids, retention](configuration/account.md)\n\
         - [Offer sources](configuration/offer-sources.md)\n\
         - [Offers and traffic channels](configuration/channels.md)\n\
         - [Campaigns](configuration/campaigns.md)\n\
         - [Conversion APIs](configuration/conversion-apis.md)\n\
         - [Recipes](configuration/recipes.md)\n\n\
         A configuration is TOML or JSON; what is said here is the same for both. An amount, a percentage, a duration \
         and a\nversion are texts, so they stand in quotes. An unknown key is an error. An editor that reads JSON \
         Schema completes and\nchecks keys: see [`tracker.schema.json`](tracker.schema.json), which \
         `#:schema` in the first line of\n`tracker.example.toml` names.",
        &["document"],
    ),
    (
        "configuration/account.md",
        "Conversion types, rates, domains, click ids, retention",
        "What belongs to the account as a whole. [All tables](../configuration.md)",
        &["conversion_type", "rate", "domain", "click_id", "retention"],
    ),
    (
        "configuration/offer-sources.md",
        "Offer sources",
        "Who reports conversions, and how they are read. [All tables](../configuration.md)",
        &["offer_source"],
    ),
    (
        "configuration/channels.md",
        "Offers and traffic channels",
        "Where visitors are sent, and who sends them. [All tables](../configuration.md)",
        &["offer", "traffic_channel"],
    ),
    (
        "configuration/campaigns.md",
        "Campaigns",
        "Which visitors go where, and what their channel is told. [All tables](../configuration.md)",
        &["campaign"],
    ),
    (
        "configuration/conversion-apis.md",
        "Conversion APIs",
        "The accounts at ad platforms, and which conversions of a campaign they are told. [All \
         tables](../configuration.md)",
        &["conversion_api", ELSEWHERE],
    ),
    (
        "configuration/recipes.md",
        "Recipes",
        "Ad platforms that are described as data. [All tables](../configuration.md)",
        &["recipe"],
    ),
];

/// Compares a page with what there is, or writes it.
fn holds(file: &str, text: &str) {
    let path = Path::new(REPOSITORY).join("docs/reference").join(file);
    if env::var_os("POSTBACK_WRITE_REFERENCE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let same = found
        .lines()
        .zip(text.lines())
        .take_while(|(one, other)| one == other)
        .count();
    assert!(
        found == text,
        "docs/reference/{file} differs from line {}; `POSTBACK_WRITE_REFERENCE=1` writes it",
        same + 1
    );
}

fn printed(arguments: &[&str]) -> String {
    inspect(arguments).printed()
}

/// The tables below `campaign`, but for one and those below it.
fn without_elsewhere(text: &str) -> String {
    let is_there = |table: &&str| table.lines().next().is_some_and(|head| head.contains(ELSEWHERE));
    let tables: Vec<&str> = text.split("\n## ").filter(|table| !is_there(table)).collect();
    let said = format!("{}\n", tables.join("\n## ").trim_end());
    assert!(said.len() < text.len(), "`{ELSEWHERE}` is found");
    said
}

#[test]
fn every_key_stands_on_a_page_as_it_is_printed() {
    let mut tables = 0;
    for (file, title, first, names) in PAGES {
        let mut page = format!("# {title}\n\n{MADE}\n{first}\n");
        for name in names {
            let mut text = printed(&["keys", name]);
            if *name == "campaign" {
                text = without_elsewhere(&text);
            }
            tables += text.lines().filter(|line| line.starts_with("## ")).count();
            page = format!("{page}\n{text}");
        }
        assert!(page.lines().count() <= 400, "{file} has {} lines", page.lines().count());
        holds(file, &page);
    }
    let all = printed(&["keys"]);
    assert_eq!(all.lines().filter(|line| line.starts_with("## ")).count(), tables);
}

#[test]
fn every_macro_stands_on_a_page_as_it_is_printed() {
    let ours = printed(&["macros"]);
    let theirs = printed(&["macros", "--clickbank"]);
    let page = format!(
        "# Macros\n\n{MADE}\n\
         What may stand within braces. `postback-inspect macros` prints the same, and \
         `postback-inspect render` fills them in.\n\n\
         ## In the URLs of offers and in postbacks\n\n\
         A value is encoded for where it stands. What is not known is empty.\n\n\
         - `{{_sub1}}` is the raw form: `sub1` as it is, and only where it changes nothing around it.\n\
         - `{{status:approved=1 pending=0 *=2}}` is a map: the text behind the first key that is the value, `*` for every \
         other.\n\
         - `{{secret:NAME}}` is a secret: a reference, as in `{{secret:env:META_TOKEN}}`. Only in postbacks.\n\n\
         {ours}\n\
         ## In the bodies of `[offer_source.reply]`\n\n\
         - `{{outcome}}`: what became of the postback. As in `applied`.\n\
         - `{{reason}}`: why, by its code. As in `malformed_amount`.\n\
         - `{{parameter}}`: the parameter at fault. As in `sum`.\n\n\
         ## In the URL that is pasted into ClickBank\n\n\
         These are ClickBank's own: `postback-inspect setup` prints the URL with those that your account needs, and \
         `lint` doubts\nthe others. `postback-inspect macros --clickbank` prints this list.\n\n{theirs}"
    );
    holds("macros.md", &page);
}

#[test]
fn the_lines_of_the_pages_are_no_longer_than_other_pages() {
    for text in [
        printed(&["keys"]),
        printed(&["macros"]),
        printed(&["macros", "--clickbank"]),
    ] {
        let long = text.lines().find(|line| line.chars().count() > 120);
        assert_eq!(long, None);
    }
}

#[test]
fn a_table_a_key_and_the_document_can_be_asked_for() {
    let one = printed(&["keys", "campaign.postback.when"]);
    assert!(one.contains("### `when`\n") && !one.contains("### `types`"), "{one}");
    let below = printed(&["keys", "campaign.postback"]);
    assert!(below.contains("## `[[campaign.postback]]`") && below.contains("## `[campaign.postback.retry]`"));
    assert!(!below.contains("## `[[campaign]]`"));
    assert!(printed(&["keys", "document"]).contains("### `revenue_statuses`"));
    assert!(printed(&["keys", "currency"]).contains("### `currency`"));
}

#[test]
fn a_name_that_nothing_has_is_answered_with_where_it_stands() {
    let refused = |name| inspect(&["keys", name]).refused();
    assert_eq!(
        refused("campaign.min_payout"),
        "there is no table or key `campaign.min_payout`; there is `campaign.postback.min_payout`, `campaign.conversion_api.min_payout`"
    );
    let said = refused("bogus");
    assert!(
        said.starts_with("there is no table or key `bogus`; there are the tables document, conversion_type, rate"),
        "{said}"
    );
}

#[test]
fn keys_and_macros_are_json_too() {
    let read = |arguments: &[&str]| -> Vec<serde_json::Value> { serde_json::from_str(&printed(arguments)).unwrap() };
    let keys = read(&["keys", "rate", "--json"]);
    assert_eq!(keys[0]["heading"], "[[rate]]");
    assert_eq!(keys[0]["keys"][3]["name"], "since");
    assert_eq!(keys[0]["keys"][3]["needed"], true);
    assert!(
        read(&["macros", "--json"])
            .iter()
            .any(|known| known["name"] == "ref_id")
    );
    assert!(
        read(&["macros", "--clickbank", "--json"])
            .iter()
            .any(|known| known["name"] == "vtid")
    );
}

#[test]
fn the_example_names_nothing_that_stands_on_no_page() {
    let example = fs::read_to_string(Path::new(REPOSITORY).join("tracker.example.toml")).unwrap();
    let tables: Vec<serde_json::Value> = serde_json::from_str(&printed(&["keys", "--json"])).unwrap();
    let known = |name: &str| {
        tables.iter().any(|table| {
            let keys = table["keys"].as_array().unwrap();
            table["path"] == name || keys.iter().any(|key| key["name"] == name)
        })
    };
    // Keys of one's own: events, statuses, words of currencies.
    let own = |name: &str| {
        ["events", "statuses", "currencies"]
            .iter()
            .any(|table| name.ends_with(table))
    };
    let mut is_own = false;
    let mut seen = 0;
    for line in example.lines() {
        // What is commented out names keys too.
        let line = line.strip_prefix("# ").unwrap_or(line).trim();
        if let Some(heading) = line.strip_prefix('[') {
            let name = heading.trim_start_matches('[').split(']').next().unwrap();
            is_own = own(name);
            assert!(
                known(name) || own(name) && known(name.rsplit('.').next().unwrap()),
                "{name}"
            );
            continue;
        }
        let Some((key, _)) = line.split_once(" = ").filter(|_| !is_own) else {
            continue;
        };
        assert!(known(key), "{key}");
        seen += 1;
    }
    assert!(seen > 90, "{seen}");
}
