//! A share of the clicks.

use crate::support::{Case, with};

#[test]
fn a_share_is_drawn_once_for_each_click() {
    // The draw of this click is 43.82356279, by another program's SHA-256.
    let mut case = Case::new();
    case.click.id = "aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    let share = |percent: &str| with(|c| c.share(percent.parse().unwrap()));
    for (percent, expected) in [
        ("0", false),
        ("43.82356279", false),
        ("43.823562791", true),
        ("50", true),
        ("100", true),
        ("1000", true),
    ] {
        assert_eq!(case.fires(&share(percent)), expected, "{percent}");
    }
    assert_eq!(
        case.texts(&share("30")),
        ["its draw is 43.82356279, wanted one below 30"]
    );
}

#[test]
fn conversions_of_one_click_are_in_the_share_together() {
    let mut case = Case::new();
    case.click.id = "aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    let half = with(|c| c.share("50".parse().unwrap()));
    for id in ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "mfrggzdfmztwq2lknnwg23tpoa"] {
        case.conversion.id = id.parse().unwrap();
        assert!(case.fires(&half), "{id}");
    }
}

#[test]
fn a_share_grows_and_keeps_what_it_had() {
    let mut case = Case::new();
    let share = |percent: u32| with(|c| c.share(percent.to_string().parse().unwrap()));
    let shares: Vec<_> = [0, 1, 30, 50, 99, 100].map(share).into();
    let mut sent = [0; 6];
    for number in 0..2000_u32 {
        let letter = |shift: u32| char::from(b'a' + u8::try_from((number >> shift) & 15).unwrap());
        let id = format!("{}{}{}aaaaaaaaaaaaaaaaaaaaaaa", letter(0), letter(4), letter(8));
        case.click.id = id.parse().unwrap();
        let answers: Vec<bool> = shares.iter().map(|share| case.fires(share)).collect();
        assert!(answers.is_sorted(), "{id}: {answers:?}");
        assert!(!answers[0] && answers[5]);
        for (count, fires) in sent.iter_mut().zip(answers) {
            *count += u32::from(fires);
        }
    }
    // 600 and 1000 expected; five standard deviations are 103 and 112.
    assert!((497..=703).contains(&sent[2]), "{sent:?}");
    assert!((888..=1112).contains(&sent[3]), "{sent:?}");
}
