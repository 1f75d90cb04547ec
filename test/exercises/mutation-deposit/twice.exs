# wrong: looks again, and still writes what it saw before
deposit = fn till, by ->
  seen = till.get.()
  _again = till.get.()
  till.put.(seen + by)
end
