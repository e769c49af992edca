use crate::support::*;
use postback::KeyRing;
use postback::clickbank::envelope::Diagnosis;

fn refused(ring: &KeyRing, iv: &[u8], ciphertext: &[u8]) -> bool {
    ring.open(&envelope(iv, ciphertext)).is_err()
}

#[test]
fn each_of_the_9472_single_bit_changes_of_a_real_notification_is_refused() {
    let ring = key_ring(&[SECRET]);
    let (iv, ciphertext) = real();
    assert_eq!((iv.len() * 8, ciphertext.len() * 8), (128, 9_344));
    let mut survivors = Vec::new();
    for bit in 0..(iv.len() + ciphertext.len()) * 8 {
        let mut all = [iv.as_slice(), &ciphertext].concat();
        all[bit / 8] ^= 1 << (bit % 8);
        let (iv, ciphertext) = all.split_at(16);
        if !refused(&ring, iv, ciphertext) {
            survivors.push(bit);
        }
    }
    assert!(survivors.is_empty(), "{survivors:?}");
}

#[test]
fn a_cut_notification_is_refused() {
    let ring = key_ring(&[SECRET]);
    let (iv, ciphertext) = real();
    for cut in (16..ciphertext.len()).step_by(16) {
        assert!(refused(&ring, &iv, &ciphertext[..cut]), "end cut to {cut}");
        assert!(refused(&ring, &iv, &ciphertext[cut..]), "beginning cut by {cut}");
        assert!(
            refused(&ring, &ciphertext[cut - 16..cut], &ciphertext[cut..]),
            "beginning cut by {cut}, IV fitting"
        );
    }
}

#[test]
fn doubled_and_missing_blocks_are_refused() {
    let ring = key_ring(&[SECRET]);
    let (iv, ciphertext) = real();
    let blocks: Vec<&[u8]> = ciphertext.chunks(16).collect();
    for place in 0..blocks.len() {
        let mut doubled = blocks.clone();
        doubled.insert(place, blocks[place]);
        assert!(refused(&ring, &iv, &doubled.concat()), "doubled {place}");
        let mut missing = blocks.clone();
        missing.remove(place);
        assert!(refused(&ring, &iv, &missing.concat()), "missing {place}");
    }
    assert!(refused(&ring, &iv, &[ciphertext.as_slice(), &ciphertext].concat()));
}

#[test]
fn swapped_blocks_are_refused() {
    let ring = key_ring(&[SECRET]);
    let (iv, ciphertext) = real();
    let blocks: Vec<&[u8]> = ciphertext.chunks(16).collect();
    for one in 0..blocks.len() {
        for other in 0..one {
            let mut swapped = blocks.clone();
            swapped.swap(one, other);
            assert!(refused(&ring, &iv, &swapped.concat()), "{one} {other}");
        }
    }
}

#[test]
fn a_wrong_padding_is_refused_even_where_the_text_is_a_notification_without_it() {
    let ring = key_ring(&[SECRET]);
    // White space behind the object is legal JSON: only the padding is at fault here.
    let text = format!("{SMALL:<112}");
    assert_eq!(text.len() % 16, 0);
    let envelope = envelope(IV, &encrypt_blocks(text.as_bytes()));
    assert!(ring.open(&envelope).is_err());
    assert_eq!(ring.diagnose(&envelope), [Diagnosis::Padding]);
}

#[test]
fn every_last_byte_but_the_right_one_is_refused() {
    let ring = key_ring(&[SECRET]);
    for last in 0..=255_u8 {
        let mut text = format!("{SMALL:<112}").into_bytes();
        text[111] = last;
        let opens = ring.open(&envelope(IV, &encrypt_blocks(&text))).is_ok();
        assert_eq!(opens, last == 1, "{last}");
    }
}

#[test]
fn padding_of_more_than_a_block_is_refused() {
    let ring = key_ring(&[SECRET]);
    let mut text = SMALL.as_bytes().to_vec();
    text.resize(128, 32);
    assert_eq!(SMALL.len(), 96);
    assert!(refused(&ring, IV, &encrypt_blocks(&text)));
}
