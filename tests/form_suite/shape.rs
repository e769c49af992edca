//! What a check that is right does not say: the names, and where values end.

use crate::support::*;

const NAMES: &str = "`cverify` matches, and the parameters are not those of the version: most likely names were changed or values joined";

/// What is said of a form that was made under this name, changed, and signed by the rule of its
/// version.
fn said(name: &str, changes: &[(&str, Option<&str>)]) -> String {
    let mut changed = parameters(name);
    for (name, value) in changes {
        match value {
            Some(value) => drop(changed.insert((*name).to_owned(), (*value).to_owned())),
            None => drop(changed.remove(*name)),
        }
    }
    let body = if name.contains("1.0") {
        signed_1(changed)
    } else {
        signed(changed)
    };
    let (form, key_ring) = (form(&body), key_ring(&[SECRET]));
    let said = diagnosis(&form, &key_ring);
    assert_eq!(form.verify(&key_ring).is_ok(), said == "verifies", "{said}");
    said
}

#[test]
fn a_receipt_has_8_to_21_capital_letters_and_digits_and_perhaps_a_rebills_number() {
    for (length, taken) in [(7, false), (8, true), (9, true), (20, true), (21, true), (22, false)] {
        for end in ["", "-B002", "-B1000"] {
            let receipt = "A".repeat(length) + end;
            let said = said("rebill 2.1", &[("ctransreceipt", Some(&receipt))]);
            assert_eq!(said == "verifies", taken, "{receipt}: {said}");
        }
    }
    for other in [
        "abcd1234",
        "ABCD-1234",
        "ABCD1234-B02",
        "ABCD|1234",
        "ABCD1234 ",
        "********",
    ] {
        let parent = said("rebill 2.1", &[("cupsellreceipt", Some(other))]);
        assert_eq!(parent, "`cupsellreceipt` cannot be read", "{other}");
        let own = said("rebill 2.1", &[("ctransreceipt", Some(other))]);
        assert_eq!(own, "`ctransreceipt` cannot be read", "{other}");
    }
    let test = said(
        "refund 4.0",
        &[("ctransreceipt", Some("********")), ("ctransaction", Some("TEST"))],
    );
    assert_eq!(test, "verifies");
}

#[test]
fn a_time_before_1970_is_none() {
    for (text, taken) in [("-1", false), ("0", true), ("1", true)] {
        let expected = if taken {
            "verifies"
        } else {
            "`ctranstime` cannot be read"
        };
        assert_eq!(said("rebill 2.1", &[("ctranstime", Some(text))]), expected, "{text}");
    }
}

#[test]
fn a_transaction_is_a_word_of_capital_letters_though_it_may_be_a_new_one() {
    for word in [
        "SALE",
        "A_NEW-WORD 2",
        "TEST_CANCEL-REBILL",
        "SUBSCRIPTION-CHG ipntest->b_2",
    ] {
        assert_eq!(
            said("rebill 2.1", &[("ctransaction", Some(word))]),
            "verifies",
            "{word}"
        );
    }
    for word in [
        "sale",
        "1383932433",
        "SALE|1",
        " SALE",
        "SALE;",
        "SUBSCRIPTION-CHG 7|8->9",
    ] {
        let said = said("rebill 2.1", &[("ctransaction", Some(word))]);
        assert_eq!(said, "`ctransaction` cannot be read", "{word}");
    }
}

#[test]
fn amounts_are_minor_units_and_counts_hold_no_letters() {
    for name in ["caccountamount", "corderamount"] {
        for (text, taken) in [
            ("", true),
            ("0", true),
            ("-2670", true),
            ("26.70", false),
            ("USD", false),
            ("1|2", false),
        ] {
            let expected = if taken {
                "verifies".into()
            } else {
                format!("`{name}` cannot be read")
            };
            assert_eq!(said("rebill 2.1", &[(name, Some(text))]), expected, "{text}");
        }
    }
    assert_eq!(
        said("sale 1.0", &[("ctransamount", Some("test"))]),
        "`ctransamount` cannot be read"
    );
    for name in [
        "cfuturepayments",
        "cnextpaymentdate",
        "cprocessedpayments",
        "crebillamnt",
    ] {
        assert_eq!(
            said("rebill 2.1", &[(name, Some("EN"))]),
            format!("`{name}` cannot be read")
        );
    }
}

#[test]
fn only_what_people_write_may_hold_a_bar() {
    for name in ["ccustfullname", "ccustaddr1", "ccustcity", "cprodtitle", "cvendthru"] {
        assert_eq!(said("rebill 2.1", &[(name, Some("a | b"))]), "verifies", "{name}");
    }
    for name in [
        "cproditem",
        "ctransrole",
        "ccurrency",
        "ctid",
        "ctransaffiliate",
        "ccustemail",
        "ccustcc",
        "cprodtype",
    ] {
        assert_eq!(said("rebill 2.1", &[(name, Some("a|b"))]), NAMES, "{name}");
    }
    for name in ["ccustname", "cprodtitle", "cvendthru"] {
        assert_eq!(said("sale 1.0", &[(name, Some("a | b"))]), "verifies", "{name}");
    }
    for name in [
        "ccustemail",
        "ccustcc",
        "ccuststate",
        "cproditem",
        "ctransaffiliate",
        "ctranspublisher",
        "cprodtype",
        "caffitid",
    ] {
        assert_eq!(said("sale 1.0", &[(name, Some("a|b"))]), NAMES, "{name}");
    }
}

