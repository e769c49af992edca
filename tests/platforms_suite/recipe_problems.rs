//! What is wrong with a recipe is said at once, with its place.

use crate::world::{begin_with, problems};

const CAMPAIGN: &str = "[[campaign]]\nid = \"summer\"\nchannel = \"ads\"\n";

#[test]
fn every_problem_of_a_recipe_is_reported_with_its_place() {
    let recipe = r#"
[[recipe]]
id = "meta"
url = "http://{pixel}.example.com/events"
validate_url = "https://other.example.com/{pixle}"
headers = { Authorization = "Bearer {token}", "content-type" = "x", authorization = "Bearer 123" }
limit = 5000
body = [{ at = "test", from = "email" }]
one_of = ["user.em + user.phone"]
event = [
  { at = "name", from = "event_nam" },
  { at = "user.em", from = "email", as = "seconds", like = "myspace" },
  { at = "user.em.more", from = "phone" },
  { at = "time", from = "time" },
  { at = "token", text = "{token}" },
  { at = "both", from = "event_id", text = "x" },
  { at = "a b", text = "x" },
  { at = "plus", from = "email" },
  { at = "place", from = "city", like = "microsoft" },
  { at = "click", from = "sccid", like = "meta" },
]
[recipe.answers]
success = { at = "data..x" }
statuses = { 200 = "dead", 999 = "dead" }
codes = { x = "explode" }
rows = { at = "rows", code = "code[]", place = "index", path = "field" }
"#;
    let said = problems(recipe, CAMPAIGN);
    let wanted = [
        "recipe[0].limit: `5000` is not between 1 and 2000",
        "recipe[0].event[0].from: `event_nam` is not something that a member is filled with",
        "recipe[0].event[1].like: `myspace` is not a platform",
        "recipe[0].answers.codes.x: `explode` is not what follows from an answer",
        "recipe[0].id: `meta` is the name of a platform that needs no recipe",
        "recipe[0].url: `http://{pixel}.example.com/events` is no URL with https, a host and a path",
        "recipe[0].validate_url: `pixle` is not a macro of a recipe; there are pixel, account, token; did you mean `pixel`?",
        "recipe[0].headers.Authorization: is no name of a header that may be set",
        "recipe[0].headers.content-type: is no name of a header that may be set",
        "recipe[0].headers.authorization: holds a token in plain text; write `{token}` in its place",
        "recipe[0].items: is missing",
        "recipe[0].one_of[0]: there is no member of an event that is filled `user.phone`",
        "recipe[0].event[1].as: `email` is written as `hash`, `plain`",
        "recipe[0].event[2].at: `user.em.more` stands where another member stands",
        "recipe[0].event[3].as: is missing: write `seconds`, `milliseconds` or `rfc3339`",
        "recipe[0].event[4].text: the token has no place in an event",
        "recipe[0].event[5].text: stands beside `from`; a member has one of them",
        "recipe[0].event[6].at: `a b` is no path",
        "recipe[0].event[7].from: `email` is told twice",
        "recipe[0].event[8].like: microsoft has no such form of `city`",
        "recipe[0].event[9].like: `sccid` is not normalised",
        "recipe[0].answers.success.at: `data..x` is no path",
        "recipe[0].answers.statuses.200: is no HTTP status of a fault",
        "recipe[0].answers.statuses.999: is no HTTP status of a fault",
        "recipe[0].answers.rows.code: `code[]` has `[]`",
        "recipe[0].answers.rows: has `place` and `path`",
    ];
    begin_with(&said, &wanted);
}

