# the last unknown key is returned, because the loop goes on
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
        let mut unknown = None;
        for (key, value) in options {
            if key == atoms::retries() {
                retries = retries.or(Some(value));
            } else if key == atoms::timeout() {
                timeout = timeout.or(Some(value));
            } else {
                unknown = Some(key);
            }
        }
        if let Some(key) = unknown {
            return Err(key);
        }
        Ok((retries.unwrap_or(3), timeout.unwrap_or(5000)))
    }
    """

  def settings(_options), do: :erlang.nif_error(:nif_not_loaded)
end
