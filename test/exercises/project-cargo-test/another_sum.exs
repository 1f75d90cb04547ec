# Checks another number whose numerals are only added.
encode_test = """
use numerals::encode;

#[test]
fn numerals_are_added() {
    assert_eq!(encode(8), Some("VIII".to_string()));
}

#[test]
fn a_smaller_numeral_in_front_is_subtracted() {
    assert_eq!(encode(6), Some("VI".to_string()));
}
"""
