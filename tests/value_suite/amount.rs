//! Amounts and percentages: the grammar, the arithmetic and what must be conserved.

use postback::{
    Money,
    value::{Amount, Currency, MAX_AMOUNT_DIGITS, MAX_AMOUNT_FRACTION, Percent},
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::hash::{DefaultHasher, Hash, Hasher};

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn minor(units: i64, digits: u32) -> Amount {
    Amount::from_minor_units(units, digits).unwrap()
}

fn refusal(text: &str) -> String {
    text.parse::<Amount>().unwrap_err().to_string()
}

#[test]
fn an_amount_of_any_length_prints_as_it_is_read() {
    for text in [
        "0",
        "7",
        "-7",
        "0.05",
        "-0.5",
        "8.5",
        "100",
        "120.25",
        "18446744073709551615",
        "18446744073709551616",
        "-1844674407370955.1616",
        "9999999999999999999999999999",
    ] {
        assert_eq!(amount(text).to_string(), text);
    }
    let smallest = Amount::try_from(Decimal::new(-1, 27)).unwrap().to_string();
    assert_eq!(smallest, "-0.000000000000000000000000001");
}

#[test]
fn an_amount_is_a_decimal_without_trailing_zeros() {
    for (number, text) in [("8.50", "8.5"), ("-0.0", "0"), ("0", "0"), ("-120", "-120")] {
        let number: Decimal = number.parse().unwrap();
        let amount = Amount::try_from(number).unwrap();
        assert_eq!(amount.to_string(), text);
        assert_eq!(amount, text.parse().unwrap());
        assert_eq!(Decimal::from(amount), number);
    }
}

#[test]
fn a_decimal_of_29_digits_is_no_amount() {
    let most: Decimal = "9999999999999999999999999999".parse().unwrap();
    assert_eq!(Decimal::from(Amount::try_from(most).unwrap()), most);
    let error = Amount::try_from(Decimal::MAX).unwrap_err().to_string();
    assert_eq!(
        error,
        "`79228162514264337593543950335` is not an amount: it has more than 28 digits"
    );
    assert!(Amount::try_from(Decimal::new(1, 27)).is_ok());
    assert!(Amount::try_from(Decimal::new(1, 28)).is_err());
    assert!(Amount::try_from(Decimal::new(10, 28)).is_ok());
}

#[test]
fn minor_units_are_whole_and_come_back() {
    assert_eq!(amount("8.5").minor_units(2), Some(850));
    assert_eq!(amount("-8.5").minor_units(2), Some(-850));
    assert_eq!(amount("8").minor_units(0), Some(8));
    assert_eq!(amount("8.125").minor_units(2), None);
    assert_eq!(amount("8.125").rounded(2).minor_units(2), Some(812));
    assert_eq!(amount("0").minor_units(27), Some(0));
    assert_eq!(amount("1").minor_units(40), None);
    for units in [i64::MIN, -1, 0, 1, i64::MAX] {
        assert_eq!(Amount::from_minor_units(units, 4).unwrap().minor_units(4), Some(units));
    }
    assert_eq!(amount("9223372036854775808").minor_units(0), None);
}

#[test]
fn an_amount_prints_without_trailing_zeros() {
    for (text, printed) in [
        ("8", "8"),
        ("8.0", "8"),
        ("8.50", "8.5"),
        ("-3.20", "-3.2"),
        ("100", "100"),
        ("007.50", "7.5"),
        ("0.05", "0.05"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
    ] {
        assert_eq!(amount(text).to_string(), printed, "{text}");
    }
}

#[test]
fn debug_names_the_type_and_shows_the_amount_as_it_prints() {
    assert_eq!(format!("{:?}", amount("-3.20")), "Amount(-3.2)");
    assert_eq!(format!("{:?}", "33.30".parse::<Percent>().unwrap()), "Percent(33.3)");
    assert_eq!(format!("{:?}", Currency::USD), "Currency(USD)");
}

#[test]
fn trailing_zeros_do_not_make_an_amount_another() {
    assert_eq!(amount("8.0"), amount("8"));
    let hashed = |text| {
        let mut hasher = DefaultHasher::new();
        amount(text).hash(&mut hasher);
        hasher.finish()
    };
    assert_eq!(hashed("8.0"), hashed("8"));
    assert_eq!(hashed("8.00"), hashed("8"));
    assert!(amount("8.10") < amount("8.2"));
    assert!(amount("-1") < Amount::ZERO);
    assert_eq!(Amount::default(), Amount::ZERO);
}

#[test]
fn what_is_not_an_amount_is_refused_by_name() {
    for (text, problem) in [
        ("", "it is empty"),
        ("1_000", "it holds '_'"),
        ("1,000.00", "it holds ','; write a point, as in `25.00`"),
        ("1e3", "it holds 'e'"),
        ("1E3", "it holds 'E'"),
        ("+1", "it holds '+'"),
        (" 1", "it holds ' '"),
        ("1 ", "it holds ' '"),
        ("$8", "it holds '$'"),
        ("8€", "it holds '€'"),
        ("١", "it holds '١'"),
        ("--1", "it holds '-'"),
        ("1-", "it holds '-'"),
        ("NaN", "it holds 'N'"),
        ("1.2.3", "it holds '.'"),
        (".5", "a digit is missing beside the point or the sign"),
        ("5.", "a digit is missing beside the point or the sign"),
        (".", "a digit is missing beside the point or the sign"),
        ("-", "a digit is missing beside the point or the sign"),
        ("-.5", "a digit is missing beside the point or the sign"),
    ] {
        assert_eq!(refusal(text), format!("`{text}` is not an amount: {problem}"));
    }
}

#[test]
fn an_amount_has_at_most_28_digits() {
    let nines = |count: u32| "9".repeat(usize::try_from(count).unwrap());
    for count in [MAX_AMOUNT_DIGITS - 1, MAX_AMOUNT_DIGITS] {
        assert_eq!(amount(&nines(count)).to_string(), nines(count));
        assert_eq!(
            amount(&format!("-{}", nines(count))).to_string(),
            format!("-{}", nines(count))
        );
    }
    let long = nines(MAX_AMOUNT_DIGITS + 1);
    assert_eq!(
        refusal(&long),
        format!("`{long}` is not an amount: it has more than 28 digits")
    );
    assert!("0".repeat(28).parse::<Amount>().unwrap().is_zero());
    assert!("0".repeat(29).parse::<Amount>().is_err());
    assert!(refusal(&"1".repeat(5000)).len() < 120);
}

#[test]
fn an_amount_has_at_most_9_digits_after_the_point() {
    let ones = |count: u32| format!("0.{}", "1".repeat(usize::try_from(count).unwrap()));
    for count in [MAX_AMOUNT_FRACTION - 1, MAX_AMOUNT_FRACTION] {
        assert_eq!(amount(&ones(count)).to_string(), ones(count));
    }
    let long = ones(MAX_AMOUNT_FRACTION + 1);
    assert_eq!(
        refusal(&long),
        format!("`{long}` is not an amount: it has more than 9 digits after the point")
    );
    assert_eq!(amount("1.50000000000000000000").to_string(), "1.5");
}

// The ties of Python's decimal module, `Decimal(x).quantize(Decimal('0.01'), ROUND_HALF_EVEN)`.
#[test]
fn a_half_is_rounded_to_the_even_neighbour() {
    for (text, digits, rounded) in [
        ("2.125", 2, "2.12"),
        ("2.135", 2, "2.14"),
        ("2.1251", 2, "2.13"),
        ("-2.125", 2, "-2.12"),
        ("-2.135", 2, "-2.14"),
        ("0.5", 0, "0"),
        ("1.5", 0, "2"),
        ("2.5", 0, "2"),
        ("-0.5", 0, "0"),
        ("9.995", 2, "10"),
        ("8.5", 2, "8.5"),
    ] {
        assert_eq!(amount(text).rounded(digits).to_string(), rounded, "{text}");
    }
}

#[test]
fn an_amount_rounded_to_nothing_is_not_a_negative_zero() {
    let zero = amount("-0.004").rounded(2);
    assert_eq!(
        (zero, zero.is_negative(), zero.to_string().as_str()),
        (Amount::ZERO, false, "0")
    );
    assert!(!Amount::ZERO.neg().is_negative());
    assert!(!amount("-0").is_negative());
}

#[test]
fn arithmetic_is_exact_or_none() {
    assert_eq!(amount("0.1").checked_add(amount("0.2")), Some(amount("0.3")));
    assert_eq!(amount("1").checked_sub(amount("0.9")), Some(amount("0.1")));
    assert_eq!(amount("1.5").checked_sub(amount("1.5")), Some(Amount::ZERO));
    assert_eq!(amount("19.99").checked_mul(amount("3")), Some(amount("59.97")));
    assert_eq!(amount("-0.5").checked_mul(amount("0")), Some(Amount::ZERO));
    let most = amount(&"9".repeat(28));
    assert_eq!(most.checked_add(amount("1")), None);
    assert_eq!(
        most.checked_add(amount("0.1")),
        None,
        "a rounding decimal would drop the tenth"
    );
    assert_eq!(most.checked_mul(amount("1.1")), None);
    assert_eq!(most.checked_mul(amount("1")), Some(most));
    assert_eq!(most.neg().checked_sub(amount("1")), None);
}

#[test]
fn the_product_of_two_long_fractions_is_kept_whole() {
    let tiny = amount("0.000000001");
    let square = tiny.checked_mul(tiny).unwrap();
    assert_eq!(square.to_string(), "0.000000000000000001");
    let cube = square.checked_mul(tiny).unwrap();
    assert_eq!(cube.to_string(), "0.000000000000000000000000001");
    assert_eq!(cube.checked_mul(amount("0.1")), None);
}

/// Found by the fuzz target `money`'s model: the digits before the trailing zeros go need more than
/// 128 bits.
#[test]
fn a_product_that_fits_is_kept_however_long_it_is_on_the_way() {
    let product = amount("222111625.233825792").checked_mul(amount("6211904899255558013.916015625"));
    assert_eq!(product, Some(amount("1379736292971616863649769907")));
    let long = "1.234567890123456789012345678";
    let stored: Amount = serde_json::from_str(&format!("\"{long}\"")).unwrap();
    let thousands = amount("1000000000000000000000000000");
    assert_eq!(
        stored.checked_mul(thousands),
        Some(amount("1234567890123456789012345678"))
    );
    assert_eq!(stored.checked_mul(thousands.checked_add(amount("1")).unwrap()), None);
}

#[test]
fn minor_units_are_shifted_by_the_currency_s_digits() {
    assert_eq!(minor(850, 2), amount("8.5"));
    assert_eq!(minor(-850, 0), amount("-850"));
    assert_eq!(minor(i64::MIN, 2).to_string(), "-92233720368547758.08");
}

#[test]
fn minor_units_have_at_most_27_digits() {
    assert_eq!(minor(1, 26).to_string(), "0.00000000000000000000000001");
    assert_eq!(minor(1, 27).to_string(), "0.000000000000000000000000001");
    assert_eq!(Amount::from_minor_units(1, 28), None);
    assert_eq!(Amount::from_minor_units(0, 28), None);
}

#[test]
fn an_amount_is_a_string_in_json_and_never_a_number() {
    assert_eq!(serde_json::to_string(&amount("8.50")).unwrap(), "\"8.5\"");
    assert_eq!(serde_json::from_str::<Amount>("\"8.50\"").unwrap(), amount("8.5"));
    let error = serde_json::from_str::<Amount>("8.5").unwrap_err().to_string();
    assert_eq!(
        error,
        "invalid type: floating point `8.5`, expected an amount as text, such as \"8.50\" at line 1 column 3"
    );
    assert!(serde_json::from_str::<Amount>("\"1e3\"").is_err());
    assert!(serde_json::from_str::<Amount>("8").is_err());
}

#[test]
fn a_percentage_is_between_0_and_1000() {
    for text in ["0", "0.5", "100", "999", "1000", "1000.0"] {
        assert!(text.parse::<Percent>().is_ok(), "{text}");
    }
    let text = |text: &str| text.parse::<Percent>().unwrap_err().to_string();
    assert_eq!(text("1000.01"), "percentage `1000.01` is not between 0 and 1000");
    assert_eq!(text("1001"), "percentage `1001` is not between 0 and 1000");
    assert_eq!(text("-1"), "percentage `-1` is not between 0 and 1000");
    assert_eq!(text("80%"), "`80%` is not an amount: it holds '%'");
    assert_eq!(
        text("10,00"),
        "`10,00` is not an amount: it holds ','; write a point, as in `25.00`"
    );
    let long = amount("0.00001").checked_mul(amount("0.00001")).unwrap();
    let error = Percent::new(long).unwrap_err().to_string();
    assert_eq!(
        error,
        "percentage `0.0000000001` has more than 9 digits after the point"
    );
}

#[test]
fn a_percentage_of_an_amount_is_not_rounded() {
    let of = |percent: &str, text: &str| {
        percent
            .parse::<Percent>()
            .unwrap()
            .of(amount(text))
            .unwrap()
            .to_string()
    };
    assert_eq!(of("50", "8.5"), "4.25");
    assert_eq!(of("33.3", "8.5"), "2.8305");
    assert_eq!(of("0", "8.5"), "0");
    assert_eq!(of("1000", "8.5"), "85");
    assert_eq!(of("70", "-19.99"), "-13.993");
    assert_eq!(of("0.000000001", "0.000000001"), "0.00000000000000000001");
}

#[test]
fn a_percentage_is_a_string_in_json() {
    let percent: Percent = "80.0".parse().unwrap();
    assert_eq!(serde_json::to_string(&percent).unwrap(), "\"80\"");
    assert_eq!(serde_json::from_str::<Percent>("\"80\"").unwrap(), percent);
    assert!(serde_json::from_str::<Percent>("80").is_err());
}

/// Amounts as networks send them: up to 18 digits, up to 9 of them after the point.
fn any_amount() -> impl Strategy<Value = Amount> {
    (any::<i64>(), 0..=MAX_AMOUNT_FRACTION).prop_map(|(units, digits)| minor(units, digits))
}

/// Amounts of a sale: up to a billion, in cents.
fn sale() -> impl Strategy<Value = Amount> {
    (-100_000_000_000_i64..100_000_000_000).prop_map(|cents| minor(cents, 2))
}

fn percent() -> impl Strategy<Value = Percent> {
    (0_i64..=100_000).prop_map(|hundredths| Percent::new(minor(hundredths, 2)).unwrap())
}

proptest! {
    #[test]
    fn what_prints_is_read_back_the_same(amount in any_amount()) {
        prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
    }

    #[test]
    fn a_text_in_its_shortest_form_prints_back_as_it_was(text in "-?(0|[1-9][0-9]{0,18})\\.[0-9]{0,8}[1-9]") {
        prop_assert_eq!(amount(&text).to_string(), text);
    }

    #[test]
    fn any_text_is_either_refused_or_prints_as_an_equal_amount(text in "[-+0-9._e ]{0,12}") {
        if let Ok(read) = text.parse::<Amount>() {
            prop_assert_eq!(read.to_string().parse::<Amount>().unwrap(), read);
        }
    }

    #[test]
    fn a_stored_product_is_read_back_the_same(a in any_amount(), b in any_amount()) {
        if let Some(product) = a.checked_mul(b) {
            let stored = serde_json::to_string(&product).unwrap();
            prop_assert_eq!(serde_json::from_str::<Amount>(&stored).unwrap(), product);
        }
    }

    #[test]
    fn subtracting_undoes_adding(a in any_amount(), b in any_amount()) {
        prop_assert_eq!(a.checked_add(b).unwrap().checked_sub(b), Some(a));
    }

    #[test]
    fn adding_and_multiplying_commute(a in any_amount(), b in any_amount()) {
        prop_assert_eq!(a.checked_add(b), b.checked_add(a));
        prop_assert_eq!(a.checked_mul(b), b.checked_mul(a));
    }

    #[test]
    fn arithmetic_agrees_with_whole_numbers(a in any::<i32>(), b in any::<i32>(), digits in 0_u32..=4) {
        let (left, right) = (minor(a.into(), digits), minor(b.into(), digits));
        prop_assert_eq!(left.checked_add(right), Some(minor(i64::from(a) + i64::from(b), digits)));
        prop_assert_eq!(left.checked_mul(right), Some(minor(i64::from(a) * i64::from(b), 2 * digits)));
        prop_assert_eq!(left.cmp(&right), a.cmp(&b));
    }

    #[test]
    fn rounding_moves_an_amount_by_at_most_half_a_unit(amount in any_amount(), digits in 0_u32..=9) {
        let rounded = amount.rounded(digits);
        let moved = rounded.checked_sub(amount).unwrap().abs();
        let half = minor(5, digits + 1);
        prop_assert!(moved <= half);
        prop_assert_eq!(rounded.rounded(digits), rounded);
        if moved == half {
            let units = rounded.checked_mul(amount_of_ten_to(digits)).unwrap();
            let halves = units.checked_mul(minor(5, 1)).unwrap();
            prop_assert_eq!(halves, halves.rounded(0), "a tie went to the odd neighbour");
        }
    }

    #[test]
    fn a_share_and_its_rest_are_the_whole(total in sale(), hundredths in 0_i64..=10_000) {
        let share = |h| Percent::new(minor(h, 2)).unwrap().of(total).unwrap();
        prop_assert_eq!(share(hundredths).checked_add(share(10_000 - hundredths)), Some(total));
    }

    #[test]
    fn the_whole_of_any_amount_is_the_amount(amount in any_amount()) {
        prop_assert_eq!("100".parse::<Percent>().unwrap().of(amount), Some(amount));
    }

    /// What `{payout_delta}` must promise: however a sale grows by upsells and shrinks by refunds,
    /// the deltas sum to the payout of the whole.
    #[test]
    fn the_payout_deltas_of_increments_sum_to_the_payout_of_the_total(
        increments in prop::collection::vec(sale(), 1..20),
        percent in percent(),
        code in prop::sample::select(vec!["USD", "JPY", "KWD", "CLF"]),
    ) {
        let currency: Currency = code.parse().unwrap();
        let payout = |sum: Amount| Money::new(percent.of(sum).unwrap(), currency).rounded().amount;
        let (mut sum, mut told) = (Amount::ZERO, Amount::ZERO);
        for increment in increments {
            let after = sum.checked_add(increment).unwrap();
            let delta = payout(after).checked_sub(payout(sum)).unwrap();
            told = told.checked_add(delta).unwrap();
            sum = after;
        }
        prop_assert_eq!(told, payout(sum));
    }
}

fn amount_of_ten_to(digits: u32) -> Amount {
    minor(10_i64.pow(digits), 0)
}
