# Takes what was found for what was expected.
reading = %{code: "E0308", line: 4, expected: "i64", found: "f64"}
