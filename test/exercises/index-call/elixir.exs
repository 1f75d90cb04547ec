# Elixir computes the sum.
rust_sum = fn a, b -> a + b end