#[test]
fn a_bar_or_an_unknown_name_is_taken_where_no_name_of_the_version_is_missing() {
    let whole = "refund 4.0";
    let later = [("ctaxamount", Some("0")), ("cshippingamount", Some("0"))];
    let at_times = ["cbf", "cbfid", "cbfpath", "corderlanguage", "crebillfrequency"].map(|name| (name, Some("")));
    assert_eq!(
        said(whole, &[&later[..], &[("cnew", Some("1"))]].concat()),
        NAMES,
        "five may be missing"
    );
    for strange in [("cnew", Some("1")), ("cprodtitle", Some("A | B"))] {
        assert_eq!(said(whole, &[&later[..], &at_times, &[strange]].concat()), "verifies");
        assert_eq!(said(whole, &[strange]), NAMES);
        assert_eq!(
            said(whole, &[&later[..], &[strange, ("ccustcity", None)]].concat()),
            NAMES
        );
    }
    assert_eq!(said(whole, &[("ccustcity", None)]), "verifies");
    // 2.0 and 2.1 are finished.
    assert_eq!(said("rebill 2.1", &[("cnew", Some("1"))]), NAMES);
    assert_eq!(said("rebill 2.1", &[("cbf", Some("1"))]), NAMES);
    assert_eq!(
        said("rebill 2.1", &[("cprodtitle", Some("A | B")), ("ccustcity", None)]),
        NAMES
    );
}

#[test]
fn no_version_has_the_parameters_of_another() {
    for name in ["ccustname", "ctransamount", "caffitid"] {
        assert_eq!(said("rebill 2.1", &[(name, Some("1"))]), NAMES, "{name}");
        assert_eq!(said("refund 4.0", &[(name, Some("1"))]), NAMES, "{name}");
    }
    assert_eq!(said("sale 1.0", &[("cnoticeversion", Some("1.0"))]), NAMES);
    assert_eq!(
        said("sale 1.0", &[("cprodtype", Some("seller"))]),
        NAMES,
        "the seller's own name"
    );
}

#[test]
fn a_product_type_of_1_has_8_to_11_capital_letters_and_underscores() {
    for (product_type, taken) in [
        ("", true),
        ("STANDAR", false),
        ("STANDARD", true),
        ("STANDARDS", true),
        ("STANDARD_A", true),
        ("STANDARD_AB", true),
        ("STANDARD_ABC", false),
        ("standard", false),
        ("STANDARD1", false),
    ] {
        let expected = if taken { "verifies" } else { NAMES };
        let said = said("sale 1.0", &[("cprodtype", Some(product_type))]);
        assert_eq!(said, expected, "{product_type}");
    }
}

#[test]
fn what_is_wrong_behind_a_right_check_is_no_guess() {
    let key_ring = key_ring(&[SECRET]);
    let checked = |body: &str| form(body).checked(&key_ring).map(|read| read.is_ok());
    assert_eq!(checked(&made("rebill 2.1")), Some(true));
    for name in [
        "no time",
        "a forgery: rebill 2.1 as 1.0",
        "a forgery: rebill 2.1 by other names",
    ] {
        assert_eq!(checked(&made(name)), Some(false), "{name}");
    }
    assert_eq!(checked(&made("rebill 2.1").replace("cverify=", "cverify=0")), None);
    assert_eq!(checked("ctransaction=SALE"), None);
}

#[test]
fn a_published_post_of_4_0_is_no_other_order_under_other_names() {
    let [post, _] = published_4();
    let secret = "76AFC0778E648BDA05705047BAFA96ED";
    assert!(form(&encoded(&post)).verify(&key_ring(&[secret])).is_ok());
    // Each name stands where the other one stood in the order, so the check stays right.
    let renamed = [
        ("caccountamount", "caaa"),
        ("cbf", "caab"),
        ("cbfid", "caccountamount"),
        ("cproditem", "cproda"),
        ("cprodtitle", "cproditem"),
        ("cprodtype", "cprodtitle"),
        ("crebillamnt", "cprodtype"),
        ("crebillfrequency", "crebillamnt"),
    ];
    let forged = post.into_iter().map(|(name, value)| {
        let other = renamed.iter().find(|(known, _)| *known == name);
        (other.map_or(name, |(_, other)| (*other).to_owned()), value)
    });
    let body = encoded(&forged.collect());
    assert_eq!(form(&body).diagnose(&key_ring(&[secret]))[0].to_string(), NAMES);
    assert!(form(&body).verify(&key_ring(&[secret])).is_err());
}
