//! Any recipe that compiles writes JSON, and each value stands where the recipe says.

use crate::world::{PERSON, batched, click, decided, delivery, document, sent};
use postback::CompileOptions;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use std::collections::BTreeSet;

const PATHS: [&str; 11] = [
    "a", "b[]", "c.a", "c.b[]", "c.d.e", "l[].a", "l[].b", "c", "a.b", "event.a", "event.b",
];
/// What fills a member, and what is then sent for the usual sale: as JSON, in a list or not.
const SOURCES: [(&str, &str); 9] = [
    ("from = \"event_id\"", "\"A-77.Purchase\""),
    ("from = \"event_name\"", "\"sale\""),
    ("from = \"time\", as = \"milliseconds\"", "1772964000250"),
    ("from = \"value\"", "8.5"),
    ("from = \"value\", as = \"text\"", "\"8.5\""),
    ("from = \"sccid\"", "\"ScCid-4f5a\""),
    ("from = \"ip\"", "\"203.0.113.7\""),
    (
        "from = \"email\", like = \"microsoft\"",
        "\"3586de92bb3636d0885a12eff961429a32e4ebd764b96f50d85d016f9338d586\"",
    ),
    ("from = \"user_agent\"", "\"Mozilla/5.0 \\\"Example\\\"\""),
];
/// What is personal of them.
const PERSONAL: [&str; 3] = ["203.0.113.7", "3586de92", "Mozilla"];

/// The value at a path of the recipe's.
fn at<'v>(event: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(event, |value, step| match step.strip_suffix("[]") {
            Some(name) => value.get(name)?.get(0),
            None => value.get(step),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn any_recipe_writes_json_in_which_each_value_stands_in_its_place(
        members in prop::collection::vec((select(PATHS.to_vec()), prop::option::of(select(SOURCES.to_vec()))), 1..6),
        text in "[^{}\\x7f]{0,12}",
        items in select(vec!["", "items = \"data\"\n", "items = \"a.b\"\n"]),
    ) {
        let fixed = serde_json::to_string(&text).unwrap();
        let rows = members.iter().map(|(path, source)| match source {
            Some((source, _)) => format!("{{ at = \"{path}\", {source} }}"),
            None => format!("{{ at = \"{path}\", text = {fixed} }}"),
        });
        let rows: Vec<String> = rows.collect();
        let accounts = format!(
            "[[recipe]]\nid = \"own\"\nurl = \"https://ads.example.com/e\"\n{items}names = [\"sale\"]\nsale = \"sale\"\n\
             event = [{}]\n[[conversion_api]]\nid = \"own\"\nrecipe = \"own\"\ntoken = \"env:META_TOKEN\"\n",
            rows.join(", ")
        );
        let campaign = "[[campaign]]\nid = \"summer\"\nchannel = \"ads\"\npath = [{ offers = [{ offer = \"book\" }] }]\n\
                        [[campaign.conversion_api]]\nid = \"to-own\"\napi = \"own\"\n";
        let compiled = postback::compile(&document(&accounts, campaign), &CompileOptions::default());
        let tracker = match compiled {
            Ok(tracker) => tracker,
            Err(problems) => {
                // Members that stand in each other's way, or a datum that is told twice.
                for problem in problems.as_slice() {
                    prop_assert!(problem.path().starts_with("recipe[0].event["), "{problem}");
                }
                return Ok(());
            }
        };
        let paths: BTreeSet<&str> = members.iter().map(|(path, _)| *path).collect();
        prop_assert_eq!(paths.len(), members.len());
        let plan = decided(&tracker, &click(), &format!("sum=8.50&currency=USD&order=A-77{PERSON}"));
        let told = delivery(&plan, "to-own");
        let (_, _, body) = sent(&batched([told.clone()]));
        let whole: Value = serde_json::from_str(&body).unwrap();
        let event = match items {
            "" => &whole,
            "items = \"data\"\n" => &whole["data"][0],
            _ => &whole["a"]["b"][0],
        };
        for (path, source) in &members {
            let wanted = source.map_or(fixed.as_str(), |(_, wanted)| wanted);
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            prop_assert_eq!(at(event, path), Some(&wanted), "{} in {}", path, body);
        }
        // In the row there is nothing personal, and without the person the rest is JSON still.
        let mut expired = told.clone();
        expired.private.clear();
        let row = serde_json::to_string(&expired.outbound).unwrap();
        let (_, _, body) = sent(&batched([expired]));
        prop_assert!(serde_json::from_str::<Value>(&body).is_ok(), "{}", body);
        for personal in PERSONAL {
            prop_assert!(!row.contains(personal) && !body.contains(personal), "{}", row);
        }
    }
}
