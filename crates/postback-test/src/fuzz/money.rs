//! Compares amounts with an arithmetic on decimal digits that is slow and has no limits.

use postback::{
    Money,
    value::{Amount, Currency, MAX_AMOUNT_DIGITS, MAX_AMOUNT_FRACTION, Percent},
};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// The longest fraction that an amount can have.
const LONGEST_FRACTION: usize = 27;

/// A number: its digits, the last one first. `scale` of them stand behind the point.
#[derive(Debug, Clone, PartialEq)]
struct Number {
    negative: bool,
    digits: Vec<u8>,
    scale: usize,
}

impl Number {
    fn new(negative: bool, digits: Vec<u8>, scale: usize) -> Self {
        let mut number = Self {
            negative,
            digits,
            scale,
        };
        while number.scale > 0 && number.digits.first().is_none_or(|digit| *digit == 0) {
            number.scale -= 1;
            if !number.digits.is_empty() {
                number.digits.remove(0);
            }
        }
        while number.digits.last() == Some(&0) {
            number.digits.pop();
        }
        number.negative &= !number.digits.is_empty();
        number
    }

    /// Reads `-?[0-9]+(\.[0-9]+)?` of any length.
    fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return None;
        }
        let fraction = fraction.unwrap_or_default();
        let digits = whole.bytes().chain(fraction.bytes()).rev().map(|byte| byte - b'0');
        Some(Self::new(text.starts_with('-'), digits.collect(), fraction.len()))
    }

    fn print(&self) -> String {
        let mut text: Vec<u8> = self.digits.iter().map(|digit| b'0' + digit).collect();
        text.resize(text.len().max(self.scale + 1), b'0');
        if self.scale > 0 {
            text.insert(self.scale, b'.');
        }
        if self.negative {
            text.push(b'-');
        }
        text.reverse();
        String::from_utf8(text).unwrap()
    }

    /// Whether an amount has room for the number.
    fn fits(&self) -> bool {
        self.digits.len() <= MAX_AMOUNT_DIGITS as usize && self.scale <= LONGEST_FRACTION
    }

    fn at_scale(&self, scale: usize) -> Vec<u8> {
        [vec![0; scale - self.scale], self.digits.clone()].concat()
    }

    fn add(&self, other: &Self) -> Self {
        let scale = self.scale.max(other.scale);
        let (one, two) = (self.at_scale(scale), other.at_scale(scale));
        if self.negative == other.negative {
            return Self::new(self.negative, sum(&one, &two), scale);
        }
        match compare(&one, &two) {
            Ordering::Less => Self::new(other.negative, difference(&two, &one), scale),
            _ => Self::new(self.negative, difference(&one, &two), scale),
        }
    }

    fn mul(&self, other: &Self) -> Self {
        let mut digits = vec![0_u32; self.digits.len() + other.digits.len() + 1];
        for (place, one) in self.digits.iter().enumerate() {
            for (further, two) in other.digits.iter().enumerate() {
                digits[place + further] += u32::from(*one) * u32::from(*two);
            }
        }
        for place in 0..digits.len() - 1 {
            digits[place + 1] += digits[place] / 10;
            digits[place] %= 10;
        }
        let digits = digits.into_iter().map(|digit| digit as u8).collect();
        Self::new(self.negative != other.negative, digits, self.scale + other.scale)
    }

    /// Rounds half to even.
    fn rounded(&self, digits: usize) -> Self {
        let Some(cut) = self.scale.checked_sub(digits) else {
            return self.clone();
        };
        let mut all = self.digits.clone();
        all.resize(all.len().max(cut + 1), 0);
        let (gone, kept) = all.split_at(cut);
        let half = [vec![0; cut.saturating_sub(1)], vec![5; cut.min(1)]].concat();
        let up = match compare(gone, &half) {
            _ if cut == 0 => false,
            Ordering::Less => false,
            Ordering::Equal => kept[0] % 2 == 1,
            Ordering::Greater => true,
        };
        Self::new(self.negative, sum(kept, &[u8::from(up)]), digits)
    }
}

fn sum(one: &[u8], two: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits = Vec::new();
    for place in 0..=one.len().max(two.len()) {
        let digit = carry + one.get(place).unwrap_or(&0) + two.get(place).unwrap_or(&0);
        digits.push(digit % 10);
        carry = digit / 10;
    }
    digits
}

