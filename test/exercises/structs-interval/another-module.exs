# wrong: the module has no such struct, so Rust refuses an %Interval{}
defmodule Interval do
  use Roundtrip.Rust,
    source: """
    use rustler::NifStruct;

    #[derive(NifStruct)]
    #[module = "Range"]
    struct Interval {
        low: i64,
        high: i64,
    }

    #[rustler::nif]
    fn join(a: Interval, b: Interval) -> Interval {
        Interval {
            low: a.low.min(b.low),
            high: a.high.max(b.high),
        }
    }
    """

  @enforce_keys [:low, :high]
  defstruct [:low, :high]

  def join(_a, _b), do: :erlang.nif_error(:nif_not_loaded)
end
