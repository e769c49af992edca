//! Each problem of a document has its path, its text and, where one is near, a suggestion.

use crate::support::{changed, compiled, problem, problems};

#[test]
fn the_base_has_no_problem() {
    assert!(compiled(&changed(&[])).is_ok());
}

#[test]
fn every_problem_is_reported_at_once() {
    assert_eq!(
        problems(&[
            ("currency = \"USD\"", "currency = \"dollar\""),
            ("counts = \"step\"", "counts = \"steps\""),
            ("template = \"generic\"", "template = \"generik\""),
            ("domain = \"main\"\ntokens", "domain = \"mian\"\ntokens"),
            ("types = [\"Purchase\"]", "types = [\"purchase\"]\ntyps = []"),
        ]),
        [
            "offer_source[0].template: `generik` is not an offer source's template; there are clickbank-ins, clickbank-s2s, generic, terraleads; did you mean `generic`?",
            "currency: `dollar` is not a currency code of three letters",
            "conversion_type[2].counts: `steps` is not a way to count; there are sale, revenue, step, reversal, info; did you mean `step`?",
            "offer_source[0].domain: there is no domain `mian`; did you mean `main`?",
            "campaign[0].postback[0].typs: there is no such key; did you mean `types`?",
            "campaign[0].postback[0].types[0]: there is no conversion type `purchase`; did you mean `Purchase`?",
        ]
    );
}

#[test]
fn a_document_has_version_1() {
    assert_eq!(problem("version = 1", ""), "version: is missing; this is version 1");
    for version in ["2", "\"1\""] {
        let said = problems(&[("version = 1", &format!("version = {version}\nelse = 1"))]);
        assert_eq!(said, ["version: is not the number 1, the only version there is"]);
    }
}

#[test]
fn an_unknown_key_is_a_problem_in_every_table() {
    for (from, to, said) in [
        (
            "#root",
            "curency = \"USD\"",
            "curency: there is no such key; did you mean `currency`?",
        ),
        (
            "#root",
            "zzz = 1",
            "zzz: there is no such key; there are version, currency, timezone, conversion_type, revenue_statuses, rate, domain, click_id, retention, offer_source, offer, recipe, conversion_api, traffic_channel, campaign",
        ),
        (
            "#root",
            "click_id = { key = [] }",
            "click_id.key: there is no such key; did you mean `keys`?",
        ),
        (
            "id = \"main\"",
            "id = \"main\"\nurls = 1",
            "domain[0].urls: there is no such key; did you mean `url`?",
        ),
        (
            "default = true",
            "default = true\ncount = 1",
            "conversion_type[0].count: there is no such key; did you mean `counts`?",
        ),
        (
            "#source",
            "token = []",
            "offer_source[0].token: there is no such key; did you mean `tokens`?",
        ),
        (
            "role = \"event_id\"",
            "rolle = 1",
            "offer_source[0].parameter[0].rolle: there is no such key; did you mean `role`?",
        ),
        (
            "#offer",
            "pay_out = \"1\"",
            "offer[0].pay_out: there is no such key; did you mean `payout`?",
        ),
        (
            "#channel",
            "parameters = []",
            "traffic_channel[0].parameters: there is no such key; did you mean `parameter`?",
        ),
        (
            "slot = \"ref_id\",",
            "slot = \"ref_id\", need = true,",
            "traffic_channel[0].parameter[0].need: there is no such key; there are slot, name, macro, role, cookie, required",
        ),
        (
            "{payout}\" }",
            "{payout}\", types = [] }",
            "traffic_channel[0].postback.types: there is no such key; there are url, method, body, content_type, success, retry, sign",
        ),
        (
            "#campaign",
            "costs = {}",
            "campaign[0].costs: there is no such key; did you mean `cost`?",
        ),
        (
            "#campaign",
            "cost = { model = \"none\", ammount = \"1\" }",
            "campaign[0].cost.ammount: there is no such key; did you mean `amount`?",
        ),
        (
            "[[campaign.path]]",
            "[[campaign.path]]\nwheight = 1",
            "campaign[0].path[0].wheight: there is no such key; did you mean `weight`?",
        ),
        (
            "{ offer = \"book\" }",
            "{ offer = \"book\", w = 1 }",
            "campaign[0].path[0].offers[0].w: there is no such key; there are offer, weight",
        ),
        (
            "#postback",
            "wher = {}",
            "campaign[0].postback[0].wher: there is no such key; did you mean `where`?",
        ),
        (
            "#postback",
            "payout = { percent = \"1\", fix = \"1\" }",
            "campaign[0].postback[0].payout.fix: there is no such key; there are percent, fixed",
        ),
        (
            "#postback",
            "success = { stat = \"2xx\" }",
            "campaign[0].postback[0].success.stat: there is no such key; did you mean `status`?",
        ),
        (
            "#postback",
            "retry = { attempt = 1 }",
            "campaign[0].postback[0].retry.attempt: there is no such key; did you mean `attempts`?",
        ),
        (
            "#postback",
            "[[rate]]\nfrom = \"EUR\"\nto = \"USD\"\nrate = \"1\"\nsince = \"2026-01-01\"\nuntil = \"\"",
            "rate[0].until: there is no such key; there are from, to, rate, since",
        ),
        // Of a table below, which says where it stands.
        (
            "channel = \"push\"\n",
            "channel = \"push\"\noffers = [\"book\"]\n",
            "campaign[0].offers: there is no such key here; it stands under `[[campaign.path]]`",
        ),
        (
            "#postback",
            "attempts = 3",
            "campaign[0].postback[0].attempts: there is no such key here; it stands under `[campaign.postback.retry]`",
        ),
        (
            "#source",
            "role = \"email\"",
            "offer_source[0].role: there is no such key here; it stands under `[[offer_source.parameter]]`",
        ),
    ] {
        assert_eq!(problem(from, to), said);
    }
}