#[test]
fn a_recipe_names_one_host_and_no_header_that_says_how_a_request_is_sent() {
    let recipe = |url: &str, header: &str| {
        format!(
            "[[recipe]]\nid = \"own\"\nurl = \"{url}\"\nheaders = {{ \"{header}\" = \"5\" }}\nevent = [{{ at = \"id\", from \
             = \"event_id\" }}]\n"
        )
    };
    let good = "https://ads.example.com:8443/e";
    assert_eq!(problems(&recipe(good, "x-partner"), CAMPAIGN), [""; 0]);
    for url in [
        "https://ads.example.com?x/e",
        "https://*/e",
        "https://ads.example.com,b/e",
        "https://a@b.example.com/e",
    ] {
        let said = problems(&recipe(url, "x-partner"), CAMPAIGN);
        assert!(said[0].starts_with("recipe[0].url: `") && said.len() == 1, "{said:?}");
    }
    for header in [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "expect",
        "te",
        "upgrade",
        "-",
    ] {
        let said = problems(&recipe(good, header), CAMPAIGN);
        let place = format!("recipe[0].headers.{header}: is no name of a header that may be set");
        assert!(said[0].starts_with(&place) && said.len() == 1, "{said:?}");
    }
}

#[test]
fn a_request_holds_nothing_that_belongs_to_one_event() {
    let recipe = r#"
[[recipe]]
id = "own"
url = "https://ads.example.com/events"
items = "data[]"
body = [{ at = "ip", from = "ip" }, { at = "data", text = "x" }, { at = "key", text = "{token}" }]
event = [{ at = "id", from = "event_id" }]
"#;
    let said = problems(recipe, CAMPAIGN);
    assert_eq!(
        said,
        [
            "recipe[0].items: is a list by itself; leave `[]` out",
            "recipe[0].body[0].from: `ip` belongs to an event, and a request holds several",
            "recipe[0].body[1].at: `data` stands where another member stands, or one of its names is a list there and \
             none here",
        ]
    );
}

#[test]
fn every_problem_of_an_account_at_a_recipe_s_platform_is_reported_with_its_place() {
    let accounts = r#"
[[conversion_api]]
id = "a"
token = "env:A"
[[conversion_api]]
id = "b"
platform = "meta"
recipe = "snapchat"
token = "env:A"
[[conversion_api]]
id = "c"
recipe = "snapchta"
token = "env:A"
[[conversion_api]]
id = "d"
recipe = "snapchat"
token = "env:A"
pixel = "a/b"
account = "1"
app_secret = "env:A"
consent = { ad_user_data = "granted" }
action_source = "WEBSITE"
test_event_code = "T1"
user_data = ["email", "date_of_birth"]
events = { Purchse = "PURCHASE" }
[[conversion_api]]
id = "e"
recipe = "reddit"
token = "env:A"
validate_only = true
max_batch = 3000
"#;
    let said = problems(accounts, CAMPAIGN);
    let wanted = [
        "conversion_api[0].platform: is missing; name the platform, or a `recipe`",
        "conversion_api[1].recipe: stands beside `platform`; an account has one of them",
        "conversion_api[2].recipe: there is no recipe `snapchta`; did you mean `snapchat`?",
        "conversion_api[3].pixel: `a/b` has other characters than letters, digits, `-`, `_` and `.`",
        "conversion_api[3].account: recipe `snapchat` has no use for it",
        "conversion_api[3].app_secret: recipe `snapchat` has no use for it",
        "conversion_api[3].consent: recipe `snapchat` has no use for it",
        "conversion_api[3].test_event_code: recipe `snapchat` has no use for it",
        "conversion_api[3].action_source: `WEBSITE` is not such a place; there are WEB, MOBILE_APP, OFFLINE",
        "conversion_api[3].user_data: recipe `snapchat` has no place for `date_of_birth`",
        "conversion_api[3].event_source_url: is missing: recipe `snapchat` needs the page of the conversion",
        "conversion_api[3].events.Purchse: there is no conversion type `Purchse`; did you mean `Purchase`?",
        "conversion_api[4].pixel: is missing",
        "conversion_api[4].validate_only: recipe `reddit` has no use for it",
        "conversion_api[4].max_batch: ",
    ];
    begin_with(&said, &wanted);
}
