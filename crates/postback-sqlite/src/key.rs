//! Keys in indexes: eight bytes that nearly identify a row, instead of the twenty-six or
//! thirty-three of its id. Two rows may have the same key, by chance or because somebody chose
//! their ids for it. So statements compare the id too, and guards of clicks may be shared.

use postback::tracker::CLICK_ID_LENGTH;

/// How many characters of an id of ours give the time, behind its first letter: 40 bits, of which
/// the last stands for 256 ms.
const TIME: usize = 8;

/// How many bits distinguish clicks of the same time: one pair in eight million has the same bits.
/// Together with the time they never make a negative key.
const REST: u32 = 23;

/// How many characters of a hash make its key: sixty bits, which are never a negative key.
const OF_HASH: usize = 12;

/// Returns the key of an id that is a hash: of an event, a conversion or a delivery. Keys sort as
/// ids do, which may begin with a time.
pub(crate) fn of_hash(id: &str) -> i64 {
    let key = id.bytes().take(OF_HASH).fold(0, |key, byte| key << 5 | digit(byte));
    u64::cast_signed(key)
}

/// Returns the key of a click's id. For an id of ours it is the time and some bits of a hash, so
/// that clicks of the same time lie together in the index; for any other id it is a hash.
pub(crate) fn key(id: &str) -> i64 {
    let hash = hash(id);
    time(id)
        .map_or(hash, |time| time << REST | (hash ^ hash >> 32) & !(u64::MAX << REST))
        .cast_signed()
}

/// Returns the time of an id that has the form of ours.
fn time(id: &str) -> Option<u64> {
    let text = id.strip_prefix('p').filter(|_| id.len() == CLICK_ID_LENGTH)?;
    if !text.bytes().all(|byte| matches!(byte, b'2'..=b'7' | b'a'..=b'z')) {
        return None;
    }
    Some(text.bytes().take(TIME).fold(0, |time, byte| time << 5 | digit(byte)))
}

/// Returns the value of a lower-case base32 character.
fn digit(byte: u8) -> u64 {
    let value = match byte {
        b'2'..=b'7' => byte.wrapping_sub(b'2'),
        _ => byte.wrapping_sub(b'a').wrapping_add(6),
    };
    u64::from(value & 0x1f)
}

/// Computes the hash FNV-1a.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{REST, TIME, key, of_hash};
    use postback::Timestamp;
    use postback::tracker::ClickIdKeys;
    use std::collections::{BTreeMap, BTreeSet};

    fn minted(millis: i64, random: u64) -> String {
        let at = Timestamp::from_unix_millis(millis).unwrap();
        ClickIdKeys::default().mint(at, [random, random]).to_string()
    }

    /// Pairs of ids of the same moment that have the same key.
    pub(crate) fn pairs(wanted: usize) -> Vec<[String; 2]> {
        let mut found = Vec::new();
        let mut seen = BTreeMap::new();
        for random in 0.. {
            let id = minted(1_780_000_000_000, random);
            if let Some(other) = seen.insert(key(&id), id.clone()) {
                found.push([other, id]);
            }
            if found.len() == wanted {
                break;
            }
        }
        found
    }

    #[test]
    fn ids_that_were_made_here_sort_by_their_time() {
        let keys: Vec<_> = (0..10).map(|step| key(&minted(step << 36, 7))).collect();
        assert!(keys.is_sorted() && keys.iter().all(|key| *key >= 0), "{keys:?}");
        let keys: Vec<_> = (0..1000)
            .map(|step| key(&minted(step * 256, step.cast_unsigned())))
            .collect();
        assert!(keys.is_sorted(), "{keys:?}");
        let last = format!("p{}", "z".repeat(32));
        assert_eq!(
            (key(&last) >> REST, key(&minted(0, 0)) >> REST),
            ((1 << (5 * TIME)) - 1, 0)
        );
    }

    #[test]
    fn ids_of_one_millisecond_hardly_share_a_key() {
        let keys: BTreeSet<_> = (0..1000)
            .map(|random| key(&minted(1_780_000_000_000, random)))
            .collect();
        assert!(keys.len() >= 999, "{}", keys.len());
    }

    #[test]
    fn the_key_of_a_hash_sorts_as_it_does() {
        assert_eq!(of_hash(&"2".repeat(26)), 0);
        assert_eq!(of_hash("222222222223zzzzzzzzzzzzzz"), 1);
        assert_eq!(of_hash(&"z".repeat(26)), (1 << 60) - 1);
        let digits = b"234567abcdefghijklmnopqrstuvwxyz";
        let keys: Vec<_> = digits
            .iter()
            .map(|digit| of_hash(&format!("2{}", char::from(*digit).to_string().repeat(25))))
            .collect();
        assert!(keys.is_sorted_by(|one, other| one < other), "{keys:?}");
    }

    #[test]
    fn ids_of_other_forms_have_a_hash() {
        // These are known values of FNV-1a.
        assert_eq!(key("").cast_unsigned(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(key("a").cast_unsigned(), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(key("foobar").cast_unsigned(), 0x8594_4171_f739_67e8);
        // These ids are longer, or have another first letter, or an upper-case one.
        let ours = minted(1_780_000_000_000, 7);
        for other in [format!("{ours}a"), ours.replacen('p', "q", 1), ours.to_uppercase()] {
            assert_ne!(key(&other) >> REST, key(&ours) >> REST, "{other}");
        }
        // These ids are shorter, or have a character that ours never have.
        for other in [format!("p{}", "2".repeat(31)), format!("p{}8", "2".repeat(31))] {
            assert_eq!(key(&other), super::hash(&other).cast_signed(), "{other}");
        }
        assert_ne!(key("newsletteroctoberredbutton"), key("newsletteroctoberbluebutton"));
    }
}
