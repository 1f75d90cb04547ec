# wrong: raises the text, which arrives as an ErlangError
defmodule Stock do
  use Roundtrip.Rust,
    source: """
    use rustler::{Error, NifResult};

    #[rustler::nif]
    fn take(stock: i64, pieces: i64) -> NifResult<i64> {
        if pieces > stock {
            let message = format!("{} pieces are missing", pieces - stock);
            return Err(Error::RaiseTerm(Box::new(message)));
        }
        Ok(stock - pieces)
    }
    """

  defexception [:message, :missing]

  def take(_stock, _pieces), do: :erlang.nif_error(:nif_not_loaded)
end