#[test]
fn a_value_of_another_kind_is_a_problem() {
    for (from, to, said) in [
        (
            "currency = \"USD\"",
            "currency = 840",
            "currency: is a number, not a text; write it in quotes: \"840\"",
        ),
        (
            "default = true",
            "default = \"yes\"\n[[conversion_type]]\nname = \"D\"\ndefault = true",
            "conversion_type[0].default: is a text, not true or false",
        ),
        (
            "default = true",
            "default = \"false\"\n[[conversion_type]]\nname = \"D\"\ndefault = true",
            "conversion_type[0].default: is a text, not true or false; write it without quotes: false",
        ),
        (
            "tokens = [\"env:TOKEN\"]",
            "tokens = \"env:TOKEN\"",
            "offer_source[0].tokens: is a text, not a list; write it in brackets, as in [\"..\"]",
        ),
        (
            "tokens = [\"env:TOKEN\"]",
            "tokens = [1]",
            "offer_source[0].tokens[0]: is a number, not a text; write it in quotes: \"1\"",
        ),
        (
            "#source",
            "events = []",
            "offer_source[0].events: is a list, not a table; write a heading in one bracket, as in `[..]`, or the value as `{..}`",
        ),
        (
            "[[offer]]",
            "[rate]\nfrom = \"EUR\"\n[[offer]]",
            "rate: is a table, not a list; write a heading in two brackets, as in `[[..]]`, or the value as `[{..}]`",
        ),
        (
            "#source",
            "events = { a = true }",
            "offer_source[0].events.a: is true or false, not a text",
        ),
        (
            "#offer",
            "payout = 40",
            "offer[0].payout: is a number, not a text; write it in quotes: \"40\"",
        ),
        (
            "#postback",
            "payout = \"5\"",
            "campaign[0].postback[0].payout: is a text, not a table; write `{ fixed = \"5\" }` for an amount, or `{ percent = \"50\" }` for a share",
        ),
        (
            "offers = [{ offer = \"book\" }]",
            "offers = [\"book\", { offer = \"book\" }]",
            "campaign[0].path[0].offers[0]: is a text, not a table; write it as `{ key = value }`",
        ),
        (
            "[[campaign.path]]",
            "[[campaign.path]]\nweight = \"1\"",
            "campaign[0].path[0].weight: is a text, not a whole number; write it without quotes: 1",
        ),
    ] {
        assert_eq!(problem(from, to), said);
    }
}

#[test]
fn what_must_be_there_is_missed_by_name() {
    for (from, to, path) in [
        ("id = \"main\"\nurl", "url", "domain[0].id"),
        ("name = \"Refund\"\n", "", "conversion_type[1].name"),
        ("name = \"txid\", ", "", "offer_source[0].parameter[0].name"),
        ("url = \"https://shop.example.com/?id={clickid}\"", "", "offer[0].url"),
        ("channel = \"push\"\n", "", "campaign[0].channel"),
        ("slot = \"ref_id\", ", "", "traffic_channel[0].parameter[0].slot"),
        (
            "{ offer = \"book\" }",
            "{ weight = 1 }",
            "campaign[0].path[0].offers[0].offer",
        ),
        ("#campaign", "cost = { amount = \"1\" }", "campaign[0].cost.model"),
        ("#campaign", "cost = { model = \"cpc\" }", "campaign[0].cost.amount"),
        (
            "postback = { url = \"https://ads.example.com/c?key={ref_id}&price={payout}\" }",
            "",
            "campaign[0].postback[0].url",
        ),
    ] {
        let (problems, said) = (problems(&[(from, to)]), format!("{path}: is missing"));
        assert!(problems.contains(&said), "{problems:?} misses {said}");
    }
}

