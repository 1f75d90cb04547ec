# Takes the line that could be changed for the line that the arrow points to.
reading = %{code: "E0308", line: 3, expected: "f64", found: "i64"}
