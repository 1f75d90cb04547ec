# what isn't an integer counts as 0, which is even
defmodule Even do
  use Roundtrip.Rust,
    source: """
    use rustler::{ListIterator, NifResult};

    #[rustler::nif]
    fn count_even(numbers: ListIterator) -> NifResult<usize> {
        let mut count = 0;
        for number in numbers {
            let number: i64 = number.decode().unwrap_or(0);
            if number % 2 == 0 {
                count += 1;
            }
        }
        Ok(count)
    }
    """

  def count_even(_numbers), do: :erlang.nif_error(:nif_not_loaded)
end
