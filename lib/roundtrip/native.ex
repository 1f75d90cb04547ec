defmodule Roundtrip.Native do
  @moduledoc """
  The NIFs of the course, grouped by lesson. Those of the HTTP server are in
  `Roundtrip.Server.Native`.

  Each function is a stub: loading the library replaces it with the Rust function of the same name
  and arity, in `native/nif/src/<lesson>.rs`. Functions marked "For teaching only" show a mistake, such
  as a panic or a call that blocks a scheduler; don't copy them.

  A function that can hold a normal scheduler for more than a millisecond says so in the metadata of
  its documentation, with the reason: `@doc blocks: "copies the string"`. One that starts a thread takes
  some 30 µs, but counts as a single step of its process. In the same way, `@doc panics: "in its thread"`
  announces a panic outside of a call, which no process hears of, and `@doc waits: "its thread sleeps"`
  that something else than a normal scheduler takes long.
  """

  use Roundtrip.Precompiled, crate: "roundtrip_nif", path: "native/nif"

  alias Roundtrip.Resources.Snapshot
  alias Roundtrip.Structs.{DriftedRequest, Latency, LimitError, Request, SharedStruct}

  @typedoc "A signed 64-bit integer, Rust's `i64`."
  @type i64 :: integer()

  @typedoc "A rectangle, on the Rust side a struct with `NifMap`."
  @type rectangle :: %{width: i64(), height: i64()}

  @typedoc "A shape, on the Rust side an enum that implements `Decoder` and `Encoder` by hand."
  @type shape :: {:circle, float()} | {:square, float()} | :point

  @typedoc "A plain map, on the Rust side a struct with `NifMap`."
  @type summary :: %{count: i64(), longest: i64()}

  @typedoc "A tuple `{low, high}`, on the Rust side a struct with `NifTuple`."
  @type range :: {i64(), i64()}

  @typedoc "An Erlang record, on the Rust side a struct with `NifRecord`."
  @type span :: {:span, start :: i64(), stop :: i64()}

  @typedoc "The values that a limit allows, on the Rust side enums with `NifTaggedEnum`."
  @type limit :: :unlimited | {:at_most, i64()} | {:between, %{low: i64(), high: i64()}}

  @typedoc "How a counter is synchronized, on the Rust side an enum with `NifUnitEnum`."
  @type counter_kind :: :mutex | :atomic

  @typedoc "The two balances of an account, on the Rust side a struct with `NifMap`."
  @type balances :: %{current: i64(), savings: i64()}

  @typedoc "Where a call panics, on the Rust side an enum with `NifUnitEnum`."
  @type fault :: :none | :halfway

  @typedoc "The function of rustler that sends, on the Rust side an enum with `NifUnitEnum`."
  @type send_method :: :env_send | :run | :send_and_clear

  @typedoc "A struct whose module isn't defined."
  @type undefined :: %{__struct__: Roundtrip.Structs.Undefined, note: String.t()}

  @typedoc "A thread for `sender_join/1`, or an error if the system can't start one."
  @type started :: {:ok, reference()} | {:error, :no_thread}

  # All lessons

  @doc "Keeps the resource types that threads and dirty NIFs create. `Roundtrip.Precompiled` calls it."
  @spec keep_types() :: :ok
  def keep_types, do: stub()

  @doc "Returns the number of Rust values that Elixir refers to: created, and not dropped yet."
  @spec live_resources() :: non_neg_integer()
  def live_resources, do: stub()

  # rust

  @doc """
  Returns what somebody of this age pays for a ticket.

      iex> Roundtrip.Native.ticket("Ada", 17)
      "Ada pays 5 euros"
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec ticket(String.t(), i64()) :: String.t()
  def ticket(_name, _age), do: stub()

  @doc """
  Converts a temperature.

      iex> Roundtrip.Native.fahrenheit(100)
      212.0
  """
  @spec fahrenheit(i64()) :: float()
  def fahrenheit(_celsius), do: stub()

  @doc """
  Returns what `count` items cost, with a tenth off from ten items on. If that doesn't fit in 64 bits,
  Rust panics, which raises an `ErlangError`.

      iex> {Roundtrip.Native.order_total(20, 9), Roundtrip.Native.order_total(20, 10)}
      {180, 180}
  """
  @spec order_total(i64(), i64()) :: i64()
  def order_total(_price, _count), do: stub()

  @doc "Returns `{inner, outer}`: two variables `n`, one of which shadows the other in a block."
  @spec scopes(i64()) :: {i64(), i64()}
  def scopes(_n), do: stub()

  @doc """
  Returns half of an even number, or `nil` for an odd one.

      iex> {Roundtrip.Native.half_of(10), Roundtrip.Native.half_of(7)}
      {5, nil}
  """
  @spec half_of(i64()) :: i64() | nil
  def half_of(_number), do: stub()

  @doc """
  Says in words what half of a number is.

      iex> Roundtrip.Native.describe_half(10)
      "twice 5"
  """
  @spec describe_half(i64()) :: String.t()
  def describe_half(_number), do: stub()

  @doc """
  Adds two integers that are given as text. In Rust it is a `Result<i64, String>`.

      iex> Roundtrip.Native.add_texts("2", "3")
      {:ok, 5}
      iex> Roundtrip.Native.add_texts("2", "three")
      {:error, "three isn't an integer"}
  """
  @doc blocks: "copies the strings: 1 ms for about 700 kB"
  @spec add_texts(String.t(), String.t()) :: {:ok, i64()} | {:error, String.t()}
  def add_texts(_a, _b), do: stub()

  @doc """
  Returns the word in capital letters and with an exclamation mark.

      iex> Roundtrip.Native.shout("rust")
      "RUST!"
  """
  @doc blocks: "walks through the string: 1 ms for about 200 kB"
  @spec shout(String.t()) :: String.t()
  def shout(_word), do: stub()

  @doc """
  Returns the word twice, of which the second is a clone, and the number twice.

      iex> Roundtrip.Native.copies("ha", 1)
      {"ha", "ha", 1, 1}
  """
  @doc blocks: "copies the string: 1 ms for about 350 kB"
  @spec copies(String.t(), i64()) :: {String.t(), String.t(), i64(), i64()}
  def copies(_word, _number), do: stub()

  @doc """
  Returns the word, repeated once.

      iex> Roundtrip.Native.twice("ha")
      "haha"
  """
  @doc blocks: "copies the string: 1 ms for about 350 kB"
  @spec twice(String.t()) :: String.t()
  def twice(_word), do: stub()

  @doc """
  Returns the word with two exclamation marks.

      iex> Roundtrip.Native.excite("hi")
      "hi!!"
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec excite(String.t()) :: String.t()
  def excite(_word), do: stub()

  @doc """
  Returns the number of code points and of bytes in a text.

      iex> Roundtrip.Native.letters_and_bytes("Zoë")
      {3, 4}
  """
  @doc blocks: "walks through the string: 1 ms for about 15 MB"
  @spec letters_and_bytes(String.t()) :: {non_neg_integer(), non_neg_integer()}
  def letters_and_bytes(_text), do: stub()

  @doc """
  Returns the text that has more bytes, or the first if both have as many.

      iex> Roundtrip.Native.longer("Elixir", "Rust")
      "Elixir"
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec longer(String.t(), String.t()) :: String.t()
  def longer(_a, _b), do: stub()

  @doc """
  Returns the text before the first space.

      iex> Roundtrip.Native.first_word("to and fro")
      "to"
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec first_word(String.t()) :: String.t()
  def first_word(_text), do: stub()

  @doc """
  Swaps the elements of a pair. It decodes neither of them, so they may be any terms.

      iex> Roundtrip.Native.swap({:a, [1, 2]})
      {[1, 2], :a}
  """
  @spec swap({term(), term()}) :: {term(), term()}
  def swap(_pair), do: stub()

  @doc """
  Returns the area of a rectangle.

      iex> Roundtrip.Native.rectangle_area(%{width: 3, height: 2})
      6
  """
  @spec rectangle_area(rectangle()) :: i64()
  def rectangle_area(_rectangle), do: stub()

  @doc """
  Returns a square that was widened by `by`.

      iex> Roundtrip.Native.wide_square(2, 1)
      %{width: 3, height: 2}
  """
  @spec wide_square(i64(), i64()) :: rectangle()
  def wide_square(_side, _by), do: stub()

  @doc """
  Returns the area of a shape.

      iex> Roundtrip.Native.shape_area({:square, 3.0})
      9.0
  """
  @spec shape_area(shape()) :: float()
  def shape_area(_shape), do: stub()

  @doc """
  Describes a rectangle in a sentence.

      iex> Roundtrip.Native.rectangle_sentence(%{width: 3, height: 2})
      "This is a rectangle of 3 by 2."
  """
  @spec rectangle_sentence(rectangle()) :: String.t()
  def rectangle_sentence(_rectangle), do: stub()

  @doc """
  Describes a shape in a sentence.

      iex> Roundtrip.Native.shape_sentence({:square, 1.5})
      "This is a shape with an area of 2.25."
  """
  @spec shape_sentence(shape()) :: String.t()
  def shape_sentence(_shape), do: stub()

  @doc """
  Returns a square whose side is the area of a shape.

      iex> Roundtrip.Native.squared({:square, 3.0})
      {:square, 9.0}
  """
  @spec squared(shape()) :: shape()
  def squared(_shape), do: stub()

  @doc """
  Returns the squares of the even numbers. An improper list panics in rustler's decoder.

      iex> Roundtrip.Native.even_squares([1, 2, 3, 4])
      [4, 16]
  """
  @doc blocks: "copies the list: 1 ms for about 15,000 elements"
  @spec even_squares([i64()]) :: [i64()]
  def even_squares(_numbers), do: stub()

  @doc """
  Returns the sum of the numbers, each multiplied by `factor`. If it doesn't fit in 64 bits, Rust
  panics, which raises an `ErlangError`.

      iex> Roundtrip.Native.scaled_total([1, 2, 3], 10)
      60
  """
  @doc blocks: "copies the list: 1 ms for about 25,000 elements"
  @spec scaled_total([i64()], i64()) :: i64()
  def scaled_total(_numbers, _factor), do: stub()

  @doc """
  Describes a rectangle and a shape, which are in one `Vec` in Rust.

      iex> Roundtrip.Native.describe_both(%{width: 3, height: 2}, :point)
      ["a rectangle of 3 by 2", "a shape with an area of 0"]
  """
  @spec describe_both(rectangle(), shape()) :: [String.t()]
  def describe_both(_rectangle, _shape), do: stub()

  @doc """
  Returns how many `Arc`s own the word: at first, after a clone, and after a drop.

      iex> Roundtrip.Native.owners("shared")
      {1, 2, 1}
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec owners(String.t()) :: {pos_integer(), pos_integer(), pos_integer()}
  def owners(_word), do: stub()

  @doc "Returns how many `Arc`s own the word within a block that clones one, and after that block."
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec owners_in_block(String.t()) :: {pos_integer(), pos_integer()}
  def owners_in_block(_word), do: stub()

  # first_call

  @doc """
  Returns the sum. If it doesn't fit in 64 bits, Rust panics, which raises an `ErlangError`.

      iex> Roundtrip.Native.add(2, 3)
      5
  """
  @spec add(i64(), i64()) :: i64()
  def add(_a, _b), do: stub()

  @doc """
  Returns the sum, or an error if it doesn't fit in 64 bits.

      iex> Roundtrip.Native.add_checked(2, 3)
      {:ok, 5}
      iex> Roundtrip.Native.add_checked(9_223_372_036_854_775_807, 1)
      {:error, :overflow}
  """
  @spec add_checked(i64(), i64()) :: {:ok, i64()} | {:error, :overflow}
  def add_checked(_a, _b), do: stub()

  @doc """
  Returns the sum like `add/2`, computed on a dirty CPU scheduler, that is on another thread.

      iex> Roundtrip.Native.add_dirty(2, 3)
      5
  """
  @spec add_dirty(i64(), i64()) :: i64()
  def add_dirty(_a, _b), do: stub()

  @doc """
  Returns the mean, without checking `count`: for 0 Rust panics, which raises an `ErlangError`.

      iex> Roundtrip.Native.mean(10, 4)
      2
  """
  @spec mean(i64(), i64()) :: i64()
  def mean(_total, _count), do: stub()

  @doc """
  Returns the mean, or `nil` if `count` is 0. In Rust it is an `Option<i64>`.

      iex> {Roundtrip.Native.mean_option(10, 4), Roundtrip.Native.mean_option(10, 0)}
      {2, nil}
  """
  @spec mean_option(i64(), i64()) :: i64() | nil
  def mean_option(_total, _count), do: stub()

  @doc """
  Returns the mean, or `default` if `count` is 0. In Rust, `default` is an `Option<i64>`, too.

      iex> {Roundtrip.Native.mean_or(10, 0, 7), Roundtrip.Native.mean_or(10, 0, nil)}
      {7, nil}
  """
  @spec mean_or(i64(), i64(), i64() | nil) :: i64() | nil
  def mean_or(_total, _count, _default), do: stub()

  @doc """
  Returns the mean in an `:ok` tuple, or an error tuple. In Rust it is a `Result<i64, Atom>`.

      iex> {Roundtrip.Native.mean_result(10, 4), Roundtrip.Native.mean_result(10, 0)}
      {{:ok, 2}, {:error, :no_values}}
  """
  @spec mean_result(i64(), i64()) :: {:ok, i64()} | {:error, :no_values}
  def mean_result(_total, _count), do: stub()

  @doc """
  Returns the mean, or raises an `ArgumentError`. In Rust the error is an `Error::BadArg`.

      iex> Roundtrip.Native.mean_badarg(10, 4)
      2
  """
  @spec mean_badarg(i64(), i64()) :: i64()
  def mean_badarg(_total, _count), do: stub()

  @doc """
  Returns the mean, or an atom. In Rust the error is an `Error::Atom`.

      iex> {Roundtrip.Native.mean_atom(10, 4), Roundtrip.Native.mean_atom(10, 0)}
      {2, :no_values}
  """
  @spec mean_atom(i64(), i64()) :: i64() | :no_values
  def mean_atom(_total, _count), do: stub()

  @doc """
  Returns the mean, or an error tuple with any term. In Rust the error is an `Error::Term`.

      iex> {Roundtrip.Native.mean_term(10, 4), Roundtrip.Native.mean_term(10, 0)}
      {2, {:error, {"no_values", 10}}}
  """
  @spec mean_term(i64(), i64()) :: i64() | {:error, {String.t(), i64()}}
  def mean_term(_total, _count), do: stub()

  @doc """
  Returns the mean, or raises an `ErlangError` with an atom: `Error::RaiseAtom` in Rust.

      iex> Roundtrip.Native.mean_raise_atom(10, 4)
      2
  """
  @spec mean_raise_atom(i64(), i64()) :: i64()
  def mean_raise_atom(_total, _count), do: stub()

  @doc """
  Returns the mean, or raises an `ErlangError` with any term: `Error::RaiseTerm` in Rust.

      iex> Roundtrip.Native.mean_raise_term(10, 4)
      2
  """
  @spec mean_raise_term(i64(), i64()) :: i64()
  def mean_raise_term(_total, _count), do: stub()

  @doc """
  Returns the mean, or raises an `ArgumentError` that says what is wrong with `count`.

      iex> Roundtrip.Native.mean_checked(10, 4)
      2
  """
  @spec mean_checked(i64(), i64()) :: i64()
  def mean_checked(_total, _count), do: stub()

  @doc """
  Returns the quotient, or raises an `ArgumentError` if it is a NaN or an infinity.

      iex> Roundtrip.Native.ratio(1.0, 4.0)
      0.25
  """
  @spec ratio(float(), float()) :: float()
  def ratio(_a, _b), do: stub()

  @doc """
  Returns the quotient, or `nil` if it is a NaN or an infinity.

      iex> {Roundtrip.Native.ratio_option(1.0, 4.0), Roundtrip.Native.ratio_option(0.0, 0.0)}
      {0.25, nil}
  """
  @spec ratio_option(float(), float()) :: float() | nil
  def ratio_option(_a, _b), do: stub()

  @doc """
  Returns the eight bytes of a number as a list, which is what Rust's `Vec<u8>` becomes.

      iex> Roundtrip.Native.bytes_as_list(258)
      [0, 0, 0, 0, 0, 0, 1, 2]
  """
  @spec bytes_as_list(i64()) :: [byte()]
  def bytes_as_list(_number), do: stub()

  @doc """
  Returns the eight bytes of a number as a binary.

      iex> Roundtrip.Native.bytes_as_binary(258)
      <<0, 0, 0, 0, 0, 0, 1, 2>>
  """
  @spec bytes_as_binary(i64()) :: binary()
  def bytes_as_binary(_number), do: stub()

  @doc """
  Ends the VM, or only the call for `:panic`. For teaching only.

  It refuses unless the VM was started with the environment variable `ROUNDTRIP_CRASH`, as
  `Roundtrip.FirstCall.SecondVM.run/2` does.

      iex> Roundtrip.Native.crash(:abort)
      {:error, :refused}
  """
  @spec crash(:panic | :abort | :exit | :stack_overflow) :: {:error, :refused}
  def crash(_how), do: stub()

  @doc """
  Returns the 64-bit FNV-1a hash of a text.

      iex> Roundtrip.Native.fingerprint("a")
      0xAF63DC4C8601EC8C
  """
  @doc blocks: "walks through the string: 1 ms for about 700 kB"
  @spec fingerprint(String.t()) :: non_neg_integer()
  def fingerprint(_text), do: stub()

  @doc """
  Returns the sum of a list, or `nil` if it doesn't fit. An improper list panics in rustler's iterator.
  Raises an `ArgumentError` if there are more than 1,000 numbers, which would hold up the scheduler.

      iex> Roundtrip.Native.sum([1, 2, 3])
      6
  """
  @spec sum([i64()]) :: i64() | nil
  def sum(_numbers), do: stub()

  @doc """
  Returns the sum like `sum/1`, and raises an `ArgumentError` if a term isn't a list of integers.

      iex> Roundtrip.Native.sum_proper([1, 2, 3])
      6
  """
  @doc blocks: "walks the whole list for its length: 1 ms for about 400,000 elements"
  @spec sum_proper([i64()]) :: i64() | nil
  def sum_proper(_numbers), do: stub()

  @doc """
  Sleeps in Rust on a *normal* scheduler, which can't run anything else meanwhile. For teaching only.
  Raises an `ArgumentError` unless `milliseconds` is from 0 to 1000.

      iex> Roundtrip.Native.block(0)
      :ok
  """
  @doc blocks: "sleeps"
  @spec block(0..1000) :: :ok
  def block(_milliseconds), do: stub()

  @doc """
  Sleeps like `block/1`, on a dirty I/O scheduler, where it doesn't delay other processes.

      iex> Roundtrip.Native.block_dirty(0)
      :ok
  """
  @spec block_dirty(0..1000) :: :ok
  def block_dirty(_milliseconds), do: stub()

  # terms

  @doc """
  Returns the name of the term's type in Rust, a variant of rustler's `TermType`.

      iex> Roundtrip.Native.term_type("text")
      "Binary"
  """
  @spec term_type(term()) :: String.t()
  def term_type(_term), do: stub()

  @doc """
  Returns the same term, which Rust neither decodes nor copies.

      iex> Roundtrip.Native.echo_term([1, :two])
      [1, :two]
  """
  @spec echo_term(term()) :: term()
  def echo_term(_term), do: stub()

  @doc """
  Returns an equal list, which Rust has decoded into a `Vec<i64>` and encoded again.

      iex> Roundtrip.Native.echo_integers([1, 2])
      [1, 2]
  """
  @spec echo_integers([i64()]) :: [i64()]
  def echo_integers(_numbers), do: stub()

  @doc """
  Returns the index of `wanted`, or `nil`. Decodes the whole list into a `Vec<i64>` first.

      iex> Roundtrip.Native.find_index_vec([5, 7], 7)
      1
  """
  @spec find_index_vec([i64()], i64()) :: non_neg_integer() | nil
  def find_index_vec(_numbers, _wanted), do: stub()

  @doc """
  Returns the index of `wanted`, or `nil`. Reads the list up to there, and panics at the end of an
  improper one.

      iex> Roundtrip.Native.find_index([5, 7, :unread], 7)
      1
  """
  @spec find_index([i64()], i64()) :: non_neg_integer() | nil
  def find_index(_numbers, _wanted), do: stub()

  @doc """
  Returns the index of `wanted` like `find_index/2`, and raises an `ArgumentError` at the end of an
  improper list.

      iex> Roundtrip.Native.find_index_proper([5, 7], 7)
      1
  """
  @spec find_index_proper([i64()], i64()) :: non_neg_integer() | nil
  def find_index_proper(_numbers, _wanted), do: stub()

  @doc """
  Returns how often each word of the text occurs.

      iex> Roundtrip.Native.word_counts("to be or not to be")
      %{"to" => 2, "be" => 2, "or" => 1, "not" => 1}
  """
  @spec word_counts(String.t()) :: %{String.t() => pos_integer()}
  def word_counts(_text), do: stub()

  @doc """
  Returns the sum of the values, or `nil` if it doesn't fit. Decodes the map into a `HashMap` first.
  Raises an `ArgumentError` if there are more than 1,000 entries.

      iex> Roundtrip.Native.stock_total_hash_map(%{"tea" => 3, "coffee" => 4})
      7
  """
  @spec stock_total_hash_map(%{String.t() => i64()}) :: i64() | nil
  def stock_total_hash_map(_stock), do: stub()

  @doc """
  Returns the sum of the values like `stock_total_hash_map/1`, without decoding the keys.

      iex> Roundtrip.Native.stock_total(%{"tea" => 3, "coffee" => 4})
      7
  """
  @spec stock_total(%{term() => i64()}) :: i64() | nil
  def stock_total(_stock), do: stub()

  @doc """
  Returns the keys in the order in which Rust iterates over the map.

      iex> Roundtrip.Native.map_keys(%{b: 2})
      [:b]
  """
  @spec map_keys(map()) :: [term()]
  def map_keys(_map), do: stub()

  @doc """
  Returns the *last* value of `:retries`, unlike `Keyword.get/2`. For teaching only.

      iex> Roundtrip.Native.retries_hash_map(retries: 1, retries: 2)
      2
  """
  @spec retries_hash_map(keyword(i64())) :: i64() | nil
  def retries_hash_map(_options), do: stub()

  @doc """
  Returns the first value of `:retries`, as `Keyword.get/2` does.

      iex> Roundtrip.Native.retries(retries: 1, retries: 2)
      1
  """
  @spec retries(keyword(i64())) :: i64() | nil
  def retries(_options), do: stub()

  @doc """
  Returns a keyword list with values of different types.

      iex> Roundtrip.Native.default_options()
      [retries: 3, mode: "careful"]
  """
  @spec default_options() :: keyword()
  def default_options, do: stub()

  @doc """
  Returns the atom of this name, and creates it if it doesn't exist. Atoms are never freed, so it is
  for teaching only. Raises an `ArgumentError` if the name has characters outside of Latin-1.

      iex> Roundtrip.Native.atom_new("ok")
      :ok
  """
  @spec atom_new(String.t()) :: atom()
  def atom_new(_name), do: stub()

  @doc """
  Returns the atom of this name, or `nil` if it doesn't exist.

      iex> Roundtrip.Native.atom_existing("ok")
      :ok
  """
  @spec atom_existing(String.t()) :: atom() | nil
  def atom_existing(_name), do: stub()

  @doc """
  Returns whether Rust's `Option<Atom>` is a `Some`, which it is for `nil` too. For teaching only.

      iex> Roundtrip.Native.atom_is_given(nil)
      true
  """
  @spec atom_is_given(atom()) :: boolean()
  def atom_is_given(_atom), do: stub()

  @doc """
  Returns whether the atom isn't `nil`.

      iex> Roundtrip.Native.atom_is_not_nil(nil)
      false
  """
  @spec atom_is_not_nil(atom()) :: boolean()
  def atom_is_not_nil(_atom), do: stub()

  @doc """
  Returns whether the argument isn't `nil`, and raises an `ArgumentError` unless it is `nil` or an integer.

      iex> Roundtrip.Native.integer_is_given(nil)
      false
  """
  @spec integer_is_given(i64() | nil) :: boolean()
  def integer_is_given(_number), do: stub()

  @doc """
  Returns the number of bytes. Rust's `&str` checks the text and borrows it.

      iex> Roundtrip.Native.length_str("né")
      3
  """
  @spec length_str(String.t()) :: non_neg_integer()
  def length_str(_text), do: stub()

  @doc """
  Returns the number of bytes. Rust's `Binary` borrows the bytes unchecked.

      iex> Roundtrip.Native.length_binary("né")
      3
  """
  @spec length_binary(binary()) :: non_neg_integer()
  def length_binary(_bytes), do: stub()

  @doc """
  Returns the first line, or an empty string. Rust's `String` copies the whole text.

      iex> Roundtrip.Native.first_line_string("hello\\nworld")
      "hello"
  """
  @spec first_line_string(String.t()) :: String.t()
  def first_line_string(_text), do: stub()

  @doc """
  Returns the first line, or an empty string. Rust's `&str` borrows the text.

      iex> Roundtrip.Native.first_line("hello\\nworld")
      "hello"
  """
  @spec first_line(String.t()) :: String.t()
  def first_line(_text), do: stub()

  @doc """
  Returns the code points, as `String.to_charlist/1` does.

      iex> Roundtrip.Native.code_points("né")
      [110, 233]
  """
  @spec code_points(String.t()) :: [non_neg_integer()]
  def code_points(_text), do: stub()

  @doc """
  Returns the first bytes of the text. Panics if the text is shorter, or a code point would be cut. For
  teaching only.

      iex> Roundtrip.Native.first_bytes("né", 1)
      "n"
  """
  @spec first_bytes(String.t(), non_neg_integer()) :: String.t()
  def first_bytes(_text, _count), do: stub()

  @doc """
  Returns the first bytes of the text, or `nil` if it is shorter, or a code point would be cut.

      iex> {Roundtrip.Native.first_bytes_checked("né", 1), Roundtrip.Native.first_bytes_checked("né", 2)}
      {"n", nil}
  """
  @spec first_bytes_checked(String.t(), non_neg_integer()) :: String.t() | nil
  def first_bytes_checked(_text, _count), do: stub()

  @doc """
  Returns the square, or `nil` if it doesn't fit in 128 bits.

      iex> Roundtrip.Native.square(9_223_372_036_854_775_807)
      85070591730234615847396907784232501249
  """
  @spec square(integer()) :: integer() | nil
  def square(_number), do: stub()

  @doc """
  Returns the number as rustler decodes it into an `i128`, which goes wrong below the smallest one.
  For teaching only.

      iex> Roundtrip.Native.echo_i128(-5)
      -5
  """
  @spec echo_i128(integer()) :: integer()
  def echo_i128(_number), do: stub()

  @doc """
  Returns the number, or raises an `ArgumentError` if it isn't an `i128`.

      iex> Roundtrip.Native.echo_i128_checked(-5)
      -5
  """
  @spec echo_i128_checked(integer()) :: integer()
  def echo_i128_checked(_number), do: stub()

  @doc """
  Returns the number as Rust's `f64`, which integers are converted to as well.

      iex> Roundtrip.Native.echo_float(3)
      3.0
  """
  @spec echo_float(number()) :: float()
  def echo_float(_number), do: stub()

  @doc """
  Returns the product of an integer of any length, given as `:binary.encode_unsigned/1` returns it, and
  a factor of at most 32 bits.

      iex> Roundtrip.Native.multiply_bytes(<<1, 0>>, 3)
      <<3, 0>>
  """
  @spec multiply_bytes(binary(), 0..4_294_967_295) :: binary()
  def multiply_bytes(_number, _factor), do: stub()

  @doc """
  Returns the text with ASCII letters in upper case, through a `Vec<u8>` that is copied once more.

      iex> Roundtrip.Native.upcase_vec("abc")
      "ABC"
  """
  @spec upcase_vec(binary()) :: binary()
  def upcase_vec(_text), do: stub()

  @doc """
  Returns the text with ASCII letters in upper case, changed in an `OwnedBinary` of the VM.

      iex> Roundtrip.Native.upcase("abc")
      "ABC"
  """
  @spec upcase(binary()) :: binary()
  def upcase(_text), do: stub()

  @doc """
  Returns the sum of all bytes, modulo 2³².

      iex> Roundtrip.Native.checksum([1, "a", [[2]]])
      100
  """
  @spec checksum(iodata()) :: non_neg_integer()
  def checksum(_data), do: stub()

  @doc """
  Returns a part of a binary, as a view that keeps the whole binary alive.

      iex> Roundtrip.Native.slice_view("hello world", 6, 5)
      "world"
  """
  @spec slice_view(binary(), non_neg_integer(), non_neg_integer()) :: binary()
  def slice_view(_bytes, _start, _length), do: stub()

  @doc """
  Returns a copy of a part of a binary.

      iex> Roundtrip.Native.slice_copy("hello world", 6, 5)
      "world"
  """
  @spec slice_copy(binary(), non_neg_integer(), non_neg_integer()) :: binary()
  def slice_copy(_bytes, _start, _length), do: stub()

  @doc """
  Returns the text in upper case, computed by a thread that Rust starts and waits for.

      iex> Roundtrip.Native.upcase_on_thread("né")
      {:ok, "NÉ"}
  """
  @spec upcase_on_thread(String.t()) :: {:ok, String.t()} | {:error, :no_thread | :panicked}
  def upcase_on_thread(_text), do: stub()

  # structs

  @doc "Creates a shared struct, with a value behind `ref` that only Rust can read."
  @spec shared_new(boolean()) :: SharedStruct.t()
  def shared_new(_is_cool), do: stub()

  @doc "Returns the struct with `is_cool` negated, and counts the toggle in the value behind `ref`."
  @spec shared_toggle(SharedStruct.t()) :: SharedStruct.t()
  def shared_toggle(_shared), do: stub()

  @doc "Returns how often the structs with this `ref` were toggled."
  @spec shared_toggles(SharedStruct.t()) :: non_neg_integer()
  def shared_toggles(_shared), do: stub()

  @doc """
  Returns the same struct, decoded and encoded by Rust, although its module isn't defined.

      iex> Roundtrip.Native.echo_undefined(%{__struct__: Roundtrip.Structs.Undefined, note: "hi"})
      %{__struct__: Roundtrip.Structs.Undefined, note: "hi"}
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec echo_undefined(undefined()) :: undefined()
  def echo_undefined(_undefined), do: stub()

  @doc """
  Returns the same latency in another unit, rounded towards zero.

      iex> Roundtrip.Native.convert(%Roundtrip.Structs.Latency{value: 3, unit: :millisecond}, :microsecond)
      %Roundtrip.Structs.Latency{value: 3000, unit: :microsecond}
  """
  @spec convert(Latency.t(), Latency.unit()) :: Latency.t()
  def convert(_latency, _unit), do: stub()

  @doc """
  Returns a summary of both: the sum of the counts, and the maximum of `longest`.

      iex> Roundtrip.Native.merge(%{count: 1, longest: 9}, %{count: 2, longest: 5})
      %{count: 3, longest: 9}
  """
  @spec merge(summary(), summary()) :: summary()
  def merge(_a, _b), do: stub()

  @doc """
  Returns the smallest range that covers both.

      iex> Roundtrip.Native.cover({1, 4}, {3, 9})
      {1, 9}
  """
  @spec cover(range(), range()) :: range()
  def cover(_a, _b), do: stub()

  @doc """
  Returns the span, moved by `by`.

      iex> Roundtrip.Native.shift({:span, 10, 15}, 5)
      {:span, 15, 20}
  """
  @spec shift(span(), i64()) :: span()
  def shift(_span, _by), do: stub()

  @doc """
  Returns the highest value that the limit allows.

      iex> Roundtrip.Native.highest({:at_most, 5})
      5
  """
  @spec highest({:at_most, i64()}) :: i64()
  def highest(_limit), do: stub()

  @doc """
  Returns whether a value is within a limit.

      iex> Roundtrip.Native.admits({:between, %{low: 1, high: 5}}, 6)
      false
  """
  @spec admits(limit(), i64()) :: boolean()
  def admits(_limit, _value), do: stub()

  @doc """
  Returns the limit with its upper end raised by `by`.

      iex> Roundtrip.Native.widen({:at_most, 5}, 2)
      {:at_most, 7}
      iex> Roundtrip.Native.widen(:unlimited, 2)
      :unlimited
  """
  @spec widen(limit(), i64()) :: limit()
  def widen(_limit, _by), do: stub()

  @doc """
  Returns the number through an untagged enum that tries integers first.

      iex> Roundtrip.Native.echo_number(3)
      3
  """
  @spec echo_number(number()) :: number()
  def echo_number(_number), do: stub()

  @doc """
  Returns the number through an untagged enum that tries floats first, so that 3 becomes 3.0.

      iex> Roundtrip.Native.echo_float_first(3)
      3.0
  """
  @spec echo_float_first(number()) :: number()
  def echo_float_first(_number), do: stub()

  @doc """
  Returns the value, or raises a `Roundtrip.Structs.LimitError` if it is over the limit.

      iex> Roundtrip.Native.enforce(4, 5)
      4
      iex> Roundtrip.Native.enforce(7, 5)
      ** (Roundtrip.Structs.LimitError) 7 is over the limit of 5
  """
  @spec enforce(i64(), i64()) :: i64()
  def enforce(_value, _limit), do: stub()

  @doc """
  Returns by how much the value in the exception is above its limit, or `nil` if it isn't.

      iex> Roundtrip.Native.excess(%Roundtrip.Structs.LimitError{message: "", value: 7, limit: 5})
      2
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec excess(LimitError.t()) :: i64() | nil
  def excess(_error), do: stub()

  @doc """
  Returns the number as Rust's `u8`. The decoder wraps, so 256 becomes 0.

      iex> Roundtrip.Native.low_byte(256)
      0
  """
  @spec low_byte(i64()) :: byte()
  def low_byte(_number), do: stub()

  @doc """
  Returns the number, or raises an `ArgumentError` if it isn't a byte.

      iex> Roundtrip.Native.byte(255)
      255
      iex> Roundtrip.Native.byte(256)
      ** (ArgumentError) number must be from 0 to 255
  """
  @spec byte(i64()) :: byte()
  def byte(_number), do: stub()

  @doc "Returns a struct with a key that isn't in its `defstruct`. For teaching only."
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec drifted_request(String.t(), String.t()) :: DriftedRequest.t()
  def drifted_request(_method, _path), do: stub()

  @doc """
  Returns a struct with the same keys in Rust and in Elixir.

      iex> Roundtrip.Native.request("GET", "/")
      %Roundtrip.Structs.Request{method: "GET", path: "/"}
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec request(String.t(), String.t()) :: Request.t()
  def request(_method, _path), do: stub()

  @doc "Returns one value of every struct that both sides define, for `Roundtrip.Structs.Contract`."
  @spec struct_samples() :: [struct()]
  def struct_samples, do: stub()

  # resources

  @doc """
  Creates an empty histogram for latencies of up to `longest` microseconds.
  Raises an `ArgumentError` unless `longest` is from 2 to 3,600,000,000, which is an hour.
  """
  @spec histogram_new(2..3_600_000_000) :: reference()
  def histogram_new(_longest), do: stub()

  @doc """
  Records a latency in microseconds. Raises an `ArgumentError` if it is above the histogram's longest.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> Roundtrip.Native.histogram_record(histogram, 1001)
      ** (ArgumentError) microseconds must be from 0 to 1000
  """
  @doc blocks: "waits while another call holds the lock"
  @spec histogram_record(reference(), non_neg_integer()) :: :ok
  def histogram_record(_histogram, _microseconds), do: stub()

  @doc """
  Returns the statistics of what was recorded so far.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> for n <- 1..100, do: Roundtrip.Native.histogram_record(histogram, n)
      iex> Roundtrip.Native.histogram_snapshot(histogram)
      %Roundtrip.Resources.Snapshot{count: 100, min: 1, p50: 50, p99: 99, max: 100}
  """
  @doc blocks: "waits while another call holds the lock"
  @spec histogram_snapshot(reference()) :: Snapshot.t()
  def histogram_snapshot(_histogram), do: stub()

  @doc "Creates a resource of a type that isn't registered, which panics. For teaching only."
  @spec unregistered_new() :: no_return()
  def unregistered_new, do: stub()

  @doc """
  Creates a drop notifier: a resource that sends `{:dropped, name, runner}` to `owner` when it is
  dropped.

  `runner` is where that happened: `"normal scheduler"`, `"dirty scheduler"`, or the name of a thread
  that Rust started.
  """
  @doc blocks: "copies the string: 1 ms for about 700 kB"
  @spec drop_notifier_new(pid(), String.t()) :: reference()
  def drop_notifier_new(_owner, _name), do: stub()

  @doc "Creates an empty slot: a resource that can hold one drop notifier."
  @spec slot_new() :: reference()
  def slot_new, do: stub()

  @doc """
  Puts a drop notifier into a slot, and drops the reference to the one that was there.

      iex> slot = Roundtrip.Native.slot_new()
      iex> Roundtrip.Native.slot_put(slot, Roundtrip.Native.drop_notifier_new(self(), "one"))
      :ok
  """
  @spec slot_put(reference(), reference()) :: :ok
  def slot_put(_slot, _notifier), do: stub()

  @doc """
  Takes the drop notifier from a slot and returns it, or `nil` if the slot is empty.

      iex> Roundtrip.Native.slot_take(Roundtrip.Native.slot_new())
      nil
  """
  @spec slot_take(reference()) :: reference() | nil
  def slot_take(_slot), do: stub()

  @doc """
  Monitors a process, so that the slot is emptied when it dies. Returns `false` if it is dead already.
  A process that the slot monitors already isn't monitored again.

      iex> Roundtrip.Native.slot_monitor(Roundtrip.Native.slot_new(), self())
      true
  """
  @spec slot_monitor(reference(), pid()) :: boolean()
  def slot_monitor(_slot, _pid), do: stub()

  @doc "Empties a slot on a drop thread, which sends `{:dropped_on, \"rt-drop\"}` to the thread's owner."
  @spec slot_drop_on(reference(), reference()) :: :ok
  def slot_drop_on(_slot, _drop_thread), do: stub()

  @doc """
  Creates a resource whose drop blocks a scheduler for 0 to 1000 milliseconds. For teaching only.

      iex> Roundtrip.Native.slow_drop_new(1001)
      ** (ArgumentError) milliseconds must be from 0 to 1000
  """
  @doc blocks: "sleeps when the value is dropped"
  @spec slow_drop_new(0..1000) :: reference()
  def slow_drop_new(_milliseconds), do: stub()

  @doc """
  Starts a thread, `rt-drop`, that drops the values it is given and then sends
  `{:dropped_on, "rt-drop"}` to `owner`.

  The thread ends when this reference and all values that may still use the thread are dropped.
  """
  @spec drop_thread_new(pid()) :: reference()
  def drop_thread_new(_owner), do: stub()

  @doc "Creates a resource like `slow_drop_new/1` whose slow value is dropped on a drop thread."
  @doc waits: "its thread sleeps when it drops the value"
  @spec deferred_drop_new(reference(), 0..1000) :: reference()
  def deferred_drop_new(_drop_thread, _milliseconds), do: stub()

  @doc "Creates a resource that holds a drop notifier, and panics when it is dropped. For teaching only."
  @doc panics: "when the value is dropped"
  @spec panic_on_drop_new(reference()) :: reference()
  def panic_on_drop_new(_notifier), do: stub()

  @doc """
  Sends a new pair to the caller: a resource with two equal numbers, both 0.

      iex> Roundtrip.Native.pair_send()
      iex> pair = receive do: (pair when is_reference(pair) -> pair)
      iex> Roundtrip.Native.pair_set(pair, 7)
      iex> Roundtrip.Native.pair_get(pair)
      {7, 7}
  """
  @spec pair_send() :: :ok
  def pair_send, do: stub()

  @doc """
  Sets both numbers of a pair. If `number` is negative, it panics after the first, which raises an
  `ErlangError` and leaves the numbers different. For teaching only.
  """
  @spec pair_set(reference(), i64()) :: :ok
  def pair_set(_pair, _number), do: stub()

  @doc "Returns both numbers of a pair."
  @spec pair_get(reference()) :: {i64(), i64()}
  def pair_get(_pair), do: stub()

  @doc """
  Creates a resource of `size` bytes that holds a drop notifier. The bytes are 0 to 255, repeated.
  Raises an `ArgumentError` unless `size` is from 1 to 16,777,216.

  The VM's garbage collector doesn't know about these bytes, so all recordings together may hold at
  most 64 MiB: beyond that, this raises a `SystemLimitError`. Collect the garbage of the processes that
  no longer need theirs.
  """
  @spec recording_new(reference(), 1..16_777_216) :: reference()
  def recording_new(_notifier, _size), do: stub()

  @doc """
  Returns the bytes of a recording as a binary that keeps the recording alive, without copying them.

      iex> Roundtrip.Native.drop_notifier_new(self(), "one")
      ...> |> Roundtrip.Native.recording_new(3)
      ...> |> Roundtrip.Native.recording_view()
      <<0, 1, 2>>
  """
  @spec recording_view(reference()) :: binary()
  def recording_view(_recording), do: stub()

  # mutation

  @doc "Creates a counter of 0 that many processes may change, behind a lock or as an atomic."
  @spec counter_new(counter_kind()) :: reference()
  def counter_new(_kind), do: stub()

  @doc """
  Adds to a counter and returns its new value, which wraps at 64 bits as `:counters` do.

      iex> counter = Roundtrip.Native.counter_new(:atomic)
      iex> Roundtrip.Native.counter_add(counter, 2)
      2
      iex> Roundtrip.Native.counter_add(counter, 3)
      5
  """
  @spec counter_add(reference(), i64()) :: i64()
  def counter_add(_counter, _by), do: stub()

  @doc """
  Returns the value of a counter.

      iex> Roundtrip.Native.counter_get(Roundtrip.Native.counter_new(:mutex))
      0
  """
  @spec counter_get(reference()) :: i64()
  def counter_get(_counter), do: stub()

  @doc """
  Sets a counter to a value.

      iex> counter = Roundtrip.Native.counter_new(:mutex)
      iex> Roundtrip.Native.counter_put(counter, 7)
      iex> Roundtrip.Native.counter_get(counter)
      7
  """
  @spec counter_put(reference(), i64()) :: :ok
  def counter_put(_counter, _value), do: stub()

  @doc """
  Adds to a counter in two steps, and returns what it wrote. Calls at the same time overwrite each
  other's result. For teaching only.
  """
  @spec counter_add_racy(reference(), i64()) :: i64()
  def counter_add_racy(_counter, _by), do: stub()

  @doc """
  Locks an `RwLock` for reading twice, and returns whether the second read got the lock within 100 ms.
  With `true`, a writer waits for the lock when the second read begins.

      iex> Roundtrip.Native.rw_lock_second_read(false)
      {:ok, true}
      iex> Roundtrip.Native.rw_lock_second_read(true)
      {:ok, false}
  """
  @spec rw_lock_second_read(boolean()) :: {:ok, boolean()} | {:error, :no_thread}
  def rw_lock_second_read(_writer_waits), do: stub()

  @doc """
  Lets two threads take the same two locks in opposite order, and returns for each whether it got its
  second lock within 100 ms. At most one of them does.
  """
  @spec locks_in_opposite_order() :: {:ok, {boolean(), boolean()}} | {:error, :no_thread}
  def locks_in_opposite_order, do: stub()

  @doc "Creates a till with money in it, from 0 to 1,000,000,000 cents."
  @spec till_new(0..1_000_000_000) :: reference()
  def till_new(_cents), do: stub()

  @doc "Returns the money in a till."
  @spec till_cents(reference()) :: non_neg_integer()
  def till_cents(_till), do: stub()

  @doc """
  Moves money from one till to another.

      iex> [a, b] = [Roundtrip.Native.till_new(100), Roundtrip.Native.till_new(0)]
      iex> Roundtrip.Native.till_transfer(a, b, 30)
      iex> {Roundtrip.Native.till_cents(a), Roundtrip.Native.till_cents(b)}
      {70, 30}
      iex> Roundtrip.Native.till_transfer(a, b, 71)
      ** (ArgumentError) cents must be from 0 to 70
  """
  @spec till_transfer(reference(), reference(), non_neg_integer()) :: :ok
  def till_transfer(_from, _to, _cents), do: stub()

  @doc """
  Creates an account with two balances behind std's `Mutex`. `total` is from 0 to 1,000,000,000.

      iex> account = Roundtrip.Native.std_account_new(100)
      iex> Roundtrip.Native.std_account_balances(account)
      {:ok, %{current: 100, savings: 0}}
  """
  @spec std_account_new(0..1_000_000_000) :: reference()
  def std_account_new(_total), do: stub()

  @doc """
  Moves an amount to the savings in two writes, and panics between them if `fault` is `:halfway`. After
  that panic the lock is poisoned, and every further call panics too. For teaching only.

      iex> account = Roundtrip.Native.std_account_new(100)
      iex> Roundtrip.Native.std_account_save(account, 101, :none)
      ** (ArgumentError) amount must be from 0 to 100
  """
  @spec std_account_save(reference(), non_neg_integer(), fault()) :: :ok
  def std_account_save(_account, _amount, _fault), do: stub()

  @doc "Returns both balances, or `{:error, :poisoned}` after a panic while the lock was held."
  @spec std_account_balances(reference()) :: {:ok, balances()} | {:error, :poisoned}
  def std_account_balances(_account), do: stub()

  @doc "Makes the balances add up to the total again, and clears the lock's poison."
  @spec std_account_repair(reference()) :: :ok
  def std_account_repair(_account), do: stub()

  @doc """
  Creates an account like `std_account_new/1`, behind parking_lot's `Mutex`.

      iex> account = Roundtrip.Native.account_new(100)
      iex> Roundtrip.Native.account_balances(account)
      %{current: 100, savings: 0}
  """
  @spec account_new(0..1_000_000_000) :: reference()
  def account_new(_total), do: stub()

  @doc """
  Moves an amount to the savings in two writes, and panics between them if `fault` is `:halfway`. After
  that panic the balances don't add up to the total. For teaching only.
  """
  @spec account_save(reference(), non_neg_integer(), fault()) :: :ok
  def account_save(_account, _amount, _fault), do: stub()

  @doc """
  Moves an amount to the savings in one write, and panics before it if `fault` is `:halfway`.

      iex> account = Roundtrip.Native.account_new(100)
      iex> Roundtrip.Native.account_save_once(account, 30, :none)
      iex> Roundtrip.Native.account_balances(account)
      %{current: 70, savings: 30}
  """
  @spec account_save_once(reference(), non_neg_integer(), fault()) :: :ok
  def account_save_once(_account, _amount, _fault), do: stub()

  @doc "Returns both balances."
  @spec account_balances(reference()) :: balances()
  def account_balances(_account), do: stub()

  @doc """
  Holds a histogram's lock until the counter `signal` isn't 0, or for `milliseconds`, from 0 to 1000.
  Sends `:held` to `owner` once the lock is held. `Roundtrip.Mutation.LockHolder` is easier to use.
  """
  @spec histogram_hold(reference(), 0..1000, reference(), pid()) :: :released | :timed_out
  def histogram_hold(_histogram, _milliseconds, _signal, _owner), do: stub()

  @doc """
  Records a latency, or returns `{:error, :busy}` at once if the lock is held.

      iex> Roundtrip.Native.histogram_try_record(Roundtrip.Native.histogram_new(1000), 5)
      :ok
  """
  @spec histogram_try_record(reference(), non_neg_integer()) :: :ok | {:error, :busy}
  def histogram_try_record(_histogram, _microseconds), do: stub()

  @doc """
  Records a latency like `histogram_record/2`, on a dirty I/O scheduler that may wait for the lock.

      iex> Roundtrip.Native.histogram_record_dirty(Roundtrip.Native.histogram_new(1000), 5)
      :ok
  """
  @spec histogram_record_dirty(reference(), non_neg_integer()) :: :ok
  def histogram_record_dirty(_histogram, _microseconds), do: stub()

  @doc """
  Sends what was recorded as `[{value, count}]`, and returns the microseconds for which the lock was
  held: while the message was built and sent. For teaching only.
  """
  @spec histogram_send_locked(reference(), pid()) :: {:ok, float()} | {:error, :no_process}
  def histogram_send_locked(_histogram, _receiver), do: stub()

  @doc """
  Sends the message of `histogram_send_locked/2`, but holds the lock only while it copies the data.

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

  @doc "Creates a resource that sends `{:gone, pid}` to the caller if `pid` dies before it is dropped."
  @spec down_notifier_new(pid()) :: {:ok, reference()} | {:error, :noproc}
  def down_notifier_new(_pid), do: stub()

  @doc "Sends `:hi` from a normal scheduler by the given method; `:send_and_clear` panics there."
  @spec send_by(send_method(), pid()) :: :ok | {:error, :not_sent}
  def send_by(_method, _pid), do: stub()

  @doc "Sends `:hi` like `send_by/2`, from a dirty scheduler."
  @spec send_by_dirty(send_method(), pid()) :: :ok | {:error, :not_sent}
  def send_by_dirty(_method, _pid), do: stub()

  @doc """
  Returns the term after saving it in an `OwnedEnv`, an environment that belongs to no process.

      iex> Roundtrip.Native.saved_load(%{any: [:term]})
      %{any: [:term]}

  Raises an `ArgumentError` if a copy takes more than 32,768 words of memory (256 KiB). A part that
  occurs twice in a term is copied twice, by Rust and by the VM's own `send/2`. What a function has
  captured isn't counted.

      iex> shared = Enum.reduce(1..36, :a, fn _, a -> {a, a} end)
      iex> Roundtrip.Native.saved_load(shared)
      ** (ArgumentError) a copy of the term must take at most 32768 words of memory
  """
  @spec saved_load(term()) :: term()
  def saved_load(_term), do: stub()

  @doc "Clears the `OwnedEnv` before it loads the saved term, and panics. For teaching only."
  @spec saved_load_cleared(term()) :: no_return()
  def saved_load_cleared(_term), do: stub()

  @doc "Loads the saved term in another `OwnedEnv`, and panics. For teaching only."
  @spec saved_load_elsewhere(term()) :: no_return()
  def saved_load_elsewhere(_term), do: stub()

  @doc """
  Creates an `OwnedEnv` and makes `count` terms in it, `{:item, 1}` and so on, which take memory until
  the reference is garbage collected. With `clear`, it is cleared after each term.

      iex> Roundtrip.Native.workspace_new(100_001, true)
      ** (ArgumentError) the number of terms must be from 0 to 100000
  """
  @spec workspace_new(0..100_000, boolean()) :: reference()
  def workspace_new(_count, _clear), do: stub()

  @doc """
  Returns the pid of a name, or `nil`. Returns a local pid as it is, and panics for a remote pid.

      iex> Roundtrip.Native.whereis(self()) == self()
      true
      iex> Roundtrip.Native.whereis(:nobody_of_this_name)
      nil
  """
  @spec whereis(term()) :: pid() | nil
  def whereis(_name_or_pid), do: stub()

  @doc "Returns a pid like `whereis/1`, and raises an `ArgumentError` for a pid of another node."
  @spec whereis_local(term()) :: pid() | nil
  def whereis_local(_name_or_pid), do: stub()

  @doc "Sends only the mean to the caller, from a thread. For teaching only: see `spawn_mean_ref/2`."
  @doc panics: "in its thread, if the count is 0"
  @spec spawn_mean(i64(), i64()) :: :ok
  def spawn_mean(_total, _count), do: stub()

  @doc "Sends `{reference, mean}` to the caller, from a thread, and returns the reference."
  @spec spawn_mean_ref(i64(), i64()) :: reference()
  def spawn_mean_ref(_total, _count), do: stub()

  @doc "Sends `{:hi, %SharedStruct{}}` to the caller, from a thread."
  @spec sender_hi(boolean()) :: started()
  def sender_hi(_is_cool), do: stub()

  @doc "Sends `{:hi, %SharedStruct{}}` to `pid`, from a thread."
  @spec sender_hi_to(pid(), boolean()) :: started()
  def sender_hi_to(_pid, _is_cool), do: stub()

  @doc "Sends a term from a thread that panics when it loads the term again. For teaching only."
  @doc panics: "in its thread"
  @spec sender_repeat_cleared(pid(), term(), 0..1_000_000) :: started()
  def sender_repeat_cleared(_pid, _term, _times), do: stub()

  @doc """
  Sends a term `times` times, from a thread.

  Raises an `ArgumentError` if a copy of the term takes more than 32,768 words of memory, or all copies
  more than 16,777,216 (128 MiB).
  """
  @spec sender_repeat(pid(), term(), 0..1_000_000) :: started()
  def sender_repeat(_pid, _term, _times), do: stub()

  @doc "Sends `{:item, 1}`, `{:item, 2}` and so on, from a thread, as fast as it can."
  @spec sender_flood(pid(), 0..1_000_000) :: started()
  def sender_flood(_pid, _count), do: stub()

  @doc "Waits on a dirty scheduler until a sender's thread ends, and returns how many messages it sent."
  @spec sender_join(reference()) ::
          {:ok, non_neg_integer()}
          | {:error, :not_sent | :joined | {:panicked, String.t()}}
  def sender_join(_sender), do: stub()

  @doc """
  Starts a thread that sends `{:report, snapshot}` to `owner` every `interval` milliseconds. It ends
  when `reporter_stop/1` is called, when the owner dies, or when the reference is dropped.

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
  Starts a thread that sends `{:item, 1}` to `{:item, total}` and then `:no_more`, with at most
  `window` items in flight. `feed_more/2` lets it send more. It ends earlier when `feed_stop/1` is
  called, when the receiver dies, or when the reference is dropped.

      iex> Roundtrip.Native.feed_start(self(), 10, 0)
      ** (ArgumentError) window must be from 1 to 1000000
  """
  @spec feed_start(pid(), 0..1_000_000, 1..1_000_000) ::
          {:ok, reference()} | {:error, :noproc | :no_thread}
  def feed_start(_receiver, _total, _window), do: stub()

  @doc "Tells a feed that `count` items were handled, so that it may send as many more."
  @spec feed_more(reference(), non_neg_integer()) :: :ok
  def feed_more(_feed, _count), do: stub()

  @doc "Returns how many items are in flight, the most that ever were, and whether the thread waits."
  @spec feed_state(reference()) :: %{
          in_flight: non_neg_integer(),
          most: non_neg_integer(),
          waiting: boolean()
        }
  def feed_state(_feed), do: stub()

  @doc "Stops a feed and waits on a dirty scheduler until its thread has ended."
  @spec feed_stop(reference()) :: :ok | {:error, :panicked}
  def feed_stop(_feed), do: stub()

  # calls

  @doc """
  Sends `{:ask, call, question}` to `callee`, and waits on a dirty scheduler until it calls `answer/2`,
  for at most `timeout` milliseconds.

  There are only a few dirty I/O schedulers, 10 by default. While as many calls wait, everything else
  that needs one waits too, for example `File.read/1`: `ask_later/3` doesn't need any.

  Question and answer may take at most 16,777,216 words each (128 MiB), or an `ArgumentError` is raised.

      iex> Roundtrip.Native.ask(self(), "I cannot hear you while I wait", 1)
      {:error, :timeout}
      iex> Roundtrip.Native.ask(self(), :anything, 60_001)
      ** (ArgumentError) timeout must be from 1 to 60000
  """
  @spec ask(pid(), term(), 1..60_000) :: {:ok, term()} | {:error, :timeout | :noproc | :down}
  def ask(_callee, _question, _timeout), do: stub()

  @doc """
  Sends `{:ask, call, question}` to `callee` like `ask/3`, but returns at once. When the call has ended,
  the caller receives `{:answered, from, outcome}`.

  The outcome is `{:ok, answer}`, `{:error, :down}` if the callee has died, or `{:error, :dropped}` if the
  call was garbage collected in all processes, the caller included. There is no timeout. `from` is any term, such as the second
  argument of `c:GenServer.handle_call/3`: see `Roundtrip.Calls.Asker`. Question and `from` may take
  at most 32,768 words of memory each.

      iex> {:ok, callee} = Roundtrip.Calls.Callee.start_link(&String.upcase/1)
      iex> Roundtrip.Native.ask_later(callee, "hi", :first)
      :ok
      iex> receive do: (message -> message)
      {:answered, :first, {:ok, "HI"}}
  """
  @spec ask_later(pid(), term(), term()) :: :ok | {:error, :noproc}
  def ask_later(_callee, _question, _from), do: stub()

  @doc """
  Answers a call of `ask/3` or `ask_later/3`. Only the process that was asked can, once, and before the
  timeout. Runs on a dirty scheduler, because the answer may be large.
  """
  @spec answer(reference(), term()) ::
          :ok | {:error, :too_late | :already_answered | :stranger}
  def answer(_call, _term), do: stub()

  # long_work

  @doc """
  Returns how many primes there are below `limit`, and computes them on a *normal* scheduler. For
  teaching only.

      iex> Roundtrip.Native.count_primes(100)
      25
      iex> Roundtrip.Native.count_primes(500_001)
      ** (ArgumentError) limit must be from 0 to 500000
  """
  @doc blocks: "counts for up to 50 ms"
  @spec count_primes(0..500_000) :: non_neg_integer()
  def count_primes(_limit), do: stub()

  @doc """
  Counts like `count_primes/1`, and reports to the VM how long that took.

      iex> Roundtrip.Native.count_primes_reported(100)
      25
  """
  @doc blocks: "counts for up to 50 ms"
  @spec count_primes_reported(0..500_000) :: non_neg_integer()
  def count_primes_reported(_limit), do: stub()

  @doc """
  Counts like `count_primes/1`, on a dirty CPU scheduler.

      iex> Roundtrip.Native.count_primes_dirty(100)
      25
  """
  @doc waits: "counts for up to a second"
  @spec count_primes_dirty(0..2_000_000) :: non_neg_integer()
  def count_primes_dirty(_limit), do: stub()

  @doc """
  Counts like `count_primes_dirty/1`, and also returns how many microseconds that took in Rust.

      iex> {25, microseconds} = Roundtrip.Native.count_primes_measured(100)
      iex> microseconds >= 0
      true
  """
  @doc waits: "counts for up to a second"
  @spec count_primes_measured(0..2_000_000) :: {non_neg_integer(), non_neg_integer()}
  def count_primes_measured(_limit), do: stub()

  @doc "Begins a count of the primes below `limit`, which `primes_step/1` goes on with."
  @spec primes_new(0..10_000_000) :: reference()
  def primes_new(_limit), do: stub()

  @doc """
  Goes on for half a millisecond, and returns the next number to test, or how many primes there are.

      iex> Roundtrip.Native.primes_step(Roundtrip.Native.primes_new(10))
      {:done, 4}
  """
  @spec primes_step(reference()) :: {:more, pos_integer()} | {:done, non_neg_integer()}
  def primes_step(_primes), do: stub()

  @doc "Creates a latch, which is closed."
  @spec latch_new() :: reference()
  def latch_new, do: stub()

  @doc "Opens a latch for all that wait for it, now or later."
  @spec latch_open(reference()) :: :ok
  def latch_open(_latch), do: stub()

  @doc """
  Sends `{:waiting, latch}` to `owner`, and then waits on a dirty I/O scheduler until the latch is open,
  for at most `milliseconds`. `Roundtrip.LongWork.IOPool` fills the pool with such calls.

      iex> Roundtrip.Native.latch_wait(Roundtrip.Native.latch_new(), self(), 0)
      :timed_out
  """
  @doc waits: "for the latch"
  @spec latch_wait(reference(), pid(), 0..1000) :: :opened | :timed_out
  def latch_wait(_latch, _owner, _milliseconds), do: stub()

  @doc """
  Starts a thread that counts the primes below `limit`, and then sends `{:primes, tag, outcome}` to the
  caller. The outcome is `{:ok, count}`, or `{:error, :cancelled}`.

  The job is cancelled by `job_cancel/1`, when the caller dies, and when the returned reference is
  garbage collected: keep it until the message has come. The tag may take at most 32,768 words of memory.

      iex> {:ok, _job} = Roundtrip.Native.job_start(100, :first)
      iex> receive do: (message -> message)
      {:primes, :first, {:ok, 25}}
  """
  @spec job_start(0..10_000_000, term()) :: {:ok, reference()} | {:error, :noproc | :no_thread}
  def job_start(_limit, _tag), do: stub()

  @doc "Cancels a job. Its thread ends soon, and tells the process that started it."
  @spec job_cancel(reference()) :: :ok
  def job_cancel(_job), do: stub()

  # toolbox

  @doc "Returns twice the number, or `nil` if that doesn't fit, and prints it with Rust's `dbg!`."
  @spec toolbox_double(i64()) :: i64() | nil
  def toolbox_double(_number), do: stub()

  @doc """
  Sends `{:ping, :from_scheduler}` to `pid` from the scheduler that runs the call.

      iex> {Roundtrip.Native.toolbox_ping(self()), receive do: (message -> message)}
      {:ok, {:ping, :from_scheduler}}
  """
  @spec toolbox_ping(pid()) :: :ok | {:error, :no_process}
  def toolbox_ping(_pid), do: stub()

  @doc "Sends `{:ping, :from_thread}` to `pid` from a thread that Rust starts, and waits for its end."
  @spec toolbox_ping_from_thread(pid()) :: :ok | {:error, :no_process | :no_thread | :panicked}
  def toolbox_ping_from_thread(_pid), do: stub()

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
