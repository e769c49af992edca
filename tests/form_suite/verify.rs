//! The check.

use crate::support::*;
use postback::clickbank::form::{Form, FormCharset, FormDiagnosis, FormVersion};
use postback::event::Assurance;

#[test]
fn the_posts_of_4_that_their_receiver_published_verify() {
    let key_ring = key_ring(&[V4_SECRET]);
    for parameters in published_4() {
        let notification = form(&encoded(&parameters)).verify(&key_ring).unwrap();
        assert_eq!(notification.version(), &FormVersion::V4);
        assert_eq!(notification.assurance(), Assurance::Verified32);
    }
}

#[test]
fn the_published_check_of_1_is_right_and_its_fields_are_no_notification() {
    let parameters = published_1();
    let form = form(&encoded(&parameters));
    assert_eq!(form.version(), FormVersion::V1);
    // The check comes first: it was right, or this would not be said.
    assert_eq!(diagnosis(&form, &key_ring(&["secret"])), "`ctranstime` is missing");
    assert!(form.verify(&key_ring(&["secret"])).is_err());
    assert_eq!(form.diagnose(&key_ring(&["Secret"])), [FormDiagnosis::Check]);
}

#[test]
fn what_hashlib_made_is_of_its_version_and_verifies_unless_its_name_says_otherwise() {
    let mut right = 0;
    for made in all_made() {
        let form = Form::parse_as(made.body.as_bytes(), FormCharset::Latin1).unwrap();
        let faulty = made.name.starts_with("no ") || made.name.starts_with("a ");
        assert_eq!(form.version(), FormVersion::parse(&made.version), "{}", made.name);
        assert_eq!(form.verify(&key_ring(&[SECRET])).is_ok(), !faulty, "{}", made.name);
        right += usize::from(!faulty);
    }
    assert_eq!(right, 18);
}

#[test]
fn every_secret_is_tried() {
    let form = form(&made("rebill 2.1"));
    assert!(form.verify(&key_ring(&["OTHERSECRET1234", SECRET])).is_ok());
    assert!(form.verify(&key_ring(&[SECRET, "OTHERSECRET1234"])).is_ok());
    assert_eq!(
        diagnosis(&form, &key_ring(&["OTHERSECRET1234", SECRET])),
        "`cverify` does not match: most likely another secret, or a body that was changed; verifies"
    );
}

#[test]
fn a_secret_that_stands_twice_in_the_ring_is_still_right() {
    let form = form(&made("rebill 2.1"));
    assert!(form.verify(&key_ring(&[SECRET, SECRET])).is_ok());
    assert_eq!(diagnosis(&form, &key_ring(&[SECRET, SECRET])), "verifies; verifies");
}

#[test]
fn latin_1_in_a_parameter_that_the_check_of_1_does_not_cover_changes_nothing() {
    let body = format!("{}&czip=%DF", made("sale 1.0"));
    let form = Form::parse_as(body.as_bytes(), FormCharset::Latin1).unwrap();
    assert!(form.verify(&key_ring(&[SECRET])).is_ok());
}

#[test]
fn a_key_in_lower_case_fails() {
    let [sale, _] = published_4();
    let lower = key_ring(&[&V4_SECRET.to_lowercase()]);
    assert!(form(&encoded(&sale)).verify(&lower).is_err());
}

#[test]
fn a_check_in_lower_case_cut_or_longer_fails() {
    let body = made("sale 1.0");
    let (before, check) = body.split_once("cverify=").unwrap();
    for other in [
        check.to_lowercase(),
        check[..7].into(),
        format!("{check}0"),
        String::new(),
    ] {
        let form = form(&format!("{before}cverify={other}"));
        assert!(form.verify(&key_ring(&[SECRET])).is_err(), "{other}");
    }
}

#[test]
fn the_fixed_order_of_1_does_not_hold_for_4_and_the_sorted_one_not_for_1() {
    // Without the parameters that tell the version, the post is taken for one of 1.0.
    let [mut sale, _] = published_4();
    let told_by = "cnoticeversion ccustfullname ctransrole corderamount caccountamount ccurrency ctid";
    for name in told_by.split(' ') {
        sale.remove(name);
    }
    let old = form(&encoded(&sale));
    assert_eq!(old.version(), FormVersion::V1);
    assert!(old.verify(&key_ring(&[V4_SECRET])).is_err());
    let new = form(&format!("{}&cnoticeversion=4.0", made("sale 1.0")));
    assert!(new.verify(&key_ring(&[SECRET])).is_err());
}

#[test]
fn a_parameter_of_the_url_among_those_of_the_body_spoils_the_check() {
    let body = made("rebill 2.1");
    for own in ["token=x", "source=clickbank", "empty="] {
        let form = form(&format!("{own}&{body}"));
        assert_eq!(form.diagnose(&key_ring(&[SECRET])), [FormDiagnosis::Check], "{own}");
    }
}

