//! What stands for a click in indexes: eight bytes instead of its id's thirty-three, which nearly name it. Statements compare the id as well.

/// How many characters of an id make its key: 5 bits each, 60 in all.
const CHARACTERS: usize = 12;

/// The key of an id: of one that was made here the first characters, which are its time and some entropy, so that clicks of one time lie
/// together; of any other a hash.
pub(crate) fn key(id: &str) -> i64 {
    if id.len() < 2 * CHARACTERS || !id.bytes().all(|byte| matches!(byte, b'2'..=b'7' | b'a'..=b'z')) {
        return hash(id);
    }
    id.bytes().take(CHARACTERS).fold(0, |key, byte| key << 5 | digit(byte))
}

/// The value of a lower-case base32 character.
fn digit(byte: u8) -> i64 {
    let value = match byte {
        b'2'..=b'7' => byte.wrapping_sub(b'2'),
        _ => byte.wrapping_sub(b'a').wrapping_add(6),
    };
    i64::from(value & 0x1f)
}

/// FNV-1a. Two ids with one hash cost a row that is read in vain.
fn hash(id: &str) -> i64 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn ids_that_were_made_here_sort_by_their_time() {
        let ids = ["2", "3", "7", "a", "b", "z"].map(|first| format!("2{first}{}", "7".repeat(31)));
        let keys = ids.map(|id| key(&id));
        assert!(keys.is_sorted() && keys.iter().all(|key| *key >= 0), "{keys:?}");
        assert_eq!(key(&"2".repeat(33)), 0);
        assert_eq!(key(&"z".repeat(33)), (1 << 60) - 1);
    }

    #[test]
    fn other_ids_have_a_hash() {
        // Known answers of FNV-1a.
        assert_eq!(key("").cast_unsigned(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(key("a").cast_unsigned(), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(key("foobar").cast_unsigned(), 0x8594_4171_f739_67e8);
        // Too short to be one that was made here: as many as follow could begin alike.
        assert_ne!(key(&"2".repeat(23)), key(&"2".repeat(22)));
        assert_eq!(key(&"2".repeat(24)), key(&"2".repeat(25)));
        assert_ne!(key(&"A".repeat(33)), key(&format!("{}B", "A".repeat(32))));
    }
}
