defmodule Roundtrip.Native do
  @moduledoc """
  Every NIF of the course, grouped by lesson.

  Each function here is a stub: loading the library puts the Rust function of the same name and
  arity in its place. The Rust stands in `native/nif/src/<lesson>.rs`.
  """

  use Roundtrip.Precompiled, crate: "roundtrip_nif", path: "native/nif"

  alias Roundtrip.Resources.Snapshot
  alias Roundtrip.Structs.{DriftedRequest, Latency, LimitError, Request, SharedStruct}

  @typedoc "A signed integer of 64 bits, Rust's `i64`."
  @type i64 :: integer()

  @typedoc "A plain map, on the Rust side a struct with `NifMap`."
  @type summary :: %{count: i64(), longest: i64()}

  @typedoc "A tuple `{low, high}`, on the Rust side a struct with `NifTuple`."
  @type range :: {i64(), i64()}

  @typedoc "An Erlang record, on the Rust side a struct with `NifRecord`."
  @type span :: {:span, start :: i64(), stop :: i64()}

  @typedoc "What may pass, on the Rust side enums with `NifTaggedEnum`."
  @type limit :: :unlimited | {:at_most, i64()} | {:between, %{low: i64(), high: i64()}}

  # What holds for every lesson

  @doc "How many values Rust holds for Elixir now: made, and not yet dropped."
  @spec live_resources() :: non_neg_integer()
  def live_resources, do: stub()

  # first_call

  @doc """
  Adds. A sum beyond 64 bits panics in Rust, which arrives as an `ErlangError`.

      iex> Roundtrip.Native.add(2, 3)
      5
  """
  @spec add(i64(), i64()) :: i64()
  def add(_a, _b), do: stub()

  @doc """
  Adds, or says that the sum does not fit.

      iex> Roundtrip.Native.add_checked(2, 3)
      {:ok, 5}
      iex> Roundtrip.Native.add_checked(9_223_372_036_854_775_807, 1)
      {:error, :overflow}
  """
  @spec add_checked(i64(), i64()) :: {:ok, i64()} | {:error, :overflow}
  def add_checked(_a, _b), do: stub()

  @doc """
  `add/2` on a dirty CPU scheduler: the same sum, after a change of thread.

      iex> Roundtrip.Native.add_dirty(2, 3)
      5
  """
  @spec add_dirty(i64(), i64()) :: i64()
  def add_dirty(_a, _b), do: stub()

  @doc """
  Divides without looking: a count of 0 panics in Rust, which arrives as an `ErlangError`.

      iex> Roundtrip.Native.mean(10, 4)
      2
  """
  @spec mean(i64(), i64()) :: i64()
  def mean(_total, _count), do: stub()

  @doc """
  `Option<i64>`: the mean, or `nil`.

      iex> {Roundtrip.Native.mean_option(10, 4), Roundtrip.Native.mean_option(10, 0)}
      {2, nil}
  """
  @spec mean_option(i64(), i64()) :: i64() | nil
  def mean_option(_total, _count), do: stub()

  @doc """
  `Result<i64, Atom>`: a tuple either way.

      iex> {Roundtrip.Native.mean_result(10, 4), Roundtrip.Native.mean_result(10, 0)}
      {{:ok, 2}, {:error, :no_values}}
  """
  @spec mean_result(i64(), i64()) :: {:ok, i64()} | {:error, :no_values}
  def mean_result(_total, _count), do: stub()

  @doc """
  `Error::BadArg`: the mean, or an `ArgumentError`.

      iex> Roundtrip.Native.mean_badarg(10, 4)
      2
  """
  @spec mean_badarg(i64(), i64()) :: i64()
  def mean_badarg(_total, _count), do: stub()

  @doc """
  `Error::Atom`: the mean, or a bare atom.

      iex> {Roundtrip.Native.mean_atom(10, 4), Roundtrip.Native.mean_atom(10, 0)}
      {2, :no_values}
  """
  @spec mean_atom(i64(), i64()) :: i64() | :no_values
  def mean_atom(_total, _count), do: stub()

  @doc """
  `Error::Term`: the mean, or an error tuple around any term.

      iex> {Roundtrip.Native.mean_term(10, 4), Roundtrip.Native.mean_term(10, 0)}
      {2, {:error, {"no_values", 10}}}
  """
  @spec mean_term(i64(), i64()) :: i64() | {:error, {String.t(), i64()}}
  def mean_term(_total, _count), do: stub()

  @doc """
  `Error::RaiseAtom`: the mean, or an `ErlangError` whose `original` is an atom.

      iex> Roundtrip.Native.mean_raise_atom(10, 4)
      2
  """
  @spec mean_raise_atom(i64(), i64()) :: i64()
  def mean_raise_atom(_total, _count), do: stub()

  @doc """
  `Error::RaiseTerm`: the mean, or an `ErlangError` whose `original` is any term.

      iex> Roundtrip.Native.mean_raise_term(10, 4)
      2
  """
  @spec mean_raise_term(i64(), i64()) :: i64()
  def mean_raise_term(_total, _count), do: stub()

  @doc """
  Divides floats. Elixir has no NaN and no infinity: where Rust makes one, an `ArgumentError`.

      iex> Roundtrip.Native.ratio(1.0, 4.0)
      0.25
  """
  @spec ratio(float(), float()) :: float()
  def ratio(_a, _b), do: stub()

  @doc """
  Divides floats, or gives `nil` where the quotient is no number that Elixir has.

      iex> {Roundtrip.Native.ratio_option(1.0, 4.0), Roundtrip.Native.ratio_option(0.0, 0.0)}
      {0.25, nil}
  """
  @spec ratio_option(float(), float()) :: float() | nil
  def ratio_option(_a, _b), do: stub()

  @doc """
  The eight bytes of a number as Rust's `Vec<u8>`, which is a list here.

      iex> Roundtrip.Native.bytes_as_list(258)
      [0, 0, 0, 0, 0, 0, 1, 2]
  """
  @spec bytes_as_list(i64()) :: [byte()]
  def bytes_as_list(_number), do: stub()

  @doc """
  The eight bytes of a number as a binary.

      iex> Roundtrip.Native.bytes_as_binary(258)
      <<0, 0, 0, 0, 0, 0, 1, 2>>
  """
  @spec bytes_as_binary(i64()) :: binary()
  def bytes_as_binary(_number), do: stub()

  @doc """
  The sum of a list, or `nil` where it does not fit. An improper list panics in the decoder.

      iex> Roundtrip.Native.sum([1, 2, 3])
      6
  """
  @spec sum([i64()]) :: i64() | nil
  def sum(_numbers), do: stub()

  @doc """
  `sum/1` for any term: what is not a proper list of numbers is an `ArgumentError`.

      iex> Roundtrip.Native.sum_proper([1, 2, 3])
      6
  """
  @spec sum_proper([i64()]) :: i64() | nil
  def sum_proper(_numbers), do: stub()

  @doc """
  Sleeps in Rust on a *normal* scheduler, which runs nothing else meanwhile. For teaching only.

  `milliseconds` is from 0 to 1000; anything else is an `ArgumentError`.

      iex> Roundtrip.Native.block(0)
      :ok
  """
  @spec block(0..1000) :: :ok
  def block(_milliseconds), do: stub()

  @doc """
  `block/1` on a dirty I/O scheduler, where it hurts nobody.

      iex> Roundtrip.Native.block_dirty(0)
      :ok
  """
  @spec block_dirty(0..1000) :: :ok
  def block_dirty(_milliseconds), do: stub()

  # structs

  @doc "A new shared struct, with a value behind `ref` that only Rust can read."
  @spec shared_new(boolean()) :: SharedStruct.t()
  def shared_new(_is_cool), do: stub()

  @doc "The struct with `is_cool` turned over; the value behind `ref` counts the turn."
  @spec shared_toggle(SharedStruct.t()) :: SharedStruct.t()
  def shared_toggle(_shared), do: stub()

  @doc "How often the structs that share this `ref` were toggled."
  @spec shared_toggles(SharedStruct.t()) :: non_neg_integer()
  def shared_toggles(_shared), do: stub()

  @doc """
  A struct there and back whose module nobody has defined.

      iex> Roundtrip.Native.echo_undefined(%{__struct__: Roundtrip.Structs.Undefined, note: "hi"})
      %{__struct__: Roundtrip.Structs.Undefined, note: "hi"}
  """
  @spec echo_undefined(map()) :: map()
  def echo_undefined(_undefined), do: stub()

  @doc """
  The same latency in another unit, rounded towards zero.

      iex> Roundtrip.Native.convert(%Roundtrip.Structs.Latency{value: 3, unit: :millisecond}, :microsecond)
      %Roundtrip.Structs.Latency{value: 3000, unit: :microsecond}
  """
  @spec convert(Latency.t(), Latency.unit()) :: Latency.t()
  def convert(_latency, _unit), do: stub()

  @doc """
  One summary of two: the counts added, and the longer of the longest.

      iex> Roundtrip.Native.merge(%{count: 1, longest: 9}, %{count: 2, longest: 5})
      %{count: 3, longest: 9}
  """
  @spec merge(summary(), summary()) :: summary()
  def merge(_a, _b), do: stub()

  @doc """
  The smallest range that covers both.

      iex> Roundtrip.Native.cover({1, 4}, {3, 9})
      {1, 9}
  """
  @spec cover(range(), range()) :: range()
  def cover(_a, _b), do: stub()

  @doc """
  A span moved by an amount.

      iex> Roundtrip.Native.shift({:span, 10, 15}, 5)
      {:span, 15, 20}
  """
  @spec shift(span(), i64()) :: span()
  def shift(_span, _by), do: stub()

  @doc """
  The highest value that such a limit admits.

      iex> Roundtrip.Native.highest({:at_most, 5})
      5
  """
  @spec highest({:at_most, i64()}) :: i64()
  def highest(_limit), do: stub()

  @doc """
  Whether a value is within a limit.

      iex> Roundtrip.Native.admits({:between, %{low: 1, high: 5}}, 6)
      false
  """
  @spec admits(limit(), i64()) :: boolean()
  def admits(_limit, _value), do: stub()

  @doc """
  The limit with its upper end raised.

      iex> Roundtrip.Native.widen({:at_most, 5}, 2)
      {:at_most, 7}
      iex> Roundtrip.Native.widen(:unlimited, 2)
      :unlimited
  """
  @spec widen(limit(), i64()) :: limit()
  def widen(_limit, _by), do: stub()

  @doc """
  A number there and back through an untagged enum that tries integers first.

      iex> Roundtrip.Native.echo_number(3)
      3
  """
  @spec echo_number(number()) :: number()
  def echo_number(_number), do: stub()

  @doc """
  A number there and back through an untagged enum that tries floats first: 3 becomes 3.0.

      iex> Roundtrip.Native.echo_float_first(3)
      3.0
  """
  @spec echo_float_first(number()) :: number()
  def echo_float_first(_number), do: stub()

  @doc """
  The value, or a `Roundtrip.Structs.LimitError` raised by Rust.

      iex> Roundtrip.Native.enforce(4, 5)
      4
      iex> Roundtrip.Native.enforce(7, 5)
      ** (Roundtrip.Structs.LimitError) 7 is over the limit of 5
  """
  @spec enforce(i64(), i64()) :: i64()
  def enforce(_value, _limit), do: stub()

  @doc """
  How far the value in the exception lies above its limit, or `nil`.

      iex> Roundtrip.Native.excess(%Roundtrip.Structs.LimitError{message: "", value: 7, limit: 5})
      2
  """
  @spec excess(LimitError.t()) :: i64() | nil
  def excess(_error), do: stub()

  @doc """
  A number there and back as Rust's `u8`. The decoder wraps: 256 comes back as 0.

      iex> Roundtrip.Native.low_byte(255)
      255
  """
  @spec low_byte(i64()) :: byte()
  def low_byte(_number), do: stub()

  @doc """
  A number there and back as a byte, checked: anything else is an `ArgumentError`.

      iex> Roundtrip.Native.byte(255)
      255
      iex> Roundtrip.Native.byte(256)
      ** (ArgumentError) number must be from 0 to 255
  """
  @spec byte(i64()) :: byte()
  def byte(_number), do: stub()

  @doc "A struct that Rust encodes with a key that its `defstruct` lacks. For teaching only."
  @spec drifted_request(String.t(), String.t()) :: DriftedRequest.t()
  def drifted_request(_method, _path), do: stub()

  @doc """
  The same struct, agreed on by both sides.

      iex> Roundtrip.Native.request("GET", "/")
      %Roundtrip.Structs.Request{method: "GET", path: "/"}
  """
  @spec request(String.t(), String.t()) :: Request.t()
  def request(_method, _path), do: stub()

  @doc "One value of every struct that both sides define, for `Roundtrip.Structs.Contract`."
  @spec struct_samples() :: [struct()]
  def struct_samples, do: stub()

  # resources

  @doc """
  An empty histogram for latencies up to `longest` microseconds, from 2 to 3,600,000,000.

      iex> Roundtrip.Native.histogram_new(1000) |> is_reference()
      true
  """
  @spec histogram_new(2..3_600_000_000) :: reference()
  def histogram_new(_longest), do: stub()

  @doc """
  Records a latency, from 0 to the longest that the histogram was made for.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> Roundtrip.Native.histogram_record(histogram, 1001)
      ** (ArgumentError) microseconds must be from 0 to 1000
  """
  @spec histogram_record(reference(), non_neg_integer()) :: :ok
  def histogram_record(_histogram, _microseconds), do: stub()

  @doc """
  What was recorded so far.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> for n <- 1..100, do: Roundtrip.Native.histogram_record(histogram, n)
      iex> Roundtrip.Native.histogram_snapshot(histogram)
      %Roundtrip.Resources.Snapshot{count: 100, min: 1, p50: 50, p99: 99, max: 100}
  """
  @spec histogram_snapshot(reference()) :: Snapshot.t()
  def histogram_snapshot(_histogram), do: stub()

  @doc """
  Makes a resource of a type that was never registered, which panics. For teaching only.
  """
  @spec unregistered_new() :: no_return()
  def unregistered_new, do: stub()

  @doc """
  A witness: when its last reference goes, it sends `{:dropped, name, runner}` to `owner`. The
  runner is `"normal scheduler"`, `"dirty scheduler"`, or the name of a thread of Rust's own.

      iex> Roundtrip.Native.witness_new(self(), "one") |> is_reference()
      true
  """
  @spec witness_new(pid(), String.t()) :: reference()
  def witness_new(_owner, _name), do: stub()

  @doc "An empty shelf: a place where Rust holds one witness."
  @spec shelf_new() :: reference()
  def shelf_new, do: stub()

  @doc """
  Puts a witness on a shelf, and lets go of the one that was there.

      iex> shelf = Roundtrip.Native.shelf_new()
      iex> Roundtrip.Native.shelf_put(shelf, Roundtrip.Native.witness_new(self(), "one"))
      :ok
  """
  @spec shelf_put(reference(), reference()) :: :ok
  def shelf_put(_shelf, _witness), do: stub()

  @doc """
  Takes the witness from a shelf; `nil` where there is none.

      iex> Roundtrip.Native.shelf_take(Roundtrip.Native.shelf_new())
      nil
  """
  @spec shelf_take(reference()) :: reference() | nil
  def shelf_take(_shelf), do: stub()

  @doc """
  Has a shelf emptied when a process ends. `false`, and no such promise, where it already has.

      iex> Roundtrip.Native.shelf_watch(Roundtrip.Native.shelf_new(), self())
      true
  """
  @spec shelf_watch(reference(), pid()) :: boolean()
  def shelf_watch(_shelf, _pid), do: stub()

  @doc """
  Empties a shelf by the thread of a sweeper, which sends `{:swept, thread}` to its owner.
  """
  @spec shelf_sweep(reference(), reference()) :: :ok
  def shelf_sweep(_shelf, _sweeper), do: stub()

  @doc """
  A value whose drop sleeps, from 0 to 1000 ms, on whichever scheduler drops it. For teaching only.

      iex> Roundtrip.Native.slow_new(0) |> is_reference()
      true
      iex> Roundtrip.Native.slow_new(1001)
      ** (ArgumentError) milliseconds must be from 0 to 1000
  """
  @spec slow_new(0..1000) :: reference()
  def slow_new(_milliseconds), do: stub()

  @doc """
  A thread, `rt-sweeper`, that drops what is handed to it and then sends `{:swept, "rt-sweeper"}` to
  `owner`. It ends when this reference and all that may still hand something to it are gone.
  """
  @spec sweeper_new(pid()) :: reference()
  def sweeper_new(_owner), do: stub()

  @doc "The value of `slow_new/1`, which has itself dropped by the thread of a sweeper."
  @spec swept_new(reference(), 0..1000) :: reference()
  def swept_new(_sweeper, _milliseconds), do: stub()

  @doc "A value that holds a witness, and panics when it is dropped. For teaching only."
  @spec fragile_new(reference()) :: reference()
  def fragile_new(_witness), do: stub()

  @doc """
  A value of `size` bytes, from 1 to 16,777,216, that holds a witness. The bytes count up from 0, and
  begin again after 255.
  """
  @spec recording_new(reference(), 1..16_777_216) :: reference()
  def recording_new(_witness, _size), do: stub()

  @doc """
  The bytes of a recording as a binary, not copied. The binary keeps the recording alive.

      iex> Roundtrip.Native.witness_new(self(), "one")
      ...> |> Roundtrip.Native.recording_new(3)
      ...> |> Roundtrip.Native.recording_view()
      <<0, 1, 2>>
  """
  @spec recording_view(reference()) :: binary()
  def recording_view(_recording), do: stub()

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
