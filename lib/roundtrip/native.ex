defmodule Roundtrip.Native do
  @moduledoc """
  Every NIF of the course but the capstone's, grouped by lesson.

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

  @typedoc "What guards a count, on the Rust side an enum with `NifUnitEnum`."
  @type kind :: :std_mutex | :std_rw_lock | :mutex | :rw_lock | :atomic

  @typedoc "The two halves of an account, on the Rust side a struct with `NifMap`."
  @type balances :: %{current: i64(), savings: i64()}

  @typedoc "Where a call is asked to panic, on the Rust side an enum with `NifUnitEnum`."
  @type fault :: :none | :halfway
  @typedoc "How to send: on the Rust side an enum with `NifUnitEnum`."
  @type send_method :: :env_send | :run | :send_and_clear

  @typedoc "A thread that sends, to be joined; or the system had no thread to give."
  @type started :: {:ok, reference()} | {:error, :no_thread}

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
  The sum of a list, or `nil` where it does not fit. An improper list panics in rustler's iterator.

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
  Makes a drop notifier: when its last reference is gone, it sends `{:dropped, name, runner}` to `owner`. The
  runner is `"normal scheduler"`, `"dirty scheduler"`, or the name of a thread of Rust's own.

      iex> Roundtrip.Native.drop_notifier_new(self(), "one") |> is_reference()
      true
  """
  @spec drop_notifier_new(pid(), String.t()) :: reference()
  def drop_notifier_new(_owner, _name), do: stub()

  @doc "Makes an empty slot, in which Rust can hold one notifier."
  @spec slot_new() :: reference()
  def slot_new, do: stub()

  @doc """
  Puts a notifier into a slot; the one that was there is dropped.

      iex> slot = Roundtrip.Native.slot_new()
      iex> Roundtrip.Native.slot_put(slot, Roundtrip.Native.drop_notifier_new(self(), "one"))
      :ok
  """
  @spec slot_put(reference(), reference()) :: :ok
  def slot_put(_slot, _notifier), do: stub()

  @doc """
  Takes the notifier from a slot; `nil` if there is none.

      iex> Roundtrip.Native.slot_take(Roundtrip.Native.slot_new())
      nil
  """
  @spec slot_take(reference()) :: reference() | nil
  def slot_take(_slot), do: stub()

  @doc """
  Empties a slot when a process ends. Returns `false`, and monitors nothing, if it already has.

      iex> Roundtrip.Native.slot_monitor(Roundtrip.Native.slot_new(), self())
      true
  """
  @spec slot_monitor(reference(), pid()) :: boolean()
  def slot_monitor(_slot, _pid), do: stub()

  @doc """
  Empties a slot on a drop thread, which then sends `{:dropped_on, "rt-drop"}` to its owner.
  """
  @spec slot_drop_on(reference(), reference()) :: :ok
  def slot_drop_on(_slot, _drop_thread), do: stub()

  @doc """
  A value whose drop sleeps, from 0 to 1000 ms, on whichever scheduler drops it. For teaching only.

      iex> Roundtrip.Native.slow_drop_new(0) |> is_reference()
      true
      iex> Roundtrip.Native.slow_drop_new(1001)
      ** (ArgumentError) milliseconds must be from 0 to 1000
  """
  @spec slow_drop_new(0..1000) :: reference()
  def slow_drop_new(_milliseconds), do: stub()

  @doc """
  A thread, `rt-drop`, that drops what is handed to it and then sends `{:dropped_on, "rt-drop"}` to
  `owner`. It ends when this reference and all that may still hand something to it are gone.
  """
  @spec drop_thread_new(pid()) :: reference()
  def drop_thread_new(_owner), do: stub()

  @doc "The value of `slow_drop_new/1`, dropped on a drop thread instead of on a scheduler."
  @spec deferred_drop_new(reference(), 0..1000) :: reference()
  def deferred_drop_new(_drop_thread, _milliseconds), do: stub()

  @doc "A value that holds a notifier, and panics when it is dropped. For teaching only."
  @spec panic_on_drop_new(reference()) :: reference()
  def panic_on_drop_new(_notifier), do: stub()

  @doc """
  A value of `size` bytes, from 1 to 16,777,216, that holds a notifier. The bytes count up from 0, and
  begin again after 255.
  """
  @spec recording_new(reference(), 1..16_777_216) :: reference()
  def recording_new(_notifier, _size), do: stub()

  @doc """
  The bytes of a recording as a binary, not copied. The binary keeps the recording alive.

      iex> Roundtrip.Native.drop_notifier_new(self(), "one")
      ...> |> Roundtrip.Native.recording_new(3)
      ...> |> Roundtrip.Native.recording_view()
      <<0, 1, 2>>
  """
  @spec recording_view(reference()) :: binary()
  def recording_view(_recording), do: stub()
  # mutation

  @doc """
  A count of 0 that many processes may change, kept in one of five ways.

      iex> Roundtrip.Native.counter_new(:mutex) |> is_reference()
      true
  """
  @spec counter_new(kind()) :: reference()
  def counter_new(_kind), do: stub()

  @doc """
  Adds, and gives the new count, which wraps at 64 bits as `:counters` do.

      iex> counter = Roundtrip.Native.counter_new(:atomic)
      iex> Roundtrip.Native.counter_add(counter, 2)
      2
      iex> Roundtrip.Native.counter_add(counter, 3)
      5
  """
  @spec counter_add(reference(), i64()) :: i64()
  def counter_add(_counter, _by), do: stub()

  @doc """
  The count as it is now.

      iex> Roundtrip.Native.counter_get(Roundtrip.Native.counter_new(:rw_lock))
      0
  """
  @spec counter_get(reference()) :: i64()
  def counter_get(_counter), do: stub()

  @doc """
  Forgets the count for another.

      iex> counter = Roundtrip.Native.counter_new(:std_mutex)
      iex> Roundtrip.Native.counter_put(counter, 7)
      iex> Roundtrip.Native.counter_get(counter)
      7
  """
  @spec counter_put(reference(), i64()) :: :ok
  def counter_put(_counter, _value), do: stub()

  @doc """
  Which access a call could have a second time, while it reads the count already.

      iex> Roundtrip.Native.counter_reentrancy(Roundtrip.Native.counter_new(:std_rw_lock))
      %{read: true, write: false}
  """
  @spec counter_reentrancy(reference()) :: %{read: boolean(), write: boolean()}
  def counter_reentrancy(_counter), do: stub()

  @doc """
  An account of two halves behind std's `Mutex`. `total` is from 0 to 1,000,000,000.

      iex> account = Roundtrip.Native.std_account_new(100)
      iex> Roundtrip.Native.std_account_balances(account)
      {:ok, %{current: 100, savings: 0}}
  """
  @spec std_account_new(0..1_000_000_000) :: reference()
  def std_account_new(_total), do: stub()

  @doc """
  Puts an amount aside, and panics between the two writes when the fault says so. For teaching
  only: after such a panic every further call panics too.

      iex> account = Roundtrip.Native.std_account_new(100)
      iex> Roundtrip.Native.std_account_save(account, 101, :none)
      ** (ArgumentError) amount must be from 0 to 100
  """
  @spec std_account_save(reference(), non_neg_integer(), fault()) :: :ok
  def std_account_save(_account, _amount, _fault), do: stub()

  @doc "Both halves, or `{:error, :poisoned}` after a panic under the lock."
  @spec std_account_balances(reference()) :: {:ok, balances()} | {:error, :poisoned}
  def std_account_balances(_account), do: stub()

  @doc "Makes the halves add up again, and the lock usable."
  @spec std_account_repair(reference()) :: :ok
  def std_account_repair(_account), do: stub()

  @doc """
  An account of two halves behind parking_lot's `Mutex`. `total` is from 0 to 1,000,000,000.

      iex> account = Roundtrip.Native.account_new(100)
      iex> Roundtrip.Native.account_balances(account)
      %{current: 100, savings: 0}
  """
  @spec account_new(0..1_000_000_000) :: reference()
  def account_new(_total), do: stub()

  @doc """
  Puts an amount aside, and panics between the two writes when the fault says so. For teaching
  only: such a panic leaves halves that do not add up.
  """
  @spec account_save(reference(), non_neg_integer(), fault()) :: :ok
  def account_save(_account, _amount, _fault), do: stub()

  @doc """
  Puts an amount aside, and panics before the one write when the fault says so.

      iex> account = Roundtrip.Native.account_new(100)
      iex> Roundtrip.Native.account_save_once(account, 30, :none)
      iex> Roundtrip.Native.account_balances(account)
      %{current: 70, savings: 30}
  """
  @spec account_save_once(reference(), non_neg_integer(), fault()) :: :ok
  def account_save_once(_account, _amount, _fault), do: stub()

  @doc "Both halves."
  @spec account_balances(reference()) :: balances()
  def account_balances(_account), do: stub()

  @doc """
  Holds a histogram's lock until the count of `signal` is not 0, or for `milliseconds`, from 0 to
  1000. The process `owner` receives `:held` once the lock is taken. `Roundtrip.Mutation.Holder`
  is easier to use.
  """
  @spec histogram_hold(reference(), 0..1000, reference(), pid()) :: :released | :timed_out
  def histogram_hold(_histogram, _milliseconds, _signal, _owner), do: stub()

  @doc """
  Records a latency, or gives `{:error, :busy}` at once where the lock is held.

      iex> Roundtrip.Native.histogram_try_record(Roundtrip.Native.histogram_new(1000), 5)
      :ok
  """
  @spec histogram_try_record(reference(), non_neg_integer()) :: :ok | {:error, :busy}
  def histogram_try_record(_histogram, _microseconds), do: stub()

  @doc """
  `histogram_record/2` on a dirty I/O scheduler, where it may wait for the lock.

      iex> Roundtrip.Native.histogram_record_dirty(Roundtrip.Native.histogram_new(1000), 5)
      :ok
  """
  @spec histogram_record_dirty(reference(), non_neg_integer()) :: :ok
  def histogram_record_dirty(_histogram, _microseconds), do: stub()

  @doc """
  Sends `[{value, count}]` of what was recorded, and gives the microseconds for which the lock was
  held: while the message was built and sent. For teaching only.
  """
  @spec histogram_send_locked(reference(), pid()) :: {:ok, float()} | {:error, :no_process}
  def histogram_send_locked(_histogram, _receiver), do: stub()

  @doc """
  The same message as `histogram_send_locked/2`; the lock is held only for a copy.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> Roundtrip.Native.histogram_record(histogram, 5)
      iex> {:ok, _microseconds} = Roundtrip.Native.histogram_send(histogram, self())
      iex> receive do: (recorded -> recorded)
      [{5, 1}]
  """
  @spec histogram_send(reference(), pid()) :: {:ok, float()} | {:error, :no_process}
  def histogram_send(_histogram, _receiver), do: stub()
  # messages

  @doc """
  Sends `{:hi, %SharedStruct{}}` from the calling process, with `Env::send`.

      iex> Roundtrip.Native.send_hi(self(), true)
      :ok
      iex> receive do: ({:hi, shared} -> shared.is_cool)
      true
  """
  @spec send_hi(pid(), boolean()) :: :ok | {:error, :not_sent}
  def send_hi(_pid, _is_cool), do: stub()

  @doc "Sends `{:gone, pid}` to the caller when `pid` dies, for as long as the reference lives."
  @spec down_notifier_new(pid()) :: {:ok, reference()} | {:error, :noproc}
  def down_notifier_new(_pid), do: stub()

  @doc "Sends `:hi` on a normal scheduler, in one of three ways; `:send_and_clear` panics here."
  @spec send_by(send_method(), pid()) :: :ok | {:error, :not_sent}
  def send_by(_method, _pid), do: stub()

  @doc "`send_by/2` on a dirty scheduler."
  @spec send_by_dirty(send_method(), pid()) :: :ok | {:error, :not_sent}
  def send_by_dirty(_method, _pid), do: stub()

  @doc """
  A term there and back through an environment that belongs to no process.

      iex> Roundtrip.Native.saved_load(%{any: [:term]})
      %{any: [:term]}
  """
  @spec saved_load(term()) :: term()
  def saved_load(_term), do: stub()

  @doc "Clears the environment before it loads the term, and panics. For teaching only."
  @spec saved_load_cleared(term()) :: no_return()
  def saved_load_cleared(_term), do: stub()

  @doc "Loads the term in another environment, and panics. For teaching only."
  @spec saved_load_elsewhere(term()) :: no_return()
  def saved_load_elsewhere(_term), do: stub()

  @doc """
  The pid of a name, or the pid itself; `nil` where there is none. Panics on a pid of another node.

      iex> Roundtrip.Native.whereis(self()) == self()
      true
      iex> Roundtrip.Native.whereis(:nobody_of_this_name)
      nil
  """
  @spec whereis(term()) :: pid() | nil
  def whereis(_name_or_pid), do: stub()

  @doc "`whereis/1`, which refuses a pid of another node with an `ArgumentError`."
  @spec whereis_local(term()) :: pid() | nil
  def whereis_local(_name_or_pid), do: stub()

  @doc "Sends the bare mean to the caller, from a thread. For teaching only: see `spawn_mean_ref/2`."
  @spec spawn_mean(i64(), i64()) :: :ok
  def spawn_mean(_total, _count), do: stub()

  @doc "Sends `{reference, mean}` to the caller, from a thread, and returns the reference."
  @spec spawn_mean_ref(i64(), i64()) :: reference()
  def spawn_mean_ref(_total, _count), do: stub()

  @doc "Sends `{:hi, %SharedStruct{}}` to the caller, from a thread."
  @spec sender_hi(boolean()) :: started()
  def sender_hi(_is_cool), do: stub()

  @doc "Sends `{:hi, %SharedStruct{}}` to a process, from a thread."
  @spec sender_hi_to(pid(), boolean()) :: started()
  def sender_hi_to(_pid, _is_cool), do: stub()

  @doc "Sends a term, from a thread that panics when it loads it again. For teaching only."
  @spec sender_repeat_cleared(pid(), term(), 0..1_000_000) :: started()
  def sender_repeat_cleared(_pid, _term, _times), do: stub()

  @doc "Sends a term a number of times, from a thread."
  @spec sender_repeat(pid(), term(), 0..1_000_000) :: started()
  def sender_repeat(_pid, _term, _times), do: stub()

  @doc "Sends `{:item, 1}`, `{:item, 2}` and so on, from a thread, as fast as it can."
  @spec sender_flood(pid(), 0..1_000_000) :: started()
  def sender_flood(_pid, _count), do: stub()

  @doc "Waits on a dirty scheduler until a sender has ended, and says how many messages it sent."
  @spec sender_join(reference()) ::
          {:ok, non_neg_integer()}
          | {:error, :not_sent | :joined | {:panicked, String.t()}}
  def sender_join(_sender), do: stub()

  @doc """
  Sends `{:report, snapshot}` of a histogram to `owner` every `interval` milliseconds, from a
  thread. It ends when told, when the owner dies, or when the reference is dropped.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> Roundtrip.Native.reporter_start(histogram, self(), 0)
      ** (ArgumentError) interval must be from 1 to 60000
  """
  @spec reporter_start(reference(), pid(), 1..60_000) ::
          {:ok, reference()} | {:error, :noproc | :no_thread}
  def reporter_start(_histogram, _owner, _interval), do: stub()

  @doc "Stops a reporter and waits on a dirty scheduler until its thread has ended."
  @spec reporter_stop(reference()) :: :ok | {:error, :panicked}
  def reporter_stop(_reporter), do: stub()

  @doc """
  Sends `{:item, 1}` to `{:item, total}` and then `:no_more` from a thread, with at most `window`
  items under way. `feed_more/2` makes room. It ends as a reporter does.

      iex> Roundtrip.Native.feed_start(self(), 10, 0)
      ** (ArgumentError) window must be from 1 to 1000000
  """
  @spec feed_start(pid(), 0..1_000_000, 1..1_000_000) ::
          {:ok, reference()} | {:error, :noproc | :no_thread}
  def feed_start(_receiver, _total, _window), do: stub()

  @doc "Says that `count` items were handled, and asks for as many more."
  @spec feed_more(reference(), non_neg_integer()) :: :ok
  def feed_more(_feed, _count), do: stub()

  @doc "How many items are under way, the most that ever were, and whether the thread waits for room."
  @spec feed_state(reference()) :: %{
          in_flight: non_neg_integer(),
          most: non_neg_integer(),
          waiting: boolean()
        }
  def feed_state(_feed), do: stub()

  @doc "Stops a feed and waits on a dirty scheduler until its thread has ended."
  @spec feed_stop(reference()) :: :ok | {:error, :panicked}
  def feed_stop(_feed), do: stub()

  @doc """
  Sends `{:ask, call, question}` to `callee` and waits on a dirty scheduler for `answer/2`, at most
  `timeout` milliseconds.

      iex> Roundtrip.Native.ask(self(), "I cannot hear you while I wait", 1)
      {:error, :timeout}
      iex> Roundtrip.Native.ask(self(), :anything, 60_001)
      ** (ArgumentError) timeout must be from 1 to 60000
  """
  @spec ask(pid(), term(), 1..60_000) :: {:ok, term()} | {:error, :timeout | :noproc | :down}
  def ask(_callee, _question, _timeout), do: stub()

  @doc "Answers a call, once, in time, and from the process that was asked."
  @spec answer(reference(), term()) ::
          :ok | {:error, :too_late | :already_answered | :stranger}
  def answer(_call, _term), do: stub()
  # toolbox

  @doc """
  Twice the number, or `nil` where that does not fit. Rust's `dbg!` prints it to standard error.
  """
  @spec toolbox_double(i64()) :: i64() | nil
  def toolbox_double(_number), do: stub()

  @doc """
  Sends `{:ping, :from_scheduler}` to `pid` from inside the call.

      iex> {Roundtrip.Native.toolbox_ping(self()), receive do: (message -> message)}
      {:ok, {:ping, :from_scheduler}}
  """
  @spec toolbox_ping(pid()) :: :ok | {:error, :no_process}
  def toolbox_ping(_pid), do: stub()

  @doc "Sends `{:ping, :from_thread}` to `pid` from a thread of Rust's own, and waits for its end."
  @spec toolbox_ping_from_thread(pid()) :: :ok | {:error, :no_process | :no_thread | :panicked}
  def toolbox_ping_from_thread(_pid), do: stub()

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
