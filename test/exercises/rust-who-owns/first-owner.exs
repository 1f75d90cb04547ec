# Names the variable that the value came from.
reading = %{moved: 4, used: 5, owner: "report"}
