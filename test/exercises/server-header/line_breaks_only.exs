# rejects both line breaks, and lets the zero byte through
defmodule HeaderValue do
  use Roundtrip.Rust,
    source: """
    struct HeaderValue(String);

    impl HeaderValue {
        fn parse(text: String) -> Option<HeaderValue> {
            if text.contains(['\\n', '\\r']) {
                None
            } else {
                Some(HeaderValue(text))
            }
        }
    }

    #[rustler::nif]
    fn header(name: &str, value: String) -> Option<String> {
        let value = HeaderValue::parse(value)?;
        Some(format!("{name}: {}", value.0))
    }
    """

  def header(_name, _value), do: :erlang.nif_error(:nif_not_loaded)
end
