# wrong: returns the exception as an error tuple, and raises nothing
defmodule Stock do
  use Roundtrip.Rust,
    source: """
    use rustler::NifException;

    #[derive(NifException)]
    #[module = "Stock"]
    struct Stock {
        message: String,
        missing: i64,
    }

    #[rustler::nif]
    fn take(stock: i64, pieces: i64) -> Result<i64, Stock> {
        if pieces > stock {
            let missing = pieces - stock;
            let message = format!("{missing} pieces are missing");
            return Err(Stock { message, missing });
        }
        Ok(stock - pieces)
    }
    """

  defexception [:message, :missing]

  def take(_stock, _pieces), do: :erlang.nif_error(:nif_not_loaded)
end