#[test]
fn an_absent_parameter_is_not_an_empty_one_but_in_1() {
    let [sale, _] = published_4();
    let empty: Vec<&String> = sale
        .iter()
        .filter(|(_, value)| value.is_empty())
        .map(|(name, _)| name)
        .collect();
    assert!(empty.len() > 8);
    for name in empty {
        let mut without = sale.clone();
        without.remove(name);
        assert!(
            form(&encoded(&without)).verify(&key_ring(&[V4_SECRET])).is_err(),
            "{name}"
        );
    }
    let body = made("sale 1.0 without optional fields");
    assert!(
        form(&format!("{body}&ccustemail="))
            .verify(&key_ring(&[SECRET]))
            .is_ok()
    );
    assert!(
        form(&format!("{body}&ccustemail=x"))
            .verify(&key_ring(&[SECRET]))
            .is_err()
    );
}

#[test]
fn every_changed_byte_of_a_covered_value_is_refused() {
    for (name, secret) in [("sale 1.0", SECRET), ("rebill 2.1", SECRET)] {
        let body = made(name);
        for (place, byte) in body.bytes().enumerate() {
            if !byte.is_ascii_alphanumeric() {
                continue;
            }
            let mut changed = body.clone().into_bytes();
            changed[place] = if byte == b'7' { b'8' } else { b'7' };
            let Ok(form) = Form::parse(&changed) else { continue };
            let Ok(read) = form.verify(&key_ring(&[secret])) else {
                continue;
            };
            // What is left: a name that keeps its place in the order, and what the check of 1.0
            // does not cover.
            let part = body[..place].rfind('&').map_or(0, |start| start + 1);
            let parameter = &body[part..];
            let inside_name = !body[part..place].contains('=');
            let uncovered = ["ctranstime=", "cupsellreceipt="]
                .iter()
                .any(|own| parameter.starts_with(own));
            let allowed = inside_name || (*read.version() == FormVersion::V1 && uncovered);
            assert!(allowed, "{name}: {parameter}");
        }
    }
}

#[test]
fn a_text_that_is_latin_1_verifies_over_either_of_its_bytes() {
    for name in ["latin-1 name, check over utf-8", "latin-1 name, check over latin-1"] {
        let body = made(name);
        assert_eq!(
            Form::parse(body.as_bytes()).unwrap_err().to_string(),
            "parameter `ccustfullname` is not UTF-8"
        );
        let form = Form::parse_as(body.as_bytes(), FormCharset::Latin1).unwrap();
        let notification = form.verify(&key_ring(&[SECRET])).unwrap();
        assert_eq!(notification.full_name().unwrap().expose(), "JÜRGEN GROß");
        assert!(form.verify(&key_ring(&["OTHERSECRET1234"])).is_err());
    }
    // What is UTF-8 stays it.
    assert_eq!(verified("utf-8 name").full_name().unwrap().expose(), "JÜRGEN GROß");
}

#[test]
fn what_verifies_and_is_no_notification_is_refused_as_everything_else() {
    for (name, said) in [
        ("no time", "`ctranstime` is missing"),
        ("a time that is none", "`ctranstime` cannot be read"),
        ("no transaction", "`ctransaction` is missing"),
        ("no receipt", "`ctransreceipt` is missing"),
        ("a receipt over two lines", "`ctransreceipt` cannot be read"),
        ("a forgery: rebill 2.1 as 1.0", "`ctransreceipt` cannot be read"),
        (
            "a forgery: rebill 2.1 as 1.0, values joined",
            "`ctransreceipt` cannot be read",
        ),
        (
            "a forgery: rebill 2.1 by other names",
            "`cverify` matches, and the parameters are not those of the version: most likely names were changed or values joined",
        ),
    ] {
        assert_eq!(refused(name), said, "{name}");
    }
    let bare = form("ctransaction=SALE&ctransreceipt=R1&ctranstime=1");
    assert_eq!(diagnosis(&bare, &key_ring(&[SECRET])), "`cverify` is missing");
    assert!(bare.verify(&key_ring(&[SECRET])).is_err());
    assert!(form("").verify(&key_ring(&[SECRET])).is_err());
}

#[test]
fn a_receipt_may_be_missing_where_nothing_was_bought() {
    assert!(verified("abandoned order without a receipt").receipt().is_none());
}

#[test]
fn nothing_of_a_customer_is_shown() {
    let body = made("rebill 2.1");
    let form = form(&body);
    let notification = verified("rebill 2.1");
    assert_eq!(format!("{form:?}"), "Form(36 parameters)");
    let shown = format!("{notification:?} {:?}", notification.vend_through());
    for personal in ["ANNA", "BEISPIEL", "example.com", "78758", "Austin", "1 Way"] {
        assert!(!shown.contains(personal), "{shown}");
    }
    assert!(shown.contains("ABCD1234-B002") && shown.contains("promoter"), "{shown}");
}