#[test]
fn an_id_is_given_once() {
    for (from, to, said) in [
        (
            "[[conversion_type]]\nname = \"Refund\"",
            "[[conversion_type]]\nname = \"Purchase\"",
            "conversion_type[1].name: `Purchase` is given twice",
        ),
        (
            "#root",
            "[[domain]]\nid = \"main\"\nurl = \"http://b.example.com\"",
            "domain[1].id: `main` is given twice",
        ),
        (
            "#offer",
            "[[offer]]\nid = \"book\"\nsource = \"network\"\nurl = \"https://b.example.com/\"",
            "offer[1].id: `book` is given twice",
        ),
        (
            "#channel",
            "[[traffic_channel]]\nid = \"push\"",
            "traffic_channel[1].id: `push` is given twice",
        ),
        (
            "#postback",
            "[[campaign.postback]]\nid = \"sales\"",
            "campaign[0].postback[1].id: `sales` is given twice",
        ),
        (
            "#postback",
            "[[campaign]]\nid = \"summer\"\nchannel = \"push\"",
            "campaign[1].id: `summer` is given twice",
        ),
        (
            "#source",
            "[[offer_source]]\nid = \"network\"\ndefault = true",
            "offer_source[1].id: `network` is given twice",
        ),
        (
            "role = \"event_id\" }",
            "role = \"event_id\" }, { name = \"txid\" }",
            "offer_source[0].parameter[1].name: `txid` is given twice",
        ),
        (
            "macro = \"[CLICK_ID]\" }",
            "macro = \"[CLICK_ID]\" }, { slot = \"ref_id\", name = \"b\" }",
            "traffic_channel[0].parameter[1].slot: `ref_id` is given twice",
        ),
        (
            "macro = \"[CLICK_ID]\" }",
            "macro = \"[CLICK_ID]\" }, { slot = \"sub1\", name = \"ref_id\" }",
            "traffic_channel[0].parameter[1].name: `ref_id` is given twice",
        ),
        (
            "macro = \"[CLICK_ID]\" }",
            "macro = \"[CLICK_ID]\", role = \"rt_ad\" }, { slot = \"sub1\", name = \"b\", role = \"rt_ad\" }",
            "traffic_channel[0].parameter[1].role: `rt_ad` is given twice",
        ),
    ] {
        let problems = problems(&[(from, to)]);
        assert!(problems.contains(&said.to_owned()), "{problems:?} misses {said}");
    }
}

#[test]
fn a_malformed_id_says_what_is_wrong_with_it() {
    assert_eq!(
        problem("id = \"sales\"", "id = \"all sales\""),
        "campaign[0].postback[0].id: postback id holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are"
    );
    assert_eq!(
        problem("id = \"summer\"", "id = \"\""),
        "campaign[0].id: campaign id is empty"
    );
}

#[test]
fn a_reference_leads_to_something_defined() {
    for (from, to, said) in [
        (
            "source = \"network\"",
            "source = \"netwrok\"",
            "offer[0].source: there is no offer source `netwrok`; did you mean `network`?",
        ),
        (
            "channel = \"push\"",
            "channel = \"facebook\"",
            "campaign[0].channel: there is no traffic channel `facebook`",
        ),
        (
            "{ offer = \"book\" }",
            "{ offer = \"boook\" }",
            "campaign[0].path[0].offers[0].offer: there is no offer `boook`; did you mean `book`?",
        ),
        (
            "domain = \"main\"\n#campaign",
            "domain = \"man\"",
            "campaign[0].domain: there is no domain `man`; did you mean `main`?",
        ),
        (
            "#source",
            "open_types = [\"Lead\"]",
            "offer_source[0].open_types[0]: there is no conversion type `Lead`",
        ),
        (
            "#source",
            "events = { sale = \"Purchse\" }",
            "offer_source[0].events.sale: there is no conversion type `Purchse`; did you mean `Purchase`?",
        ),
    ] {
        assert_eq!(problem(from, to), said);
    }
}

#[test]
fn what_is_defined_and_broken_is_reported_once_and_not_where_it_is_referred_to() {
    assert_eq!(
        problem("url = \"https://shop.example.com/?id={clickid}\"", "url = \"shop\""),
        "offer[0].url: the template is not an absolute http or https URL"
    );
    assert_eq!(
        problem("url = \"https://trk.example.com\"", "url = \"trk\""),
        "domain[0].url: `trk` is not the URL of a domain, as in `https://trk.example.com`"
    );
}
