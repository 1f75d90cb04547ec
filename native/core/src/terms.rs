//! Logic of the lesson `terms`.

use std::collections::HashMap;

/// Counts how often each word occurs. The keys borrow from the text, so that no word is copied.
pub fn count_words(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

/// Multiplies an integer of any length, given as bytes with the most significant byte first.
///
/// The product has no leading zeros; zero is no bytes at all.
pub fn multiply(number: &[u8], factor: u32) -> Vec<u8> {
    let mut product = Vec::with_capacity(number.len() + 4);
    let mut carry: u64 = 0;
    for byte in number.iter().rev() {
        carry += u64::from(*byte) * u64::from(factor);
        product.push(low_byte(carry));
        carry >>= 8;
    }
    while carry > 0 {
        product.push(low_byte(carry));
        carry >>= 8;
    }
    while product.last() == Some(&0) {
        product.pop();
    }
    product.reverse();
    product
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

/// Adds up all bytes, modulo 2 to the power of 32.
pub fn checksum(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |sum, byte| u32::wrapping_add(sum, u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        let counts = count_words(" to be\nor not  to be ");
        assert_eq!(counts.len(), 4);
        assert_eq!(counts.get("to"), Some(&2));
        assert_eq!(counts.get("not"), Some(&1));
        assert!(count_words(" \n").is_empty());
    }

    #[test]
    fn multiply_agrees_with_u128() {
        for number in [0_u64, 1, 255, 256, 65_537, u64::MAX] {
            for factor in [0, 1, 255, 256, u32::MAX] {
                let product = u128::from(number) * u128::from(factor);
                let expected: Vec<u8> = product
                    .to_be_bytes()
                    .into_iter()
                    .skip_while(|byte| *byte == 0)
                    .collect();
                assert_eq!(
                    multiply(&number.to_be_bytes(), factor),
                    expected,
                    "{number} * {factor}"
                );
            }
        }
    }

    #[test]
    fn multiply_goes_beyond_every_integer_type() {
        let factorial = (1..=100).fold(vec![1], |product, n| multiply(&product, n));
        assert_eq!(factorial.len(), 66);
        assert!(factorial.ends_with(&[0; 12]));
    }

    #[test]
    fn checksum_adds_bytes() {
        assert_eq!(checksum(&[]), 0);
        assert_eq!(checksum(&[1, 2, 255]), 258);
    }
}
