# the last value of a key counts
defmodule Settings do
  use Roundtrip.Rust,
    source: """
    use rustler::Atom;

    mod atoms {
        rustler::atoms! { retries, timeout }
    }

    #[rustler::nif]
    fn settings(options: Vec<(Atom, i64)>) -> Result<(i64, i64), Atom> {
        let mut retries = None;
        let mut timeout = None;
        for (key, value) in options {
            if key == atoms::retries() {
                retries = Some(value);
            } else if key == atoms::timeout() {
                timeout = Some(value);
            } else {
                return Err(key);
            }
        }
        Ok((retries.unwrap_or(3), timeout.unwrap_or(5000)))
    }
    """

  def settings(_options), do: :erlang.nif_error(:nif_not_loaded)
end
