# Takes the line that explains for the line with the error.
reading = %{code: "E0308", line: 2, expected: "f64", found: "i64"}
