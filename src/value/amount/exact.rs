//! Products and quotients of mantissas, without rounding.

/// The product with its scale. It takes one step where both factors fit in 64 bits. Where the
/// product does not fit in 128 bits, factors of ten are removed first: the product of two long
/// fractions may be short.
pub(super) fn product(mut one: i128, mut other: i128, mut scale: u32) -> Option<(i128, u32)> {
    if let (Ok(one), Ok(other)) = (i64::try_from(one), i64::try_from(other)) {
        return Some((i128::from(one).wrapping_mul(i128::from(other)), scale));
    }
    loop {
        if let Some(product) = one.checked_mul(other) {
            return Some((product, scale));
        }
        scale = scale.checked_sub(1)?;
        (one, other) = without(2, one, other)?;
        (one, other) = without(5, one, other)?;
    }
}

/// Two factors of a product, one of which has lost the prime `factor`.
fn without(factor: i128, one: i128, other: i128) -> Option<(i128, i128)> {
    match (divided(one, factor), divided(other, factor)) {
        ((less, 0), _) => Some((less, other)),
        (_, (less, 0)) => Some((one, less)),
        _ => None,
    }
}

/// The quotient and the remainder. Almost every amount fits in 64 bits, where a division is many
/// times cheaper. `by` must be above 0.
pub(super) fn divided(mantissa: i128, by: i128) -> (i128, i128) {
    let parts = match (i64::try_from(mantissa), i64::try_from(by)) {
        (Ok(short), Ok(by)) => {
            let parts = short.checked_div(by).zip(short.checked_rem(by));
            parts.map(|(whole, rest)| (whole.into(), rest.into()))
        }
        _ => mantissa.checked_div(by).zip(mantissa.checked_rem(by)),
    };
    parts.unwrap_or((0, mantissa))
}
