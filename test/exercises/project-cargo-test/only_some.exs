# Checks that there is a text, and not which.
encode_test = """
use numerals::encode;

#[test]
fn numerals_are_added() {
    assert_eq!(encode(8), Some("VIII".to_string()));
}

#[test]
fn a_smaller_numeral_in_front_is_subtracted() {
    assert!(encode(4).is_some());
}
"""