/// Subtracts `two` from `one`, which must not be the smaller one.
fn difference(one: &[u8], two: &[u8]) -> Vec<u8> {
    let mut borrowed = 0;
    let mut digits = Vec::new();
    for (place, digit) in one.iter().enumerate() {
        let digit = 10 + digit - borrowed - two.get(place).unwrap_or(&0);
        digits.push(digit % 10);
        borrowed = u8::from(digit < 10);
    }
    digits
}

fn compare(one: &[u8], two: &[u8]) -> Ordering {
    let length = one.len().max(two.len());
    let padded = |digits: &[u8]| {
        let mut digits = digits.to_vec();
        digits.resize(length, 0);
        digits.reverse();
        digits
    };
    padded(one).cmp(&padded(two))
}

/// Reads the lines as amounts and as percentages.
pub fn money(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read: Vec<(Amount, Number)> = text.split('\n').take(4).filter_map(one).collect();
    for (amount, number) in &read {
        for digits in 0..=MAX_AMOUNT_FRACTION + 1 {
            is(Some(amount.rounded(digits)), &number.rounded(digits as usize));
        }
        for (code, digits) in [("JPY", 0), ("USD", 2), ("KWD", 3)] {
            let currency: Currency = code.parse().unwrap();
            let money = Money::new(*amount, currency).rounded();
            assert_eq!((money.currency, money.amount), (currency, amount.rounded(digits)));
        }
        assert_eq!(amount.neg().neg(), *amount);
        assert_eq!(amount.checked_add(amount.neg()), Some(Amount::ZERO));
        assert!(!amount.abs().is_negative());
    }
    for (one, first) in &read {
        for (two, second) in &read {
            let negative = Number::new(!second.negative, second.digits.clone(), second.scale);
            is(one.checked_add(*two), &first.add(second));
            is(one.checked_sub(*two), &first.add(&negative));
            is(one.checked_mul(*two), &first.mul(second));
            let apart = first.add(&negative);
            let order = match (apart.digits.is_empty(), apart.negative) {
                (true, _) => Ordering::Equal,
                (_, true) => Ordering::Less,
                (_, false) => Ordering::Greater,
            };
            assert_eq!(
                (one.cmp(two), one == two),
                (order, order == Ordering::Equal),
                "{one} {two}"
            );
        }
    }
    percentages(&read);
}

/// Checks that an amount is read exactly if the grammar and the limits allow it, and prints so that
/// it can be read back.
fn one(text: &str) -> Option<(Amount, Number)> {
    let given = text.bytes().filter(u8::is_ascii_digit).count();
    let expected = Number::parse(text)
        .filter(|number| given <= MAX_AMOUNT_DIGITS as usize && number.scale <= MAX_AMOUNT_FRACTION as usize);
    let (amount, number) = match (text.parse::<Amount>(), expected) {
        (Ok(amount), Some(number)) => (amount, number),
        (Err(error), None) => {
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
            return None;
        }
        (read, expected) => panic!("`{text}`: {read:?}, not {expected:?}"),
    };
    is(Some(amount), &number);
    assert_eq!(amount.to_string().parse::<Amount>().as_ref(), Ok(&amount));
    let decimal: Decimal = amount.to_string().parse().unwrap();
    assert_eq!(Decimal::from_str_exact(text), Ok(decimal), "{text}");
    Some((amount, number))
}

fn percentages(read: &[(Amount, Number)]) {
    let hundredth = Number::parse("0.01").unwrap();
    let thousand: Amount = "1000".parse().unwrap();
    for (share, factor) in read {
        let percent = Percent::new(*share);
        assert_eq!(percent.is_ok(), *share >= Amount::ZERO && *share <= thousand, "{share}");
        let Ok(percent) = percent else { continue };
        assert_eq!(percent.to_string().parse(), Ok(percent));
        for (amount, number) in read {
            is(percent.of(*amount), &number.mul(factor).mul(&hundredth));
        }
    }
}

/// Checks that `amount` is exactly `number`, or none if there is no room for the number.
fn is(amount: Option<Amount>, number: &Number) {
    let expected = number.fits().then(|| number.print());
    assert_eq!(amount.map(|amount| amount.to_string()), expected);
    if let Some(amount) = amount {
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
        assert_eq!(
            (amount.is_zero(), amount.is_negative()),
            (number.digits.is_empty(), number.negative)
        );
    }
}
